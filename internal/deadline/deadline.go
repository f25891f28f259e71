// Package deadline says how long what ends may take: spanlog's logger, and what package telemetry has started.
package deadline

import (
	"context"
	"time"
)

// Own is how long the end takes at most where the context of the caller sets no time.
const Own = 5 * time.Second

// Bound returns a context that has a deadline and is not done yet: ctx's deadline, or in [Own]. If ctx
// is done already, as the context of [os/signal.NotifyContext] is when deferred calls run, that does
// not count; if it is cancelled later, it does. A nil ctx has no deadline.
func Bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx == nil {
		ctx = context.Background()
	}
	if ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, Own)
}

// reserve is how much of the time is left for saying what is missing, and not more than a quarter of it.
// That takes no time, but a container that has used up its share of the processors stands still, mostly for
// up to a hundred milliseconds at a time.
const reserve = 500 * time.Millisecond

// Before returns a context that ends a little before ctx's deadline, for those that are waited for until
// then: so that there is time to say what they have not done. If ctx has no deadline, it ends with ctx.
func Before(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-min(reserve, time.Until(end)/4)))
}

// Wait waits for done until ctx ends, and then a little longer: what is waited for has an eye on the same
// deadline, and knows what is missing. It reports whether done is closed.
func Wait(ctx context.Context, done <-chan struct{}, longer time.Duration) bool {
	select {
	case <-done:
		return true
	case <-ctx.Done():
	}
	select {
	case <-done:
	case <-time.After(longer):
	}
	select { // once more: all may have come while this process stood still
	case <-done:
		return true
	default:
		return false
	}
}
