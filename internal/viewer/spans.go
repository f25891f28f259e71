package viewer

// Spans: where they are from. What was sent to the command itself is at hand and comes first; a
// Zipkin server is asked for the rest, for each trace that is shown, as it may have got more.

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/zipkin"
)

// Spans are where the spans of traces are from. The zero value has none.
type Spans struct {
	// Received has those that were sent to the command itself, or read from a file; nil: neither.
	Received *zipkin.Store
	// Listens says that more may come to it.
	Listens bool
	// From is where those are from, in words.
	From string
	// Zipkin is the address of a server, without the path of its API, that is asked for
	// those that were not received; "": none. It may have a password, which must not be shown
	// (TestPassword).
	Zipkin string
}

// askTime is how long a server may take: somebody waits for the page.
const askTime = 5 * time.Second

// of returns the spans of a trace, and where they are from in words; "" if nobody is to be
// asked. The error is zipkin.ErrUnknownTrace if the one that was asked last does not know the
// trace, or says why asking has failed; then there are no spans, and from is all who were asked.
func (s *Spans) of(ctx context.Context, id trace.TraceID) (spans []zipkin.Span, from string, err error) {
	if s.Received != nil {
		from, err = s.From, zipkin.ErrUnknownTrace
		if spans = s.Received.Trace(id.String()); spans != nil {
			return spans, from, nil
		}
	}
	if s.Zipkin != "" {
		ctx, cancel := context.WithTimeout(ctx, askTime)
		defer cancel()
		spans, err = zipkin.Fetch(ctx, s.Zipkin, id.String())
		from = strings.TrimPrefix(from+" and "+s.zipkinName(), " and ")
		if err == nil {
			from = s.zipkinName()
		}
		err = noAnswer(err, askTime)
	}
	return spans, from, err
}

// zipkinName is the server's address as it is shown: without a password.
func (s *Spans) zipkinName() string {
	u, err := url.Parse(s.Zipkin)
	if err != nil {
		return ""
	}
	u.User = nil
	return u.String()
}

// noAnswer has an error say that a time was over, if it was: what package context calls it means
// nothing to whoever reads the page.
func noAnswer(err error, after time.Duration) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s", after)
	}
	return err
}

// status is what pages show of the spans.
func (s *Spans) status() spanStatus {
	out := spanStatus{Listens: s.Listens, URL: s.zipkinName()}
	var from []string
	if s.Received != nil {
		out.Received, out.Evicted = s.Received.Len(), s.Received.Evicted()
		from = append(from, s.From)
	}
	if s.Zipkin != "" {
		from = append(from, s.zipkinName())
	}
	out.From = strings.Join(from, " and ")
	return out
}
