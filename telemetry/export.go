package telemetry

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/wording"
)

// ExportError says that spans or log records could not be sent, or not be kept for that: they
// are lost. [Options].OnError hears it. It is not changed after it was made.
type ExportError struct {
	// Exporter is "zipkin" or "otlp".
	Exporter string
	// Spans is the number of spans concerned, or 0. Where a server refuses a
	// part of what it got, this is the whole of it.
	Spans int
	// Records is the number of log records concerned, or 0, in the same way.
	Records int
	// Err is what went wrong: of a full queue, that it was full; otherwise what the last
	// attempt came to.
	Err error
}

// Error says which exporter failed, for how many spans or log records, and why.
func (e *ExportError) Error() string {
	return fmt.Sprintf("telemetry: %s: export of %s failed: %v", e.Exporter, e.items(), e.Err)
}

// items is the number of what could not be sent, in words.
func (e *ExportError) items() string {
	if e.Records > 0 {
		return wording.Count(e.Records, "log record")
	}
	return wording.Count(e.Spans, "span")
}

// Unwrap returns e.Err.
func (e *ExportError) Unwrap() error { return e.Err }

// exportSpan is the parent of all spans that a request to a server may make
// when the client's transport makes spans. It is not sampled; should a sampler
// not care, the processors know its trace and leave it out. Otherwise every
// export would be the reason for another one.
var exportSpan = func() trace.SpanContext {
	c := trace.SpanContextConfig{SpanID: trace.SpanID{7: 1}}
	binary.BigEndian.PutUint64(c.TraceID[:8], rand.Uint64())
	binary.BigEndian.PutUint64(c.TraceID[8:], rand.Uint64()|1)
	return trace.NewSpanContext(c)
}()
