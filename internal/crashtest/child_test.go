//go:build unix

package crashtest

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// tooLong is how long a child may take that writes until it is killed. It is no
// measure of speed: one that takes longer hangs.
const tooLong = 3 * time.Minute

// A stream is the records of one writer. They are numbered without a gap.
type stream struct{ gen, g int }

// A child is a process of its own that does a task.
type child struct {
	t      testing.TB
	task   task
	crash  string // the point at which it kills itself
	cmd    *exec.Cmd
	ctx    context.Context
	cancel context.CancelFunc
	stdin  io.WriteCloser
	stdout bytes.Buffer
	stderr bytes.Buffer

	mu      sync.Mutex
	news    *sync.Cond
	acked   map[int]int // by writer: how many records Handle took
	total   int         // of all writers
	events  map[uint32]int
	broken  string // what is wrong with the messages
	ended   bool   // there will be no more messages
	reading sync.WaitGroup
}

// start starts a child. With crash, as package crashpoint has it, it kills itself.
func start(t testing.TB, do task, crash string) *child { return startFor(t, tooLong, do, crash) }

func startFor(t testing.TB, limit time.Duration, do task, crash string) *child {
	t.Helper()
	what, err := json.Marshal(do)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	c := &child{t: t, task: do, crash: crash, acked: map[int]int{}, events: map[uint32]int{}}
	c.news = sync.NewCond(&c.mu)
	c.ctx, c.cancel = context.WithTimeout(context.Background(), limit)
	c.cmd = exec.CommandContext(c.ctx, self)
	c.cmd.Env = append(environment(), taskVar+"="+string(what))
	if crash != "" {
		c.cmd.Env = append(c.cmd.Env, "SPANLOG_CRASH="+crash)
	}
	c.cmd.ExtraFiles = []*os.File{w}
	c.cmd.Stdout, c.cmd.Stderr = &c.stdout, &c.stderr
	// One that hangs shows where.
	c.cmd.Cancel = func() error { return c.cmd.Process.Signal(syscall.SIGQUIT) }
	c.cmd.WaitDelay = 10 * time.Second
	if c.stdin, err = c.cmd.StdinPipe(); err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		r.Close()
		c.cancel()
		t.Fatal(err)
	}
	c.reading.Go(func() { c.read(r) })
	return c
}

// read takes the child's messages, to the end of the pipe: what was sent before
// the child was killed arrives.
func (c *child) read(r *os.File) {
	defer r.Close()
	b, have := make([]byte, 64<<10), 0
	for {
		n, err := r.Read(b[have:])
		have += n
		c.mu.Lock()
		whole := have / len(message{}) * len(message{})
		for i := 0; i < whole; i += len(message{}) {
			c.take(binary.LittleEndian.Uint32(b[i:]), int(binary.LittleEndian.Uint32(b[i+4:])))
		}
		if err != nil {
			c.ended = true
			if !errors.Is(err, io.EOF) {
				c.broken = err.Error()
			} else if have > whole {
				c.broken = "ends within a message"
			}
		}
		c.news.Broadcast()
		c.mu.Unlock()
		if err != nil {
			return
		}
		have = copy(b, b[whole:have])
	}
}

func (c *child) take(what uint32, n int) {
	if what >= eventThrough {
		c.events[what]++
		return
	}
	if g := int(what); c.acked[g] != n {
		c.broken = "a writer's numbers are not in order"
	} else {
		c.acked[g]++
		c.total++
	}
}

// await waits for messages until there are enough, and reports whether there are.
// If not, the child is at its end.
func (c *child) await(enough func(*child) bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !enough(c) {
		if c.ended {
			return false
		}
		c.news.Wait()
	}
	return true
}

// count is how many records Handle has taken so far.
func (c *child) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.total
}

// taken is for await: the child's writers have had n records taken.
func taken(n int) func(*child) bool { return func(c *child) bool { return c.total >= n } }

// event is for await: the child has told of an event.
func event(what uint32) func(*child) bool { return func(c *child) bool { return c.events[what] > 0 } }

// kill kills the child. It may have ended already.
func (c *child) kill() {
	if err := c.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.t.Error(err)
	}
}

// openGate lets writers go on.
func (c *child) openGate() {
	if _, err := c.stdin.Write([]byte("g")); err != nil {
		c.t.Error(err)
	}
}

// stop asks the child to end.
func (c *child) stop() { c.stdin.Close() }

// wait waits for the child's end. What it complains of is a failure, and so is it
// if it hangs. It reports whether the child was killed.
func (c *child) wait() (killed bool) {
	c.t.Helper()
	c.reading.Wait()
	_ = c.cmd.Wait() // the state says it all
	late := c.ctx.Err() != nil
	c.cancel()
	c.stdin.Close()
	switch {
	case late:
		c.t.Errorf("generation %d hangs:\n%s", c.task.Gen, c.stderr.String())
	case c.stderr.Len() > 0:
		c.t.Errorf("generation %d%s complains:\n%s", c.task.Gen, c.at(), c.stderr.String())
	}
	if c.broken != "" {
		c.t.Errorf("generation %d: messages: %s", c.task.Gen, c.broken)
	}
	status, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && !late && status.Signaled() && status.Signal() == syscall.SIGKILL
}

func (c *child) at() string {
	if c.crash == "" {
		return ""
	}
	return ", to be killed at " + c.crash + ","
}

// mustBeKilled waits for a child that is to be killed. It is a failure if it ends
// in another way: then the test has shown nothing.
func (c *child) mustBeKilled() {
	c.t.Helper()
	if !c.wait() {
		c.t.Errorf("generation %d%s was not killed: %v after %d records", c.task.Gen, c.at(), c.cmd.ProcessState, c.total)
	}
}

// mustEnd waits for a child that is to end by itself, and well.
func (c *child) mustEnd() {
	c.t.Helper()
	if killed := c.wait(); killed || !c.cmd.ProcessState.Success() {
		c.t.Errorf("generation %d%s: %v", c.task.Gen, c.at(), c.cmd.ProcessState)
	}
}

// An account is what Handle has taken: of each stream, how many records.
type account map[stream]int

// add adds what a child was acknowledged, and returns how much that is.
func (a account) add(c *child) int {
	for g, n := range c.acked {
		a[stream{c.task.Gen, g}] = n
	}
	return c.total
}
