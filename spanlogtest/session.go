package spanlogtest

// How a check is run: a session for each kind of span, in which records are logged to one
// handler, and compared when it is done. Most checks are scenes, lines of a table with what is
// logged and what must come out; those that need more call expect, or look for themselves.
//
// What a handler adds to each record is its own affair: the first record of a session, which
// has no attributes, shows what that is.

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"
)

// A probe is what a check works with: the way to get handlers and to report.
type probe struct {
	*reporter
	suite  *suite
	traced bool // the check is one of trace fields
}

// A session is the use of one handler: records go in, and close compares what
// has come out with what was expected.
type session struct {
	p       *probe
	span    spanKind
	handler slog.Handler // knows its context, see bound
	shared  slog.Handler // derived from handler, for concurrent/derive
	log     *slog.Logger // logs to handler
	results func() []map[string]any
	wants   []want
	dead    bool // the handler panicked; what comes out means nothing
	strict  bool // trace fields must be right, see strict
}

// A want is what one record must look like.
type want struct {
	when  string
	attrs tree // nil: don't look
	loose bool // attributes beyond attrs are fine
	any   bool // don't look at all: it is enough that there is a record
	look  func(got map[string]any) (problem string)
}

// session starts a new handler and logs a first record without attributes.
// The fields that this record has are the handler's own and don't count as
// attributes later.
func (p *probe) session(span spanKind) *session {
	p.checkOpen() // a handler that hung may go on when its test is over
	h, results := p.suite.newHandler(p.reporter)
	s := &session{p: p, span: span, results: results}
	s.handler = s.bind(span.ctx, h)
	s.log = slog.New(s.handler)
	s.expect(want{when: "in a record without attributes"}, func() { s.log.Info("base") })
	return s
}

// strict is session for checks of trace fields: they must be right in every
// record. In other sessions of checks of trace fields they must be right only if
// they are in the first record: a handler that ignores remote spans, say,
// should fail the check for that and not all others, too. In all other checks
// trace fields don't count, wherever they stand.
func (p *probe) strict(span spanKind) *session {
	s := p.session(span)
	s.strict = true
	return s
}

// expect calls log, which must log one record, and notes what is wanted.
func (s *session) expect(w want, log func()) {
	if s.dead {
		return
	}
	s.wants = append(s.wants, w)
	defer func() {
		if v := recover(); v != nil {
			s.dead = true
			s.errorf(w.when, "the handler panicked: %v\n%s", v, debug.Stack())
		}
	}()
	log()
}

// scene is expect for the usual case.
func (s *session) scene(c scene) {
	s.expect(want{when: c.when, attrs: c.want}, func() { c.log(s.log) })
}

// close compares. It must be called once, after all else.
func (s *session) close() {
	if s.dead {
		return
	}
	got := s.results()
	if len(got) != len(s.wants) {
		s.errorf("in all", "got %d records, want %d", len(got), len(s.wants))
		return
	}
	fields := s.strict || s.p.traced && len(s.p.checkTrace(got[0], s.span.sc)) == 0
	for i, w := range s.wants {
		s.compare(w, got[i], got[0], fields)
	}
}

// compare looks at one record, and at its trace fields if fields is set. base is
// the record that the session began with. In checks of other things than trace fields,
// fields in groups don't count as attributes: one fault is to fail one kind of checks
// (TestOneFault).
func (s *session) compare(w want, got, base map[string]any, fields bool) {
	if w.any {
		return
	}
	if w.attrs != nil {
		seen := got
		if !s.p.traced {
			seen = without(got, s.p.fieldNames())
		}
		for _, problem := range diff(attrsOf(seen, base, w.attrs), w.attrs, w.loose) {
			s.errorf(w.when, "%s", problem)
		}
	}
	if w.look != nil {
		if problem := w.look(got); problem != "" {
			s.errorf(w.when, "%s", problem)
		}
	}
	if fields {
		for _, problem := range s.p.checkTrace(got, s.span.sc) {
			s.errorf(w.when, "%s", problem)
		}
	}
}

// errorf notes a problem, with the kind of span and what was being done.
func (s *session) errorf(when, format string, args ...any) {
	s.p.add(problem{s.span.name, when + ": " + fmt.Sprintf(format, args...)})
}

// attrsOf returns the attributes in got: what isn't in base, and what is
// wanted in any case.
func attrsOf(got, base map[string]any, want tree) map[string]any {
	attrs := map[string]any{}
	for k, v := range got {
		_, own := base[k]
		_, wanted := want[k]
		if !own || wanted {
			attrs[k] = v
		}
	}
	return attrs
}

// A scene is one record and the attributes that must come out, exactly.
type scene struct {
	when string // completes the sentence "with a sampled span, …"
	log  func(l *slog.Logger)
	want tree
}

// scenes makes a check of scenes, which are run with all kinds of spans.
func scenes(cs ...scene) func(*probe) {
	return func(p *probe) {
		for _, span := range spanKinds {
			s := p.session(span)
			for _, c := range cs {
				s.scene(c)
			}
			s.close()
		}
	}
}

// A bound handler passes its own context on instead of the caller's, so that
// scenes can be written with the short methods of [slog.Logger], and reports
// errors from Handle, which a Logger throws away.
type bound struct {
	slog.Handler
	s   *session
	ctx context.Context
}

// bind returns h, which belongs to s, with another context.
func (s *session) bind(ctx context.Context, h slog.Handler) slog.Handler {
	if b, ok := h.(bound); ok {
		h = b.Handler
	}
	return bound{h, s, ctx}
}

// Enabled asks with the session's context: a handler may have levels of its own for a span.
func (b bound) Enabled(_ context.Context, level slog.Level) bool {
	return b.Handler.Enabled(b.ctx, level)
}

// Handle passes the record on. An error is a problem by itself: no check logs anything that a
// handler may refuse.
func (b bound) Handle(_ context.Context, r slog.Record) error {
	err := b.Handler.Handle(b.ctx, r)
	if err != nil {
		b.s.errorf(fmt.Sprintf("for the record %q", r.Message), "Handle returned the error: %v", err)
	}
	return err
}

func (b bound) WithAttrs(attrs []slog.Attr) slog.Handler {
	return bound{b.Handler.WithAttrs(attrs), b.s, b.ctx}
}

func (b bound) WithGroup(name string) slog.Handler {
	return bound{b.Handler.WithGroup(name), b.s, b.ctx}
}

// newRecord returns a record as a Logger would make it, for checks that hand one to Handle
// themselves: to look at it afterwards, or to take something away from it.
func newRecord(msg string, attrs ...slog.Attr) slog.Record {
	var pc [1]uintptr
	runtime.Callers(2, pc[:]) // skip Callers and newRecord
	r := slog.NewRecord(time.Now(), slog.LevelInfo, msg, pc[0])
	r.AddAttrs(attrs...)
	return r
}
