package logindex

// Walks: through one log, from block to block. A walk is either at a block that may have
// something, or has read it and has lines to give. It says by key which time comes next without
// reading, so that a search of many logs reads only what it needs.
//
// Blocks are judged from their first line on, whatever the direction is and wherever in the
// block a walk goes on: what a line is depends on those before it. The same block may be read
// for two pages.

import (
	"context"
	"errors"
	"slices"

	"github.com/spanlog/spanlog/internal/logline"
	"github.com/spanlog/spanlog/internal/logquery"
)

// A walk goes through what one log has of what is wanted, forwards or backwards.
type walk struct {
	index  *Index
	view   view
	newest bool  // backwards
	some   []int // the blocks that may have something, in order; nil: any
	filter *logquery.Filter
	buf    []byte // of the block that was read last

	position position
	found    []Line   // of the block that was read last, still to be taken, the next one first
	after    position // where to go on when all of them are taken
	loads    int      // how many blocks were read; for tests

	// What the first lines of a block belong to, of the block that was looked up last. A long
	// stack trace has many blocks with one owner.
	owner   logquery.Owner
	ownerOf int32 // the block whose last record that is, or -1
}

// A position is between two lines of a log: how many lines of a block are before it. The next
// line is the one behind it, or backwards, the one before it. The end of a block and the
// beginning of the next are two positions for one place. When the log grows, nothing comes in
// front of a position that had a line in front of it.
type position struct{ block, line int }

// newWalk begins at the log's first line, or behind its last.
func (x *Index) newWalk(l *log, q *logquery.Query, newest bool) *walk {
	w := &walk{index: x, newest: newest, filter: logquery.NewFilter(q, x.opts.Location), ownerOf: -1}
	w.view, w.some = l.find(q)
	if newest {
		w.position.block = w.view.len()
	}
	return w
}

// lines returns how many lines a block has.
func (w *walk) lines(n int) int { return int(w.view.block(n).lines) }

// ahead goes on to the next block that may have something, if there is one. It stays where it is
// if that is in such a block. With none, the position is at the end of the walk: backwards at the
// log's first line; forwards behind its last, from where a [Tail] or a cursor goes on.
func (w *walk) ahead() bool {
	n, from := w.position.block, w.position
	if w.newest {
		if w.position.line == 0 { // nothing is left of the block
			n--
		}
		for n = w.listed(n); n >= 0 && !wantsBlock(w.filter.Query, w.view.block(n)); n = w.listed(n - 1) {
		}
		if n < 0 {
			w.position = position{}
			return false
		}
		if n != from.block {
			w.position = position{n, w.lines(n)}
		}
		return true
	}
	end := w.view.len()
	if n < end && w.position.line >= w.lines(n) { // the same, unless the open block has grown since
		n++
	}
	for n = w.listed(n); n < end && !wantsBlock(w.filter.Query, w.view.block(n)); n = w.listed(n + 1) {
	}
	if n >= end {
		if end > 0 { // where more may come
			w.position = position{end - 1, w.lines(end - 1)}
		}
		return false
	}
	if n != from.block {
		w.position = position{n, 0}
	}
	return true
}

// listed returns n, or else the next block, in the walk's direction, that may have something by
// its postings. It is -1, or the number of blocks, if there is none.
func (w *walk) listed(n int) int {
	if w.some == nil {
		return n
	}
	i, found := slices.BinarySearch(w.some, n)
	switch {
	case found:
		return n
	case w.newest && i > 0:
		return w.some[i-1]
	case w.newest:
		return -1
	case i < len(w.some):
		return w.some[i]
	}
	return w.view.len()
}

// key returns the time of the next line, or a time that it is not before; backwards, not
// after. It reports whether there may be a line. With a time that is not the line's own, the
// walk comes first too early, never too late; then its block is read, and it has another key.
func (w *walk) key() (int64, bool) {
	if len(w.found) > 0 {
		return w.found[0].At, true
	}
	if !w.ahead() {
		return 0, false
	}
	b := w.view.block(w.position.block)
	if w.newest {
		return b.atEnd, true
	}
	return b.at, true
}

// take takes the next line that was found. There has to be one.
func (w *walk) take() Line {
	l := w.found[0]
	w.found = w.found[1:]
	w.settle()
	return l
}

// settle has the walk go on at the first of the lines that were found. So it is always right to
// end a search between two lines.
func (w *walk) settle() {
	switch {
	case len(w.found) == 0:
		w.position = w.after
	case w.newest:
		w.position.line = w.found[0].place.line + 1
	default:
		w.position.line = w.found[0].place.line
	}
}

// load finds the lines of the block that ahead has gone to. It returns what is gone: this block,
// which is passed then, or the one before it with the owner of its first lines. With an error,
// the walk is where it was.
func (w *walk) load(ctx context.Context) (*Gone, error) {
	n := w.position.block
	b := w.view.block(n)
	from, to := 0, int(b.lines)
	if w.newest {
		to, w.after = w.position.line, position{n, 0}
	} else {
		from, w.after = w.position.line, position{n, to}
	}
	w.loads++
	gone, err := w.enter(ctx, b)
	if err != nil {
		return nil, err
	}
	raw, err := w.index.read(ctx, &w.view, b, w.buf)
	if err != nil {
		if !errors.Is(err, errGone) {
			return nil, err
		}
		w.settle()
		return b.gone(w.view.log), nil
	}
	w.buf = raw
	w.found = w.found[:0] // all are taken, or it would not be this walk's turn to load
	if wantsText(w.filter.Query, b, raw) {
		b.each(raw, func(i int, offset int64, text []byte) {
			var h logline.Head
			wanted, continued := w.filter.Head(text, &h) // also outside of from and to, for the owner
			if wanted && from <= i && i < to {
				w.found = append(w.found, newLine(w.view.log, position{n, i}, b.file.firstPath, offset, text, &h, w.filter.Owner.At, continued, b.torn))
			}
		})
	}
	if w.newest {
		slices.Reverse(w.found)
	}
	w.settle()
	return gone, nil
}

// enter prepares the filter for a block: its first lines may belong to an earlier record. That
// one is read again, with all of its block before it, as it may be wanted by what it says. If it
// is gone, nobody knows: then what belongs to it is not wanted, and the block that is gone is
// told of.
func (w *walk) enter(ctx context.Context, b *block) (*Gone, error) {
	w.filter.Owner = logquery.Owner{At: b.at, Wanted: true}
	if b.owner < 0 { // it begins with a record, or there was none yet: then its lines own themselves
		return nil, nil
	}
	if w.ownerOf != b.owner {
		before := w.view.block(int(b.owner))
		raw, err := w.index.read(ctx, &w.view, before, w.buf)
		if err != nil {
			if !errors.Is(err, errGone) {
				return nil, err
			}
			w.filter.Owner.Wanted = false
			return before.gone(w.view.log), nil
		}
		w.buf = raw
		w.filter.Owner.At = before.at // that block is judged from its own first line
		before.each(raw, func(_ int, _ int64, text []byte) {
			var h logline.Head
			w.filter.Head(text, &h)
		})
		w.owner, w.ownerOf = w.filter.Owner, b.owner
	}
	w.filter.Owner = w.owner // its time is b.at, as only lines that belong to it lie in between
	return nil, nil
}
