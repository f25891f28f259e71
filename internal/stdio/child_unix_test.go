//go:build unix

package stdio

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spanlog/spanlog/internal/assert"
)

// A child gets its task as words: what to do, with what, to which descriptor. It
// says on descriptor 3 what it has seen.
func init() { play = playTask }

func playTask(task string) int {
	report := os.NewFile(3, "report")
	do, rest, _ := strings.Cut(task, " ")
	how, rest, _ := strings.Cut(rest, " ")
	stream, arg, _ := strings.Cut(rest, " ")
	f := map[string]*os.File{"1": os.Stdout, "2": os.Stderr}[stream]
	var w io.Writer
	switch how {
	case "Writer":
		w = Writer(f)
	case "File":
		w = f
	}
	switch do {
	case "one":
		n, err := w.Write([]byte("line\n"))
		fmt.Fprintln(report, n, describe(err))
	case "closed":
		_ = syscall.Close(int(f.Fd())) // behind the file's back
		n, err := w.Write([]byte("line\n"))
		fmt.Fprintln(report, n, describe(err))
	case "lines":
		count, _ := strconv.Atoi(arg)
		fmt.Fprintln(report, "ready")
		_, _ = os.Stdin.Read(make([]byte, 1))
		failed := 0
		var last error
		var line []byte
		for n := range count {
			line = numbered(line[:0], n)
			if _, err := w.Write(line); err != nil {
				failed++
				last = err
			}
		}
		fmt.Fprintln(report, failed, describe(last))
	default:
		return 2
	}
	return 0
}

// describe is an error by what a program can know of it.
func describe(err error) string {
	if err == nil {
		return "ok"
	}
	var path *fs.PathError
	var no syscall.Errno
	if !errors.As(err, &path) || !errors.As(err, &no) {
		return fmt.Sprintf("%T %v", err, err)
	}
	return path.Op + " " + path.Path + " " + unix.ErrnoName(no)
}

// A child is a process that has a stream of the test's.
type child struct {
	cmd    *exec.Cmd
	start  io.WriteCloser
	report *bufio.Reader
	stderr bytes.Buffer
}

// newChild starts a process.
func newChild(t *testing.T, task string, stdout, stderr *os.File) *child {
	t.Helper()
	c := &child{}
	r, w, err := os.Pipe()
	assert.NoError(t, err)
	t.Cleanup(func() { _ = r.Close() })
	c.report = bufio.NewReader(r)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	c.cmd = exec.CommandContext(ctx, os.Args[0])
	// The race detector would wait a second before every exit.
	c.cmd.Env = append(os.Environ(), childVar+"="+task, "GORACE=atexit_sleep_ms=0")
	c.cmd.ExtraFiles = []*os.File{w}
	if c.cmd.Stderr = &c.stderr; stderr != nil {
		c.cmd.Stderr = stderr
	}
	if stdout != nil {
		c.cmd.Stdout = stdout
	}
	c.start, err = c.cmd.StdinPipe()
	assert.NoError(t, err)
	assert.NoError(t, c.cmd.Start())
	_ = w.Close()
	t.Cleanup(func() {
		cancel()
		_ = c.cmd.Wait()
	})
	return c
}

// says is the next line of what the child tells.
func (c *child) says(t *testing.T) string {
	t.Helper()
	line, err := c.report.ReadString('\n')
	if err != nil && err != io.EOF {
		t.Error(err)
	}
	return strings.TrimSuffix(line, "\n")
}

// ended waits for the child's end.
func (c *child) ended(t *testing.T) syscall.WaitStatus {
	t.Helper()
	if err := c.cmd.Wait(); err != nil && c.cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return c.cmd.ProcessState.Sys().(syscall.WaitStatus)
}

