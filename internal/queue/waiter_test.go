package queue

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestPutWait has items wait for room, for 100 ms each, in a queue of which some
// words were made before. Then the other words follow, one every 10 ms; in these, ~
// does nothing. What comes of the items is told with the time: d@10 was put after
// 10 ms, -d@100 refused after 100.
func TestPutWait(t *testing.T) {
	for _, tt := range []struct{ name, before, wait, words, want, left string }{
		{"there is room", "", "p1 u1 p11", "", "a@0 b@0 -c@100", "a b"},
		{"an empty queue has room for what is too large", "", "p11", "", "a@0", "a"},
		{"none comes", "p7", "p1", "", "-b@100", "a"},
		{"one is taken", "p1 p1 p1", "p1", "~ <", "d@20", "b c d"},
		{"all are dropped", "p7", "p1", "~ ~ *", "b@30", "b"},
		{"it is closed", "p7", "p1 u9", "~ #", "-b@20 -c@20", "a"},
		{"it was closed before", "p1 #", "p1", "", "-b@0", "a"},
		{"it is closed and then emptied", "p7", "p1", "# < .", "-b@10", ""},
		{"too little room comes", "p1 p4 p2", "p3", "< ~ p0", "-d@100", "b c e"},
		{"room comes bit by bit", "p1 p4 p2", "p4", "< ~ <", "d@30", "c d"},
		{"room comes too late", "p7", "p1", "~ ~ ~ ~ ~ ~ ~ ~ ~ ~ <", "-b@100", ""},
		{"Done makes no room", "p7 < p7", "p1", ". ~", "-c@100", "b"},
		{"an urgent one has gone, which makes none", "u3 p7", "p1", "<", "-c@100", "b"},
		{"an urgent one has gone, for an urgent one", "u3 p7", "u3", "<", "c@10", "b c"},
		{"what is too large waits until all have gone", "p1 p1", "p11", "< <", "c@20", "c"},
		{"a large one has gone for a small one", "p7", "p2", ">p1", "b@10", "c b"},
		{"a large one has gone for an urgent one", "p7", "p2", ">u4", "b@10", "c b"},
		{"others have gone, but not for it", "p3 p4 u3", "u1", ">u7", "-d@100", "c e"},

		{"several, and there is room for one", "p1 p1 p1", "p1 p1 p1", "~ <", "d@20 -e@100 -f@100", "b c d"},
		{"several, and one after the other is taken", "p1 p1 p1", "p1 p1 p1", "< ~ < ~ <", "d@10 e@30 f@50", "d e f"},
		{"several, and there is room for all", "p5", "p1 p1 u1", "<", "b@0 c@0 d@0", "b c d"},
		{"several, and a large one has gone", "p7", "p2 p2 p2 p2", "~ <", "b@20 c@20 d@20 -e@100", "b c d"},
		{"several, and all are dropped", "p7", "p4 p3 p1", "*", "b@10 c@10 -d@100", "b c"},
		{"a small one passes a large one", "p1 p6", "p3 p1", "<", "-c@100 d@10", "b d"},
		{"which has its turn later", "p1 p6", "p3 p1", "< <", "c@20 d@10", "d c"},
		{"an urgent one passes one that is not", "u3 p7", "p1 u1", "<", "-c@100 d@10", "b d"},
		{"what comes later does not pass", "p7", "p7", "p1 < p1", "b@20", "b"},
		{"one that has given up takes no room", "p7", "p7 p7", "~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ < p7", "-b@100 -c@100", "d"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScript(t).do(tt.before)
			waits := strings.Fields(tt.wait)
			results := make([]string, len(waits))
			start := time.Now()
			var all sync.WaitGroup
			for i, word := range waits {
				name, size, urgent := s.item(word)
				all.Go(func() {
					ok := s.q.PutWait(name, size, urgent, 100*time.Millisecond)
					results[i] = fmt.Sprintf("%s@%d", verdict(name, ok), time.Since(start).Milliseconds())
				})
				synctest.Wait() // so that they come in this order
			}
			for _, word := range strings.Fields(tt.words) {
				time.Sleep(10 * time.Millisecond)
				synctest.Wait()
				if word != "~" {
					s.do(word)
				}
			}
			all.Wait()
			assert.Equal(t, tt.name, strings.Join(results, " "), tt.want)
			assert.Equal(t, tt.name+", left", s.left(), tt.left)
			if len(s.q.waiters) > 0 {
				t.Errorf("%s: %d waiters are left", tt.name, len(s.q.waiters))
			}
		})
	}
}

// TestPutWaitWithoutTime does not wait.
func TestPutWaitWithoutTime(t *testing.T) {
	for _, tt := range []struct {
		name, before string
		wait         time.Duration
		want         bool
	}{
		{"no time, no room", "p7", 0, false},
		{"less than none, no room", "p7", -time.Second, false},
		{"no time, room", "p6", 0, true},
		{"less than none, room", "p6", -time.Second, true},
		{"no time, closed", "#", 0, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, start := newScript(t).do(tt.before), time.Now()
			if got := s.q.PutWait("x", 1, false, tt.wait); got != tt.want || time.Since(start) != 0 {
				t.Errorf("%s: got %v after %v, want %v at once", tt.name, got, time.Since(start), tt.want)
			}
		})
	}
}

// TestPutWaitAtTheLastMoment has room come, or the end, in the moment at which the
// time is over: either may win, but the queue and the caller must agree.
func TestPutWaitAtTheLastMoment(t *testing.T) {
	for _, tt := range []struct{ name, word string }{{"room comes", "<"}, {"it is closed", "#"}} {
		for range 100 {
			synctest.Test(t, func(t *testing.T) {
				s := newScript(t).do("p7")
				var put bool
				var all sync.WaitGroup
				all.Go(func() { put = s.q.PutWait("x", 1, false, time.Second) })
				all.Go(func() {
					time.Sleep(time.Second)
					s.do(tt.word)
				})
				all.Wait()
				if left := s.left(); put != strings.Contains(left, "x") {
					t.Errorf("%s: PutWait says %v, left is %q", tt.name, put, left)
				}
			})
		}
	}
}
