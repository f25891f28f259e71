package logindex

import (
	"cmp"
	"context"
	"errors"
	"os"
)

// A Request is for a page of what a query wants.
type Request struct {
	Query
	Newest bool // begin with the last lines
	// Cursor is the Next of the page before; by default, it is the first one. It stays
	// valid while the logs grow: forwards, they are read up to where they are by then;
	// backwards, from where they were.
	Cursor string
	Limit  int // of lines; by default, 100
	// Progress is called now and then with the Searched and the Total of the page so far.
	Progress func(searched, total int64)
}

// A Page is some lines, in the order that was asked for.
type Page struct {
	Lines []Line
	// Next is the cursor of the next page. It is there also if nothing is left: what
	// comes later may be on it.
	Next string
	More bool // there is, or may be, more
	// Searched is how many bytes the search has passed, with those of the pages before,
	// of the Total that is indexed.
	Searched, Total int64
	Gone            []Gone // what could not be searched, up to a hundred
}

// Gone is a part of a log that was indexed and is not to be found any more.
type Gone struct {
	Log    string
	File   string // the path that it had
	Offset int64
	Bytes  int64
	Lines  int64
}

func (b *block) gone(l *log) *Gone {
	return &Gone{Log: l.path, File: b.file.first, Offset: b.offset, Bytes: int64(b.size), Lines: int64(b.lines)}
}

const (
	// pageLines is how many lines a page has by default.
	pageLines = 100
	// maxPage is how many bytes of text a page has, and up to a line more.
	maxPage = 16 << 20
	// maxGone is how many parts that are gone a page has.
	maxGone = 100
)

// Search returns a page. It reads what may have wanted lines again, and that may take
// long if there are few. If ctx ends, the page has what was found until then, together
// with ctx's error, and the search can be gone on with at its Next.
func (x *Index) Search(ctx context.Context, r Request) (Page, error) {
	return x.newSearch(&r.Query, r.Newest).answer(ctx, r)
}

// answer returns the page of a search.
func (s *search) answer(ctx context.Context, r Request) (Page, error) {
	if err := s.seek(r.Cursor); err != nil {
		return Page{}, err
	}
	s.progress = r.Progress
	err := s.run(ctx, limits{lines: cmp.Or(max(r.Limit, 0), pageLines), bytes: maxPage})
	s.page.Next = s.cursor()
	s.page.Searched, s.page.Total = s.searched()
	return s.page, err
}

// A search goes through all logs at once.
type search struct {
	index    *Index
	newest   bool
	walks    []*walk
	page     Page
	progress func(searched, total int64)
}

// limits are when a search ends though there may be more. 0 is none.
type limits struct{ lines, bytes, blocks int }

func (x *Index) newSearch(q *Query, newest bool) *search {
	s := &search{index: x, newest: newest}
	for _, l := range x.logs {
		s.walks = append(s.walks, x.newWalk(l, q, newest))
	}
	return s
}

// run finds lines.
func (s *search) run(ctx context.Context, most limits) error {
	bytes, blocks := 0, 0
	for {
		w := s.first()
		s.page.More = w != nil
		switch {
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

// first returns the walk that has the next line, or may have it.
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

// searched returns how much is passed, and how much there is.
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
