//go:build darwin || dragonfly || freebsd || linux

package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/race"
)

func init() { childMain = writeUntilKilled }

// everyRecords is after how many records the child tells that it lives.
const everyRecords = 64

// writeUntilKilled is the process that TestKilledProcess kills: it recovers what
// the one before has left, and writes records for good. It writes a byte to its
// output now and then. The number of the last record that is acknowledged is in a
// mapped file of its own.
func writeUntilKilled(dir string) {
	t := childTB{}
	log := &testLog{t: t, dir: dir, dies: func() bool { return false }}
	acknowledged := mapNumber(t, dir)
	j := acquire(t, filepath.Join(dir, "journal"))
	say := func() {
		_, err := os.Stdout.Write([]byte{'.'})
		assert.NoError(t, err)
	}
	say()
	p, err := j.Load()
	assert.NoError(t, err)
	assert.NoError(t, log.recover(j, p))
	log.rotate()
	assert.NoError(t, j.Map(MinCapacity))
	say()

	var waiting []Record
	drain := func(n int) {
		assert.NoError(t, log.drain(j, waiting[:n]))
		waiting = append([]Record(nil), waiting[n:]...)
	}
	last := int(order.Uint64(acknowledged))
	for n := max(last, lastNumber(t, log)) + 1; ; n++ {
		size := n * 31 % 300
		if n%50 == 0 {
			size = 20_000 // so that there is time to be killed in its copy
		}
		b := append(line(n, size), '\n')
		r := Record{Line: b, Size: RecordSize(len(b)), Numbers: 1}
		switch {
		case !j.HasRoom(r.Size):
			drain(len(waiting))
		case n%90 == 0:
			drain(len(waiting) / 2)
		}
		assert.NoError(t, j.Append(b))
		store(acknowledged, 0, uint64(n))
		waiting = append(waiting, r)
		if n%everyRecords == 0 {
			say()
		}
	}
}

// childTB ends the process where a test would fail.
type childTB struct{}

func (childTB) Helper() {}

func (t childTB) Errorf(format string, args ...any) { t.Fatalf(format, args...) }

func (childTB) Fatalf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

// mapNumber maps a file that has one number.
func mapNumber(t assert.T, dir string) []byte {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "acknowledged"), os.O_RDWR|os.O_CREATE, 0o600)
	assert.NoError(t, err)
	defer f.Close()
	assert.NoError(t, f.Truncate(int64(pageSize)))
	mem, err := unix.Mmap(int(f.Fd()), 0, pageSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	assert.NoError(t, err)
	return mem
}

// lastNumber is that of the last line of the newest file that has any.
func lastNumber(t assert.T, log *testLog) (last int) {
	t.Helper()
	for _, path := range log.files() {
		b, err := os.ReadFile(path)
		assert.NoError(t, err)
		if len(b) == 0 {
			continue
		}
		b = bytes.TrimSuffix(b, []byte("\n"))
		if last = number(b[bytes.LastIndexByte(b, '\n')+1:]); last == 0 {
			t.Fatalf("%s ends with %.60q", path, b[max(0, len(b)-60):])
		}
	}
	return last
}

// TestKilledProcess kills a process that writes, wherever it is, and another one
// after it, and so on, and demands that every record that was acknowledged is in
// the log, once and in order. It is here that the order of stores is the real one.
func TestKilledProcess(t *testing.T) {
	needMap(t)
	dir := t.TempDir()
	acknowledged := mapNumber(t, dir)
	defer unmapFile(acknowledged)
	rounds := 60
	if race.Enabled {
		rounds = 15
	}
	r := rand.New(rand.NewPCG(47, 53))
	for range rounds {
		killOne(t, dir, 1+r.IntN(40))
	}
	log := &testLog{t: t, dir: dir, dies: func() bool { return false }}
	j := acquire(t, filepath.Join(dir, "journal"))
	defer drop(j)
	p, err := j.Load()
	assert.NoError(t, err)
	assert.NoError(t, log.recover(j, p))

	last, want := int(order.Uint64(acknowledged)), 1
	for l := range bytes.Lines(log.content()) {
		if n := number(bytes.TrimSuffix(l, []byte("\n"))); n != want {
			t.Fatalf("after record %d of %d comes %d: %.60q", want-1, last, n, l)
		}
		want++
	}
	// One more may be there, which was not acknowledged in time.
	if want-1 != last && want-1 != last+1 {
		t.Fatalf("the log ends with %d, but %d was acknowledged", want-1, last)
	}
	if last < rounds*everyRecords {
		t.Fatalf("only %d records in %d rounds", last, rounds)
	}
}

// killOne has a process write, and kills it when it has told so often that it
// lives.
func killOne(t *testing.T, dir string, after int) {
	t.Helper()
	self, err := os.Executable()
	assert.NoError(t, err)
	var stderr bytes.Buffer
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	assert.NoError(t, err)
	assert.NoError(t, cmd.Start())
	_, reading := io.ReadFull(stdout, make([]byte, after))
	assert.NoError(t, cmd.Process.Kill())
	err = cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the process was not killed: %v\n%s", err, stderr.String())
	}
	assert.NoError(t, reading)
}
