package logfile

import "time"

// minBackoff is how long a failed write is left alone at first.
const minBackoff = 10 * time.Millisecond

// A backoff says when what has failed is tried again: twice as late each time.
// Its zero time is now.
type backoff struct {
	min, max time.Duration
	wait     time.Duration
	until    time.Time
}

func (b *backoff) fail() {
	b.wait = min(max(2*b.wait, b.min), b.max)
	b.until = time.Now().Add(b.wait)
}

func (b *backoff) reset() { b.wait, b.until = 0, time.Time{} }

// due reports whether it is time to try.
func (b *backoff) due() bool { return b.wait == 0 || !time.Now().Before(b.until) }
