package zipkin

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// span makes a span from a short form: trace, id and, after a slash, the
// parent, as in span("1", "b/a").
func span(trace, id string) Span {
	id, parent, _ := strings.Cut(id, "/")
	return Span{TraceID: trace, ID: id, ParentID: parent}
}

func mustAdd(t testing.TB, s *Store, spans ...Span) {
	t.Helper()
	if err := s.Add(spans); err != nil {
		t.Fatal(err)
	}
}

// ids returns the spans' ids without the zeros on the left.
func ids(spans []Span) string {
	var short []string
	for _, s := range spans {
		short = append(short, strings.TrimLeft(s.ID, "0"))
	}
	return strings.Join(short, " ")
}

func TestStoreTrace(t *testing.T) {
	var s Store
	mustAdd(t, &s,
		Span{TraceID: "00000000000000000000000000abcdef", ID: "2", Timestamp: 20},
		Span{TraceID: "abcdef", ID: "1", Timestamp: 10},
		Span{TraceID: "abcdef", ID: "3"}, // no timestamp: last
		Span{TraceID: "1abcdef00000000000000", ID: "9"},
	)
	for _, tt := range []struct{ id, want string }{
		{"abcdef", "1 2 3"},
		{"ABCDEF", "1 2 3"},
		{"0000000000abcdef", "1 2 3"},
		{"00000000000000000000000000abcdef", "1 2 3"},
		{"1abcdef00000000000000", "9"},
		{"abcde", ""},
		{"xyz", ""},
		{"", ""},
	} {
		if got := ids(s.Trace(tt.id)); got != tt.want {
			t.Errorf("Trace(%q) has spans %q, want %q", tt.id, got, tt.want)
		}
	}
}

func TestStoreAddIsAllOrNothing(t *testing.T) {
	var s Store
	err := s.Add([]Span{span("1", "a"), span("1", "xyz")})
	if want := `span 1: id: "xyz": not lower-case hex`; message(err) != want {
		t.Errorf("error %q, want %q", message(err), want)
	}
	if s.Len() != 0 {
		t.Errorf("%d spans stored, want none", s.Len())
	}
}

// TestStoreRepeats covers what senders do when an answer gets lost, and that
// the halves of a shared span are not taken for repeats.
func TestStoreRepeats(t *testing.T) {
	var s Store
	client := Span{TraceID: "1", ID: "a", Kind: "CLIENT", Tags: map[string]string{"k": "v"}}
	server := Span{TraceID: "1", ID: "a", Kind: "SERVER", Shared: true}
	mustAdd(t, &s, client, server)
	mustAdd(t, &s, server, client)
	if got := len(s.Trace("1")); got != 2 || s.Len() != 2 {
		t.Errorf("trace has %d spans, store %d, want 2", got, s.Len())
	}
}

func TestStoreEvicts(t *testing.T) {
	for _, tt := range []struct {
		name    string
		add     string // trace and span id, in this order
		want    string // what is left, latest trace first
		evicted int64
	}{
		{"room for all", "1a 1b 2a", "2: a; 1: a b", 0},
		{"oldest goes", "1a 2a 3a 4a", "4: a; 3: a; 2: a", 1},
		{"whole trace goes", "1a 1b 2a 3a", "3: a; 2: a", 2},
		{"growing trace stays", "1a 2a 1b 3a", "3: a; 1: a b", 1},
		{"alone too large", "1a 1b 1c 1d 1e", "1: a b c", 2},
		{"large one displaces all", "1a 2a 3a 3b 3c 3d", "3: a b c", 3},
		{"repeat costs nothing", "1a 1b 1c 1c", "1: a b c", 0},
		{"evicted trace comes back", "1a 1b 2a 3a 1c", "1: c; 3: a; 2: a", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := Store{MaxSpans: 3}
			for _, f := range strings.Fields(tt.add) {
				mustAdd(t, &s, span(f[:1], f[1:]))
			}
			var left []string
			for _, spans := range s.Traces(0) {
				left = append(left, strings.TrimLeft(spans[0].TraceID, "0")+": "+ids(spans))
			}
			if got := strings.Join(left, "; "); got != tt.want {
				t.Errorf("left %q, want %q", got, tt.want)
			}
			if s.Evicted() != tt.evicted {
				t.Errorf("evicted %d, want %d", s.Evicted(), tt.evicted)
			}
		})
	}
}

// TestStoreBytes bounds the memory of spans, whatever is in them.
func TestStoreBytes(t *testing.T) {
	large := func(trace, id string, size int) Span {
		s := span(trace, id)
		s.Tags = map[string]string{"sql": strings.Repeat("x", size)}
		return s
	}
	s := Store{MaxBytes: 100_000}
	for i := range 20 {
		mustAdd(t, &s, large(fmt.Sprint(i+1), "a", 20_000))
	}
	if s.Len() != 4 || s.Evicted() != 16 {
		t.Errorf("%d are left, %d evicted; want 4 and 16", s.Len(), s.Evicted())
	}
	mustAdd(t, &s, large("99", "a", 200_000))
	if s.Len() != 0 || s.Evicted() != 21 || len(s.Traces(0)) != 0 {
		t.Errorf("after one that is too large: %d are left in %d traces, %d evicted", s.Len(), len(s.Traces(0)), s.Evicted())
	}
	for i := range 10 {
		mustAdd(t, &s, large("1", fmt.Sprint(i+1), 20_000))
	}
	if s.Len() != 4 {
		t.Errorf("of a trace that fills the store %d are left, want 4", s.Len())
	}
}

