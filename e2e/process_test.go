package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// upTime is how long a server may take until it answers. A Java program on a
// busy machine needs some of it.
const upTime = 2 * time.Minute

// process is a server that runs beside the tests.
type process struct {
	name   string
	cmd    *exec.Cmd
	output lockedBuffer  // stdout and stderr
	done   chan struct{} // closed when it has ended
}

// startProcess starts cmd. Its environment is no more than PATH, HOME and env,
// so that what is set where the tests run doesn't change what they find.
func startProcess(name string, cmd *exec.Cmd, env ...string) (*process, error) {
	p := &process{name: name, cmd: cmd, done: make(chan struct{})}
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}, env...)
	cmd.Stdout, cmd.Stderr = &p.output, &p.output
	endWithParent(cmd)
	started := make(chan error)
	go func() {
		// Linux ends the child when the thread that started it ends, so this
		// thread is kept for as long as the child lives.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is in cmd.ProcessState
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// wait returns when up does not return an error any more. It fails when the
// process ends before, or takes too long.
func (p *process) wait(up func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), upTime)
	defer cancel()
	for {
		err := up(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended: %v\n%s", p.name, p.cmd.ProcessState, &p.output)
		case <-ctx.Done():
			return fmt.Errorf("%s does not come up in %v: %w\n%s", p.name, upTime, err, &p.output)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// kill ends the process as a machine does that runs out of memory. It may be
// called more than once.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.done
}

// stop asks the process to end, and waits until it has.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("%s: %v\n%s", p.name, err, &p.output)
	}
	select {
	case <-p.done:
	case <-time.After(time.Minute):
		t.Errorf("%s does not end\n%s", p.name, &p.output)
		p.kill()
	}
}

// freePort returns a port of the loopback address at which nobody listens. It is
// below those that systems give to connections: one of the tests' own clients
// would else take it while a server restarts.
func freePort() (port int, err error) {
	for range 100 {
		port = 20000 + rand.N(12000)
		var l net.Listener
		if l, err = net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port)); err == nil {
			return port, l.Close()
		}
	}
	return 0, err
}

// loopback returns the URL of a port of this machine.
func loopback(port int) string { return "http://127.0.0.1:" + strconv.Itoa(port) }

// tool returns the value of a variable that run sets, or skips the test.
func tool(t *testing.T, variable string) string {
	t.Helper()
	value := os.Getenv(variable)
	if value == "" {
		t.Skipf("%s is not set: run e2e/run", variable)
	}
	return value
}

// get reports whether a server answers a request with 200.
func get(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, resp.Status)
	}
	return nil
}

// eventually calls done until it reports true, and fails the test when that
// takes longer than any machine should need.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(upTime); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in %v: %s", upTime, what)
		}
	}
}

// lockedBuffer is a buffer that may be read while a process writes to it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
