//go:build unix

package stdio

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestSlowReader: all lines arrive, whichever kind the file is.
func TestSlowReader(t *testing.T) {
	const count = 20_000
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			p := newPipe(t, kind.open)
			done := make(chan struct{})
			go func() {
				defer close(done)
				w := Writer(p.w)
				var line []byte
				for n := range count {
					line = numbered(line[:0], n)
					if n, err := w.Write(line); n != len(line) || err != nil {
						t.Errorf("a Write returns %d, %v", n, err)
						return
					}
				}
			}()
			if err := compare(&slow{p.r, p.full, done, p.closeWriters}, count); err != nil {
				t.Error(err)
				_ = p.r.Close() // nobody need wait any more
			}
			<-done
		})
	}
}

// TestFlags: the file's flags are what they were.
func TestFlags(t *testing.T) {
	test := func(t *testing.T, p pipe, nonblock bool) {
		before := flags(t, p.mine)
		if n, err := Writer(p.w).Write([]byte("line\n")); n != 5 || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
		if after := flags(t, p.mine); after != before || before&unix.O_NONBLOCK != 0 != nonblock {
			t.Errorf("they were %#x and are %#x", before, after)
		}
	}
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) { test(t, newPipe(t, kind.open), !kind.blocks) })
	}
	t.Run("os.Pipe's", func(t *testing.T) { test(t, osPipe(t), true) })
}

// long is goroutine i's line n, which is longer than a pipe. It begins and ends with
// a letter for i.
func long(i, n int) []byte {
	letter := []byte{'a' + byte(i)}
	line := fmt.Appendf(letter, " %d ", n)
	return append(append(line, bytes.Repeat(letter[:1], 100_000)...), '\n')
}

// TestConcurrent: lines longer than a pipe is are whole although two Writers and,
// where it can wait, the file itself are written to at the same time. Each
// goroutine's lines come in its order.
func TestConcurrent(t *testing.T) {
	const count = 30
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			p := newPipe(t, kind.open)
			one, two := Writer(p.w), Writer(p.w)
			writers := []io.Writer{one, one, two, two}
			if kind.poller || kind.blocks {
				writers = append(writers, p.w)
			}
			var all sync.WaitGroup
			for i, w := range writers {
				all.Go(func() {
					for n := range count {
						line := long(i, n)
						if k, err := w.Write(line); k != len(line) || err != nil {
							t.Errorf("a Write returns %d, %v", k, err)
						}
					}
				})
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				all.Wait()
			}()
			next := make([]int, len(writers))
			in := bufio.NewReader(&slow{p.r, p.full, done, p.closeWriters})
			for {
				line, err := in.ReadBytes('\n')
				if err == io.EOF && len(line) == 0 {
					break
				}
				i := min(int(line[0]-'a'), len(next)-1)
				if !bytes.Equal(line, long(i, next[i])) {
					t.Errorf("%q, %v, where line %d is expected", short(line), err, next[i])
					_ = p.r.Close() // nobody need wait any more
					break
				}
				next[i]++
			}
			<-done
			for i, n := range next {
				if n != count {
					t.Errorf("goroutine %d has %d lines", i, n)
				}
			}
		})
	}
}

// waiting has a Write to p wait for room, since it is of large bytes, and returns
// what comes of it.
func waiting(t *testing.T, p pipe, full func() bool) <-chan result {
	t.Helper()
	results := write(Writer(p.w), bytes.Repeat([]byte{'x'}, large))
	assert.Eventually(t, "there is no room", full)
	return results
}

// write has a Write done in a goroutine of its own.
func write(w io.Writer, b []byte) <-chan result {
	results := make(chan result, 1)
	go func() {
		n, err := w.Write(b)
		results <- result{n, err}
	}()
	return results
}

type result struct {
	n   int
	err error
}

// large is more than any pipe has room for.
const large = 4 << 20

// TestCloseWhileWaiting: with a poller the Write ends; without one Close returns
// and the Write goes on, as it is for the file itself.
func TestCloseWhileWaiting(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			if kind.poller && kind.blocks {
				t.Skip("Close would wait for the system call, of os.File as well")
			}
			p := newPipe(t, kind.open)
			results := waiting(t, p, p.full)
			assert.NoError(t, p.w.Close())
			if kind.poller {
				if r := <-results; r.n == 0 || r.n == large || !errors.Is(r.err, os.ErrClosed) {
					t.Errorf("got %d, %v", r.n, r.err)
				}
				return
			}
			assert.NoError(t, p.mine.Close())
			if all, err := io.ReadAll(p.r); len(all) != large || err != nil {
				t.Errorf("%d bytes arrive, %v", len(all), err)
			}
			if r := <-results; r.n != large || r.err != nil {
				t.Errorf("got %d, %v", r.n, r.err)
			}
		})
	}
}

// TestReaderGone: a Write that waits ends with EPIPE when the reader goes, and so
// does one that comes after.
func TestReaderGone(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			p := newPipe(t, kind.open)
			results := waiting(t, p, p.full)
			assert.NoError(t, p.r.Close())
			r := <-results
			var path *fs.PathError
			if r.n == large || !errors.Is(r.err, unix.EPIPE) || !errors.As(r.err, &path) || path.Op != "write" || path.Path != "writer" {
				t.Errorf("got %d, %v", r.n, r.err)
			}
			if n, err := Writer(p.w).Write([]byte("line\n")); n != 0 || !errors.Is(err, unix.EPIPE) {
				t.Errorf("then got %d, %v", n, err)
			}
		})
	}
}

// TestDeadline: a deadline of the file ends a Write, and the next one after it is
// taken away is as before.
func TestDeadline(t *testing.T) {
	p := newPipe(t, polled)
	results := waiting(t, p, p.full)
	assert.NoError(t, p.w.SetWriteDeadline(time.Unix(1, 0)))
	if r := <-results; r.n == 0 || r.n == large || !errors.Is(r.err, os.ErrDeadlineExceeded) {
		t.Errorf("got %d, %v", r.n, r.err)
	}
	w := Writer(p.w)
	if n, err := w.Write([]byte("line\n")); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("after the deadline: %d, %v", n, err)
	}
	assert.NoError(t, p.w.SetWriteDeadline(time.Time{}))
	go func() { _, _ = io.Copy(io.Discard, p.r) }()
	if n, err := w.Write([]byte("line\n")); n != 5 || err != nil {
		t.Errorf("without a deadline: %d, %v", n, err)
	}
	p.closeWriters()
}

// TestOSPipe: os.Pipe's files have a poller until Fd is called, which makes them
// blocking; both ways, and when they are then made non-blocking, all arrives.
func TestOSPipe(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(*os.File)
	}{
		{"as it is", func(*os.File) {}},
		{"after Fd", func(f *os.File) { f.Fd() }},
		{"after Fd and SetNonblock", func(f *os.File) { setNonblock(t, f) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := osPipe(t)
			test.prepare(p.w)
			results := waiting(t, p, p.full)
			if n, err := io.CopyN(io.Discard, p.r, large); err != nil {
				t.Errorf("%d bytes arrive, %v", n, err)
			}
			if r := <-results; r.n != large || r.err != nil {
				t.Errorf("got %d, %v", r.n, r.err)
			}
		})
	}
}
