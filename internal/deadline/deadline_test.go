package deadline

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestDeadline has contexts, and how long after now those that are made of them end.
func TestDeadline(t *testing.T) {
	bg := context.Background()
	timeout := func(d time.Duration) func() (context.Context, context.CancelFunc) {
		return func() (context.Context, context.CancelFunc) { return context.WithTimeout(bg, d) }
	}
	for _, test := range []struct {
		name          string
		context       func() (context.Context, context.CancelFunc)
		bound, before time.Duration
	}{
		{"nil", func() (context.Context, context.CancelFunc) { return nil, func() {} }, Own, Own - reserve},
		{"none", func() (context.Context, context.CancelFunc) { return context.WithCancel(bg) }, Own, Own - reserve},
		{"a minute", timeout(time.Minute), time.Minute, time.Minute - reserve},
		{"a second", timeout(time.Second), time.Second, 750 * time.Millisecond},
		{"4ms", timeout(4 * time.Millisecond), 4 * time.Millisecond, 3 * time.Millisecond},
		{"over", timeout(-time.Second), Own, Own - reserve},
		{"cancelled", func() (context.Context, context.CancelFunc) { return cancelled(context.WithCancel(bg)) }, Own, Own - reserve},
		{"cancelled, of a minute", func() (context.Context, context.CancelFunc) { return cancelled(timeout(time.Minute)()) }, Own, Own - reserve},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := test.context()
			defer cancel()
			ctx, cancel = Bound(ctx)
			defer cancel()
			before, cancel := Before(ctx)
			defer cancel()
			start := time.Now()
			<-before.Done()
			assert.Equal(t, test.name+": before", time.Since(start), test.before)
			<-ctx.Done()
			assert.Equal(t, test.name+": bound", time.Since(start), test.bound)
			assert.Equal(t, test.name+": err", ctx.Err(), context.DeadlineExceeded)
		})
	}
}

func cancelled(ctx context.Context, cancel context.CancelFunc) (context.Context, context.CancelFunc) {
	cancel()
	return ctx, cancel
}

// TestCancelled cancels contexts after others were made of them.
func TestCancelled(t *testing.T) {
	for _, test := range []struct {
		name string
		of   func(context.Context) (context.Context, context.CancelFunc)
	}{
		{"Bound", Bound},
		{"Before", Before},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		made, stop := test.of(ctx)
		defer stop()
		assert.NoError(t, made.Err())
		cancel()
		assert.Equal(t, test.name, made.Err(), context.Canceled)
	}
}

// TestWait has what is waited for done some time after a start; ctx ends after a second.
func TestWait(t *testing.T) {
	for _, test := range []struct {
		name         string
		done, longer time.Duration
		want         bool
		took         time.Duration
	}{
		{"done already", 0, time.Second, true, 0},
		{"done in time", time.Millisecond, time.Second, true, time.Millisecond},
		{"done at the deadline", time.Second, time.Second, true, time.Second},
		{"done a little later", 1100 * time.Millisecond, time.Second, true, 1100 * time.Millisecond},
		{"done too late", 3 * time.Second, time.Second, false, 2 * time.Second},
		{"done too late, no longer", 3 * time.Second, 0, false, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			done := make(chan struct{})
			if test.done == 0 {
				close(done)
			} else {
				time.AfterFunc(test.done, func() { close(done) })
			}
			start := time.Now()
			assert.Equal(t, test.name, Wait(ctx, done, test.longer), test.want)
			assert.Equal(t, test.name+", took", time.Since(start), test.took)
			<-done
		})
	}
}

// TestWaitNoLuck: what is done counts, also if the time is over as well when that is looked at.
func TestWaitNoLuck(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	done := make(chan struct{})
	close(done)
	for range 100 {
		if !Wait(ctx, done, 0) {
			t.Fatal("it is done")
		}
	}
}
