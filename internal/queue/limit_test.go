package queue

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/spanlog/spanlog/internal/assert"
)

// A scriptCase is what is done to the queue of newScript, what comes of it, and what is
// left in the queue.
type scriptCase struct{ name, words, want, left string }

func runScripts(t *testing.T, cases []scriptCase) {
	t.Helper()
	for _, tt := range cases {
		synctest.Test(t, func(t *testing.T) { // where a Take that waits for ever fails
			s := newScript(t).do(tt.words)
			assert.Equal(t, tt.name, strings.Join(s.results, " "), tt.want)
			assert.Equal(t, tt.name+", left", s.left(), tt.left)
		})
	}
}

// TestPut has a queue for 4 items and 10 bytes, of which one item and 3 bytes are
// for urgent ones.
func TestPut(t *testing.T) {
	runScripts(t, []scriptCase{
		{"as many items as there is room for", "p1 p1 p1 p1", "a b c -d", "a b c"},
		{"as many bytes as there is room for", "p4 p3 p1", "a b -c", "a b"},
		{"items without bytes count too", "p0 p0 p0 p0", "a b c -d", "a b c"},
		{"less is put after one that is refused", "p4 p4 p3", "a -b c", "a c"},
		{"urgent items have all the room", "u1 u1 u1 u1 u1", "a b c d -e", "a b c d"},
		{"urgent bytes have all the room", "u5 u5 u1", "a b -c", "a b"},
		{"an item is reserved", "p1 p1 p1 p1 u1 u1", "a b c -d e -f", "a b c e"},
		{"bytes are reserved", "p7 p1 u3 u1", "a -b c -d", "a c"},
		{"urgent items take more than their part", "u1 u1 p1 p1 p1", "a b c d -e", "a b c d"},
		{"urgent bytes take more than their part", "u5 p5 p1", "a b -c", "a b"},

		{"one too large goes into an empty queue", "p11 p0 u1", "a -b -c", "a"},
		{"an urgent one too large as well", "u11 u0 p1", "a -b -c", "a"},
		{"and not beside another", "p1 p11 u11", "a -b -c", "a"},
		{"one larger than what is not reserved", "p8 u2 u1", "a b -c", "a b"},
		{"and not beside an urgent one", "u1 p8", "a -b", "a"},
		{"the largest of all", "p1 pMAX uMAX < pMAX u0", "a -b -c <a d -e", "d"},

		{"what is taken has no part any more", "p7 < p7 . p1", "a <a b -c", "b"},
		{"what is dropped has none either", "p7 u3 * p7 u3", "a b *(a b) c d", "c d"},
		{"urgent items are not taken earlier", "p1 u1 p1 u1 < . < . < . <", "a b c d <a <b <c <d", ""},
		{"but both kinds in turn", "u1 p1 u1 p1 < . < . < . <", "a b c d <a <b <c <d", ""},
		{"after Close nothing is put", "p1 # p1 u1 >p9 >u9 < . <", "a -b -c -d -e <a <", ""},
		{"Close may be called again", "p1 # # < . < <", "a <a < <", ""},
		{"Drop has the order as well", "p1 u1 p1 # * <", "a b c *(a b c) <", ""},
	})
}

