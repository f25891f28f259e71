package spanlog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spanlog/spanlog/internal/wording"
)

// Failover is a decorator that gives each record to the first of its sinks that
// takes it. A sink whose level does not admit the record is passed over; one that
// fails costs no record, as long as another takes it. A sink that keeps failing
// gets no records for a while, but for one now and then that tries it, less often
// the longer it fails: every 100 ms at first, and every 30 seconds at most. That
// records go to another sink now, and later that they do not any more, is logged
// to the sink that gets them:
//
//	spanlog: console sink is broken off: broken pipe; records go to file sink "app.log"
//	spanlog: console sink is back after 12.3s; 523 records went elsewhere
//
// A [File] takes a record also if it cannot write it just then: that waits in the journal, and
// the next sink gets what there is no room for. With WriteThrough, it waits in memory. A sink
// that ends the goroutine costs the record, which is counted.
//
// A sink that is stuck does not fail: it makes the others wait, too. To have only
// a goroutine of its own wait, put an [Async] around the Failover. New
// refuses one within it, which would take each record, and fail later.
type Failover struct {
	// Sinks are tried in this order. There must be two at least, none nil.
	Sinks []Sink
}

func (s Failover) sinkName() string { return "failover sink" }

func (s Failover) build(b *builder) (sinkCore, error) {
	if len(s.Sinks) < 2 {
		return sinkCore{}, badField("Sinks", "has %d sinks: want two or more", len(s.Sinks))
	}
	c := &failoverCore{pipeline: b.pipeline, ways: make([]way, len(s.Sinks))}
	stats := newSinkStats(s.sinkName())
	var errs []error
	for i, sink := range s.Sinks {
		inner, err := s.inner(b, i, sink)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		// What a Limit holds back says nothing of the sink: the breaker is within.
		leaf := inner.leaf()
		if leaf.within = true; leaf.breaker == nil {
			leaf.setBreaker()
		}
		c.ways[i].breaker = leaf.breaker
		c.sinks = append(c.sinks, inner)
		stats.inner = append(stats.inner, inner.stats)
	}
	if len(errs) > 0 {
		closeAll(c.sinks)
		return sinkCore{}, errors.Join(errs...)
	}
	return sinkCore{core: c, name: s.sinkName(), stats: stats, tells: true, order: c.sinks[0].order}, nil
}

func (s Failover) inner(b *builder, i int, sink Sink) (sinkCore, error) {
	field := fmt.Sprintf("Sinks[%d]", i)
	if isNil(sink) {
		return sinkCore{}, badField(field, "is nil")
	}
	switch undecorated(sink).(type) {
	case Async, *Async:
		return sinkCore{}, badField(field, "is an Async, which takes each record and fails later: put the Async around the Failover")
	case FlightRecorder, *FlightRecorder:
		return sinkCore{}, badField(field, "is a FlightRecorder, which takes each record and fails later: put the FlightRecorder around the Failover")
	}
	inner, err := sink.build(b)
	if err != nil {
		return sinkCore{}, badField(field, "is bad: %s: %w", sink.sinkName(), err)
	}
	return inner, nil
}

// failoverCore offers each entry to one sink after the other. It has no counters of its
// own but for records that no sink has taken: what its Stats say beyond that are the sums
// of its sinks'.
//
// A sink within does not count a failure as a drop, but as passed on (sinkCore.within):
// only a record that the last one has not taken is lost, and the Failover counts it once.
type failoverCore struct {
	pipeline *pipeline
	sinks    []sinkCore
	mu       sync.Mutex // held while ways is changed
	ways     []way      // by sink
}

// A way is what was last said of a sink.
type way struct {
	breaker   *breaker
	gone      atomic.Bool // it was said that it is broken off
	since     time.Time
	elsewhere atomic.Uint64 // how many records others have got since then
}

func (c *failoverCore) enabled(ctx context.Context, s *state, level slog.Level, pc uintptr) bool {
	for i := range c.sinks {
		// A panic is found again by handle, which has somebody to tell.
		if enabled, err := c.sinks[i].asks(ctx, s, level, pc); enabled || err != nil {
			return true
		}
	}
	return false
}

