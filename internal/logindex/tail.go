package logindex

// Tails: a page of the newest lines, and what comes behind it. Both are searches, one backwards
// and one forwards from where the first has begun. So a line is chosen, merged and judged by the
// same code wherever it is shown, and what a slow reader has not taken waits in the files
// instead of in memory.

import (
	"context"

	"github.com/spanlog/spanlog/internal/logquery"
)

// A Tail is the newest lines of what is wanted, and those that come then: a search forwards that is gone on
// with for as long as somebody watches. What comes while nobody asks waits in the logs, and so
// nothing has to be dropped. Its methods are for one goroutine at a time.
type Tail struct {
	// Page has the newest lines, the last one first.
	Page Page

	index *Index
	query logquery.Query
	ends  []position // behind the last line that was searched, for each log
}

// Tail returns the tail of what a request wants. If ctx ends, the page has what was found until then, and
// the error is ctx's; there is a Tail all the same. While logs are still indexed, what is found in
// them comes as if it was new.
func (x *Index) Tail(ctx context.Context, r Request) (*Tail, error) {
	r.Newest, r.Cursor = true, ""
	t := &Tail{index: x, query: r.Query}
	s := x.newSearch(&t.query, true)
	// The ends are those of the views that the page is searched in. So what is behind them is
	// all that the page cannot have, and nothing of what it can (TestTailOnce).
	for _, w := range s.walks {
		t.ends = append(t.ends, w.view.end())
	}
	var err error
	t.Page, err = s.answer(ctx, r)
	return t, err
}

// Next returns the wanted lines that have come since the last call, in the order of their times so far as they
// were there; there may be More than the limit. If ctx ends, the error is ctx's, and the next call goes on
// where this one was.
func (t *Tail) Next(ctx context.Context, limit int) (Page, error) {
	s := t.index.newSearch(&t.query, false)
	news := false // which is most often so; then nothing is read
	for i, w := range s.walks {
		news = news || w.view.end() != t.ends[i]
		w.position = t.ends[i]
	}
	if !news {
		return Page{}, nil
	}
	err := s.run(ctx, limits{lines: limit, bytes: maxPage})
	for i, w := range s.walks {
		t.ends[i] = w.position
	}
	return s.page, err
}

// Cursor is that of a search backwards that begins with the line that was returned last. It
// also says to a later tail how far this one was: see Fresh.
func (t *Tail) Cursor() string { return formatCursor(t.index.nonce, true, t.ends) }

// Fresh returns how many lines of the page are behind the cursor of an earlier tail, and reports
// whether they are all that are, and come first. If not, or if the cursor is none of this index, the
// page does not go on where that tail was.
//
// It is for somebody who has lost the connection, and has the lines of the earlier tail: if the
// page goes on, its first n lines belong behind those. There are three reasons why it may not.
func (t *Tail) Fresh(cursor string) (n int, goesOn bool) {
	all := len(t.Page.Lines)
	since, err := t.index.parseCursor(cursor, true)
	if err != nil {
		return all, false // nothing is known of that tail
	}
	next, err := t.index.parseCursor(t.Page.Next, true)
	if err != nil {
		return all, false
	}
	for i := range next {
		if since[i].before(next[i]) {
			return all, false // the search has not come so far: lines are missing in between
		}
	}
	for i := range t.Page.Lines {
		l := &t.Page.Lines[i]
		if l.place.before(since[l.log]) {
			continue
		}
		if i != n {
			return all, false // by its time, it is before a line that was there already
		}
		n++
	}
	return n, true
}

// before reports whether a position is in front of another one in the same log.
func (p position) before(other position) bool {
	return p.block < other.block || p.block == other.block && p.line < other.line
}

// end is the position behind the last line. It is in the last block, not before the next one, as
// that block may be open: then more lines come in it.
func (v *view) end() position {
	n := v.len()
	if n == 0 {
		return position{}
	}
	return position{n - 1, int(v.block(n - 1).lines)}
}
