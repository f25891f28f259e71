package logfile

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/spanlog/spanlog/internal/archive"
)

// chores are what is done in the background, each by a goroutine that is there
// only while there is something to do: to tell the program about trouble, which
// may take its time and may log, and to tend the rotated files.
//
// Its lock is taken after a Log's and held for no call of others: so a Log may
// report with its locks held, and a Report that logs, or does not return, holds up
// no record (chores_test.go).
type chores struct {
	archive *archive.Archive
	tell    func(error)
	ctx     context.Context // ends when a close must not wait any longer
	cancel  context.CancelFunc

	mu      sync.Mutex // guards what follows
	running sync.WaitGroup
	closed  bool // nothing is started any more

	troubles []error // to tell, the oldest first; maxTroubles at most
	untold   int     // how many more there were
	telling  bool    // a goroutine tells

	tending bool      // a goroutine tends
	again   bool      // tend once more: there is something new
	next    time.Time // when to tend if nothing is
}

const (
	// maxTroubles bounds what waits for a Report that is slower than trouble comes.
	maxTroubles = 16
	// tendEvery is how soon a file goes that has become too old, or was held.
	tendEvery = time.Minute
)

func (c *chores) init(a *archive.Archive, tell func(error)) {
	c.archive, c.tell = a, tell
	c.ctx, c.cancel = context.WithCancel(context.Background())
}

// report tells of trouble. It does not wait.
func (c *chores) report(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.troubles) == maxTroubles {
		c.untold++
		return
	}
	c.troubles = append(c.troubles, err)
	if !c.telling && !c.closed {
		c.telling = true
		c.running.Go(c.tellAll)
	}
}

// tellAll tells one trouble after the other, so that Report is never called twice
// at the same time. The last one says how many were left out.
func (c *chores) tellAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.troubles) > 0 {
		err := c.troubles[0]
		c.troubles = c.troubles[1:]
		if len(c.troubles) == 0 && c.untold > 0 {
			err = fmt.Errorf("%w (more errors since: %d)", err, c.untold)
			c.untold = 0
		}
		c.mu.Unlock()
		c.tell(err)
		c.mu.Lock()
	}
	c.telling = false
}

// tend has the rotated files tended.
func (c *chores) tend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.again = true
	if !c.tending && !c.closed {
		c.tending = true
		c.running.Go(c.tendAll)
	}
}

// tick has them tended if it is time: age needs no rotation, and a file that
// another process had open may be free.
func (c *chores) tick(now time.Time) {
	c.mu.Lock()
	due := !now.Before(c.next)
	c.mu.Unlock()
	if due {
		c.tend()
	}
}

// tendAll tends as often as tend was called, though not once for each: a call
// during a round is one more round, which sees all that has come meanwhile. Rounds
// must not overlap, for one takes the other's temporary file for a dead process's:
// tending sees to that here, and the journal's lock between processes.
func (c *chores) tendAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.again && c.ctx.Err() == nil {
		c.again = false
		c.mu.Unlock()
		soon, err := c.archive.Tend(c.ctx)
		if err != nil && !errors.Is(err, context.Canceled) {
			c.report(fmt.Errorf("rotated files: %w", err))
		}
		c.mu.Lock()
		c.next = time.Now().Add(tendEvery)
		if soon {
			c.next = time.Now()
		}
	}
	c.tending = false
}

// finish waits for what is being done, until ctx ends; then it is broken off. It
// returns the errors that nobody was told.
func (c *chores) finish(ctx context.Context) error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	defer c.cancel()
	done := make(chan struct{})
	go func() {
		c.running.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	errs := c.troubles
	if c.tending {
		errs = append(errs, fmt.Errorf("compression is broken off: %w", context.Cause(ctx)))
	}
	return errors.Join(errs...)
}

// tend has the rotated files tended if they are to be. The owner's first call is
// made without asking, for what a dead process has left may be of other options.
func (l *Log) tend() {
	if l.tends() {
		l.chores.tend()
	}
}

func (l *Log) tends() bool {
	o := &l.opts
	return o.MaxFiles > 0 || o.MaxAge > 0 || o.MaxTotal > 0 || o.Compress
}
