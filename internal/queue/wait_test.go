package queue

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestWait calls Wait after some words, and expects it to return at once with the
// last of those that follow, with nothing but one item stuck behind that.
func TestWait(t *testing.T) {
	for _, tt := range []struct{ name, before, until string }{
		{"nothing was ever put", "", ""},
		{"all was done with", "p1 u1 < . < .", ""},
		{"all was dropped", "p1 p1 *", ""},
		{"all was refused", "# p1 u1", ""},
		{"one is taken", "p1 <", "."},
		{"one is there", "p1", "< ."},
		{"an urgent one is there", "u1", "< ."},
		{"one is taken, and one is there", "p1 u1 <", ". < ."},
		{"both kinds are there", "p1 u1 p1 u1", "< . < . < . < ."},
		{"the urgent one is older", "u1 p1", "< . < ."},
		{"later ones come", "p1 p1", "u1 < p1 . < u1 ."},
		{"later ones come while one is taken", "p1 <", "u1 p1 u1 p1 ."},
		{"later ones only are urgent", "p1", "u1 u1 < ."},
		{"later ones only are not urgent", "u1", "p1 p1 < ."},
		{"what is there is dropped", "p1 u1", "*"},
		{"what is there is dropped, and one is taken", "p1 u1 <", "* ."},
		{"the oldest is dropped for a later one", "p7", ">p7"},
		{"the oldest is dropped, not the other", "u3 p7", ">p7 < ."},
		{"a later one is dropped", "u1", "p1 p1 p1 >p1 < ."},
		{"it is closed", "p1 p1", "# < . < ."},
		{"it is closed, and dropped", "p1 p1 <", "# . *"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScript(t).do(tt.before)
			over := false
			go func() {
				if err := s.q.Wait(t.Context()); err != nil {
					t.Errorf("%s: %v", tt.name, err)
				}
				over = true
			}()
			synctest.Wait()
			for _, word := range strings.Fields(tt.until) {
				if over {
					t.Fatalf("%s: over before %q", tt.name, word)
				}
				s.do(word)
				synctest.Wait()
			}
			if !over {
				t.Errorf("%s: not over", tt.name)
			}
			s.do("* .") // for a Wait that is not over
		})
	}
}

// TestWaitIsNotDelayed has producers that never pause, and a consumer that gets
// stuck with the first item that was put after the call.
func TestWaitIsNotDelayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const earlier = 50
		q := New[int](Limit{100, 100}, Limit{10, 10})
		for i := range earlier {
			q.Put(i, 1, i%5 == 0)
		}
		done := make(map[int]bool)
		over := make(chan error)
		go func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			err := q.Wait(ctx)
			for i := range earlier {
				if !done[i] {
					t.Errorf("over before item %d is done with", i)
				}
			}
			over <- err
		}()
		synctest.Wait()
		stop := make(chan struct{})
		var all sync.WaitGroup
		for p := range 3 {
			all.Go(func() {
				for i := earlier; ; i++ {
					select {
					case <-stop:
						return
					case <-time.After(time.Millisecond):
						q.Put(i, 1, p == 0)
					}
				}
			})
		}
		all.Go(func() {
			for {
				v, ok := q.Take(t.Context())
				if !ok {
					return
				}
				if v >= earlier {
					<-stop
				}
				time.Sleep(3 * time.Millisecond)
				done[v] = true
				q.Done()
			}
		})
		if err := <-over; err != nil {
			t.Error(err)
		}
		if q.Stats().Items == 0 {
			t.Error("no later items are there")
		}
		close(stop)
		q.Close()
		all.Wait()
	})
}

// TestWaitForContext ends the context of a Wait.
func TestWaitForContext(t *testing.T) {
	cause := errors.New("the cause")
	for _, tt := range []struct {
		name, before, then string
		want               error
	}{
		{"an item is there", "p1", "", cause},
		{"an item is taken", "p1 <", "", cause},
		{"some are gone, one is there", "p1 u1", "< .", cause},
		{"some are gone, one is taken", "u1 p1", "< . <", cause},
		{"all are done with", "p1 p1 <", ". < .", nil},
		{"all are dropped", "p1 u1", "*", nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScript(t).do(tt.before)
			ctx, cancel := context.WithCancelCause(t.Context())
			over := make(chan error, 1)
			go func() { over <- s.q.Wait(ctx) }()
			synctest.Wait()
			s.do(tt.then)
			synctest.Wait()
			cancel(cause)
			if err := <-over; err != tt.want {
				t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
			}
		})
	}
}

// TestWaitAfterContext calls Wait when its context has ended already, and has both
// happen at once.
func TestWaitAfterContext(t *testing.T) {
	cause := errors.New("the cause")
	ctx, cancel := context.WithCancelCause(t.Context())
	q := New[int](Limit{1, 1}, Limit{})
	q.Put(1, 1, false)
	q.Take(t.Context())
	over := make(chan error, 1)
	go func() { over <- q.Wait(ctx) }()
	for waits := false; !waits && len(over) == 0; runtime.Gosched() {
		q.mu.Lock()
		waits = q.gone != nil
		q.mu.Unlock()
	}
	q.mu.Lock()
	cancel(cause)
	q.busy = false // as Done does
	q.mu.Unlock()
	if err := <-over; err != nil {
		t.Errorf("all had gone when Wait came to look: got %v", err)
	}
	if err := q.Wait(ctx); err != nil {
		t.Errorf("nothing to wait for: got %v", err)
	}
	q.Put(2, 1, false)
	if err := q.Wait(ctx); err != cause {
		t.Errorf("an item is there: got %v, want %v", err, cause)
	}
}