// TestPutOver has the same queue.
func TestPutOver(t *testing.T) {
	runScripts(t, []scriptCase{
		{"nothing goes while there is room", ">p1 >p1 >p1 >u1", "a b c d", "a b c d"},
		{"the oldest one goes", "p1 p1 p1 >p1", "a b c d(a)", "b c d"},
		{"as many go as there must", "p1 p1 p4 >p3", "a b c d(a b)", "c d"},
		{"and no more", "p1 p1 p4 >p2", "a b c d(a)", "b c d"},
		{"again and again", "p7 >p7 >p7 >p7", "a b(a) c(b) d(c)", "d"},
		{"for bytes, all that are not urgent", "p3 u3 p3 >p7", "a b c d(a c)", "b d"},
		{"none goes if the urgent ones leave too little", "p2 u4 p2 >p7", "a b c -d", "a b c"},
		{"no urgent one goes for one that is not", "u1 u1 u1 u1 >p1", "a b c d -e", "a b c d"},
		{"an urgent one has the oldest go that is not", "u1 p1 p1 u1 >u1", "a b c d e(b)", "a c d e"},
		{"urgent ones go last", "u4 p2 u4 >u7", "a b c d(b a c)", "d"},
		{"of urgent ones, the oldest go", "u5 u5 >u4", "a b c(a)", "b c"},
		{"an urgent one can have all", "p3 p3 >u10", "a b c(a b)", "c"},
		{"what is too large drops nothing", "p1 >p8 >u11 >uMAX", "a -b -c -d", "a"},
		{"but goes into an empty queue", ">p11 >u11", "a -b", "a"},
		{"and goes for others", "p11 >p1", "a b(a)", "b"},
		{"an urgent one too large goes for urgent ones only", "u11 >p1 >u1", "a -b c(a)", "c"},
		{"what was taken cannot go", "p7 < >p7", "a <a b", "b"},
	})
}

// TestReserved has other parts reserved than one would.
func TestReserved(t *testing.T) {
	for _, tt := range []struct {
		name            string
		limit, reserved Limit
		words, want     string
	}{
		{"nothing", Limit{2, 10}, Limit{}, "p5 p5 u0", "a b -c"},
		{"all items", Limit{2, 10}, Limit{2, 0}, "p1 p1 u1 u1", "a -b c -d"},
		{"all bytes", Limit{2, 10}, Limit{0, 10}, "u1 p1 >p1 < p1", "a -b -c <a d"},
		{"more than there is", Limit{2, 10}, Limit{3, 11}, "u1 >p1 u1 < < p1", "a -b c <a <c d"},
		{"of no limit", Limit{}, Limit{}, "p1 p1 u1 >p1 >u1 < u1", "a -b -c -d -e <a f"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScript(t)
			s.q = New[string](tt.limit, tt.reserved)
			assert.Equal(t, tt.name, strings.Join(s.do(tt.words).results, " "), tt.want)
		})
	}
}

// TestDropMayUseTheQueue calls from within the function that PutOver calls.
func TestDropMayUseTheQueue(t *testing.T) {
	q := New[int](Limit{2, 2}, Limit{})
	q.Put(1, 1, false)
	q.Put(2, 1, false)
	var dropped []int
	q.PutOver(3, 1, false, func(v int) {
		dropped = append(dropped, v)
		if q.Put(4, 1, false) || q.Stats().Items != 2 {
			t.Error("what was put is not there yet")
		}
		q.PutOver(5, 1, false, func(v int) { dropped = append(dropped, v) })
	})
	if len(dropped) != 2 || dropped[0] != 1 || dropped[1] != 2 {
		t.Errorf("%v were dropped, want 1 and 2", dropped)
	}
}

func TestStats(t *testing.T) {
	s := newScript(t)
	for _, tt := range []struct {
		words string
		want  Stats
	}{
		{"", Stats{}},
		{"p3 u4", Stats{2, 7, 2, 7}},
		{"p9 p9", Stats{2, 7, 2, 7}}, // refused
		{"<", Stats{1, 4, 2, 7}},
		{".", Stats{1, 4, 2, 7}},
		{"p1 p1 p1", Stats{4, 7, 4, 7}},
		{">p4", Stats{4, 10, 4, 10}},
		{">u9", Stats{1, 9, 4, 10}},
		{"*", Stats{0, 0, 4, 10}},
		{"p11", Stats{1, 11, 4, 11}},
		{"# <", Stats{0, 0, 4, 11}},
	} {
		if got := s.do(tt.words).q.Stats(); got != tt.want {
			t.Errorf("after %q: %+v, want %+v", tt.words, got, tt.want)
		}
	}
	if !s.q.Closed() || New[int](Limit{}, Limit{}).Closed() {
		t.Error("Closed does not say whether Close was called")
	}
}
