package spanlog

// The slog.Handler in front of it all. A Handler is a pipeline, which all that derive from
// one logger share, and what With and WithGroup have added for this one: its states. With
// does its work when it is called, so that a record finds bytes.
//
// Nothing that a Handler has is changed once it is made, nor appended to in place: siblings
// share their parent's arrays (spanlogtest's checks siblings/... are about that).

import (
	"context"
	"errors"
	"log/slog"
	"slices"
)

// Handler is a [slog.Handler] that gives every record the fields of its trace.
// [NewHandler] makes one around another handler; the handler of a [Logger] from
// [New] is one with sinks.
//
// A Handler is immutable and safe for concurrent use.
type Handler struct {
	p      *pipeline
	groups []string // the open groups; never appended to in place
	secret bool     // one of them is to be redacted
	// plain is what With and WithGroup have left for records without a span.
	// Root attributes that collide with a trace field are part of it. In
	// spanned they are not: they wait in held, and are renamed or dropped as
	// the record's span demands. Mostly nothing collides and both are one.
	plain, spanned *state
	held           []slog.Attr
}

var _ slog.Handler = (*Handler)(nil)

// A state is what With and WithGroup have added, in the form that each format
// and each foreign handler wants it in. The slices but for segments are as long as the
// pipeline's encoders and foreign handlers, and have the same order.
type state struct {
	segments []segment // the attributes themselves; the root first
	logger   string    // the value of NameKey among them
	prefixes []prefix  // by format
	foreign  []foreign // by foreign handler
}

// NewHandler returns a handler that adds the trace fields to each record and
// passes it on to next. The fields stand at the root of the record, behind its
// attributes, whatever groups are open. A record without a span has none, and allocates
// nothing more than it does with next if its values need not be resolved.
//
// Values are resolved, and what is empty is left out, before next sees them.
//
// Options may be nil. AddSource and ReplaceAttr belong to next and are ignored;
// a Level is a minimum beside next's own; the service is written only if it is
// given in opts, and no environment variable is read. What next was given before
// is out of reach: an attribute named trace_id in there is neither seen nor
// renamed, and if next has a group open already, the trace fields are in it. If
// next is the default handler that slog starts with, its output is written
// without going through package log, so that the result can be given to
// [slog.SetDefault].
//
// NewHandler never fails; a next that is nil, or a bad option, is reported as
// [Options].OnError says, and the console on stderr, or the default, is used
// instead.
func NewHandler(next slog.Handler, opts *Options) *Handler {
	var o Options
	if opts != nil {
		o = *opts
	}
	o.AddSource, o.ReplaceAttr = false, nil
	var trouble []error
	if err := o.validate(); err != nil {
		trouble = append(trouble, err)
		o.Level, o.SpanEvents, o.SpanErrors = validLeveler(o.Level), validLeveler(o.SpanEvents), validLeveler(o.SpanErrors)
		if o.Schema.validate() != nil {
			o.Schema = Schema{}
		}
	}
	p := newPipeline(&o)
	var sink Sink = wrapped{next, o.Level}
	if isNil(next) {
		trouble = append(trouble, errors.New("next is nil; records go to stderr"))
		sink = Console{}
	}
	level := o.Level
	if level == nil {
		level = slog.LevelInfo // for the console; next has a level of its own
	}
	h, err := p.build(&o, level, environment{}, o.Service, []Sink{sink})
	if err != nil {
		panic("spanlog: neither of these two sinks can fail: " + err.Error())
	}
	for _, err := range trouble {
		p.reporter.report("handler", err)
	}
	return h
}

// Enabled reports whether any sink wants records of this level, or the active
// span does (see [Options].SpanEvents). Where [Rules] by package decide, it is true
// if they admit the level for some package: who logs is known only to Handle.
func (h *Handler) Enabled(ctx context.Context, level slog.Level) (enabled bool) {
	// Loggers ask for each record, most of which are not to be: so this is as short as can
	// be where the levels are known (pipeline.findLevels).
	if h.p.known {
		return level >= h.p.lowest() || h.p.lowers && levelsUsed.Load() && isLowered(ctx, level)
	}
	if h.p.guarded {
		// Handle finds the panic again, and has somebody to tell.
		defer func() {
			if recover() != nil {
				enabled = true
			}
		}()
	}
	for i := range h.p.cores {
		if h.p.cores[i].enabled(ctx, h.plain, level, anyCaller) {
			return true
		}
	}
	return h.p.spans.wants(ctx, h.plain, level, anyCaller)
}

