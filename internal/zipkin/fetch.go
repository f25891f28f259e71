package zipkin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// ErrUnknownTrace is the error of Fetch for a trace that the server does not have: it was not
// sampled, or is not there yet, or not any more.
var ErrUnknownTrace = errors.New("the server does not know the trace")

// maxTrace is how many bytes the spans of a trace may have.
const maxTrace = 64 << 20

// Fetch asks a Zipkin server for the spans of a trace. The server is its address, without the
// path of the API.
func Fetch(ctx context.Context, server, traceID string) (spans []Span, err error) {
	err = fetch(ctx, server+"/api/v2/trace/"+traceID, func(body io.Reader) error {
		spans, err = ReadSpans(body)
		return err
	})
	return spans, err
}

// manyIDs is how many traces are asked for at once: an address has up to 4 KiB with some servers.
const manyIDs = 100

// FetchMany asks for the spans of several traces. Those that the server does not have are left
// out. With an error, it returns those that it has got.
func FetchMany(ctx context.Context, server string, traceIDs []string) (traces [][]Span, err error) {
	for ids := range slices.Chunk(traceIDs, manyIDs) {
		if len(ids) == 1 { // Zipkin wants two at least, and no id twice
			switch spans, err := Fetch(ctx, server, ids[0]); {
			case err == nil && len(spans) > 0:
				traces = append(traces, spans)
			case err != nil && !errors.Is(err, ErrUnknownTrace):
				return traces, err
			}
			continue
		}
		err := fetch(ctx, server+"/api/v2/traceMany?traceIds="+strings.Join(ids, ","), func(body io.Reader) error {
			var some [][]Span
			if err := json.NewDecoder(io.LimitReader(body, maxTrace)).Decode(&some); err != nil {
				return fmt.Errorf("traces: %w: want arrays of spans in Zipkin's v2 JSON", err)
			}
			traces = append(traces, slices.DeleteFunc(some, func(s []Span) bool { return len(s) == 0 })...)
			return nil
		})
		if err != nil && !errors.Is(err, ErrUnknownTrace) {
			return traces, err
		}
	}
	return traces, nil
}

// fetch has read read the body of an answer. Errors are without the address, which can be long.
func fetch(ctx context.Context, address string, read func(io.Reader) error) (err error) {
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = ctx.Err() // whatever came of it
		}
		if one, ok := errors.AsType[*url.Error](err); ok {
			err = one.Err
		}
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		return read(resp.Body)
	case http.StatusNotFound:
		return ErrUnknownTrace
	}
	return errors.New(resp.Status)
}

// ReadSpans reads an array of spans, as the API has it.
func ReadSpans(r io.Reader) (spans []Span, err error) {
	if err := json.NewDecoder(io.LimitReader(r, maxTrace)).Decode(&spans); err != nil {
		return nil, fmt.Errorf("spans: %w: want an array in Zipkin's v2 JSON", err)
	}
	return spans, nil
}
