package logindex

// Slots: where summaries are found by their hashes, in a table whose slots have lists. With a
// map, which hashes the hashes once more, indexing takes a tenth longer if each record has a
// trace of its own. The lists are short, as there are at least as many slots as summaries.

// slot is where the list begins of a hash. The number of slots is a power of two.
func (s *summaries) slot(hash uint64) *int32 { return &s.slots[hash&uint64(len(s.slots)-1)] }

// find returns the index of the summary with a hash, or 0.
func (s *summaries) find(hash uint64) int32 {
	at := *s.slot(hash)
	for at != 0 && s.all[at].hash != hash {
		at = s.all[at].nextInSlot
	}
	return at
}

// enter puts a summary into the list of its slot.
func (s *summaries) enter(at int32) {
	first := s.slot(s.all[at].hash)
	s.all[at].nextInSlot, *first = *first, at
}

// leave takes a summary out of the list of its slot, where it has to be.
func (s *summaries) leave(at int32) {
	p := s.slot(s.all[at].hash)
	for *p != at {
		p = &s.all[*p].nextInSlot
	}
	*p = s.all[at].nextInSlot
}

// grow doubles the slots. They are never fewer again: there are as many summaries as were needed
// once, and those that are not used wait in free.
func (s *summaries) grow() {
	before := s.slots
	s.slots = make([]int32, 2*len(before))
	for _, at := range before {
		for at != 0 {
			next := s.all[at].nextInSlot
			s.enter(at)
			at = next
		}
	}
}
