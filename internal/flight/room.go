package flight

// Making room. Each trace has a limit, and each shard has one; the two are kept in different
// ways. add keeps the first before it takes a record, at the expense of the same trace. fit
// keeps the second after whatever has taken memory, at the expense of the others. Both give
// way by more than is needed at the moment: who makes room for each record anew does nothing
// else.

// add puts a record behind the others of its trace. If there is no room for it, a quarter
// of them go, the oldest, or more: so that to make room is not to be done each time.
func (t *Table[M]) add(s *shard[M], h *heldTrace[M], meta *M, extra int, lines [][]byte) {
	need := itemSize[M]() + linesSize(lines) + extra
	if need > t.limit.Trace { // it does not fit alone, and is to leave no large buffer behind
		t.refuse(s, h.batch.Evicted, meta, Evicted)
		h.batch.Evicted++
		return
	}
	if h.batch.used()+need > t.limit.Trace {
		most := min(t.limit.Trace-need, t.limit.Trace/4*3)
		t.lose(s, h, h.batch.oldest(most), Evicted)
	}
	s.size -= h.reserved()
	h.batch.add(meta, lines, extra, t.limit.Trace)
	s.size += h.reserved()
	s.records++
}

// nearly is when the memory is nearly used up: the rest is for traces to grow.
func (l Limit) nearly() int { return l.Total / 16 * 15 }

// refuse tells of a record that is not held at all, without its lines. The batch for that is
// a field of the shard, as a local one would be an allocation for each record.
func (t *Table[M]) refuse(s *shard[M], evicted int, meta *M, reason Reason) {
	s.lost.Evicted = evicted
	s.lost.items = append(s.lost.items, item[M]{meta: *meta})
	t.gone(&s.lost, reason)
	s.lost = Batch[M]{}
}

// lose removes the n oldest records of a trace that nobody gets. gone sees them in the
// trace's own buffers, by a batch that ends behind them.
func (t *Table[M]) lose(s *shard[M], h *heldTrace[M], n int, reason Reason) {
	if n == 0 {
		return
	}
	s.lost = h.batch
	s.lost.items = s.lost.items[:h.batch.first+n]
	t.gone(&s.lost, reason)
	s.lost = Batch[M]{}
	s.size -= h.batch.extra
	h.batch.drop(n)
	s.size += h.batch.extra
	s.records -= n
	if reason == Evicted {
		h.batch.Evicted += n
	}
}

// empty has all records of a trace go, and their memory. The trace stays, with its state:
// somebody is at it.
func (t *Table[M]) empty(s *shard[M], h *heldTrace[M]) {
	t.lose(s, h, h.batch.Len(), Evicted)
	s.size -= h.reserved()
	h.batch = Batch[M]{Evicted: h.batch.Evicted}
	s.size += h.reserved()
}

// fit sees to it that the shard takes up no more than its share: what traces have left
// behind goes first, then the traces that were not used for the longest time, but for h.
func (t *Table[M]) fit(s *shard[M], h *heldTrace[M]) {
	for oldest := s.ring.newer; s.size > t.limit.Total; {
		if len(s.spare) > 0 {
			s.dropSpare()
			continue
		}
		if oldest == h { // what is being delivered has it all
			t.empty(s, h)
			return
		}
		newer := oldest.newer
		t.evict(s, oldest)
		oldest = newer
	}
}

// evict ends a trace for which there is no room. Of one that is being released only the
// records go: who delivers it will ask for more, and nobody else is to release it until then.
func (t *Table[M]) evict(s *shard[M], h *heldTrace[M]) {
	if h.state == releasing {
		t.empty(s, h)
		return
	}
	t.lose(s, h, h.batch.Len(), Evicted)
	if n := h.batch.Evicted; n > 0 || h.state == open {
		s.evicted[slot(h.id)] = evicted{h.id, n, h.state == open}
	}
	s.remove(h)
}
