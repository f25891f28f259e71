package spanlog

// A decorator that takes all of a trace or nothing. It keeps no memory of traces: the span
// context of each record says it all, in this service and in others.

import (
	"encoding/binary"
	"errors"
	"log/slog"
	"math"

	"go.opentelemetry.io/otel/trace"
)

// Sample is a decorator that keeps all the records of some traces, and none of the others:
// what is left in the log are whole stories. Records without a trace pass, and so do those
// at Always and above, whose trace may be one of the others.
//
// Every service that samples alike keeps the same traces. By the sampled flag that is so
// because the flag travels with the trace: there is a log where there are spans. By Ratio it
// is so because the trace id alone decides, in the way of OpenTelemetry's TraceIDRatioBased
// sampler: spans that are sampled at a ratio have their logs if that is not larger than
// Ratio.
//
// What is left out counts as dropped in [Stats], with the reason "sampled"; Handle returns
// no error for it. A request that is logged in full ([WithLevel]) is not sampled. Directly
// within a [FlightRecorder], what a trace is spared is held back rather than dropped.
type Sample struct {
	// Sink is the sink to be decorated. It must not be nil.
	Sink Sink
	// Ratio is how many of the traces are kept, above 0 up to 1. By default, those are
	// kept whose span is sampled.
	Ratio float64
	// Always is the least level of records that pass in any case. By default, Warn.
	Always slog.Leveler
}

func (s Sample) sinkName() string { return decoratedName(s.Sink, "sampled", "sample sink") }

func (s Sample) decorated() Sink { return s.Sink }

func (s Sample) build(b *builder) (sinkCore, error) {
	if s.Always == nil {
		s.Always = slog.LevelWarn
	}
	always, err := b.leveler("Always", s.Always)
	if !(s.Ratio >= 0 && s.Ratio <= 1) { // nor a number at all
		err = errors.Join(err, badField("Ratio", "is %v: want a part of 1, as in 0.25", s.Ratio))
	}
	if err != nil {
		return sinkCore{}, err
	}
	inner, _, err := b.inner(s.Sink)
	if err != nil {
		return sinkCore{}, err
	}
	b.samples++
	c := &sampleCore{sinkCore: inner, always: newThreshold(always), flag: s.Ratio == 0, below: ratioBound(s.Ratio)}
	return sinkCore{core: c, name: inner.name, stats: inner.stats, order: inner.order}, nil
}

// sampleCore passes on the records of the traces that are kept.
type sampleCore struct {
	sinkCore
	always threshold
	flag   bool   // the sampled flag decides
	below  uint64 // otherwise: the least number of a trace that is not kept
}

func (c *sampleCore) handle(e *entry) error {
	if e.forced || c.keeps(e) {
		return c.attempt(e)
	}
	c.stats.hold(e.event.Level, reasonSampled)
	return nil
}

// keeps reports whether a record belongs to a trace that is kept, or to none, or passes in
// any case.
func (c *sampleCore) keeps(e *entry) bool {
	ev := &e.event
	switch {
	case !ev.spanned:
		return true
	case c.flag && ev.Span.IsSampled(), !c.flag && traceNumber(ev.Span.TraceID()) < c.below:
		return true
	}
	return c.always.admits(e.ctx, ev.handler.plain, ev.Level, ev.PC)
}

// traceNumber and ratioBound are those of OpenTelemetry's TraceIDRatioBased: of the last
// eight bytes of an id, which are random also where the first have the time, 63 bits.
func traceNumber(id trace.TraceID) uint64 { return binary.BigEndian.Uint64(id[8:]) >> 1 }

func ratioBound(ratio float64) uint64 {
	if ratio >= 1 {
		return math.MaxUint64 // every number is below it
	}
	return uint64(ratio * (1 << 63))
}