// Handle delivers the record to every sink whose level admits it. The error
// joins the [*SinkError] of each sink that failed. Cancelling ctx does not keep
// a record from being delivered.
//
// A record that is logged from within logging, by a LogValue or a sink, say, is
// delivered as well, but to no sink that waits for it, and not without end: four
// calls within each other are the most.
//
//go:noinline
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	if h.p.sole != nil {
		if done, err := h.around(ctx, &r); done {
			return err
		}
	}
	// Enabled may have said yes for another package, or not have been asked.
	if h.p.known && !h.p.admits(ctx, h.plain, r.Level, r.PC) {
		return nil
	}
	e := newEntry(h, ctx, &r)
	defer e.finish()
	if !e.stream(&r) {
		e.collect(&r)
	}
	if e.nested {
		return h.p.refuse(e)
	}
	if h.p.spans.any() {
		h.p.mirror(e) // before the sinks: one may be stuck
	}
	return h.p.deliver(e)
}

// Flush flushes the sinks as [Logger.Flush] does, and has the same error: around a
// handler of one's own, as far as that has a Flush or ForceFlush.
func (h *Handler) Flush(ctx context.Context) error {
	if ctx == nil {
		ctx = context.Background()
	}
	return h.p.flush(ctx, h.p.cores)
}

// WithAttrs returns a handler whose records have attrs, within the groups that
// are open. It keeps no part of attrs: values are resolved and redacted now, not with
// each record.
//
//go:noinline
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if slices.ContainsFunc(attrs, func(a slog.Attr) bool { return mayLog(&a.Value, a.Value.Kind()) }) {
		defer h.p.leave()
		if !h.p.enterAs(withCalls) { // a value that asks for a logger with itself
			attrs = unasked(attrs)
		}
	}
	attrs = h.p.rewriter.rewriteAll(attrs, place{groups: h.groups, secret: h.secret})
	if len(attrs) == 0 {
		return h
	}
	if h.p.keepsAttrs {
		attrs = appendOwned(nil, attrs)
	}
	h2 := *h
	// In a group nothing collides, and at the root hardly anything: then both states are
	// one, and With costs half.
	fine := attrs
	if len(h.groups) == 0 {
		var colliding []slog.Attr
		fine, colliding = h.p.rewriter.splitColliding(attrs)
		h2.held = append(slices.Clip(h.held), colliding...)
	}
	h2.plain = h.plain.withAttrs(h.p, attrs)
	switch {
	case h.plain == h.spanned && len(fine) == len(attrs):
		h2.spanned = h2.plain
	case len(fine) > 0:
		h2.spanned = h.spanned.withAttrs(h.p, fine)
	}
	return &h2
}

// WithGroup returns a handler that puts the attributes that follow into a group.
// The trace fields, and the attributes of contexts, stay at the root.
func (h *Handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	h2 := *h
	h2.groups = append(slices.Clip(h.groups), name)
	h2.secret = h.secret || h.p.rewriter.isSecret(name)
	h2.plain = h.plain.withGroup(h.p, name)
	h2.spanned = h2.plain
	if len(h.groups) == 0 { // a group can collide as well
		if i := h.p.rewriter.trace.index(name); i >= 0 {
			name = h.p.rewriter.trace.fields[i].renamed
		}
	}
	if h.spanned != h.plain || name != h2.groups[len(h.groups)] {
		h2.spanned = h.spanned.withGroup(h.p, name)
	}
	return &h2
}

// withAttrs returns a new state with attrs, which it keeps: they are rewritten
// already, and nobody else's.
func (s *state) withAttrs(p *pipeline, attrs []slog.Attr) *state {
	s2 := &state{
		segments: slices.Clone(s.segments),
		logger:   s.logger,
		prefixes: make([]prefix, len(s.prefixes)),
		foreign:  make([]foreign, len(s.foreign)),
	}
	last := &s2.segments[len(s2.segments)-1]
	last.attrs = append(slices.Clip(last.attrs), attrs...)
	if p.otel {
		last.otel = appendOTel(slices.Clip(last.otel), attrs)
	}
	for i, enc := range p.encoders {
		s2.prefixes[i] = enc.withAttrs(s.prefixes[i], attrs)
	}
	foreignAttrs := attrs
	if len(s.segments) == 1 {
		if name, ok := nameIn(attrs); ok {
			s2.logger = name
		}
		foreignAttrs = p.schema.errorForm(attrs)
	}
	for i := range s.foreign {
		s2.foreign[i] = s.foreign[i].withAttrs(foreignAttrs, len(s.segments) == 1)
	}
	return s2
}

func (s *state) withGroup(p *pipeline, name string) *state {
	s2 := &state{
		segments: append(slices.Clip(s.segments), segment{group: name}),
		logger:   s.logger,
		prefixes: make([]prefix, len(s.prefixes)),
		foreign:  make([]foreign, len(s.foreign)),
	}
	for i, enc := range p.encoders {
		s2.prefixes[i] = enc.withGroup(s.prefixes[i], name)
	}
	for i := range s.foreign {
		s2.foreign[i] = s.foreign[i].withGroup(name)
	}
	return s2
}
