package zipkin

// Fetching: spans from a server or a file. A server is asked once, and may take as long as the
// context lets it: somebody waits for the answer, and asks again if that is of use.

import (
	"bytes"
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

// maxJSON is how many bytes of spans are read from a file or an answer: some 100,000 spans, as many
// as a [Store] keeps by default. Without a limit, a wrong address or file could take all memory.
// And of an array of small things, which take many times more there, what maxMemory has room for. Tests
// have less.
var maxJSON, maxMemory int64 = 64 << 20, defaultMaxBytes

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
// out. With an error, it returns those that it has got. Ids are as with [ReadSpans].
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
			room := maxMemory
			err := eachElement(limited(body), "trace", func(_ int, one json.RawMessage) error {
				spans, err := readSpans(bytes.NewReader(one), &room)
				if err == nil && len(spans) > 0 {
					traces = append(traces, spans)
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("traces: %w", tooLarge(err))
			}
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

// ReadSpans reads an array of spans in Zipkin's v2 JSON, as its API and the download of its pages
// have it, up to 64 MiB. Ids are in normal form in what it returns, as far as they are ids: files
// that did not come through a server may have them otherwise. Nothing else of the spans is
// checked.
func ReadSpans(r io.Reader) ([]Span, error) {
	room := maxMemory
	spans, err := readSpans(limited(r), &room)
	if err != nil {
		return nil, tooLarge(err)
	}
	return spans, nil
}

// readSpans reads an array of spans, and takes what they need from the room that there is.
func readSpans(r io.Reader, room *int64) (spans []Span, err error) {
	err = eachSpan(r, func(_ int, span Span) error {
		if *room -= span.memory(); *room < 0 {
			return fmt.Errorf("the spans take more than %d MiB of memory", maxMemory>>20)
		}
		spans = append(spans, span.NormalIDs())
		return nil
	})
	return spans, err
}

// limited has reading beyond maxJSON end in an error, where an [io.LimitReader] would have the JSON
// look as if it were cut off.
func limited(r io.Reader) io.Reader { return http.MaxBytesReader(nil, io.NopCloser(r), maxJSON) }

// tooLarge has an error of what is limited say so, and nothing of where in the JSON that was.
func tooLarge(err error) error {
	if most, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fmt.Errorf("more than %d MiB of spans", most.Limit>>20)
	}
	return err
}
