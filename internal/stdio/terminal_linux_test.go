package stdio

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spanlog/spanlog/internal/assert"
)

// newTerminal returns a terminal: what is written to w is shown on r, with a
// carriage return at each line's end.
func newTerminal(t testing.TB, open func(t testing.TB, fd int) *os.File) pipe {
	t.Helper()
	const flags = unix.O_RDWR | unix.O_NOCTTY | unix.O_CLOEXEC
	screen, err := unix.Open("/dev/ptmx", flags, 0)
	if err != nil {
		t.Skipf("SKIPPED: there are no terminals: %v", err)
	}
	assert.NoError(t, unix.IoctlSetPointerInt(screen, unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(screen, unix.TIOCGPTN)
	assert.NoError(t, err)
	fd, err := unix.Open(fmt.Sprintf("/dev/pts/%d", n), flags, 0)
	assert.NoError(t, err)
	return withMine(t, [2]int{screen, fd}, open)
}

// queued returns a function that reports whether nothing more can be written, as far
// as that shows. What waits to be read is then about as much as Linux lets wait
// there, or does not become more: room that comes up behind that wakes nobody until
// somebody reads, and a large write may find none when poll says that there is some.
func (p pipe) queued() func() bool {
	last, same := 0, 0
	return func() bool {
		n, err := unix.IoctlGetInt(int(p.r.Fd()), unix.TIOCINQ)
		if same++; n != last {
			last, same = n, 0
		}
		return err != nil || n >= 4000 || n > 0 && same >= 100
	}
}

// A screen reads what a terminal shows, as it was written. At the end of the
// terminal Linux says EIO.
type screen struct{ r *os.File }

func (s screen) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if errors.Is(err, unix.EIO) {
		err = io.EOF
	}
	k := 0
	for _, c := range b[:max(n, 0)] {
		if c != '\r' {
			b[k] = c
			k++
		}
	}
	return k, err
}

// TestTerminal: a terminal on which nobody looks for a while, and then slowly.
// Unlike a pipe it takes a part of every line.
func TestTerminal(t *testing.T) {
	for _, test := range []struct {
		name, how    string
		open         func(testing.TB, int) *os.File
		later, whole bool
	}{
		{"blocking, a Writer", "Writer", blocking, false, true},
		{"non-blocking later, a Writer", "Writer", blocking, true, true},
		{"non-blocking from the start, a Writer", "Writer", polled, false, true},
		{"non-blocking later, the file", "File", blocking, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newTerminal(t, test.open)
			testLines(t, p, screen{p.r}, p.queued(), 20_000, test.how, test.later, test.whole)
		})
	}
}

// TestStoppedTerminal: a line waits while somebody has stopped the terminal's
// output, as Control-S does.
func TestStoppedTerminal(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			p := newTerminal(t, kind.open)
			assert.NoError(t, unix.IoctlSetInt(int(p.mine.Fd()), unix.TCXONC, unix.TCOOFF))
			w := Writer(p.w)
			results := write(w, []byte("one line\n"))
			assert.Eventually(t, "it is written to", func() bool { return inWrite(w) && (kind.poller || kind.blocks || waitsIn(t, unix.SYS_PPOLL)) })
			if len(results) > 0 {
				t.Fatalf("it has not waited: %v", <-results)
			}
			assert.NoError(t, unix.IoctlSetInt(int(p.mine.Fd()), unix.TCXONC, unix.TCOON))
			if r := <-results; r.n != len("one line\n") || r.err != nil {
				t.Errorf("got %d, %v", r.n, r.err)
			}
			if line, err := bufio.NewReader(p.r).ReadString('\n'); line != "one line\r\n" || err != nil {
				t.Errorf("there is %q, %v", line, err)
			}
		})
	}
}

// TestTerminalGone: a Write that waits ends with EIO when the terminal's window is
// closed.
func TestTerminalGone(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			p := newTerminal(t, kind.open)
			results := waiting(t, p, p.queued())
			assert.NoError(t, p.r.Close())
			if r := <-results; r.n == large || !errors.Is(r.err, unix.EIO) {
				t.Errorf("got %d, %v", r.n, r.err)
			}
		})
	}
}
