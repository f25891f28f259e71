package viewer

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spanlog/spanlog/internal/logquery"
	"github.com/spanlog/spanlog/internal/tracejoin"
)

const (
	// maxRecords is about how many bytes the records on the page of a trace have. An export has all.
	maxRecords = 8 << 20
	// writeBuffer is how much of a trace is written at once, unless a single record has more.
	writeBuffer = 32 << 10
)

// serveTrace answers with a trace, as far as a page can show it.
func (v *Viewer) serveTrace(w http.ResponseWriter, r *http.Request) {
	t, ok := v.join(w, r, tracejoin.Input{MaxText: maxText, MaxRecords: maxRecords})
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = writeTrace(w, t, false) // the client has gone
}

// join answers with an error, or returns the trace that a request names, within the limits of in.
func (v *Viewer) join(w http.ResponseWriter, r *http.Request, in tracejoin.Input) (*tracejoin.Trace, bool) {
	id, err := logquery.ParseTrace(r.PathValue("id"))
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return nil, false
	}
	in.ID = id
	t, err := v.trace(r.Context(), in)
	switch {
	case err != nil:
		refuse(w, http.StatusInternalServerError, err)
	case len(t.Records) == 0 && len(t.Spans) == 0:
		refuse(w, http.StatusNotFound, fmt.Errorf("trace %s: neither records nor spans are found%s", id, v.whyNot(t)))
	default:
		return t, true
	}
	return nil, false
}

// whyNot says what may be the reason that nothing is found.
func (v *Viewer) whyNot(t *tracejoin.Trace) string {
	var why strings.Builder
	if s := v.Index.Stats(); !s.Indexed {
		fmt.Fprintf(&why, ". The logs are indexed up to %d %% so far", 100*s.Bytes/max(s.Total, 1))
	}
	for _, g := range t.Gaps {
		fmt.Fprintf(&why, ". %s", strings.TrimSuffix(g.Text, "."))
	}
	return why.String()
}

// trace joins what there is of a trace. It keeps no lines, which take as much memory as the trace.
func (v *Viewer) trace(ctx context.Context, in tracejoin.Input) (*tracejoin.Trace, error) {
	in.Spans, in.From, in.Err = v.Spans.of(ctx, in.ID)
	found, err := v.Index.Trace(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	in.Lines, in.More, in.Gone = found.Lines, found.More, found.Gone
	return tracejoin.Join(in), nil
}

// writeTrace writes a trace as JSON, with a line for each of its spans and records. It is written as it is
// encoded: as a whole, it could take more memory than the trace. If it is for a document in HTML, no
// character in it means anything there.
func writeTrace(w io.Writer, t *tracejoin.Trace, inHTML bool) error {
	e := traceEncoder{out: bufio.NewWriterSize(w, writeBuffer)}
	e.json = json.NewEncoder(&e.one)
	e.json.SetEscapeHTML(inHTML)
	head, err := e.encode(struct { // what is not a list: these fields hide those of the same names
		*tracejoin.Trace
		Spans   any `json:"spans,omitempty"`
		Records any `json:"records,omitempty"`
		Gaps    any `json:"gaps,omitempty"`
	}{Trace: t})
	if err != nil {
		return err
	}
	_, _ = e.out.Write(bytes.TrimSuffix(head, []byte("}"))) // an error stays
	if err := writeList(&e, "spans", t.Spans); err != nil {
		return err
	}
	if err := writeList(&e, "records", t.Records); err != nil {
		return err
	}
	if err := writeList(&e, "gaps", t.Gaps); err != nil {
		return err
	}
	_, _ = e.out.WriteString("}\n")
	return e.out.Flush()
}

// A traceEncoder encodes the parts of a trace.
type traceEncoder struct {
	out  *bufio.Writer
	json *json.Encoder
	one  bytes.Buffer
}

// encode returns the JSON of a part, until the next call.
func (e *traceEncoder) encode(part any) ([]byte, error) {
	e.one.Reset()
	err := e.json.Encode(part)
	return bytes.TrimSuffix(e.one.Bytes(), []byte("\n")), err
}

// writeList writes a list behind what is there. It ends with the first error: the client may have gone.
func writeList[T any](e *traceEncoder, name string, list []T) error {
	fmt.Fprintf(e.out, ",\n%q:[", name)
	before := "\n"
	for i := range list {
		part, err := e.encode(&list[i])
		if err != nil {
			return err
		}
		_, _ = e.out.WriteString(before) // an error stays
		if _, err := e.out.Write(part); err != nil {
			return err
		}
		before = ",\n"
	}
	_, err := e.out.WriteString("]")
	return err
}
