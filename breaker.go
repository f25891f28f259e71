package spanlog

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// A breaker keeps records from a sink that keeps failing: they would cost the
// program time, and the sink what it needs to recover. Once in a while, ever less
// often, one record is let through to try the sink. The first that succeeds ends
// it.
//
// A failure now and then does nothing: only those in a row count.
type breaker struct {
	failures atomic.Int32 // in a row
	broken   atomic.Bool

	mu      sync.Mutex
	probing bool // a record is trying the sink
	wait    time.Duration
	until   time.Time // when the next may
	last    error
}

const (
	breakAfter = 5 // failures in a row
	minBreak   = 100 * time.Millisecond
	maxBreak   = 30 * time.Second
)

// admit decides about a record. Whoever lets it through to the sink says in note
// what has become of it, and whether it was a probe.
func (b *breaker) admit() (probe bool, err error) {
	if !b.broken.Load() {
		return false, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.broken.Load() {
		return false, nil // healed in the meantime
	}
	if b.probing || time.Now().Before(b.until) {
		return false, &dropError{reasonBroken, fmt.Sprintf("broken off after %d failures in a row: %s", b.failures.Load(), errorMessage(b.last)), b.last}
	}
	b.probing = true
	return true, nil
}

// note takes in what the sink said to a record.
func (b *breaker) note(probe bool, err error) {
	if err == nil && !probe && b.failures.Load() == 0 {
		return // the usual way
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if probe {
		b.probing = false
	}
	switch {
	case err == nil || kept(err):
		b.failures.Store(0)
		b.broken.Store(false)
		b.wait, b.last = 0, nil
	case errors.Is(err, ErrClosed) || errors.Is(err, ErrDropped):
		// It was not tried.
	default:
		b.last = err
		n := b.failures.Add(1)
		if probe || n >= breakAfter && !b.broken.Load() {
			b.broken.Store(true)
			b.wait = min(max(2*b.wait, minBreak), maxBreak)
			b.until = time.Now().Add(b.wait)
		}
	}
}

// why is the text of the error that the sink has failed with last.
func (b *breaker) why() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return errorMessage(b.last)
}

// setBreaker gives the sink a breaker.
func (c *sinkCore) setBreaker() {
	c.breaker = new(breaker)
	c.stats.broken = c.breaker.broken.Load
}
