package spanlogtest

// A handler that keeps records. It is held to the same suite as any other handler
// (TestRecorderKeepsSlogsRules), as a test that passes because of a mistake of the Recorder's
// would be worse than none.

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/valuer"
)

// A Recorder is a [slog.Handler] that keeps every record for a test to look
// at. It is enabled for all levels.
//
// Handlers derived from it by WithAttrs and WithGroup record into the same
// list and share nothing else that can change. All methods may be called
// concurrently, except that the methods which can fail the test at once (see
// [Recorder.One]) belong to the test's own goroutine.
//
// Values of kind [slog.KindAny] are kept as they are: if the program changes
// what a logged pointer points to, the record shows the change.
type Recorder struct {
	log   *log
	scope *scope // nil if nothing was added by WithAttrs or WithGroup
}

var _ slog.Handler = (*Recorder)(nil)

// New returns a Recorder for the test tb.
//
// As long as the test runs, each record is also written to the test's output,
// so that a test which fails shows what was logged. A record that arrives
// later, from a goroutine that the test has left behind, is recorded and no
// longer written: unlike tb.Log, it neither panics nor disturbs another test
// (golang/go#40343).
func New(tb testing.TB) *Recorder {
	l := &log{tb: tb}
	tb.Cleanup(l.end)
	return &Recorder{log: l}
}

// Enabled reports true.
func (r *Recorder) Enabled(context.Context, slog.Level) bool { return true }

// Handle records rec. It keeps neither rec nor any slice of it. The error is always
// nil.
func (r *Recorder) Handle(ctx context.Context, rec slog.Record) error {
	attrs := make([]slog.Attr, 0, rec.NumAttrs())
	rec.Attrs(func(a slog.Attr) bool {
		attrs = appendResolved(attrs, a, valuer.Within{})
		return true
	})
	r.log.add(Record{
		Time:    rec.Time,
		Level:   rec.Level,
		Message: rec.Message,
		Attrs:   r.scope.around(attrs),
		Span:    trace.SpanContextFromContext(ctx),
		PC:      rec.PC,
	})
	return nil
}

// WithAttrs returns a Recorder that adds attrs to each record. The values are
// resolved now; attrs itself is neither kept nor changed.
func (r *Recorder) WithAttrs(attrs []slog.Attr) slog.Handler {
	var own []slog.Attr
	for _, a := range attrs {
		own = appendResolved(own, a, valuer.Within{})
	}
	if len(own) == 0 {
		return r
	}
	return &Recorder{r.log, &scope{parent: r.scope, attrs: own}}
}

// WithGroup returns a Recorder that puts later attributes into the group name.
// If name is empty it returns r.
func (r *Recorder) WithGroup(name string) slog.Handler {
	if name == "" {
		return r
	}
	return &Recorder{r.log, &scope{parent: r.scope, group: name}}
}

// Records returns a copy of the records so far, in the order of arrival.
func (r *Recorder) Records() []Record {
	r.log.mu.Lock()
	defer r.log.mu.Unlock()
	recs := slices.Clone(r.log.records)
	for i := range recs {
		recs[i].Attrs = slices.Clone(recs[i].Attrs)
	}
	return recs
}

// Reset forgets the records so far.
func (r *Recorder) Reset() {
	r.log.mu.Lock()
	defer r.log.mu.Unlock()
	r.log.records = nil
}

// A log is what a Recorder and all that derive from it have in common.
type log struct {
	tb testing.TB

	mu      sync.Mutex // guards all below, and writing to tb
	records []Record
	ended   bool // tb must no longer be used for output
}

// add records rec, and shows it as long as the test runs.
func (l *log) add(rec Record) {
	// A value's String method may log as well, so format before locking.
	line := rec.String() + "\n"

	// The lock is held while writing: end, and with it the test, waits for a
	// record that is on its way.
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records = append(l.records, rec)
	if !l.ended {
		// Not tb.Log: it would name this line as the place of the call.
		l.tb.Output().Write([]byte(line))
	}
}

// end is called when the test is over: tb panics if it is written to from then on.
func (l *log) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
}

// A scope is one call of WithAttrs or WithGroup. Scopes are never changed; a
// derived handler points to its parent's. There is no slice that siblings
// could append to.
type scope struct {
	parent *scope
	group  string      // set by WithGroup
	attrs  []slog.Attr // set by WithAttrs, resolved
}

// around returns attrs with the attributes and groups of s and its parents
// around them. Groups with nothing in them are left out.
func (s *scope) around(attrs []slog.Attr) []slog.Attr {
	for ; s != nil; s = s.parent {
		switch {
		case s.group == "":
			attrs = slices.Concat(s.attrs, attrs)
		case len(attrs) > 0:
			attrs = []slog.Attr{slog.GroupAttrs(s.group, attrs...)}
		}
	}
	return attrs
}

// appendResolved appends a to dst by the rules of [slog.Handler].
func appendResolved(dst []slog.Attr, a slog.Attr, within valuer.Within) []slog.Attr {
	a.Value = within.Resolve(a.Value)
	if a.Equal(slog.Attr{}) {
		return dst
	}
	if a.Value.Kind() != slog.KindGroup {
		return append(dst, a)
	}
	var members []slog.Attr
	for _, m := range a.Value.Group() {
		members = appendResolved(members, m, within)
	}
	switch {
	case a.Key == "":
		return append(dst, members...)
	case len(members) == 0:
		return dst
	}
	return append(dst, slog.GroupAttrs(a.Key, members...))
}
