package spanlog

// What the handlers of one logger share. New and NewHandler build a pipeline, in which much
// is found out once that records would have to ask again and again: whether levels alone
// decide (known), whether lines can be written while a record is read (streams), whether
// code of the program's runs in between (guarded, programs).

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync/atomic"

	"go.opentelemetry.io/otel/trace"
)

// A pipeline is what all the handlers of one logger share: how records are
// prepared, and the cores that they go to. It is not changed once it is built.
type pipeline struct {
	root     *Handler   // before any With; spanlog's own records are its
	cores    []sinkCore // files first
	guarded  bool       // asking a core for its level runs code of the program's
	known    bool       // levels alone decide what is enabled: least, rules and WithLevel
	least    slog.Level // that is enabled at all times
	rules    *Rules     // of sinks; nil: none has any
	lowers   bool       // WithLevel counts for one of the sinks
	schema   Schema     // with its defaults filled in
	encoders []encoder  // one per distinct format
	streams  streams    // of encoders
	rewriter rewriter
	spans    spanMirror
	reporter *reporter
	inside   atomic.Int32 // calls of Handle that may run code of the program's
	programs bool         // all of them may
	// keepsAttrs is set if attributes are looked at after the logging call, by a
	// handler within an Async.
	keepsAttrs bool
	otel       bool         // there is an OTel sink
	sole       *foreignCore // the only core, if that is the handler that NewHandler was given
	source     bool
	service    Service

	spanContext  func(context.Context) trace.SpanContext // nil: OpenTelemetry's
	fromContext  func(context.Context, []slog.Attr) []slog.Attr
	baggage      []string
	readsContext bool // fromContext or baggage is set
}

// newPipeline makes the pipeline for options, without cores.
func newPipeline(o *Options) *pipeline {
	schema := o.Schema.withDefaults()
	p := &pipeline{
		schema: schema,
		rewriter: rewriter{
			replace: o.ReplaceAttr,
			secret:  newSecrets(o.Redact),
			trace:   newTraceFields(schema),
		},
		spans:        spanMirror{events: newThreshold(o.SpanEvents), errors: newThreshold(o.SpanErrors)},
		reporter:     &reporter{onError: o.OnError},
		source:       o.AddSource,
		spanContext:  o.SpanContext,
		fromContext:  o.FromContext,
		baggage:      slices.Clone(o.Baggage),
		readsContext: o.FromContext != nil || len(o.Baggage) > 0,
		programs:     o.FromContext != nil || o.SpanContext != nil || o.ReplaceAttr != nil,
	}
	p.rewriter.failed = p.reportOption
	return p
}

// reportOption tells of a function or level in Options that has panicked.
func (p *pipeline) reportOption(field string, err error) {
	p.reporter.report("options: "+field, err)
}

// build makes the cores for sinks and the handler before any With. On an error
// nothing is left open.
func (p *pipeline) build(o *Options, level slog.Leveler, env environment, svc Service, sinks []Sink) (*Handler, error) {
	b := &builder{
		pipeline: p,
		level:    level,
		console:  env.format,
		reporter: p.reporter,
		config:   formatConfig{schema: p.schema, trace: &p.rewriter.trace, source: o.AddSource, service: svc},
	}
	var errs []error
	for i, s := range sinks {
		if isNil(s) {
			errs = append(errs, fmt.Errorf("sink %d is nil", i+1))
			continue
		}
		c, err := s.build(b)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", s.sinkName(), err))
			continue
		}
		p.cores = append(p.cores, c)
	}
	if len(errs) > 0 {
		closeAll(p.cores)
		return nil, errors.Join(errs...)
	}
	p.guarded = b.guarded || p.spans.runsCode()
	// The order is also that of Stats, and of entry.wanted's bits.
	slices.SortStableFunc(p.cores, func(c, d sinkCore) int { return c.order - d.order })
	p.encoders = b.encoders
	p.programs = p.programs || b.programs > 0 || slices.ContainsFunc(b.formats, func(f Formatter) bool { _, ok := f.(FormatFunc); return ok })
	p.service = svc
	p.streams = newStreams(p) // of encoders and cores, which are complete now
	p.findLevels()
	s := &state{segments: make([]segment, 1), foreign: b.foreign}
	fields := p.schema.rootAttrs(svc)
	for _, enc := range p.encoders {
		s.prefixes = append(s.prefixes, enc.begin(fields))
	}
	for i := range s.foreign {
		s.foreign[i] = s.foreign[i].withAttrs(fields, true)
	}
	h := &Handler{p: p, plain: s, spanned: s}
	p.root = h.WithAttrs(o.Attrs).(*Handler)
	return p.root, nil
}

