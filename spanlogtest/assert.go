package spanlogtest

// What a test asks of a Recorder. A failure says all that was logged: whoever reads it mostly
// looks for a message that was changed, or a span that was not passed on.

import (
	"fmt"
	"strings"

	"go.opentelemetry.io/otel/trace"
)

// One returns the one record whose message is msg. If there is none, or more
// than one, it lists the records and ends the test as tb.Fatal does, so it
// must be called from the test's goroutine.
func (r *Recorder) One(msg string) Record {
	r.log.tb.Helper()
	recs := r.Records()
	found := withMessage(recs, msg)
	if len(found) != 1 {
		r.log.tb.Fatalf("%d records have the message %q, want exactly one; %s", len(found), msg, list(recs))
	}
	return found[0]
}

// None fails the test if a record's message is msg. The test goes on.
func (r *Recorder) None(msg string) {
	r.log.tb.Helper()
	recs := r.Records()
	if n := len(withMessage(recs, msg)); n > 0 {
		r.log.tb.Errorf("%d records have the message %q, want none; %s", n, msg, list(recs))
	}
}

// AssertInSpan fails the test unless the one record whose message is msg was
// logged in span: its context carried a span context with the same trace and
// span id. The test goes on, except that it ends where [Recorder.One] ends it. The
// span must have valid ids, as those of an SDK's tracer have; it may have ended.
func (r *Recorder) AssertInSpan(msg string, span trace.Span) {
	r.log.tb.Helper()
	got := r.One(msg).Span
	if problem := differ(got, span.SpanContext()); problem != "" {
		r.log.tb.Errorf("record %q %s", msg, problem)
	}
}

// differ says in which way got is not the span context want, or nothing.
func differ(got, want trace.SpanContext) string {
	switch {
	case !want.IsValid():
		return "can't be in the span wanted, which has no valid ids: is its tracer from a real TracerProvider?"
	case !got.IsValid():
		return fmt.Sprintf("was logged without a span, want %s; "+
			"slog.Info carries no context, slog.InfoContext(ctx, …) does", spanName(want))
	case got.TraceID() == want.TraceID() && got.SpanID() == want.SpanID():
		return ""
	case got.TraceID() == want.TraceID():
		return fmt.Sprintf("was logged in span %s, want span %s of the same trace %s",
			got.SpanID(), want.SpanID(), want.TraceID())
	default:
		return fmt.Sprintf("was logged in %s, want %s", spanName(got), spanName(want))
	}
}

// withMessage returns the records whose message is msg. It is compared as a whole: a test that
// goes by a part of it would pass with a message that says the contrary.
func withMessage(recs []Record, msg string) []Record {
	var found []Record
	for _, rec := range recs {
		if rec.Message == msg {
			found = append(found, rec)
		}
	}
	return found
}

// list returns the records one per line for a failure message.
func list(recs []Record) string {
	if len(recs) == 0 {
		return "nothing was logged"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "all %d records:", len(recs))
	for _, rec := range recs {
		b.WriteString("\n\t" + rec.String())
	}
	return b.String()
}
