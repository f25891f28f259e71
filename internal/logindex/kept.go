package logindex

// What is kept: the three orders in which summaries wait to be forgotten. They have summaries by
// their index, and are guarded by the lock of summaries.

// kept is why there is a summary, and so which of the orders it is in. It is in one of them, but
// for the moment in which it is moved.
type kept uint8

const (
	keptRecent kept = iota // in the chain of recent ones
	keptFailed             // in that of failed ones
	keptSlow               // in the heap
)

// A chain is a list of summaries by age: how long ago they were put into it. Any one can be taken
// out in the same time, because a trace that gets a record becomes the newest.
type chain struct {
	newest, oldest int32 // 0: none
	len            int
}

// link puts a summary, which is in no order, into a chain as the newest.
func (s *summaries) link(c *chain, at int32, why kept) {
	t := &s.all[at]
	t.kept, t.prev, t.next = why, 0, c.newest
	if c.newest != 0 {
		s.all[c.newest].prev = at
	} else {
		c.oldest = at
	}
	c.newest = at
	c.len++
}

// unlink takes a summary out of the chain that it is in.
func (s *summaries) unlink(c *chain, at int32) {
	t := &s.all[at]
	if t.prev != 0 {
		s.all[t.prev].next = t.next
	} else {
		c.newest = t.next
	}
	if t.next != 0 {
		s.all[t.next].prev = t.prev
	} else {
		c.oldest = t.prev
	}
	c.len--
}

// slowest is a heap of summaries with the fastest on top, which is the first to be forgotten. It
// is for container/heap, and keeps the place of each summary in that, so that one can be removed
// when its trace gets a record. While a summary is here, its duration does not change.
type slowest struct {
	s  *summaries // which it is a part of
	at []int32    // indexes in s.all
}

func (h *slowest) Len() int { return len(h.at) }

func (h *slowest) Less(i, j int) bool {
	return h.s.all[h.at[i]].duration() < h.s.all[h.at[j]].duration()
}

func (h *slowest) Swap(i, j int) {
	h.at[i], h.at[j] = h.at[j], h.at[i]
	h.s.all[h.at[i]].heapIndex, h.s.all[h.at[j]].heapIndex = int32(i), int32(j)
}

func (h *slowest) Push(x any) {
	at := x.(int32)
	h.s.all[at].heapIndex = int32(len(h.at))
	h.at = append(h.at, at)
}

func (h *slowest) Pop() any {
	n := len(h.at) - 1
	at := h.at[n]
	h.at = h.at[:n]
	return at
}