// findLevels finds out whether the levels that are enabled can be known without asking the
// cores: most are constants, or the same rules for all, and every call of a logger asks.
func (p *pipeline) findLevels() {
	p.known, p.least = !p.spans.any(), math.MaxInt
	for i := range p.cores {
		t := p.cores[i].levelOnly()
		if t == nil {
			p.known = false
			return
		}
		p.lowers = p.lowers || !t.pinned
		if t.constant {
			p.least = min(p.least, t.at)
		} else if p.known = p.known && t.rules != nil && (p.rules == nil || p.rules == t.rules); p.known {
			p.rules = t.rules
		}
	}
}

// lowest returns the least level that is enabled now, where that is known: for some logger and
// some package, if there are rules.
func (p *pipeline) lowest() slog.Level {
	if p.rules == nil {
		return p.least
	}
	return min(p.least, p.rules.Level())
}

// admits reports whether a core wants a record of this level, where that is known.
func (p *pipeline) admits(ctx context.Context, s *state, level slog.Level, pc uintptr) bool {
	return level >= p.least ||
		p.rules != nil && p.rules.admits(s.logger, level, pc) ||
		p.lowers && levelsUsed.Load() && isLowered(ctx, level)
}

// closeAll closes what was opened for a logger that is not to be.
func closeAll(cores []sinkCore) {
	for _, c := range cores {
		_ = c.close(context.Background())
	}
}

// findSpan sets the span of a record. Without a trace id there is none: a span id
// alone leads nowhere.
func (p *pipeline) findSpan(ev *Event, ctx context.Context) {
	if p.spanContext == nil {
		ev.Span = trace.SpanFromContext(ctx).SpanContext() // what SpanContextFromContext does, with a copy less
	} else {
		ev.Span = p.callSpanContext(ctx)
	}
	if ev.spanned = ev.Span.HasTraceID(); !ev.spanned {
		ev.Span = trace.SpanContext{}
	}
}

// hasTrace reports whether ctx belongs to a trace.
func (p *pipeline) hasTrace(ctx context.Context) bool {
	if p.spanContext == nil {
		return trace.SpanContextFromContext(ctx).HasTraceID()
	}
	return p.callSpanContext(ctx).HasTraceID()
}

func (p *pipeline) callSpanContext(ctx context.Context) trace.SpanContext {
	defer p.recovered("SpanContext")
	return p.spanContext(ctx)
}

// callFromContext appends to dst what the program's FromContext appends to an
// empty slice of ours: dst stays whole whatever the program does.
func (p *pipeline) callFromContext(ctx context.Context, dst, empty []slog.Attr) (out []slog.Attr) {
	out = dst
	if p.fromContext != nil {
		defer p.recovered("FromContext")
		out = merge(dst, 0, p.fromContext(ctx, empty))
	}
	return out
}

// recovered, deferred around a function of the program's, keeps its panic from
// going on to the program's logging call.
func (p *pipeline) recovered(field string) {
	if v := recover(); v != nil {
		p.reportOption(field, panicked(v))
	}
}

// validLeveler is l, or nil if it cannot be asked.
func validLeveler(l slog.Leveler) slog.Leveler {
	if checkLeveler("", l) != nil {
		return nil
	}
	return l
}
