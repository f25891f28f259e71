package logindex

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
	some   []int // the blocks that may have something; nil: any
	filter *logquery.Filter
	buf    []byte

	position position
	found    []Line   // of the block that was read last, still to be taken
	after    position // all of them
	loads    int

	owner   logquery.Owner
	ownerOf int32 // the block whose last record that is, or -1
}

// A position is where to go on: at a line, or backwards, at the one before it.
type position struct{ block, line int }

func (x *Index) newWalk(l *log, q *Query, newest bool) *walk {
	w := &walk{index: x, newest: newest, filter: logquery.NewFilter(q, x.opts.Location), ownerOf: -1}
	w.view, w.some = l.find(q)
	if newest {
		w.position.block = w.view.len()
	}
	return w
}

// lines returns how many lines a block has.
func (w *walk) lines(n int) int { return int(w.view.block(n).lines) }

// ahead goes on to the next block that may have something, if there is one.
func (w *walk) ahead() bool {
	n, from := w.position.block, w.position
	if w.newest {
		if w.position.line == 0 {
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
	if n < end && w.position.line >= w.lines(n) {
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

// listed returns n, or else the next block that may have something. It is -1, or the
// number of blocks, if there is none.
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
// after. It reports whether there may be a line.
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

// take takes the next line that was found.
func (w *walk) take() Line {
	l := w.found[0]
	w.found = w.found[1:]
	w.settle()
	return l
}

// settle has the walk go on at the first of the lines that were found.
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

// load finds the lines of the block that ahead has gone to. It returns what is gone.
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
	w.found = w.found[:0]
	if wantsText(w.filter.Query, b, raw) {
		b.each(raw, func(i int, offset int64, text []byte) {
			var h logline.Head
			wanted, continued := w.filter.Head(text, &h)
			if wanted && from <= i && i < to {
				w.found = append(w.found, newLine(w.view.log, position{n, i}, b.file.first, offset, text, &h, w.filter.Owner.At, continued, b.single))
			}
		})
	}
	if w.newest {
		slices.Reverse(w.found)
	}
	w.settle()
	return gone, nil
}

// enter prepares the filter for a block: its first lines may belong to an earlier record.
func (w *walk) enter(ctx context.Context, b *block) (*Gone, error) {
	w.filter.Owner = logquery.Owner{At: b.at, Wanted: true}
	if b.owner < 0 {
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
		w.filter.Owner.At = before.at
		before.each(raw, func(_ int, _ int64, text []byte) {
			var h logline.Head
			w.filter.Head(text, &h)
		})
		w.owner, w.ownerOf = w.filter.Owner, b.owner
	}
	w.filter.Owner = w.owner
	w.filter.Owner.At = b.at
	return nil, nil
}
