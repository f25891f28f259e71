package queue

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestTake calls Take after some words, and expects it to return with the last of
// those that follow. The word ! ends its context.
func TestTake(t *testing.T) {
	for _, tt := range []struct{ name, before, until, want, left string }{
		{"an item is there", "p1 u1", "", "a", "b"},
		{"an urgent one is there", "u1 p1", "", "a", "b"},
		{"an item comes", "", "p1", "a", ""},
		{"an urgent one comes", "", "u1", "a", ""},
		{"one too large comes", "", ">p11", "a", ""},
		{"all that was there had been dropped", "p1 p1 *", "p1", "c", ""},
		{"all that was there had been taken", "p1 p1 < . < .", "u1", "c", ""},
		{"it is empty, and closed", "#", "", "false", ""},
		{"it is emptied, and closed", "p1 < . #", "", "false", ""},
		{"it is closed while Take waits", "", "#", "false", ""},
		{"it is closed, but not empty", "p1 #", "", "a", ""},
		{"the context had ended", "!", "", "false", ""},
		{"the context had ended, and items are there", "p1 u1 !", "", "false", "a b"},
		{"the context had ended, and it is closed", "p1 # !", "", "false", "a"},
		{"the context ends while Take waits", "", "!", "false", ""},
		{"the context ends with signals left", "p1 u1 *", "!", "false", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScript(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			do := func(words string) {
				for _, word := range strings.Fields(words) {
					if word == "!" {
						cancel()
					} else {
						s.do(word)
					}
				}
			}
			do(tt.before)
			result := ""
			go func() {
				v, ok := s.q.Take(ctx)
				if result = v; !ok {
					result = v + "false"
				}
			}()
			synctest.Wait()
			if tt.until != "" && result != "" {
				t.Errorf("%s: %q before %q", tt.name, result, tt.until)
			}
			do(tt.until)
			synctest.Wait()
			assert.Equal(t, tt.name, result, tt.want)
			assert.Equal(t, tt.name+", left", s.left(), tt.left)
		})
	}
}

// TestTakeIsWoken has a consumer that has to wait for every item, as the next one
// is put only when it has taken the one before. A signal that got lost would leave
// both waiting, which ends the test.
func TestTakeIsWoken(t *testing.T) {
	for _, tt := range []struct {
		name  string
		items int // that are put together
	}{{"one by one", 1}, {"two by two", 2}, {"three by three", 3}} {
		synctest.Test(t, func(t *testing.T) {
			q := New[int](Limit{3, 3}, Limit{})
			taken := make(chan int)
			go func() {
				defer close(taken)
				for {
					v, ok := q.Take(t.Context())
					if !ok {
						return
					}
					q.Done()
					taken <- v
				}
			}()
			for round := range 2000 {
				for i := range tt.items {
					go q.Put(round, 1, i%2 == 0)
				}
				for range tt.items {
					if v := <-taken; v != round {
						t.Fatalf("%s: got %d in round %d", tt.name, v, round)
					}
				}
			}
			go q.Close()
			if v, ok := <-taken; ok {
				t.Errorf("%s: got %d after all", tt.name, v)
			}
		})
	}
}

// TestTakeAfterTake has the context of a consumer end at the time when an item
// comes, over and over: the next Take gets what that one did not.
func TestTakeAfterTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New[int](Limit{1, 1}, Limit{})
		for round := range 2000 {
			ctx, cancel := context.WithCancel(t.Context())
			go cancel()
			go q.Put(round, 1, false)
			v, ok := q.Take(ctx)
			if !ok {
				v, ok = q.Take(t.Context())
			}
			if !ok || v != round {
				t.Fatalf("got %d, %v in round %d", v, ok, round)
			}
			q.Done()
		}
	})
}
