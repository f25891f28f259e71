package spanlog

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/levelname"
	"github.com/spanlog/spanlog/internal/logprovider"
)

// OTel is a sink for OpenTelemetry's logs API: from there, records go to a
// Collector and on to any store.
//
// What a record becomes, by OpenTelemetry's data model for logs:
//
//   - Timestamp and ObservedTimestamp are the record's time and the time at which
//     the sink gets it.
//   - SeverityNumber is the level + 9, from 1 to 24: INFO is 9. SeverityText is
//     the level's name.
//   - Body is the message.
//   - The trace is that of the context, or what Options.SpanContext finds.
//   - Attributes are those that JSON writes, with the same values: groups are
//     maps, structs are what they are in JSON, a duration is nanoseconds, a time is
//     text. An integer above the largest int64 is text. An attribute without a key,
//     which OpenTelemetry would leave out, is named !BADKEY. Of two attributes with
//     one key, OpenTelemetry's SDK keeps the last; it has limits on the number, the
//     length and the depth of attributes, of which telemetry.Start lifts the first.
//   - An error among the attributes adds exception.type, exception.message and, if
//     it prints one with %+v, exception.stacktrace.
//   - With Options.AddSource there are code.function.name, code.file.path and
//     code.line.number.
//
// ReplaceAttr has its say on the message and the attributes, not on time and
// level. The service is not written: it is in the provider's resource.
//
// If the provider has a method ForceFlush, it is called by [Logger.Flush] and at
// shutdown; it is never shut down. After shutdown, records are refused with
// [ErrClosed]. A record counts as delivered once the provider has it; what becomes
// of it then, the provider tells OpenTelemetry's error handler. So a [Failover]
// goes on to the next sink while there is no provider, and not while the server
// behind it is down. A provider of one's own must not be shut down before the
// logger: OpenTelemetry's wants no records then, and nobody counts them.
type OTel struct {
	// Provider is where the records go. By default, the provider that
	// telemetry.Start makes, before or after New. While there is none, records
	// are dropped, counted and reported; where telemetry.Start was told to send
	// no log records anywhere, the sink wants none.
	Provider log.LoggerProvider
	// Level is the least level that is written. By default, Options.Level. What
	// the provider has no use for is left out as well.
	Level slog.Leveler
}

func (OTel) sinkName() string { return "otel sink" }

func (s OTel) build(b *builder) (sinkCore, error) {
	level, err := b.leveler("Level", s.Level)
	if err != nil {
		return sinkCore{}, err
	}
	c := &otelCore{threshold: newThreshold(level), stats: newSinkStats(s.sinkName())}
	if s.Provider != nil {
		if isNil(s.Provider) {
			return sinkCore{}, badField("Provider", "is a nil %T", s.Provider)
		}
		if c.own, err = newOTelLogger(s.Provider); err != nil {
			return sinkCore{}, badField("Provider", "is a %T that cannot be asked: %w", s.Provider, err)
		}
	}
	b.pipeline.otel = true
	b.guarded = true
	b.records++
	b.programs++
	leaf := sinkCore{core: c, name: s.sinkName(), stats: c.stats, tells: true, closed: &c.gate.closed}
	leaf.setBreaker()
	return leaf, nil
}

// otelScope is the name of the instrumentation scope of all records.
const otelScope = "github.com/spanlog/spanlog"

// An otelLogger is a provider and its logger for our scope.
type otelLogger struct {
	provider any // what may have a ForceFlush
	logger   log.Logger
	from     *logprovider.Installed // nil: the sink's own
}

func newOTelLogger(p log.LoggerProvider) (l *otelLogger, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	return &otelLogger{provider: p, logger: p.Logger(otelScope)}, nil
}

// otelCore gives records to a logger provider: the sink's own, or else the one that is
// installed at the time of each record (package logprovider). So telemetry.Start and New may
// be called in either order, and a provider that is replaced gets no more records.
type otelCore struct {
	own   *otelLogger                // of the sink's provider, or nil
	found atomic.Pointer[otelLogger] // of the provider that was installed last
	threshold
	gate  gate
	stats *sinkStats
}

// errNoProvider counts as a drop of ours and not as a failure of the sink: it
// must not be broken off when its provider comes at last.
var errNoProvider = &dropError{reason: reasonError, why: "no logger provider: telemetry.Start was not called, or has been shut down"}

// logger returns the logger to use now, or nil.
func (c *otelCore) logger() *otelLogger {
	if c.own != nil {
		return c.own
	}
	installed := logprovider.Current()
	if installed == nil {
		return nil
	}
	if l := c.found.Load(); l != nil && l.from == installed {
		return l
	}
	l := &otelLogger{installed.LoggerProvider, installed.Logger(otelScope), installed}
	c.found.Store(l)
	return l
}

