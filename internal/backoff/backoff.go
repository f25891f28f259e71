// Package backoff says when what has failed is to be tried again.
package backoff

import "time"

// A Backoff says when what has failed is tried again: after Min at first, then each
// time twice as late, up to Max. It must not be used by several goroutines at once.
type Backoff struct {
	Min, Max time.Duration
	wait     time.Duration // zero: the last try has not failed
	until    time.Time
}

// Fail notes a failure.
func (b *Backoff) Fail() {
	b.wait = min(max(2*b.wait, b.Min), b.Max)
	b.until = time.Now().Add(b.wait)
}

// Reset notes a success.
func (b *Backoff) Reset() { b.wait, b.until = 0, time.Time{} }

// Due reports whether it is time to try.
func (b *Backoff) Due() bool { return b.wait == 0 || !time.Now().Before(b.until) }

// Next is when it is time to try; zero: now.
func (b *Backoff) Next() time.Time { return b.until }
