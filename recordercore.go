package spanlog

// The FlightRecorder at work. A record that the sink wants goes on; one below that is held
// (package flight), and a trigger releases its trace. Triggers come from three sides: records
// (handle), spans (Ended) and the program (Triggered); the last two by package spanend.
//
// What is released is delivered by one goroutine per trace, in order: what the trace logs
// meanwhile is held behind it, until nothing is left (drain). The states of a trace, and
// what makes room, are in flight's own documentation.

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/flight"
	"github.com/spanlog/spanlog/internal/levelname"
	"github.com/spanlog/spanlog/internal/spanend"
	"github.com/spanlog/spanlog/internal/wording"
)

// recorderCore holds the records that its sink does not want, until a trigger releases
// them.
type recorderCore struct {
	sinkCore             // the sink's
	to       *sinkCore   // where released records go: past the Sample, if there is one
	sample   *sampleCore // nil: none
	need     need
	from     threshold // of what is held
	trigger  threshold
	slow     time.Duration // 0: no root span is too slow
	pipeline *pipeline
	table    *flight.Table[heldRecord]
	released atomic.Uint64
	// underway is how many releases are, and releasing has the numbers of the goroutines
	// that are at it, if the sink may log.
	underway  atomic.Int32
	releasing sync.Map

	stop     func() // ends the news of spans
	shut     atomic.Bool
	tickTime time.Duration
	ticking  atomic.Bool // a tick will come
	mu       sync.Mutex
	timer    *time.Timer
}

// idleTicks is how many ticks a trace is idle before it ends.
const idleTicks = 4

// enabled also reports true for what is held: whatever has a trace.
func (c *recorderCore) enabled(ctx context.Context, s *state, level slog.Level, pc uintptr) bool {
	if pc != anyCaller && c.holds(s, level, pc) {
		return true // handle sees to the rest
	}
	return c.sinkCore.enabled(ctx, s, level, pc) || c.holds(s, level, pc) && c.pipeline.hasTrace(ctx)
}

// holds reports whether a record that the sink does not want is held, if it has a trace.
func (c *recorderCore) holds(s *state, level slog.Level, pc uintptr) bool {
	return !c.shut.Load() && (c.from.ordinarily(s, level, pc) || c.trigger.ordinarily(s, level, pc))
}

func (c *recorderCore) handle(e *entry) error {
	ev := &e.event
	if e.forced || !ev.spanned || c.shut.Load() {
		return c.pass(e)
	}
	if c.underway.Load() > 0 && c.need.guarded && c.isReleasing() {
		return errNested // the sink logs what it is given, and that would have no end
	}
	wanted, err := c.wantsNow(e)
	if err != nil {
		return err
	}
	if c.trigger.ordinarily(ev.handler.plain, ev.Level, ev.PC) {
		reached := false
		defer func() {
			if reached {
				return
			}
			// The sink has ended the goroutine: the record is still to be delivered.
			if err := c.deliver(e, wanted); err != nil {
				_ = c.pipeline.failed(c.to, ev.Level, err)
			}
		}()
		c.release(ev.Span, "a record at "+levelname.Of(ev.Level))
		reached = true
		return c.deliver(e, wanted)
	}
	switch {
	case wanted:
		return c.deliver(e, true)
	case !c.from.ordinarily(ev.handler.plain, ev.Level, ev.PC):
		return c.pass(e) // it is for the Sample to count
	case c.hold(e):
		return nil
	}
	return c.deliver(e, false)
}

// pass gives a record to the sink that is not for the recorder, if the sink wants it.
func (c *recorderCore) pass(e *entry) error {
	wanted, err := c.wants(e)
	if err != nil || !wanted {
		return err
	}
	return c.attempt(e)
}

// wantsNow reports whether the sink wants a record before there is any trouble. A Sample
// directly within is asked here, and passed by afterwards (to): its drops would be final.
func (c *recorderCore) wantsNow(e *entry) (bool, error) {
	wanted, err := c.wants(e)
	return wanted && (c.sample == nil || c.sample.keeps(e)), err
}

// deliver gives a record of a trace to the sink: one that is not wanted because the trace
// was released.
func (c *recorderCore) deliver(e *entry, wanted bool) error {
	if !wanted {
		c.released.Add(1)
	}
	return c.to.attempt(e)
}

// hold keeps a record, encoded: values may change before a trigger comes. It reports false if
// the trace was released.
func (c *recorderCore) hold(e *entry) bool {
	var few [2][]byte
	lines := few[:0]
	for _, format := range c.need.formats {
		lines = append(lines, e.line(format))
	}
	var record heldRecord
	extra := e.hold(&record, c.need)
	held := c.table.Put(record.span.TraceID(), &record, extra, lines...)
	c.tickLater()
	return held
}

// gone counts records that nobody gets.
func (c *recorderCore) gone(b *flight.Batch[heldRecord], reason flight.Reason) {
	why := reasonEnded
	if reason == flight.Evicted {
		why = reasonEvicted
	}
	c.stats.holdAll(why, b)
}

// Trigger releases what each [FlightRecorder] holds of the trace of ctx, and has the rest of
// that trace go to its sink as well. It is for what only the program knows to be wrong, such
// as an answer that is late but no error. Without a span, or a FlightRecorder, it does
// nothing.
func Trigger(ctx context.Context) { spanend.Trigger(ctx) }