// enabled is false for what the provider has no use for, and true where nobody can be asked:
// then handle says what is wrong. A quiet context is that of a report about records that could
// not be sent, which would make more of them.
func (c *otelCore) enabled(ctx context.Context, s *state, level slog.Level, pc uintptr) bool {
	if !c.admits(ctx, s, level, pc) {
		return false
	}
	if ctx == nil {
		ctx = context.Background()
	}
	if logprovider.IsQuiet(ctx) {
		return false
	}
	l := c.logger()
	if l == nil || c.gate.closed.Load() {
		return true // to say so
	}
	if l.logger.Enabled(ctx, log.EnabledParameters{Severity: otelSeverity(level)}) {
		return true
	}
	// A provider that is about to go wants no records, which is no reason to lose
	// them without a word.
	return l.from != nil && l.from != logprovider.Current()
}

func (c *otelCore) handle(e *entry) error {
	defer c.gate.leave()
	if !c.gate.enter() {
		return ErrClosed
	}
	l := c.logger()
	if l == nil {
		return errNoProvider
	}
	ctx, record := e.otelContext(), e.otelRecord() // which may run code of the program's
	if l.from != nil {
		if !l.from.Use() {
			return errNoProvider
		}
		defer l.from.Done()
	}
	l.logger.Emit(ctx, record)
	c.stats.deliver(0)
	return nil
}

func (c *otelCore) flush(ctx context.Context) error {
	if l := c.logger(); l != nil {
		return flushAny(ctx, l.provider)
	}
	return nil
}

func (c *otelCore) reopen() error { return nil }

func (c *otelCore) close(ctx context.Context) error {
	if err := c.gate.close(ctx); err != nil {
		return err
	}
	return c.flush(ctx)
}

// otelContext is what the provider takes the trace from. A record is to be written
// even if its context is cancelled, which a processor need not know.
func (e *entry) otelContext() context.Context {
	ctx := e.ctx
	if ctx.Done() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	// Without a trace id there is no span, whatever the context has.
	if own := trace.SpanContextFromContext(ctx); !own.Equal(e.event.Span) {
		ctx = trace.ContextWithSpanContext(ctx, e.event.Span)
	}
	return ctx
}

// otelRecord converts the entry.
func (e *entry) otelRecord() (r log.Record) {
	ev := &e.event
	r.SetTimestamp(ev.at)
	r.SetObservedTimestamp(time.Now())
	r.SetSeverity(otelSeverity(ev.Level))
	r.SetSeverityText(levelname.Of(ev.Level))
	r.SetBody(attribute.StringValue(validText(ev.Message)))

	// What is derived comes first: of a key that is there twice, the last counts,
	// and a limit on the number of attributes cuts off the end.
	var buf [16]attribute.KeyValue
	attrs := buf[:0]
	if err := ev.err(); err != nil {
		attrs = appendException(attrs, err)
	}
	if ev.handler.p.source {
		attrs = appendCode(attrs, ev.Source())
	}
	attrs = appendOTel(attrs, ev.root)
	attrs = append(attrs, ev.state.segments[0].otel...)
	r.AddAttributes(ev.appendOTelGroups(attrs)...)
	return r
}

// appendOTelGroups appends the record's own attributes, within the groups that are
// open, with what With has added there: from the innermost group to the outermost, as a
// group with nothing in it is left out.
func (e *Event) appendOTelGroups(dst []attribute.KeyValue) []attribute.KeyValue {
	segs := e.state.segments
	if len(segs) == 1 {
		return appendOTel(dst, e.attrs)
	}
	inner := appendOTel(nil, e.attrs)
	for i := len(segs) - 1; i > 0; i-- {
		members := append(segs[i].otel[:len(segs[i].otel):len(segs[i].otel)], inner...)
		if inner = nil; len(members) > 0 {
			inner = []attribute.KeyValue{attribute.Map(validText(segs[i].group), members...)}
		}
	}
	return append(dst, inner...)
}

// appendException appends what OpenTelemetry's conventions say of an error.
func appendException(dst []attribute.KeyValue, err error) []attribute.KeyValue {
	dst = append(dst,
		attribute.String("exception.type", errorType(err)),
		attribute.String("exception.message", validText(errorMessage(err))))
	if stack := errorStack(err); stack != "" {
		dst = append(dst, attribute.String("exception.stacktrace", validText(stack)))
	}
	return dst
}

// appendCode appends where the record was made, by OpenTelemetry's conventions.
func appendCode(dst []attribute.KeyValue, src *slog.Source) []attribute.KeyValue {
	if src == nil {
		return dst
	}
	return append(dst,
		attribute.String("code.function.name", validText(src.Function)),
		attribute.String("code.file.path", validText(src.File)),
		attribute.Int("code.line.number", src.Line),
	)
}

// otelSeverity is the number of a level in OpenTelemetry's data model, which has
// none below 1 and above 24.
func otelSeverity(level slog.Level) log.Severity {
	const first, last = slog.Level(log.SeverityTrace1), slog.Level(log.SeverityFatal4)
	const offset = slog.Level(log.SeverityInfo) - slog.LevelInfo
	return log.Severity(min(max(level, first-offset), last-offset) + offset)
}
