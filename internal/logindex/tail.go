package logindex

import (
	"context"

	"github.com/spanlog/spanlog/internal/logquery"
)

// A Tail is the newest lines of what is wanted, and those that come then. Its methods are for
// one goroutine at a time.
type Tail struct {
	// Page has the newest lines, the last one first.
	Page Page
	// C has all lines that come, wanted or not, and some that are on the page.
	C <-chan Line

	index  *Index
	sub    *Subscription
	filter logquery.Filter
	wanted []bool // the record before, by its log
	gap    bool
	ends   []position // behind the last line that was on the page or taken, by its log
}

// Tail returns the tail of what a request wants. Room is for how many lines that were not taken
// yet; others are dropped. If ctx ends, the page has what was found until then, and the error is
// ctx's; there is a Tail all the same.
func (x *Index) Tail(ctx context.Context, r Request, room int) (*Tail, error) {
	r.Newest, r.Cursor = true, ""
	t := &Tail{
		index:  x,
		sub:    x.Subscribe(room), // first: what comes during the search is not to be missed
		filter: logquery.Filter{Query: &r.Query},
		wanted: make([]bool, len(x.logs)),
	}
	t.C = t.sub.C
	s := x.newSearch(&r.Query, true)
	for _, w := range s.walks {
		t.ends = append(t.ends, w.view.end())
	}
	var err error
	t.Page, err = s.answer(ctx, r)
	for i := range t.Page.Lines {
		l := &t.Page.Lines[i]
		if l.place.next() == t.ends[l.log] { // what comes may belong to it
			t.wanted[l.log] = true
		}
	}
	return t, err
}

// Take takes a line that came from C, and reports whether it is wanted and not on the page.
func (t *Tail) Take(l *Line) bool {
	t.sub.waiting.Add(-int64(len(l.Text)))
	wanted := t.wants(l)
	end := &t.ends[l.log]
	if l.place.before(*end) {
		return false
	}
	if l.place != *end && !(l.place == position{end.block + 1, 0} && t.index.logs[l.log].linesOf(end.block) == end.line) {
		t.gap = true
	}
	*end = l.place.next()
	return wanted
}

// Gap reports whether lines are missing among those that were taken: they were dropped, or are of the
// time when the index was not as far as what it had found at first.
func (t *Tail) Gap() bool { return t.gap }

// wants reports whether a line is wanted. One that belongs to a record before it is if that was.
func (t *Tail) wants(l *Line) bool {
	if !l.Continued {
		t.wanted[l.log] = t.filter.Wants(l.Text, &l.Head)
	}
	return t.wanted[l.log]
}

// Cursor is that of a search backwards that begins with the line that was taken last.
func (t *Tail) Cursor() string { return cursor(t.index.nonce, true, t.ends) }

// Fresh returns how many lines of the page are behind the cursor of an earlier tail, and reports
// whether they are all that are, and come first. If not, or if the cursor is none of this index, the
// page does not go on where that tail was.
func (t *Tail) Fresh(cursor string) (n int, goesOn bool) {
	all := len(t.Page.Lines)
	since, err := t.index.parseCursor(cursor, true)
	if err != nil {
		return all, false
	}
	next, err := t.index.parseCursor(t.Page.Next, true)
	if err != nil {
		return all, false
	}
	for i := range next {
		if since[i].before(next[i]) {
			return all, false // the search has not come so far
		}
	}
	for i := range t.Page.Lines {
		l := &t.Page.Lines[i]
		if l.place.before(since[l.log]) {
			continue
		}
		if i != n {
			return all, false
		}
		n++
	}
	return n, true
}

// Dropped returns how many lines there was no room for.
func (t *Tail) Dropped() int64 { return t.sub.Dropped() }

// Close ends the tail.
func (t *Tail) Close() { t.sub.Close() }

// before reports whether a line's position is before that of another one in its log.
func (p position) before(other position) bool {
	return p.block < other.block || p.block == other.block && p.line < other.line
}

// next is the position behind a line.
func (p position) next() position { return position{p.block, p.line + 1} }

// linesOf returns how many lines a block has.
func (l *log) linesOf(block int) int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	switch n := len(l.blocks); {
	case block < n:
		return int(l.blocks[block].lines)
	case block == n:
		return int(l.open.lines)
	}
	return 0
}

// end is the position behind the last line.
func (v *view) end() position {
	n := v.len()
	if n == 0 {
		return position{}
	}
	return position{n - 1, int(v.block(n - 1).lines)}
}