// TestStoreParts has spans that all claim one id not be compared without end.
func TestStoreParts(t *testing.T) {
	const n = 20_000
	var s Store
	for i := range n {
		span := span("1", "a")
		span.Timestamp = int64(i + 1)
		mustAdd(t, &s, span)
	}
	if s.Len() != maxParts || s.Evicted() != n-maxParts {
		t.Errorf("%d are left, %d evicted", s.Len(), s.Evicted())
	}
}

func TestStoreTracesLimit(t *testing.T) {
	var s Store
	for _, trace := range []string{"1", "2", "3", "1"} {
		mustAdd(t, &s, span(trace, fmt.Sprint(s.Len()+1)))
	}
	for _, tt := range []struct{ limit, want int }{{-1, 3}, {0, 3}, {1, 1}, {2, 2}, {9, 3}} {
		if got := len(s.Traces(tt.limit)); got != tt.want {
			t.Errorf("Traces(%d) has %d traces, want %d", tt.limit, got, tt.want)
		}
	}
	if got := ids(s.Traces(1)[0]); got != "1 4" {
		t.Errorf("latest trace has spans %q, want %q", got, "1 4")
	}
}

func TestStoreServices(t *testing.T) {
	var s Store
	if got := s.Services(); got == nil || len(got) != 0 {
		t.Errorf("empty store: %#v, want an empty slice", got)
	}
	for i, name := range []string{"shop", "Cart", "shop", ""} {
		mustAdd(t, &s, Span{TraceID: "1", ID: fmt.Sprint(i + 1), LocalEndpoint: &Endpoint{ServiceName: name}})
	}
	if got, want := s.Services(), []string{"cart", "shop"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestStoreKeepsItsCount adds at random and compares the counters with what is
// really there.
func TestStoreKeepsItsCount(t *testing.T) {
	digit := rapid.SampledFrom([]string{"1", "2", "3", "4", "5"})
	rapid.Check(t, func(t *rapid.T) {
		s := Store{MaxSpans: rapid.IntRange(1, 8).Draw(t, "max"), MaxBytes: rapid.Int64Range(200, 4000).Draw(t, "bytes")}
		n := rapid.IntRange(0, 40).Draw(t, "spans")
		for i := range n {
			span := Span{TraceID: digit.Draw(t, "trace"), ID: digit.Draw(t, "id"), Timestamp: int64(i + 1)}
			if err := s.Add([]Span{span}); err != nil {
				t.Fatal(err)
			}
		}
		found, used := 0, int64(0)
		for _, spans := range s.Traces(0) {
			if len(spans) == 0 {
				t.Fatal("a trace without spans")
			}
			found += len(spans)
			for i := range spans {
				used += spans[i].memory()
			}
		}
		if s.bytes != used || used > s.MaxBytes {
			t.Fatalf("%d bytes are counted, %d used, of %d", s.bytes, used, s.MaxBytes)
		}
		if s.Len() != found || found > s.MaxSpans || found+int(s.Evicted()) != n {
			t.Fatalf("added %d: found %d, Len %d, Evicted %d, max %d", n, found, s.Len(), s.Evicted(), s.MaxSpans)
		}
	})
}

func TestStoreConcurrently(t *testing.T) {
	s := Store{MaxSpans: 50}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 100 {
				trace := fmt.Sprint(i%20 + 1)
				if err := s.Add([]Span{span(trace, fmt.Sprint(g*100+i+1))}); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for i := range 100 {
				Tree(s.Trace(fmt.Sprint(i%20 + 1)))
				s.Traces(3)
				s.Services()
				s.Len()
				s.Evicted()
			}
		})
	}
	wg.Wait()
	if got := int64(s.Len()) + s.Evicted(); got != 400 {
		t.Errorf("kept and evicted %d spans, want 400", got)
	}
}

// TestStoreReturnsCopies shows that a caller may sort or cut what it got.
func TestStoreReturnsCopies(t *testing.T) {
	var s Store
	mustAdd(t, &s, span("1", "a"), span("1", "b"))
	first := s.Trace("1")
	want := slices.Clone(first)
	clear(first)
	if got := s.Trace("1"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestStoreVersions has the state of a trace change with each span that is new, and that of no other.
func TestStoreVersions(t *testing.T) {
	s := &Store{MaxSpans: 2}
	numbers := func() map[string]uint64 {
		byID := make(map[string]uint64)
		for _, v := range s.Versions() {
			byID[strings.TrimLeft(v.TraceID, "0")] = v.Number
		}
		return byID
	}
	add := func(trace, id string) map[string]uint64 {
		t.Helper()
		if err := s.Add([]Span{{TraceID: fmt.Sprintf("%032s", trace), ID: fmt.Sprintf("%016s", id)}}); err != nil {
			t.Fatal(err)
		}
		return numbers()
	}
	one := add("a", "1")
	two := add("b", "1")
	again := add("b", "1")
	if one["a"] == 0 || two["a"] != one["a"] || two["b"] <= one["a"] || again["b"] != two["b"] {
		t.Errorf("one %v, two %v, the same again %v", one, two, again)
	}
	three := add("b", "2") // for which a goes
	if len(three) != 1 || three["b"] <= two["b"] {
		t.Errorf("three %v", three)
	}
	if four := add("a", "1"); four["a"] <= three["b"] {
		t.Errorf("a trace that came again has the number of one before: %v", four)
	}
}
