package repeat

// What follows keeps Table.waiting a binary heap, by the end of the intervals:
// the first to end is at index 0, and none ends before that at (index-1)/2.
//
// A list would not do, although all intervals have the same length. An entry
// begins to wait when its first record is held back, and the order of that is not
// the order in which the intervals began. To find its place in a list could take
// as many steps as there are entries; here it takes the logarithm, and in most
// cases one, because what begins to wait has often begun its interval just now.

// push has an entry wait.
func (t *Table) push(i int32) {
	t.waiting = append(t.waiting, i)
	t.up(len(t.waiting) - 1)
}

// remove has the entry at a place wait no more.
func (t *Table) remove(place int) {
	last := len(t.waiting) - 1
	t.waiting[place] = t.waiting[last]
	t.waiting = t.waiting[:last]
	if place < last {
		// One of these does nothing: the entry that fills the gap is from elsewhere
		// in the heap, and may be out of order with those above or those below.
		t.up(place)
		t.down(place)
	}
}

// up moves the entry at a place to where none above it ends later.
func (t *Table) up(place int) {
	i := t.waiting[place]
	for place > 0 {
		above := (place - 1) / 2
		if !t.sooner(i, t.waiting[above]) {
			break
		}
		t.put(place, t.waiting[above])
		place = above
	}
	t.put(place, i)
}

// down moves the entry at a place to where none below it ends sooner.
func (t *Table) down(place int) {
	i := t.waiting[place]
	for {
		below := 2*place + 1
		if below+1 < len(t.waiting) && t.sooner(t.waiting[below+1], t.waiting[below]) {
			below++
		}
		if below >= len(t.waiting) || !t.sooner(t.waiting[below], i) {
			break
		}
		t.put(place, t.waiting[below])
		place = below
	}
	t.put(place, i)
}

// put sets which entry is at a place.
func (t *Table) put(place int, i int32) {
	t.waiting[place] = i
	t.entries.all[i].place = int32(place)
}

// sooner reports whether the interval of a ends before that of b.
func (t *Table) sooner(a, b int32) bool {
	return t.clock-t.entries.all[a].start > t.clock-t.entries.all[b].start
}
