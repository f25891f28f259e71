//go:build unix

package stdio

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"time"
)

// numbered appends line n of a stream. Most lines are short, and written whole or
// not at all. One in 500 is longer than a pipe takes at once, so that a part of it
// may be written.
func numbered(b []byte, n int) []byte {
	size := n % 61
	if n%500 == 499 {
		size = 10_000 + n%97
	}
	b = fmt.Appendf(b, "%06d ", n)
	for range size {
		b = append(b, 'a'+byte(n%26))
	}
	return append(b, '\n')
}

// compare reads a stream, and returns how it differs from count numbered lines:
// where something is lost, torn, twice or in another order.
func compare(r io.Reader, count int) error {
	in := bufio.NewReader(r)
	var want []byte
	for n := range count {
		want = numbered(want[:0], n)
		got, err := in.ReadBytes('\n')
		if !bytes.Equal(got, want) {
			return fmt.Errorf("line %d is %q, %v; want %q", n, short(got), err, short(want))
		}
	}
	if rest, err := io.ReadAll(in); len(rest) > 0 || err != nil {
		return fmt.Errorf("then there is %q, %v", short(rest), err)
	}
	return nil
}

// short has the ends of what is too long for a message.
func short(b []byte) []byte {
	if len(b) <= 60 {
		return b
	}
	return append(append(append([]byte(nil), b[:30]...), " … "...), b[len(b)-30:]...)
}

// A slow reader reads only when there is no room for more, or nobody writes more.
type slow struct {
	r    io.Reader
	full func() bool
	done <-chan struct{} // no more is written
	eof  func()          // has r end: called after done
}

// stuck is how much a slow reader reads at once. It is no multiple of a page.
const stuck = 30_001

func (s *slow) Read(b []byte) (int, error) {
	for !s.full() {
		select {
		case <-s.done:
			s.eof()
			s.full = func() bool { return true }
		default:
			time.Sleep(20 * time.Microsecond)
		}
	}
	return s.r.Read(b[:min(len(b), stuck)])
}
