package spanlog

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spanlog/spanlog/internal/backoff"
)

// A breaker keeps records from a sink that keeps failing: they would cost the
// program time, and the sink what it needs to recover. Once in a while, ever less
// often, one record is let through to try the sink. The first that succeeds ends
// it.
//
// A failure now and then does nothing: only those in a row count. Nor does a refusal,
// an ErrClosed or ErrDropped: the sink was not tried.
//
//	whole ── breakAfter failures in a row ──► broken ── some time ──► probing
//	  ▲                                         ▲                       │ │
//	  │                                         └─ failed: twice that ──┘ │
//	  └───────────────────────────── succeeded ───────────────────────────┘
//
// There is one probe at a time (TestBreakerOneProbe). Records that were under way when
// the breaker broke are no probes, but heal it as well if they succeed.
type breaker struct {
	// Both are read without the lock, by every record, and written with it.
	failures atomic.Int32 // in a row
	broken   atomic.Bool

	mu      sync.Mutex
	probing bool // a record is trying the sink
	retry   backoff.Backoff
	last    error  // the newest failure, nil after a success
	why     string // its text
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
	if b.probing || !b.retry.Due() {
		return false, &dropError{reasonBroken, fmt.Sprintf("broken off after %d failures in a row: %s", b.failures.Load(), b.why), b.last}
	}
	b.probing = true
	return true, nil
}

// note takes in what the sink said to a record.
func (b *breaker) note(probe bool, err error) {
	if err == nil && !probe && b.failures.Load() == 0 {
		return // the usual way
	}
	if kept(err) {
		err = nil
	}
	tried, why := true, ""
	if err != nil { // whose methods may log, and come back here: before the lock
		tried, why = !is(err, ErrClosed) && !is(err, ErrDropped), errorMessage(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if probe {
		b.probing = false
	}
	switch {
	case err == nil:
		b.failures.Store(0)
		b.broken.Store(false)
		b.retry.Reset()
		b.last, b.why = nil, ""
	case tried:
		b.last, b.why = err, why
		n, broken := b.failures.Add(1), b.broken.Load()
		// A probe can come late, when another record has healed the sink.
		if broken && probe || !broken && n >= breakAfter {
			b.broken.Store(true)
			b.retry.Fail()
		}
	}
}

// state reports whether the sink is broken off, and why.
func (b *breaker) state() (broken bool, why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.broken.Load(), b.why
}

// setBreaker gives the sink a breaker. A File has none, unless it is in a Failover: its
// journal is there for records that cannot be written now, and it tries again by itself.
func (c *sinkCore) setBreaker() {
	c.breaker = &breaker{retry: backoff.Backoff{Min: minBreak, Max: maxBreak}}
	c.stats.broken = c.breaker.broken.Load
}
