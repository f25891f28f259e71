package logindex

// Summaries are found by their hashes, in a table whose slots have lists. With a map, which
// hashes the hashes once more, indexing takes a tenth longer if each record has a trace of
// its own.

// slot is where the list begins of a hash.
func (s *summaries) slot(hash uint64) *int32 { return &s.slots[hash&uint64(len(s.slots)-1)] }

// find returns the summary of a hash, or 0.
func (s *summaries) find(hash uint64) int32 {
	at := *s.slot(hash)
	for at != 0 && s.all[at].hash != hash {
		at = s.all[at].same
	}
	return at
}

func (s *summaries) enter(at int32) {
	first := s.slot(s.all[at].hash)
	s.all[at].same, *first = *first, at
}

func (s *summaries) leave(at int32) {
	p := s.slot(s.all[at].hash)
	for *p != at {
		p = &s.all[*p].same
	}
	*p = s.all[at].same
}

// grow doubles the slots.
func (s *summaries) grow() {
	before := s.slots
	s.slots = make([]int32, 2*len(before))
	for _, at := range before {
		for at != 0 {
			next := s.all[at].same
			s.enter(at)
			at = next
		}
	}
}
