package logindex

// Cursors: how far a search has come, as a text that can be in a URL. It is the position in each
// log, in hexadecimal:
//
//	1f3a5-2.1c-0.7    the search, then block 2 line 28 of the first log, block 0 line 7 of the second
//
// A position is block and line, not a time: there may be any number of lines with one time, and
// those with none. As blocks are only appended, it means the same for as long as the index is
// there. It means nothing to another index, even of the same logs, which may cut them in other
// places: so a cursor has its index's number and its direction, and is refused elsewhere.

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// newNonce makes the cursors of an index differ from those of others. A page that stays open in a
// browser while the command is started again has a cursor of the index before. It is no secret.
func newNonce() uint32 { return rand.Uint32() }

// formatCursor is the positions of all logs, in the order of the logs.
func formatCursor(nonce uint32, newest bool, positions []position) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%x", cursorStart(nonce, newest))
	for _, p := range positions {
		fmt.Fprintf(&b, "-%x.%x", p.block, p.line)
	}
	return b.String()
}

// cursorStart is what a cursor begins with, which has the direction too.
func cursorStart(nonce uint32, newest bool) uint64 {
	start := uint64(nonce) << 1
	if newest {
		start |= 1
	}
	return start
}

// cursor is where the search goes on.
func (s *search) cursor() string {
	var positions []position
	for _, w := range s.walks {
		positions = append(positions, w.position)
	}
	return formatCursor(s.index.nonce, s.newest, positions)
}

// parseCursor is the opposite of formatCursor. That a position is within its log is for seek to
// see. Numbers have 31 bits, so that they are an int anywhere.
func (x *Index) parseCursor(cursor string, newest bool) ([]position, error) {
	parts := strings.Split(cursor, "-")
	if len(parts) != len(x.logs)+1 || parts[0] != strconv.FormatUint(cursorStart(x.nonce, newest), 16) {
		return nil, errCursor
	}
	var positions []position
	for _, part := range parts[1:] {
		first, second, _ := strings.Cut(part, ".")
		block, err := strconv.ParseUint(first, 16, 31)
		if err != nil {
			return nil, errCursor
		}
		line, err := strconv.ParseUint(second, 16, 31)
		if err != nil {
			return nil, errCursor
		}
		positions = append(positions, position{int(block), int(line)})
	}
	return positions, nil
}

// seek goes to a cursor. Without one, the search stays where it begins. A cursor comes from
// outside, so anything may be in it (TestCursors).
func (s *search) seek(cursor string) error {
	if cursor == "" {
		return nil
	}
	positions, err := s.index.parseCursor(cursor, s.newest)
	if err != nil {
		return err
	}
	for i, w := range s.walks {
		if !w.seek(positions[i]) {
			return errCursor
		}
	}
	return nil
}

// seek goes to a position, and reports whether there is such a one: within a block or at its end,
// or before the block that is still to come.
func (w *walk) seek(p position) bool {
	switch n := w.view.len(); {
	case p.block < n && p.line > w.lines(p.block), p.block >= n && (p.block > n || p.line > 0):
		return false
	}
	w.position = p
	return true
}
