package logindex

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// newNonce makes the cursors of an index differ from those of others.
func newNonce() uint32 { return rand.Uint32() }

// cursor is the positions of all logs as a text that can be in a URL.
func cursor(nonce uint32, newest bool, positions []position) string {
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
	return cursor(s.index.nonce, s.newest, positions)
}

// parseCursor returns the positions of all logs, in the order of the logs.
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

// seek goes to a cursor.
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

// seek goes to a position, and reports whether there is such a one.
func (w *walk) seek(p position) bool {
	switch n := w.view.len(); {
	case p.block < n && p.line > w.lines(p.block), p.block >= n && (p.block > n || p.line > 0):
		return false
	}
	w.position = p
	return true
}
