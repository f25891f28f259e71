package stdio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/spanlog/spanlog/internal/assert"
)

// inWrite reports whether a Write goes on.
func inWrite(w io.Writer) bool {
	mu := &w.(*writer).mu
	if !mu.TryLock() {
		return true
	}
	mu.Unlock()
	return false
}

// waitsIn reports whether a thread of this process is in a system call. Go's own
// threads wait in others than ppoll and write.
func waitsIn(t testing.TB, call int) bool {
	t.Helper()
	tasks, err := filepath.Glob("/proc/self/task/*/syscall")
	assert.NoError(t, err)
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if errors.Is(err, fs.ErrPermission) {
			t.Skipf("SKIPPED: system calls cannot be seen: %v", err)
		}
		if no, _, _ := strings.Cut(string(text), " "); no == strconv.Itoa(call) {
			return true
		}
	}
	return false
}

// TestFullDisk: that there is no room on the disk is an error, from a file as from
// a stream.
func TestFullDisk(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	assert.NoError(t, err)
	defer f.Close()
	n, err := Writer(f).Write([]byte("line\n"))
	if n != 0 || !errors.Is(err, unix.ENOSPC) || err.Error() != "write /dev/full: no space left on device" {
		t.Errorf("got %d, %v", n, err)
	}
	c := newChild(t, "one Writer 1", f, nil)
	if got := c.says(t); got != "0 write /dev/stdout ENOSPC" {
		t.Errorf("the child says %q", got)
	}
	if status := c.ended(t); !status.Exited() || status.ExitStatus() != 0 {
		t.Errorf("it ends with %#x\n%s", status, &c.stderr)
	}
}

// TestInterrupted: signals interrupt poll, and write when it has written a part. If
// a library has taken SA_RESTART from the handler of a signal, they do so before as
// well. Nobody notices.
func TestInterrupted(t *testing.T) {
	sig := unix.SIGUSR2
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, sig)
	defer signal.Stop(signals)
	withoutRestart(t, sig)
	for _, kind := range kinds[:2] { // those without a poller
		t.Run(kind.name, func(t *testing.T) {
			p := newPipe(t, kind.open)
			call := unix.SYS_PPOLL
			if kind.blocks {
				call = unix.SYS_WRITE
			}
			thread := make(chan int)
			results := make(chan result, 1)
			go func() {
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
				w := Writer(p.w)
				thread <- unix.Gettid()
				n, err := w.Write(make([]byte, large))
				results <- result{n, err}
			}()
			tid := <-thread
			b := make([]byte, 10_000)
			total := 0
			for range 50 {
				assert.Eventually(t, "the pipe is full", p.full)
				for range 3 { // the first may end a write that has written a part
					assert.Eventually(t, "it waits", func() bool { return waitsIn(t, call) })
					assert.NoError(t, unix.Tgkill(os.Getpid(), tid, sig))
					<-signals
				}
				n, err := io.ReadFull(p.r, b)
				assert.NoError(t, err)
				total += n
			}
			n, err := io.CopyN(io.Discard, p.r, int64(large-total))
			if err != nil {
				t.Errorf("%d bytes arrive, %v", total+int(n), err)
			}
			if r := <-results; r.n != large || r.err != nil {
				t.Errorf("got %d, %v", r.n, r.err)
			}
		})
	}
}

// withoutRestart has the system calls that a signal interrupts fail with EINTR,
// until the test has ended.
func withoutRestart(t *testing.T, sig unix.Signal) {
	t.Helper()
	if strings.HasPrefix(runtime.GOARCH, "mips") {
		t.Skip("SKIPPED: the action of a signal looks different here")
	}
	const restart = 0x10000000 // SA_RESTART
	var action [8]uintptr      // more than the kernel's: the handler, flags, and what is left as it is
	set := func(to, old *[8]uintptr) {
		t.Helper()
		_, _, no := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(to)), uintptr(unsafe.Pointer(old)), 8, 0, 0)
		if no != 0 {
			t.Fatal(no)
		}
	}
	set(nil, &action)
	if action[1]&restart == 0 {
		t.Fatalf("the flags are %#x", action[1])
	}
	before := action
	t.Cleanup(func() { set(&before, nil) })
	action[1] &^= restart
	set(&action, nil)
}

// TestWorksAgain: a Writer that has failed is as good as new. Here it is a counter
// that fails, since it takes eight bytes only.
func TestWorksAgain(t *testing.T) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	assert.NoError(t, err)
	f := os.NewFile(uintptr(fd), "counter")
	defer f.Close()
	w := Writer(f)
	if n, err := w.Write(make([]byte, 5)); n != 0 || !errors.Is(err, unix.EINVAL) {
		t.Errorf("five bytes: %d, %v", n, err)
	}
	if n, err := w.Write(make([]byte, 8)); n != 8 || err != nil {
		t.Errorf("eight bytes: %d, %v", n, err)
	}
}

// TestRoomForLess: a file has room, so that poll does not wait, but not enough for
// what is written. A terminal can be so. Here it is a counter, which takes any
// number that it does not overflow with. The Write waits nonetheless, and leaves
// the processor to others meanwhile.
func TestRoomForLess(t *testing.T) {
	fd, err := unix.Eventfd(1, unix.EFD_CLOEXEC)
	assert.NoError(t, err)
	f := os.NewFile(uintptr(fd), "counter")
	defer f.Close()
	setNonblock(t, f)
	number := make([]byte, 8)
	binary.NativeEndian.PutUint64(number, math.MaxUint64-1)
	if full(f) {
		t.Fatal("the counter has no room for anything")
	}
	if _, err := f.Write(number); !errors.Is(err, unix.EAGAIN) {
		t.Fatalf("the counter takes it: %v", err)
	}
	w := Writer(f)
	began, before := time.Now(), writes(t)
	results := write(w, number)
	assert.Eventually(t, "it waits", func() bool { return inWrite(w) })
	time.Sleep(100 * time.Millisecond)
	n := writes(t) - before
	if most := time.Since(began).Milliseconds(); n > most { // it sleeps for 1 ms and more between two
		t.Errorf("it has tried to write %d times in %d ms", n, most)
	}
	if len(results) > 0 {
		t.Fatalf("it has not waited: %v", <-results)
	}
	_, err = unix.Read(fd, make([]byte, 8)) // it is 0 then
	assert.NoError(t, err)
	if r := <-results; r.n != 8 || r.err != nil {
		t.Errorf("got %d, %v", r.n, r.err)
	}
}

// writes is how many write calls this process has made.
func writes(t testing.TB) (n int64) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		t.Skipf("SKIPPED: system calls are not counted: %v", err)
	}
	_, count, _ := strings.Cut(string(text), "syscw: ")
	_, err = fmt.Sscan(count, &n)
	assert.NoError(t, err)
	return n
}
