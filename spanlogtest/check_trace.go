package spanlogtest

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"go.opentelemetry.io/otel/trace"
)

// Sources that several checks share.
const (
	otelSpec = `OpenTelemetry, Trace Context in non-OTLP Log Formats`
	atRoot   = otelSpec + `: "The fields SHOULD be recorded as top-level fields in the JSON structure."; golang/go#58243`
)

// Whether the fields are there, right, and in the right place. Each kind of span is one that
// some handler passes over: see span.go.
var traceChecks = []check{
	// The plainest case, so what fails here fails everywhere below. The span records, as some
	// handlers look at nothing else; an ended one does not.
	{
		name:   "trace/sampled",
		rule:   "a record that is logged with a span has the span's ids at the root, also when the span has ended",
		source: otelSpec + `: "trace_id" and "span_id", "lowercase and hex-encoded", "trace_flags", "formatted according to W3C traceflags format"`,
		traced: true,
		run: func(p *probe) {
			p.plain(sampled)
			p.traceInSlogtest(sampled)
			// An ended span of an SDK doesn't record, and its ids are valid.
			p.plain(spanKind{"an ended span", sampled.sc, trace.ContextWithSpanContext(context.Background(), sampled.sc)})
		},
	},
	// Where one trace in ten is sampled, a handler that asks the span whether it is recording
	// has no ids for the other nine.
	{
		name:   "trace/unsampled",
		rule:   "a span that isn't sampled counts like any other",
		source: "the ids tie the records of a request together, and to its other services, whether or not the spans are kept; " + otelSpec,
		traced: true,
		run: func(p *probe) {
			p.plain(unsampled)
			p.rooted(unsampled)
			p.traceInSlogtest(unsampled)
		},
	},
	// A service that makes no spans of its own, or logs before it begins one, has the caller's.
	{
		name:   "trace/remote",
		rule:   "a span context from another process counts like a span",
		source: "otel/trace, SpanContextFromContext returns it; " + otelSpec,
		traced: true,
		run: func(p *probe) {
			p.plain(remote)
			p.plain(remoteSpan("a remote span that isn't sampled", unsampled.sc))
			p.rooted(remote)
			p.traceInSlogtest(remote)
		},
	},
	// Ids of zeros are worse than none: all records without a span are one trace then.
	{
		name:   "trace/none",
		rule:   "a record that is logged without a span has no trace fields",
		source: otelSpec + `: "All 3 fields are optional"; an id of zeros is invalid in W3C Trace Context`,
		traced: true,
		run: func(p *probe) {
			p.without(noSpan)
			p.traceInSlogtest(noSpan)
			p.without(spanKind{"an empty span context", trace.SpanContext{}, trace.ContextWithSpanContext(context.Background(), trace.SpanContext{})})
		},
	},
	// A caller may send a trace id alone, and a program may put anything into a context.
	{
		name: "trace/partial",
		rule: "an id of zeros is never written, and a span id not without a trace id",
		source: `W3C Trace Context: "All bytes as zero … is considered an invalid value"; OpenTelemetry, Logs Data Model, ` +
			`on which of the fields may stand without the others. That a lone span id be left out is this suite's conclusion: ` +
			`neither states it as a rule for logs in text, nor does log/slog.`,
		traced: true,
		run:    runPartial,
	},
	// Comparing the flags with 1 was right as long as there was one.
	{
		name:   "trace/flags",
		rule:   "trace flags are a bit field, written as two hexadecimal digits",
		source: `W3C Trace Context, Level 2: bit 0 is sampled, bit 1 is random-trace-id, so 02 and 03 exist; ` + otelSpec,
		traced: true,
		run: func(p *probe) {
			for _, flags := range []trace.TraceFlags{0, 1, 2, 3} {
				sc := newSpanContext(flags)
				p.plain(localSpan(fmt.Sprintf("a span with the flags %v", flags), sc))
				p.plain(remoteSpan(fmt.Sprintf("a remote span with the flags %v", flags), sc))
			}
		},
	},
	// The mistake that is made most: fields that are added to the record are in whatever group
	// is open.
	{
		name:   "trace/root",
		rule:   "trace fields stand at the root, once, whatever groups and attributes the logger has",
		source: atRoot + "; DataDog/dd-trace-go#2838",
		traced: true,
		run:    func(p *probe) { p.rooted(sampled) },
	},
	// For handlers that keep the ids of the context in which With was called, or the fields of
	// the last span, to save time.
	{
		name:   "trace/active",
		rule:   "the ids are those of the call's context, not of an earlier call or of the place where the logger was made",
		source: `log/slog, Handler.Handle: the Context is there "to provide Handlers access to the context's values"`,
		traced: true,
		run:    runActive,
	},
	// A handler that renames attributes must look where they stand.
	{
		name:   "trace/in-group",
		rule:   "an attribute in a group is left alone, even if its key is that of a trace field",
		source: `testing/slogtest: "a Handler should handle Group attributes"; only the root has trace fields`,
		traced: true,
		run: func(p *probe) {
			for _, k := range p.fieldNames() {
				if strings.Contains(k, ".") {
					continue // in text it would be two groups
				}
				scenes(
					scene{k + " in a group", func(l *slog.Logger) { l.Info("m", slog.Group("g", k, "mine")) }, tree{"g": tree{k: "mine"}}},
					scene{k + " under WithGroup", func(l *slog.Logger) { l.WithGroup("g").Info("m", k, "mine") }, tree{"g": tree{k: "mine"}}},
					scene{k + " in With under WithGroup", func(l *slog.Logger) { l.WithGroup("g").With(k, "mine").Info("m") }, tree{"g": tree{k: "mine"}}},
				)(p)
			}
		},
	},
}