// release delivers what is held of a trace, and says so.
func (c *recorderCore) release(span trace.SpanContext, why string) {
	b := c.table.Release(span.TraceID())
	if b == nil {
		return
	}
	c.tickLater()
	if c.need.guarded {
		n := goroutineNumber()
		c.releasing.Store(n, true)
		defer c.releasing.Delete(n)
	}
	c.underway.Add(1)
	defer c.underway.Add(-1)
	r := release{core: c, span: span, why: why}
	r.drain(b)
}

// isReleasing reports whether this goroutine is in a release: then it is the sink that logs.
func (c *recorderCore) isReleasing() bool {
	n := ownNumberWithin(drainCalls)
	if n == 0 {
		return false
	}
	_, releasing := c.releasing.Load(n)
	return releasing
}

// releaseBeside is release for news of a span or of the program. Where that comes from within
// logging, a sink that makes spans of its calls, say, the sink may wait for itself: then
// another goroutine does it.
func (c *recorderCore) releaseBeside(span trace.SpanContext, why string) {
	if c.need.guarded && (countFrames(handleCalls) > 0 || countFrames(asyncCalls) > 0) {
		go c.release(span, why)
		return
	}
	c.release(span, why)
}

// maxRounds is how often a release looks for records that have come meanwhile, before it
// lets those go their own way that still come.
const maxRounds = 100

// A release is one release of a trace.
type release struct {
	core    *recorderCore
	span    trace.SpanContext // of the newest record
	why     string
	rounds  int
	records int
	evicted int
}

var drainCalls = here + ".(*release).drain"

// drain delivers a batch, and what has come meanwhile.
//
//go:noinline
func (r *release) drain(b *flight.Batch[heldRecord]) {
	over := false
	defer func() {
		if !over { // the sink has ended the goroutine: it gets the rest now, or never
			r.drain(b)
		}
	}()
	for b != nil {
		for {
			record, lines := b.Take()
			if record == nil {
				break
			}
			r.records++
			r.span = record.span
			r.core.give(record, lines)
		}
		r.evicted += b.Evicted
		r.rounds++
		b = r.core.table.Next(r.span.TraceID(), r.rounds >= maxRounds)
	}
	over = true
	r.say()
}

// give delivers one record.
func (c *recorderCore) give(record *heldRecord, lines flight.Lines) {
	d := record.entry(c.pipeline, c.need, lines)
	defer d.free()
	c.released.Add(1)
	if err := c.to.attempt(d); err != nil {
		_ = c.pipeline.failed(c.to, record.level, err)
	}
}

// say logs what was released, and why.
func (r *release) say() {
	if r.records+r.evicted == 0 {
		return
	}
	text := fmt.Sprintf("spanlog: %s of this trace released", wording.Count(r.records, "record"))
	attrs := []slog.Attr{slog.Int("released", r.records)}
	if r.evicted > 0 {
		text += fmt.Sprintf(", %d more had to go before", r.evicted)
		attrs = append(attrs, slog.Int("evicted", r.evicted))
	}
	c := r.core
	if err := c.pipeline.noticeIn(c.to, r.span, slog.LevelInfo, text+": "+r.why, attrs...); err != nil {
		c.stats.fail(err)
		c.pipeline.reporter.report(c.name, err)
	}
}

// RootStarted is told of each local root span.
func (c *recorderCore) RootStarted(id trace.TraceID) {
	if !c.shut.Load() {
		c.table.RootStarted(id)
		c.tickLater()
	}
}

// Ended is told of each span.
func (c *recorderCore) Ended(span spanend.End) {
	if c.shut.Load() {
		return
	}
	if span.Root {
		defer c.table.RootEnded(span.Trace) // also if the sink ends the goroutine
	}
	switch {
	case span.Panicked:
		c.releaseBeside(onlyTrace(span.Trace), "a span has ended with a panic")
	case span.Failed:
		c.releaseBeside(onlyTrace(span.Trace), "the status of a span is Error")
	case span.Root && c.slow > 0 && span.Duration >= c.slow:
		c.releaseBeside(onlyTrace(span.Trace), fmt.Sprintf("the root span took %v", span.Duration))
	}
}

// Triggered is told of each call of Trigger.
func (c *recorderCore) Triggered(ctx context.Context) {
	var ev Event
	if c.pipeline.findSpan(&ev, ctx); ev.spanned && !c.shut.Load() {
		c.releaseBeside(ev.Span, "Trigger was called")
	}
}

// onlyTrace is a span of which the trace is known.
func onlyTrace(id trace.TraceID) trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: id})
}

// tickLater sees to it that the table is told that time goes by, as long as it has something.
func (c *recorderCore) tickLater() {
	if c.ticking.Load() || !c.ticking.CompareAndSwap(false, true) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.shut.Load() {
		c.timer = time.AfterFunc(c.tickTime, c.tick)
	}
}

func (c *recorderCore) tick() {
	c.table.Tick(idleTicks)
	c.ticking.Store(false) // whoever holds something from now on sees it
	if c.table.Stats().Bytes > 0 {
		c.tickLater()
	}
}

func (c *recorderCore) close(ctx context.Context) error {
	c.shut.Store(true)
	c.stop()
	c.mu.Lock()
	if c.timer != nil {
		c.timer.Stop()
	}
	c.mu.Unlock()
	c.table.Close()
	return c.sinkCore.close(ctx)
}
