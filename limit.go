package spanlog

// A decorator that counts what repeats itself. Which record passes, package repeat decides;
// here is what tells the counts: the next record of a message whose interval is over, or a
// timer where none comes, or close. The sink is told by notices, which pass any Limit.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/spanlog/spanlog/internal/repeat"
)

// Limit is a decorator that keeps a message from flooding its sink: of the records
// with one level and message, the first of each interval pass, and the rest are
// counted. When the interval is over, a record at their level says how many they
// were:
//
//	spanlog: "cache miss" repeated 523 times in 1.0s
//
// Attributes make no difference: the message is what is the same. What is held
// back counts as dropped in [Stats], with the reason "limited"; Handle returns no
// error for it.
type Limit struct {
	// Sink is the sink to be decorated. It must not be nil.
	Sink Sink
	// First is how many records of a message pass in an interval. By default,
	// 100, as in zap's production configuration.
	First int
	// Every is the interval, which begins with a message's first record. It must be a
	// millisecond at least. By default, one second.
	Every time.Duration
	// MaxMessages is how many messages are remembered, of the size of a few
	// hundred bytes each. If there are more, the one that was not logged for the
	// longest time is forgotten, after its count was told. By default, 4096.
	MaxMessages int
}

const (
	defaultFirst       = 100
	defaultEvery       = time.Second
	defaultMaxMessages = 4096
	minEvery           = time.Millisecond
)

func (s Limit) sinkName() string { return decoratedName(s.Sink, "limited", "limit sink") }

func (s Limit) decorated() Sink { return s.Sink }

func (s Limit) build(b *builder) (sinkCore, error) {
	if err := s.validate(); err != nil {
		return sinkCore{}, err
	}
	inner, _, err := b.inner(s.Sink)
	if err != nil {
		return sinkCore{}, err
	}
	b.limits++
	c := &limitCore{
		sinkCore: inner,
		table:    repeat.New(cmp.Or(s.First, defaultFirst), cmp.Or(s.Every, defaultEvery), cmp.Or(s.MaxMessages, defaultMaxMessages)),
		pipeline: b.pipeline,
	}
	return sinkCore{core: c, name: inner.name, stats: inner.stats, order: inner.order}, nil
}

func (s Limit) validate() error {
	errs := []error{checkNegative("First", s.First), checkNegative("MaxMessages", s.MaxMessages)}
	if s.Every < 0 || s.Every > 0 && s.Every < minEvery {
		errs = append(errs, badField("Every", "is %v: want a millisecond at least, as in 10*time.Second", s.Every))
	}
	return errors.Join(errs...)
}

// limitCore passes on what its table lets pass.
type limitCore struct {
	sinkCore
	table    *repeat.Table
	pipeline *pipeline

	// The lock is not held while the sink is called, which may log and end up here.
	mu     sync.Mutex
	timer  *time.Timer      // nil: nothing is held back, nor untold
	untold []repeat.Summary // that the sink has not taken
	closed bool
}

func (c *limitCore) handle(e *entry) error {
	if e.forced {
		return c.attempt(e)
	}
	var few [2]repeat.Summary
	// What is due is about earlier records, and so is told before this one.
	pass, due := c.table.Pass(time.Now(), e.event.Level, e.event.Message, few[:0])
	if len(due) > 0 {
		reached := false
		defer func() {
			if reached {
				return
			}
			// The sink has ended the goroutine: the record is still to be delivered.
			if err := c.passOrHold(e, pass); err != nil {
				_ = c.pipeline.failed(&c.sinkCore, e.event.Level, err)
			}
		}()
		c.tellRepeats(due)
		reached = true
	}
	return c.passOrHold(e, pass)
}

// passOrHold delivers a record that is to pass, and counts another one.
func (c *limitCore) passOrHold(e *entry, pass bool) error {
	if pass || !c.arm() {
		return c.attempt(e)
	}
	c.stats.hold(e.event.Level, reasonLimited)
	return nil
}

// arm sees to it that what is held back is told when its interval is over, even if
// no record comes any more. It reports false after close: then nothing is to be
// held back.
func (c *limitCore) arm() bool {
	c.mu.Lock()
	armed, closed := c.timer != nil, c.closed
	c.mu.Unlock()
	if !armed && !closed {
		c.tellRepeats(c.due())
	}
	return !closed
}

// due returns what is to be told now, and has the rest told when it is due.
func (c *limitCore) due() []repeat.Summary {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	due, next := c.table.Due(now, c.closed, c.untold)
	c.timer, c.untold = nil, nil
	if !c.closed && !next.IsZero() {
		c.timer = time.AfterFunc(next.Sub(now), func() { c.tellRepeats(c.due()) })
	}
	return due
}

// tellRepeats writes to the sink how many records it did not get. What it does not
// take, it is told later.
func (c *limitCore) tellRepeats(due []repeat.Summary) {
	told := 0
	defer func() { // also if the sink ends the goroutine
		if told < len(due) {
			c.keepUntold(due[told:])
		}
	}()
	for _, s := range due {
		times := "times"
		if s.Count == 1 {
			times = "time"
		}
		text := fmt.Sprintf("spanlog: %q repeated %d %s in %.1fs", s.Message, s.Count, times, s.Until.Sub(s.Since).Seconds())
		if err := c.pipeline.notice(&c.sinkCore, s.Level, text, slog.Int("repeated", s.Count)); err != nil {
			c.stats.fail(err)
			c.pipeline.reporter.report(c.name, fmt.Errorf("%s: %w", text, err))
			return
		}
		told++
	}
}

// retryEvery is how often a sink is told again what it has not taken.
const retryEvery = time.Second

// keepUntold keeps summaries for later, up to a number of them. The counts of what
// is beyond that are in the sink's Stats, and OnError has heard of the failure.
func (c *limitCore) keepUntold(due []repeat.Summary) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.untold = append(c.untold, due[:min(len(due), defaultMaxMessages-len(c.untold))]...)
	if c.timer == nil {
		c.timer = time.AfterFunc(retryEvery, func() { c.tellRepeats(c.due()) })
	}
}

func (c *limitCore) close(ctx context.Context) error {
	c.mu.Lock()
	c.closed = true
	if c.timer != nil {
		c.timer.Stop()
	}
	c.mu.Unlock()
	c.tellRepeats(c.due())
	return c.sinkCore.close(ctx)
}