// TestBrokenPipe: a program whose reader has gone lives, and knows why it could not
// write. Without a Writer it is killed.
func TestBrokenPipe(t *testing.T) {
	for _, test := range []struct {
		name, how, stream string
		open              func(testing.TB, int) *os.File
		says              string
		signal            syscall.Signal
	}{
		{"stdout, a Writer", "Writer", "1", blocking, "0 write /dev/stdout EPIPE", -1},
		{"stderr, a Writer", "Writer", "2", blocking, "0 write /dev/stderr EPIPE", -1},
		{"non-blocking stdout, a Writer", "Writer", "1", polled, "0 write /dev/stdout EPIPE", -1},
		{"a socket as stdout, a Writer", "Writer", "1", nil, "0 write /dev/stdout EPIPE", -1},
		{"stdout, the file", "File", "1", blocking, "", syscall.SIGPIPE},
		{"stderr, the file", "File", "2", blocking, "", syscall.SIGPIPE},
		{"non-blocking stdout, the file", "File", "1", polled, "", syscall.SIGPIPE},
		{"a socket as stdout, the file", "File", "1", nil, "", syscall.SIGPIPE},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newSocket(t)
			if test.open != nil {
				p = newPipe(t, test.open)
			}
			assert.NoError(t, p.r.Close())
			stdout, stderr := p.w, (*os.File)(nil)
			if test.stream == "2" {
				stdout, stderr = nil, p.w
			}
			c := newChild(t, "one "+test.how+" "+test.stream, stdout, stderr)
			if got := c.says(t); got != test.says {
				t.Errorf("it says %q", got)
			}
			switch status := c.ended(t); {
			case test.signal < 0 && (!status.Exited() || status.ExitStatus() != 0),
				test.signal > 0 && (!status.Signaled() || status.Signal() != test.signal):
				t.Errorf("it ends with %#x\n%s", status, &c.stderr)
			}
		})
	}
}

// TestNonblocking: all lines arrive whole, once and in order, although somebody
// makes the stream non-blocking after the program has been started, and although
// nobody reads until there is no room, and then slowly. Without a Writer they do
// not.
func TestNonblocking(t *testing.T) {
	for _, test := range []struct {
		name, how string
		stream    func(testing.TB) pipe
		later     bool // it is made non-blocking after the start
		whole     bool
	}{
		{"blocking, a Writer", "Writer", blockingPipe, false, true},
		{"non-blocking later, a Writer", "Writer", blockingPipe, true, true},
		{"non-blocking from the start, a Writer", "Writer", polledPipe, false, true},
		{"socket, non-blocking later, a Writer", "Writer", newSocket, true, true},
		{"non-blocking later, the file", "File", blockingPipe, true, false},
		{"socket, non-blocking later, the file", "File", newSocket, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := test.stream(t)
			testLines(t, p, p.r, p.full, 100_000, test.how, test.later, test.whole)
		})
	}
}

func blockingPipe(t testing.TB) pipe { return newPipe(t, blocking) }
func polledPipe(t testing.TB) pipe   { return newPipe(t, polled) }

// testLines has a child write lines to p.w, and reads them from r, which has the
// same text as p.r.
func testLines(t *testing.T, p pipe, r io.Reader, full func() bool, count int, how string, later, whole bool) {
	t.Helper()
	c := newChild(t, fmt.Sprintf("lines %s 1 %d", how, count), p.w, nil)
	if got := c.says(t); got != "ready" {
		t.Fatalf("it says %q", got)
	}
	if later {
		setNonblock(t, p.mine)
	}
	assert.NoError(t, c.start.Close())
	var says string
	done := make(chan struct{})
	go func() {
		defer close(done)
		says = c.says(t)
	}()
	in := &slow{r, full, done, p.closeWriters}
	err := compare(in, count)
	_, _ = io.Copy(io.Discard, in) // so that the child comes to its end
	<-done
	status := c.ended(t)
	if !status.Exited() || status.ExitStatus() != 0 {
		t.Errorf("the child ends with %#x\n%s", status, &c.stderr)
	}
	switch {
	case whole:
		if err != nil || says != "0 ok" {
			t.Errorf("%v; the child says %q", err, says)
		}
	case err == nil || !strings.HasSuffix(says, " write /dev/stdout EAGAIN"):
		t.Errorf("nothing is lost without a Writer, so the test shows nothing; the child says %q", says)
	default:
		t.Logf("without a Writer: %v; the child says %q", err, says)
	}
}

// TestClosedStream: there is an error, or with Go's substitute for a stream that
// was closed before the start there is none. There is no panic.
func TestClosedStream(t *testing.T) {
	for _, test := range []struct{ name, task, says string }{
		{"while it runs", "closed Writer 1", "0 write /dev/stdout EBADF"},
		{"before the start", "one Writer 1", "5 ok"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, w, err := os.Pipe()
			assert.NoError(t, err)
			defer r.Close()
			cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", `exec "$0" >&-`, os.Args[0])
			cmd.Env = append(os.Environ(), childVar+"="+test.task, "GORACE=atexit_sleep_ms=0")
			cmd.ExtraFiles = []*os.File{w}
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			err = cmd.Run()
			_ = w.Close()
			if err != nil || stderr.Len() > 0 {
				t.Errorf("it ends with %v\n%s", err, &stderr)
			}
			if got, err := io.ReadAll(r); string(got) != test.says+"\n" || err != nil {
				t.Errorf("it says %q, %v", got, err)
			}
		})
	}
}