// plain checks loggers without groups at some levels.
func (p *probe) plain(span spanKind) {
	s := p.strict(span)
	s.scene(scene{"in a record with attributes", func(l *slog.Logger) { l.Info("m", "a", "1") }, tree{"a": "1"}})
	s.scene(scene{"at level Warn", func(l *slog.Logger) { l.Warn("m", "a", "1") }, tree{"a": "1"}})
	s.scene(scene{"at level Error", func(l *slog.Logger) { l.Error("m", "a", "1") }, tree{"a": "1"}})
	s.scene(scene{"after With", func(l *slog.Logger) { l.With("a", "1").Info("m") }, tree{"a": "1"}})
	s.close()
}

// without checks that there are no trace fields at all.
func (p *probe) without(span spanKind) {
	s := p.strict(span)
	look := func(got map[string]any) string { return strings.Join(p.checkNoTrace(got), "; ") }
	log := func(when string, f func()) { s.expect(want{when: when, look: look}, f) }
	log("in a record with attributes", func() { s.log.Info("m", "a", "1") })
	log("in a record without attributes", func() { s.log.Info("m") })
	log("after With", func() { s.log.With("a", "1").Info("m") })
	log("in a group", func() { s.log.WithGroup("g").Info("m", "a", "1") })
	s.close()
}

// runPartial leaves open whether a lone trace id is written: a span context
// without a span id isn't valid for the API, and is legal in the data model.
func runPartial(p *probe) {
	noSpanID := trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, TraceFlags: trace.FlagsSampled})
	noTraceID := trace.NewSpanContext(trace.SpanContextConfig{SpanID: spanID, TraceFlags: trace.FlagsSampled})
	for _, half := range []spanKind{
		localSpan("a trace id and no span id", noSpanID),
		remoteSpan("a trace id and no span id, from remote", noSpanID),
		localSpan("a span id and no trace id", noTraceID),
	} {
		whole, fields := p.suite.opts.Fields(sampled.sc), p.suite.opts.Fields(half.sc)
		look := func(got map[string]any) string {
			for _, name := range p.fieldNames() {
				v, ok := lookup(got, name)
				switch {
				case !ok:
				case !half.sc.HasTraceID():
					return fmt.Sprintf("%s is %s, and there should be no trace fields", name, brief(v))
				case fields[name] != whole[name]:
					// The field depends on the id that is missing.
					return fmt.Sprintf("%s is %s, and there should be none", name, brief(v))
				case fmt.Sprint(v) != whole[name]:
					return fmt.Sprintf("%s is %s, want %q or no such field", name, brief(v), whole[name])
				}
			}
			return ""
		}
		s := p.strict(half)
		s.expect(want{when: "at the root", attrs: tree{"a": "1"}, look: look}, func() { s.log.Info("m", "a", "1") })
		s.expect(want{when: "in a group", look: look}, func() { s.log.WithGroup("g").Info("m", "a", "1") })
		s.close()
	}
}

