package tracejoin

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestKeep has the first records kept, and errors after them with what belongs to them, and the trace say so.
func TestKeep(t *testing.T) {
	const room = 10_000
	for _, test := range []struct {
		name, records string // i: INFO, e: ERROR, f: FATAL, -: of the one before; capitals: longer than there is room
		kept, want    string // first and last of those in a row; what the gap says
	}{
		{"all", strings.Repeat("i", 20), "0-19", ""},
		{"the first", strings.Repeat("i", 60), "0-25", "The first 26 of 60 records are shown here. "},
		{"an error", strings.Repeat("i", 50) + "ei", "0-25 50-50", "The first 26 of 52 records are shown here, and 1 later one that tells of errors. "},
		{"its stack, and a panic", strings.Repeat("i", 50) + "e-if", "0-25 50-51 53-53", "The first 26 of 54 records are shown here, and 3 later ones that tell of errors. "},
		{"too many errors", strings.Repeat("i", 50) + "eeeei", "0-25 50-52", "The first 26 of 55 records are shown here, and 3 of 4 later ones that tell of errors. "},
		{"a long error", strings.Repeat("i", 50) + "Ee", "0-25 51-51", "The first 26 of 52 records are shown here, and 1 of 2 later ones that tell of errors. "},
		{"a long one before short ones", "iIii", "0-0", "The first 1 of 4 records are shown here. "},
		{"a long one at first", "Iii", "", "The first 0 of 3 records are shown here. "},
		{"an error where the room ends", strings.Repeat("i", 25) + "eei", "0-26", "The first 26 of 28 records are shown here, and 1 later one that tells of errors. "},
		{"errors only", strings.Repeat("e", 28), "0-27", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := Join(Input{ID: traceID(t), Lines: readLog("app.log", logOf(test.records, room)), MaxRecords: room})
			if kept := runs(t, got.Records); kept != test.kept || len(got.Records)+got.Omitted != len(test.records) {
				t.Errorf("kept %s of %d, and %d are omitted, want %s", kept, len(test.records), got.Omitted, test.kept)
			}
			for i, of := range got.Spans[0].Records { // which all are of
				if i != of {
					t.Errorf("the span has the records %v", got.Spans[0].Records)
					break
				}
			}
			said := ""
			for _, g := range got.Gaps {
				if g.Kind == GapOmitted {
					said = strings.TrimSuffix(g.Text, "The trace saved as HTML or JSON has all of them.")
				}
			}
			if said != test.want {
				t.Errorf("it says %q, want %q", said, test.want)
			}
			if size, err := json.Marshal(got.Records); err != nil || len(size) > room*9/8 {
				t.Errorf("the records have %d bytes as JSON: %v", len(size), err)
			}
		})
	}
}

// TestKeepMore has a trace not call lines shown that are not.
func TestKeepMore(t *testing.T) {
	in := Input{ID: traceID(t), Lines: readLog("app.log", logOf("iiii", 0)), More: true, MaxRecords: 1000}
	for _, want := range []string{"The trace has more lines than the 4 that were looked at.", "The trace has more lines than the 4 that are shown."} {
		got := Join(in).Gaps
		if !slices.ContainsFunc(got, func(g Gap) bool { return g.Kind == GapMore && g.Text == want }) {
			t.Errorf("got %+v, want %q", got, want)
		}
		in.MaxRecords = 0
	}
}

// logOf is a log of records, as TestKeep has them. Each has its number at first, and 380 bytes or so as JSON.
func logOf(kinds string, long int) string {
	var log strings.Builder
	levels := map[string]string{"i": "INFO", "e": "ERROR", "f": "FATAL"}
	for i, kind := range strings.Split(kinds, "") {
		lower := strings.ToLower(kind)
		text := fmt.Sprint(i, " ", strings.Repeat("x", 130))
		if kind != lower {
			text = fmt.Sprint(i, " ", strings.Repeat("x", long))
		}
		if kind == "-" {
			log.WriteString(text + "\n")
			continue
		}
		at := noon.Add(time.Duration(i) * time.Millisecond).Format(time.RFC3339Nano)
		fmt.Fprintf(&log, `{"time":%q,"level":%q,"msg":%q,"trace_id":%q,"span_id":"000000000000000a"}`+"\n", at, levels[lower], text, testTrace)
	}
	return log.String()
}

// runs are the numbers of records, those in a row as the first and the last of them.
func runs(t *testing.T, records []Record) string {
	t.Helper()
	var out []string
	last := -2
	for i := range records {
		var n int
		if _, err := fmt.Sscan(records[i].Message, &n); err != nil {
			t.Fatal(err)
		}
		if n == last+1 {
			from, _, _ := strings.Cut(out[len(out)-1], "-")
			out[len(out)-1] = fmt.Sprint(from, "-", n)
		} else {
			out = append(out, fmt.Sprint(n, "-", n))
		}
		last = n
	}
	return strings.Join(out, " ")
}

// TestKeepCounts has all records count in what is said of the trace and of its spans, also those that are
// not kept.
func TestKeepCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, anyIDs)
		all := Join(in)
		in.MaxRecords = rapid.IntRange(1, 8000).Draw(t, "room")
		got := Join(in)

		ordered := in
		ordered.Lines = inOrder(in.Lines)
		j := newJoiner(&ordered)
		j.addSpans()
		j.addRecords()
		var records []Record
		place := make(map[int]int) // in got, by the place in all
		for i, kept := range j.keeps.kept {
			if kept {
				place[i] = len(records)
				records = append(records, all.Records[i])
			}
		}
		keptOf := func(records []int) []int {
			kept := []int{}
			for _, i := range records {
				if at, ok := place[i]; ok {
					kept = append(kept, at)
				}
			}
			return kept
		}
		if !reflect.DeepEqual(got.Records, append([]Record{}, records...)) {
			t.Fatalf("got the records %+v, want %+v", got.Records, records)
		}
		want := *all
		want.Records, want.Omitted = got.Records, len(all.Records)-len(records)
		want.Spans = append([]Span{}, all.Spans...)
		for i := range want.Spans {
			s := &want.Spans[i]
			kept := keptOf(s.Records)
			s.Omitted = len(s.Records) - len(kept)
			s.Records = kept
		}
		want.Gaps = []Gap{}
		for _, g := range all.Gaps {
			if g.Records = keptOf(g.Records); len(g.Records) == 0 {
				g.Records = nil
			}
			want.Gaps = append(want.Gaps, g)
		}
		// What says that records are missing was checked above.
		isSaid := func(g Gap) bool { return g.Kind == GapOmitted || g.Kind == GapMore }
		got.Gaps, want.Gaps = slices.DeleteFunc(got.Gaps, isSaid), slices.DeleteFunc(want.Gaps, isSaid)
		if !reflect.DeepEqual(got, &want) {
			t.Fatalf("got\n%s\nwant\n%s", render(got), render(&want))
		}
	})
}

// TestJoinLetsGo has no line's text stay in memory with its record, and the caller's lines be left alone.
func TestJoinLetsGo(t *testing.T) {
	lines := readLog("app.log", logOf("ie-i", 0))
	in := Input{ID: traceID(t), Lines: inOrder(lines)}
	j := newJoiner(&in)
	j.addSpans()
	j.addRecords()
	for i := range in.Lines {
		if in.Lines[i].Text != nil || lines[i].Text == nil {
			t.Errorf("line %d: %q of %q is left", i, in.Lines[i].Text, lines[i].Text)
		}
	}
}
