package spanlog

import (
	"context"
	"sync/atomic"
	"time"
)

// A gate stands before the handler of a Relay and the provider of an OTel sink. It
// counts the calls of somebody else's code that are under way, so that closing can
// wait for them: what they hand over is to be flushed. A lock would not do, because
// that code may log.
type gate struct {
	closed   atomic.Bool
	underway atomic.Int64
}

// enter reports whether the gate is open. Either way, leave is to be called. It counts
// before it looks: whoever finds the gate open is waited for.
func (g *gate) enter() bool {
	g.underway.Add(1)
	return !g.closed.Load()
}

func (g *gate) leave() { g.underway.Add(-1) }

// close closes the gate and waits for who is inside.
func (g *gate) close(ctx context.Context) error {
	g.closed.Store(true)
	for g.underway.Load() > 0 {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(time.Millisecond):
		}
	}
	return nil
}