// rooted wants each field at the root and nowhere else, and the attributes where
// they would be without a span.
func (p *probe) rooted(span spanKind) {
	s := p.strict(span)
	for _, c := range []scene{
		{"With", func(l *slog.Logger) { l.With("a", "1").Info("m") }, tree{"a": "1"}},
		{"WithGroup", func(l *slog.Logger) { l.WithGroup("g").Info("m", "a", "1") }, tree{"g": tree{"a": "1"}}},
		{"WithGroup and a record without attributes", func(l *slog.Logger) { l.WithGroup("g").Info("m") }, tree{}},
		{"With, WithGroup", func(l *slog.Logger) { l.With("a", "1").WithGroup("g").Info("m", "b", "2") }, tree{"a": "1", "g": tree{"b": "2"}}},
		{"WithGroup, With", func(l *slog.Logger) { l.WithGroup("g").With("a", "1").Info("m", "b", "2") }, tree{"g": tree{"a": "1", "b": "2"}}},
		{"WithGroup, With and a record without attributes", func(l *slog.Logger) { l.WithGroup("g").With("a", "1").Info("m") }, tree{"g": tree{"a": "1"}}},
		{"With, WithGroup, With, WithGroup, With", func(l *slog.Logger) {
			l.With("a", "1").WithGroup("g").With("b", "2").WithGroup("h").With("c", "3").Info("m", "d", "4")
		}, tree{"a": "1", "g": tree{"b": "2", "h": tree{"c": "3", "d": "4"}}}},
		{"WithGroup twice, With, and a record without attributes", func(l *slog.Logger) {
			l.WithGroup("g").WithGroup("h").With("a", "1").Info("m")
		}, tree{"g": tree{"h": tree{"a": "1"}}}},
		{"WithGroup after With in a group, nothing in it", func(l *slog.Logger) { l.WithGroup("g").With("a", "1").WithGroup("h").Info("m") }, tree{"g": tree{"a": "1"}}},
		{"forty groups", deepLog, deepTree()},
		{"ten attributes in a group", func(l *slog.Logger) { args, _ := manyAttrs(10); l.WithGroup("g").Info("m", args...) }, tree{"g": many(10)}},
		{"a group attribute", func(l *slog.Logger) { l.Info("m", slog.Group("g", "a", "1")) }, tree{"g": tree{"a": "1"}}},
	} {
		s.expect(want{when: "after " + c.when, attrs: c.want, look: func(got map[string]any) string {
			return strings.Join(p.checkOnce(got), "; ")
		}}, func() { c.log(s.log) })
	}
	s.close()
}

// many returns the tree of manyAttrs.
func many(n int) tree {
	_, want := manyAttrs(n)
	return want
}

// runActive uses loggers that were made in one span in others.
func runActive(p *probe) {
	s := p.strict(sampled)
	other := sampled.sc.WithSpanID(trace.SpanID{1, 2, 3, 4, 5, 6, 7, 8})
	otherCtx := trace.ContextWithSpan(sampled.ctx, recordingSpan{sc: other}) // a child of the first
	loggers := map[string]*slog.Logger{
		"a plain logger":        s.log,
		"a logger with attrs":   s.log.With("a", "1"),
		"a logger with a group": s.log.WithGroup("g").With("a", "1"),
	}
	type call struct {
		when string
		sc   trace.SpanContext
	}
	var calls []call
	for when, l := range loggers {
		for range 2 {
			for _, span := range []spanKind{sampled, {"the inner span", other, otherCtx}, noSpan} {
				slog.New(s.bind(span.ctx, l.Handler())).Info("m", "b", "2")
				calls = append(calls, call{when + " in " + span.name, span.sc})
			}
		}
	}
	got := s.results()
	if len(got) != len(calls)+1 {
		s.errorf("in all", "got %d records, want %d", len(got), len(calls)+1)
		return
	}
	for i, c := range calls {
		problems := p.checkTrace(got[i+1], c.sc)
		if !c.sc.IsValid() {
			problems = p.checkNoTrace(got[i+1])
		}
		for _, problem := range problems {
			p.Errorf("%s: %s", c.when, problem)
		}
	}
}