func (c *failoverCore) handle(e *entry) error {
	var errs error
	var few [4]int
	failed := few[:0]
	level, anybody := c.levelFor(e)
	for i := range c.sinks {
		s := &c.sinks[i]
		wants, err := s.wantsAt(e, level)
		if err == nil && !wants && anybody {
			continue
		}
		if err == nil {
			err = s.attempt(e)
		}
		if err == nil || kept(err) {
			for _, f := range failed {
				c.ways[f].elsewhere.Add(1)
			}
			c.say(i)
			return err
		}
		failed = append(failed, i)
		// OnError and LastError hear of each failure, but not of each record that a
		// broken sink was spared.
		if d, ok := err.(*dropError); ok && d.reason == reasonBroken {
			s.stats.passedOn.Add(1) // which is no news
			if i < len(c.sinks)-1 {
				err = errors.New(d.Error()) // what counts is what the others say
			}
		} else {
			s.stats.passOn(err)
			c.pipeline.reporter.report(s.name, err)
		}
		errs = joinErrors(errs, &SinkError{Sink: s.name, Err: err})
	}
	return errs
}

// levelFor returns the level at which the sinks are asked whether they want the entry. That
// is its own, unless none wants it any more: rules were changed while it was in the queue of
// an Async, or a FlightRecorder has released it. It has been taken, and is not to be lost: it
// is for those that want the least level above it. It reports false if there is none.
func (c *failoverCore) levelFor(e *entry) (level slog.Level, anybody bool) {
	level = e.event.Level
	if c.anyWants(e, level) {
		return level, true
	}
	for i := range namedLevels {
		if l := levelAt(i); l > level && c.anyWants(e, l) {
			return l, true
		}
	}
	return level, false
}

func (c *failoverCore) anyWants(e *entry, level slog.Level) bool {
	for i := range c.sinks {
		// A panic is found again by handle, which has somebody to tell.
		if wants, err := c.sinks[i].wantsAt(e, level); wants || err != nil {
			return true
		}
	}
	return false
}

// say logs which sinks were broken off, to the sink that has taken a record, and
// which are back, to those. It is called with each record and mostly finds nothing to say.
// The lock is not held while a sink is told, which takes time, and may end up here again:
// gone is set before, so that others do not say it as well.
func (c *failoverCore) say(taker int) {
	for i := range c.sinks {
		w := &c.ways[i]
		if w.breaker.broken.Load() == w.gone.Load() {
			continue
		}
		c.mu.Lock()
		gone, why := w.breaker.state()
		if gone == w.gone.Load() || gone && i >= taker { // said, or no record goes elsewhere
			c.mu.Unlock()
			continue
		}
		w.gone.Store(gone)
		to, now := i, time.Now()
		text := fmt.Sprintf("spanlog: %s is back after %.1fs; %s went elsewhere", c.sinks[i].name, now.Sub(w.since).Seconds(), wording.Count(w.elsewhere.Load(), "record"))
		if gone {
			to, w.since = taker, now
			w.elsewhere.Store(0)
			text = fmt.Sprintf("spanlog: %s is broken off: %s; records go to %s", c.sinks[i].name, why, c.sinks[taker].name)
		}
		c.mu.Unlock()
		if err := c.pipeline.notice(&c.sinks[to], slog.LevelWarn, text); err != nil {
			c.pipeline.reporter.report(c.sinks[to].name, err)
			w.gone.CompareAndSwap(gone, !gone) // the next record has it said again
		}
	}
}

func (c *failoverCore) flush(ctx context.Context) error { return c.pipeline.flush(ctx, c.sinks) }

func (c *failoverCore) close(ctx context.Context) error { return c.pipeline.close(ctx, c.sinks) }

func (c *failoverCore) reopen() error {
	return each(context.Background(), c.sinks, "reopen", reopen)
}
