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
	wanted []bool     // the record before, by its log
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
	for i := len(t.Page.Lines) - 1; i >= 0; i-- {
		t.wants(&t.Page.Lines[i]) // what comes may belong to one of these
	}
	return t, err
}

// Take takes a line that came from C, and reports whether it is wanted and not on the page.
func (t *Tail) Take(l *Line) bool {
	wanted := t.wants(l)
	end := &t.ends[l.log]
	if l.place.before(*end) {
		return false
	}
	*end = position{l.place.block, l.place.line + 1}
	return wanted
}

// wants reports whether a line is wanted. One that belongs to a record before it is if that was.
func (t *Tail) wants(l *Line) bool {
	if !l.Continued {
		t.wanted[l.log] = t.filter.Wants(l.Text, &l.Head)
	}
	return t.wanted[l.log]
}

// Cursor is that of a search backwards that begins with the line that was taken last.
func (t *Tail) Cursor() string { return cursor(t.index.nonce, true, t.ends) }

// Newer returns how many lines of the page are behind the cursor of an earlier tail: all, if it is
// none of this index.
func (t *Tail) Newer(cursor string) (n int) {
	positions, err := t.index.parseCursor(cursor, true)
	if err != nil {
		return len(t.Page.Lines)
	}
	for i := range t.Page.Lines {
		l := &t.Page.Lines[i]
		if !l.place.before(positions[l.log]) {
			n++
		}
	}
	return n
}

// Dropped returns how many lines there was no room for.
func (t *Tail) Dropped() int64 { return t.sub.Dropped() }

// Close ends the tail.
func (t *Tail) Close() { t.sub.Close() }

// before reports whether a line's position is before that of another one in its log.
func (p position) before(other position) bool {
	return p.block < other.block || p.block == other.block && p.line < other.line
}

// end is the position behind the last line.
func (v *view) end() position {
	n := v.len()
	if n == 0 {
		return position{}
	}
	return position{n - 1, int(v.block(n - 1).lines)}
}
