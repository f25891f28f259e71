package tracejoin

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/logindex"
	"github.com/spanlog/spanlog/internal/zipkin"
)

var (
	fewIDs   = rapid.SampledFrom([]string{"a", "b", "0A"})
	goodIDs  = rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "000000000000000A", "0b"})
	anyIDs   = rapid.OneOf(goodIDs, rapid.SampledFrom([]string{"", "0", "no-hex", "00000000000000000000000000000001"}))
	services = rapid.SampledFrom([]string{"", "shop", "Shop", "payment", "stock"})
	times    = rapid.OneOf(
		rapid.Just(int64(0)),
		rapid.Just(noon.UnixMicro()),
		rapid.Int64Range(noon.UnixMicro(), noon.UnixMicro()+20_000),
		rapid.SampledFrom([]int64{math.MinInt64, -1, 1, latest, latest + 1, math.MaxInt64}),
	)
	lengths = rapid.OneOf(rapid.Int64Range(0, 20_000), rapid.SampledFrom([]int64{math.MinInt64, -1, latest, math.MaxInt64}))
)

func drawSpan(ids *rapid.Generator[string]) *rapid.Generator[zipkin.Span] {
	return rapid.Custom(func(t *rapid.T) zipkin.Span {
		s := zipkin.Span{
			TraceID:   rapid.SampledFrom([]string{"", testTrace, strings.ToUpper(testTrace)}).Draw(t, "trace"),
			ID:        ids.Draw(t, "id"),
			ParentID:  rapid.OneOf(rapid.Just(""), ids).Draw(t, "parent"),
			Name:      rapid.SampledFrom([]string{"", "get", "post"}).Draw(t, "name"),
			Kind:      rapid.SampledFrom([]string{"", "CLIENT", "SERVER", "PRODUCER", "CONSUMER"}).Draw(t, "kind"),
			Timestamp: times.Draw(t, "start"),
			Duration:  lengths.Draw(t, "duration"),
			Shared:    rapid.Bool().Draw(t, "shared"),
		}
		if name := services.Draw(t, "service"); name != "" {
			s.LocalEndpoint = &zipkin.Endpoint{ServiceName: name}
		}
		if port := rapid.Uint16Range(0, 2).Draw(t, "port"); port != 0 {
			s.RemoteEndpoint = &zipkin.Endpoint{Port: port}
		}
		keys := rapid.SampledFrom([]string{"error", "otel.status_code", "order"})
		s.Tags = rapid.MapOfN(keys, rapid.SampledFrom([]string{"", "ERROR", "17"}), 0, 2).Draw(t, "tags")
		for _, at := range rapid.SliceOfN(times, 0, 2).Draw(t, "annotations") {
			s.Annotations = append(s.Annotations, zipkin.Annotation{Timestamp: at, Value: "sent"})
		}
		return s
	})
}

// drawSpans draws spans. Many differ from an earlier one in a single thing.
func drawSpans(t *rapid.T, ids *rapid.Generator[string]) []zipkin.Span {
	spans := rapid.SliceOfN(drawSpan(ids), 0, 12).Draw(t, "spans")
	for i := 1; i < len(spans); i++ {
		s, other := &spans[i], spans[rapid.IntRange(0, i-1).Draw(t, "earlier")]
		switch rapid.IntRange(0, 9).Draw(t, "another") {
		case 0:
			other.Name = s.Name
		case 1:
			other.ParentID = s.ParentID
		case 2:
			other.RemoteEndpoint = s.RemoteEndpoint
		case 3:
			other.Shared = s.Shared
		case 4:
			other.Tags = s.Tags
		case 5:
			other.LocalEndpoint = s.LocalEndpoint
		case 6:
			other.Kind = s.Kind
		default:
			continue
		}
		*s = other
	}
	return spans
}

// drawLine draws a line of a log.
func drawLine(t *rapid.T) string {
	if rapid.IntRange(0, 3).Draw(t, "plain") == 0 {
		return "    main.main()"
	}
	var words []string
	add := func(format string, values ...string) {
		if value := rapid.SampledFrom(values).Draw(t, format); value != "" {
			words = append(words, fmt.Sprintf(format, value))
		}
	}
	if at := rapid.Int64Range(-1, 30).Draw(t, "at"); at >= 0 {
		words = append(words, "time="+noon.Add(time.Duration(at)*time.Millisecond).Format(time.RFC3339Nano))
	}
	add("time=%s", "", "", "1931-01-01T00:00:00Z", "2262-04-11T23:47:16Z")
	add("level=%s", "", "INFO", "ERROR", "FATAL")
	add("msg=%s", "", "hello", `"two words"`)
	add("service=%s", "", "shop", "SHOP", "bank")
	add("trace_id=%s", testTrace, "")
	add("span_id=%s", "", "000000000000000a", "000000000000000b", "000000000000000c", "00000000000000ff")
	add("trace_flags=%s", "", "00", "01", "x")
	return strings.Join(words, " ")
}

func drawInput(t *rapid.T, ids *rapid.Generator[string]) Input {
	in := Input{
		ID:    traceID(t),
		More:  rapid.Bool().Draw(t, "more"),
		Spans: drawSpans(t, ids),
		From:  rapid.SampledFrom([]string{"", "spans.json"}).Draw(t, "from"),
		Err:   rapid.SampledFrom([]error{nil, nil, zipkin.ErrUnknownTrace, fmt.Errorf("refused")}).Draw(t, "error"),
	}
	var logs [][]logindex.Line
	for _, name := range []string{"shop.log", "payment.log"} {
		lines := rapid.SliceOfN(rapid.Custom(drawLine), 0, 12).Draw(t, name)
		logs = append(logs, readLog(name, strings.Join(lines, "\n")))
	}
	for i := range 12 {
		for _, lines := range logs {
			if i < len(lines) {
				in.Lines = append(in.Lines, lines[i])
			}
		}
	}
	return in
}

func TestJoinAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, anyIDs)
		check(t, in, Join(in))
	})
}

// TestOrderOfSpans joins spans in another order, and with all of them reported twice.
func TestOrderOfSpans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, fewIDs)
		want := Join(in)
		in.Spans = rapid.Permutation(slices.Concat(in.Spans, in.Spans)).Draw(t, "order")
		if got := Join(in); !reflect.DeepEqual(got, want) {
			t.Fatalf("got\n%s\nwant\n%s", render(got), render(want))
		}
	})
}

// TestGapsOfMissingSpans holds each inferred span to have one reason at least, and all that
// are known to have none.
func TestGapsOfMissingSpans(t *testing.T) {
	reasons := []GapKind{GapUnsampled, GapUnreachable, GapUnknown, GapNoSource, GapUnknownSpans}
	rapid.Check(t, func(t *rapid.T) {
		got := Join(drawInput(t, anyIDs))
		has := make(map[int]bool)
		for _, g := range got.Gaps {
			if slices.Contains(reasons, g.Kind) {
				for _, i := range g.Spans {
					has[i] = true
				}
			}
		}
		for i, s := range got.Spans {
			if s.Inferred != has[i] {
				t.Fatalf("span %d: inferred %t, with a reason %t, of\n%s", i, s.Inferred, has[i], render(got))
			}
		}
	})
}
