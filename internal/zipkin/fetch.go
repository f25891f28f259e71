package zipkin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// ErrUnknownTrace is the error of Fetch for a trace that the server does not have: it was not
// sampled, or is not there yet, or not any more.
var ErrUnknownTrace = errors.New("the server does not know the trace")

// maxTrace is how many bytes the spans of a trace may have.
const maxTrace = 64 << 20

// Fetch asks a Zipkin server for the spans of a trace. The server is its address, without the
// path of the API.
func Fetch(ctx context.Context, server, traceID string) ([]Span, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server+"/api/v2/trace/"+traceID, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		return ReadSpans(resp.Body)
	case http.StatusNotFound:
		return nil, ErrUnknownTrace
	}
	return nil, fmt.Errorf("%s: %s", req.URL, resp.Status)
}

// ReadSpans reads an array of spans, as the API has it.
func ReadSpans(r io.Reader) (spans []Span, err error) {
	if err := json.NewDecoder(io.LimitReader(r, maxTrace)).Decode(&spans); err != nil {
		return nil, fmt.Errorf("spans: %w: want an array in Zipkin's v2 JSON", err)
	}
	return spans, nil
}
