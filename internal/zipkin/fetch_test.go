package zipkin

import (
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

// setLimit has 1 MiB of spans be read at most, and 2 MiB of memory be taken for them.
func setLimit(t *testing.T) {
	beforeJSON, beforeMemory := maxJSON, maxMemory
	maxJSON, maxMemory = 1<<20, 2<<20
	t.Cleanup(func() { maxJSON, maxMemory = beforeJSON, beforeMemory })
}

// crowd is an array of spans that say nothing, and so take least in JSON.
func crowd(n int) io.Reader { return strings.NewReader("[" + strings.Repeat("{},", n-1) + "{}]") }

// large is an array of n bytes, with one span that has a long name.
func large(n int64) io.Reader {
	const begin, end = `[{"traceId":"a","id":"a","name":"`, `"}]`
	return strings.NewReader(begin + strings.Repeat("x", int(n)-len(begin+end)) + end)
}

func TestReadSpans(t *testing.T) {
	setLimit(t)
	const id = "000000000000000a"
	for _, tt := range []struct {
		name string
		in   io.Reader
		want []Span
		err  string
	}{
		{"spans", strings.NewReader(`[{"traceId":"000000000000000a","id":"000000000000000a","name":"GET"}]`), []Span{{TraceID: id, ID: id, Name: "GET"}}, ""},
		{"short ids in upper case", strings.NewReader(`[{"traceId":"A","id":"A","parentId":"A"}]`), []Span{{TraceID: id, ID: id}}, ""},
		{"a parent in upper case", strings.NewReader(`[{"traceId":"a","id":"a","parentId":"B"}]`), []Span{{TraceID: id, ID: id, ParentID: "000000000000000b"}}, ""},
		{"a parent of zeros", strings.NewReader(`[{"traceId":"a","id":"a","parentId":"0000000000000000"}]`), []Span{{TraceID: id, ID: id}}, ""},
		{"no ids", strings.NewReader(`[{"traceId":"x","id":"y","parentId":"z"}]`), []Span{{TraceID: "x", ID: "y", ParentID: "z"}}, ""},
		{"none", strings.NewReader(" [ ]\n"), nil, ""},
		{"empty", strings.NewReader(""), nil, "JSON: empty: want an array of spans"},
		{"an object", strings.NewReader("{}"), nil, "JSON: {: want an array of spans"},
		{"traces", strings.NewReader("[[{}]]"), nil, "span 0: JSON array: want a span"},
		{"two arrays", strings.NewReader("[]\n[]"), nil, "JSON: something follows the array"},
		{"cut off", strings.NewReader(`[{"traceId":"a"`), nil, "span 0: JSON: unexpected EOF"},
		{"too large", large(maxJSON + 1), nil, "more than 1 MiB of spans"},
		{"many that are small", crowd(100_000), nil, "the spans take more than 2 MiB of memory"},
		{"too large behind it", io.MultiReader(large(maxJSON), strings.NewReader(" ")), nil, "more than 1 MiB of spans"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadSpans(tt.in)
			if message(err) != tt.err || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, %q, want %+v, %q", got, message(err), tt.want, tt.err)
			}
		})
	}
}

// TestReadSpansLarge: what is as large as may be is read to its end.
func TestReadSpansLarge(t *testing.T) {
	setLimit(t)
	got, err := ReadSpans(large(maxJSON))
	if err != nil || len(got) != 1 {
		t.Errorf("got %d spans, %v", len(got), err)
	}
}

// TestFetch: what an answer of a server means.
func TestFetch(t *testing.T) {
	setLimit(t)
	var answer func(http.ResponseWriter)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w) }))
	defer server.Close()
	body := func(r io.Reader) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { _, _ = io.Copy(w, r) } // the client may have enough before
	}
	for _, tt := range []struct {
		name   string
		answer func(http.ResponseWriter)
		many   bool // several traces are asked for
		want   int  // spans, or traces
		err    string
	}{
		{"a trace", body(strings.NewReader(`[{"traceId":"a","id":"a"}]`)), false, 1, ""},
		{"no trace", func(w http.ResponseWriter) { w.WriteHeader(404) }, false, 0, ErrUnknownTrace.Error()},
		{"trouble", func(w http.ResponseWriter) { w.WriteHeader(503) }, false, 0, "503 Service Unavailable"},
		{"a page", body(strings.NewReader("<html>")), false, 0, "JSON: invalid character '<' looking for beginning of value"},
		{"too large", body(large(maxJSON + 1)), false, 0, "more than 1 MiB of spans"},
		{"traces", body(strings.NewReader(`[[{"traceId":"a","id":"a"}],[]]`)), true, 1, ""},
		{"a page for traces", body(strings.NewReader("<html>")), true, 0, "traces: JSON: invalid character '<' looking for beginning of value"},
		{"a crowd", body(crowd(100_000)), false, 0, "the spans take more than 2 MiB of memory"},
		{"a crowd in a trace", body(io.MultiReader(strings.NewReader("["), crowd(100_000), strings.NewReader("]"))), true, 0, "traces: the spans take more than 2 MiB of memory"},
		{"traces that are too large", body(io.MultiReader(strings.NewReader("["), large(maxJSON), strings.NewReader("]"))), true, 0, "traces: more than 1 MiB of spans"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer = tt.answer
			var got int
			var err error
			if tt.many {
				var traces [][]Span
				traces, err = FetchMany(t.Context(), server.URL, []string{"a", "b"})
				got = len(traces)
			} else {
				var spans []Span
				spans, err = Fetch(t.Context(), server.URL, "a")
				got = len(spans)
			}
			if got != tt.want || message(err) != tt.err {
				t.Errorf("got %d, %q, want %d, %q", got, message(err), tt.want, tt.err)
			}
		})
	}
}
