package tracejoin

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/zipkin"
)

// check checks what holds of all traces.
func check(t assert.T, in Input, got *Trace) {
	t.Helper()
	in.Lines = inOrder(in.Lines)
	checkSpans(t, in, got)
	checkRecords(t, in, got)
	if got.Start > got.End || got.Start < 0 || got.End > latest {
		t.Fatalf("from %d to %d", got.Start, got.End)
	}
	for _, g := range got.Gaps {
		for _, i := range g.Spans {
			_ = got.Spans[i]
		}
		for _, i := range g.Records {
			_ = got.Records[i]
		}
		if g.Kind == "" || g.Text == "" {
			t.Fatalf("gap without words: %+v", g)
		}
	}
	if !slices.IsSorted(got.Services) {
		t.Fatalf("services %q", got.Services)
	}
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatalf("%v", err)
	}
	var again Trace
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatalf("%v", err)
	}
	if !reflect.DeepEqual(&again, got) {
		t.Fatalf("it is another one as JSON: %s\ngot  %+v\nwant %+v", text, again, *got)
	}
}

func checkSpans(t assert.T, in Input, got *Trace) {
	t.Helper()
	known := make(map[string]int)
	var ancestors []int // of the next span, if it is a child of the one before it
	for i, s := range got.Spans {
		if !s.Inferred {
			known[s.ID]++
		}
		depth := 0
		if s.Parent >= 0 {
			if s.Parent >= i {
				t.Fatalf("span %d has the parent %d", i, s.Parent)
			}
			depth = got.Spans[s.Parent].Depth + 1
		}
		if s.Depth != depth {
			t.Fatalf("span %d is %d deep, want %d", i, s.Depth, depth)
		}
		if depth > len(ancestors) || depth > 0 && ancestors[depth-1] != s.Parent {
			t.Fatalf("span %d is not in its place, depth first: its parent is %d, and those before it are %v", i, s.Parent, ancestors)
		}
		ancestors = append(ancestors[:depth], i)
		if s.Duration < 0 || s.Start < 0 || s.Skew < 0 || s.Start != 0 && (s.Start < got.Start || s.end() > got.End) {
			t.Fatalf("span %d is from %d for %d, the trace from %d to %d", i, s.Start, s.Duration, got.Start, got.End)
		}
		if !slices.IsSorted(s.Records) {
			t.Fatalf("span %d has the records %v", i, s.Records)
		}
		if s.Service != "" && !slices.Contains(got.Services, s.Service) {
			t.Fatalf("services %q without %q", got.Services, s.Service)
		}
		for _, a := range s.Annotations {
			if a.At != 0 && (a.At < got.Start || a.At > got.End) {
				t.Fatalf("span %d has %+v, the trace is from %d to %d", i, a, got.Start, got.End)
			}
		}
		for _, r := range s.Records {
			if got.Records[r].Span != i {
				t.Fatalf("span %d has record %d, which has span %d", i, r, got.Records[r].Span)
			}
		}
		if s.Inferred && (len(s.Records) == 0 || s.Parent >= 0) {
			t.Fatalf("inferred of nothing: %+v", s)
		}
	}
	if want := wantSpans(in.Spans); !maps.Equal(known, want) {
		t.Fatalf("spans by id: got %v, want %v", known, want)
	}
}

// wantSpans is how many spans there are to be with each id. The parts of a service's span are
// told apart by their kinds only.
func wantSpans(spans []zipkin.Span) map[string]int {
	type part struct{ id, service, kind string }
	want := make(map[string]int)
	seen := make(map[part]bool)
	vague := make(map[part]bool)
	for _, s := range spans {
		id, ok := zipkin.NormalID(s.ID)
		p := part{id, strings.ToLower(s.Service()), s.Kind}
		if s.Shared {
			p.kind = "SERVER"
		}
		switch {
		case !ok:
			want[id]++
		case p.kind == "":
			vague[p] = true
		case !seen[p]:
			seen[p] = true
			want[id]++
		}
	}
	for p := range seen {
		delete(vague, part{p.id, p.service, ""})
	}
	for p := range vague {
		want[p.id]++
	}
	return want
}

func checkRecords(t assert.T, in Input, got *Trace) {
	t.Helper()
	if len(got.Records) != len(in.Lines) {
		t.Fatalf("%d records of %d lines", len(got.Records), len(in.Lines))
	}
	listed := 0
	for _, s := range got.Spans {
		listed += len(s.Records)
	}
	for i, r := range got.Records {
		if at := usable(r.At); at != 0 && (at < got.Start || at > got.End) {
			t.Fatalf("record %d is at %d, the trace from %d to %d", i, at, got.Start, got.End)
		}
		id := ""
		if h := &in.Lines[i].Head; h.Span.IsValid() {
			id = h.Span.String()
		}
		if r.SpanID != id || r.Log != in.Lines[i].Log {
			t.Fatalf("record %d is of span %s of %s", i, r.SpanID, r.Log)
		}
		if r.Span < 0 {
			if id != "" {
				t.Fatalf("record %d of span %s is of none", i, id)
			}
			continue
		}
		listed--
		if got.Spans[r.Span].ID != id || !contains(got.Spans[r.Span].Records, i) {
			t.Fatalf("record %d of span %q is of %+v", i, id, got.Spans[r.Span])
		}
	}
	if listed != 0 {
		t.Fatalf("%d records are of spans more than once", listed)
	}
}

func contains(sorted []int, i int) bool {
	_, ok := slices.BinarySearch(sorted, i)
	return ok
}
