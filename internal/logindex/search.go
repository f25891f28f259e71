package logindex

// Searching: the walks of all logs, merged by time, up to the end of a page. What is found and
// where the walks are is all of a search's state, and a [Request.Cursor] has the latter: so
// nothing of a search stays in memory between two pages, and none has to be ended.

import (
	"cmp"
	"context"
	"errors"
	"os"

	"github.com/spanlog/spanlog/internal/logquery"
)

// A Request is for a page of what a query wants.
type Request struct {
	logquery.Query
	Newest bool // begin with the last lines
	// Cursor is the Next of the page before; by default, it is the first one. It stays
	// valid while the logs grow: forwards, they are read up to where they are by then;
	// backwards, from where they were.
	Cursor string
	Limit  int // of lines; by default, 100

	// progress is for tests. It is called after each block that was read, with the Searched
	// and the Total of the page so far.
	progress func(searched, total int64)
}

// A Page is some lines, in the order that was asked for.
type Page struct {
	Lines []Line
	// Next is the cursor of the next page. It is there also if nothing is left: what
	// comes later may be on it.
	Next string
	More bool // there is, or may be, more
	// Searched is how many bytes the search has passed, with those of the pages before,
	// of the Total that is indexed. What need not be read is passed, too.
	Searched, Total int64
	Gone            []Gone // what could not be searched, up to a hundred
}

// Gone is a part of a log that was indexed and is not to be found any more: a block. It may
// have had lines that are wanted; nobody knows.
type Gone struct {
	Log    string
	File   string // the path that it had
	Offset int64
	Bytes  int64
	Lines  int64
}

func (b *block) gone(l *log) *Gone {
	return &Gone{Log: l.name, File: b.file.firstPath, Offset: b.offset, Bytes: int64(b.size), Lines: int64(b.lines)}
}

const (
	// pageLines is how many lines a page has by default.
	pageLines = 100
	// maxPage is how many bytes of text a page has, and up to a line more: lines may have
	// megabytes.
	maxPage = 16 << 20
	// maxGone is how many parts that are gone a page has.
	maxGone = 100
)

// Search returns a page. It reads what may have wanted lines again, and that may take
// long if there are few. If ctx ends, the page has what was found until then, together
// with ctx's error, and the search can be gone on with at its Next (TestSearchEnds). Other
// errors are that the cursor is of no use here, or the index closed.
func (x *Index) Search(ctx context.Context, r Request) (Page, error) {
	return x.newSearch(&r.Query, r.Newest).answer(ctx, r)
}

// answer returns the page of a search.
func (s *search) answer(ctx context.Context, r Request) (Page, error) {
	if err := s.seek(r.Cursor); err != nil {
		return Page{}, err
	}
	s.progress = r.progress
	err := s.run(ctx, limits{lines: cmp.Or(max(r.Limit, 0), pageLines), bytes: maxPage})
	s.page.Next = s.cursor()
	s.page.Searched, s.page.Total = s.searched()
	return s.page, err
}

// A search goes through all logs at once. It is for one goroutine.
type search struct {
	index    *Index
	newest   bool    // backwards
	walks    []*walk // of all logs, in their order
	page     Page    // what was found so far
	progress func(searched, total int64)
}

// limits are when a search ends though there may be more. 0 is none. Blocks are those that were
// read.
type limits struct{ lines, bytes, blocks int }

// newSearch takes a view of each log, one after the other. What is published in between may be in
// one and not in another; within a log nothing is missed.
func (x *Index) newSearch(q *logquery.Query, newest bool) *search {
	s := &search{index: x, newest: newest}
	for _, l := range x.logs {
		s.walks = append(s.walks, x.newWalk(l, q, newest))
	}
	return s
}

// run adds lines to the page until it is full, or there are no more. In each round it turns to
// the walk that comes first in time. If that has a line, it is the next one; if it has only a
// block that may have some, the block is read, and another walk may be the first then. So of all
// logs, only those blocks are read that the page may need.
func (s *search) run(ctx context.Context, most limits) error {
	bytes, blocks := 0, 0
	for {
		w := s.first()
		s.page.More = w != nil
		switch {
		// A limit is looked at when it is known whether there is more. That of blocks lets the lines
		// be taken that are found already.
		case w == nil,
			most.lines > 0 && len(s.page.Lines) >= most.lines,
			most.bytes > 0 && bytes >= most.bytes,
			most.blocks > 0 && blocks >= most.blocks && len(w.found) == 0:
			return nil
		case len(w.found) > 0:
			l := w.take()
			bytes += len(l.Text)
			s.page.Lines = append(s.page.Lines, l)
			continue
		case s.index.closed.Load():
			return os.ErrClosed
		}
		err := ctx.Err()
		if err == nil {
			var gone *Gone
			if gone, err = w.load(ctx); gone != nil && len(s.page.Gone) < maxGone {
				s.page.Gone = append(s.page.Gone, *gone)
			}
		}
		if err != nil {
			return err
		}
		blocks++
		if s.progress != nil {
			s.progress(s.searched())
		}
	}
}

// first returns the walk that has the next line, or may have it; nil if there is none. Among
// equals, it is the log that was named first, and backwards the last one: so both directions
// have the same order.
func (s *search) first() (first *walk) {
	var at int64
	for _, w := range s.walks {
		key, ok := w.key()
		if ok && (first == nil || s.newest && key >= at || !s.newest && key < at) {
			first, at = w, key
		}
	}
	return first
}

// searched returns how much is passed, and how much there is. A block that is not passed to its
// end counts as not passed.
func (s *search) searched() (passed, total int64) {
	for _, w := range s.walks {
		all := w.view.before(w.view.len())
		total += all
		n := w.position.block
		switch before := w.view.before(n); {
		case w.newest && w.position.line > 0:
			passed += all - w.view.before(n+1)
		case w.newest:
			passed += all - before
		case n < w.view.len() && w.position.line >= w.lines(n):
			passed += w.view.before(n + 1)
		default:
			passed += before
		}
	}
	return passed, total
}

var errCursor = errors.New("the cursor is of another index, or none")
