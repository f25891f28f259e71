//go:build unix

package spanlog_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// stuck runs the calling test in a process of its own, with a standard output that
// is a pipe that nobody reads. It returns what came through to standard error. The
// signal, if any, is sent when that has a line "ready".
func stuck(t *testing.T, do string, sig os.Signal) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := childCommand(ctx, t, do)
	if err := syscall.SetNonblock(int(w.Fd()), false); err != nil { // as a container's is
		t.Fatal(err)
	}
	cmd.Stdout = w
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	var said bytes.Buffer
	buf := make([]byte, 1024)
	for {
		n, err := stderr.Read(buf)
		said.Write(buf[:n])
		if sig != nil && strings.Contains(said.String(), "ready\n") {
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			sig = nil
		}
		if err != nil {
			break
		}
	}
	err = cmd.Wait()
	if ctx.Err() != nil {
		t.Fatalf("the program has not come to its end; it said:\n%s", &said)
	}
	if err != nil {
		t.Fatalf("%v; it said:\n%s", err, &said)
	}
	return said.String()
}

// TestEtcd22330: a container runtime that does not read the standard output any
// more does not stop the program (etcd-io/etcd#22330, cockroachdb/cockroach#81740).
func TestEtcd22330(t *testing.T) {
	const n = 100_000
	if os.Getenv(childVar) != "" {
		l := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}}, spanlog.Async{Sink: spanlog.Console{Writer: os.Stdout}}))
		for i := range n {
			l.Info("a heartbeat was late", "i", i)
		}
		ctx, cancel := context.WithTimeout(bg, 2*time.Second)
		defer cancel()
		err := l.Shutdown(ctx)
		s := l.Stats().Sinks[0]
		_, _ = fmt.Fprintf(os.Stderr, "worked on; %v; %d on their way\n", err, n+s.Notices-s.Delivered-dropped(s))
		os.Exit(0)
	}
	said := stuck(t, "log", nil)
	if !strings.Contains(said, "worked on; console sink: close: ") || !strings.Contains(said, "; 1 on their way") {
		t.Errorf("the program said:\n%s", said)
	}
}

// TestMilvus53358: with a standard output that nobody reads, SIGTERM still ends the
// program (milvus-io/milvus#53358), although what it logs after Shutdown goes to
// that as well.
func TestMilvus53358(t *testing.T) {
	if os.Getenv(childVar) != "" {
		ctx, stop := signal.NotifyContext(bg, syscall.SIGTERM)
		defer stop()
		l := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}}, spanlog.Async{Sink: spanlog.Console{Writer: os.Stdout}}))
		go func() {
			for ctx.Err() == nil {
				l.Info("serving")
			}
		}()
		for l.Stats().Sinks[0].Queue.Records < 5000 {
			time.Sleep(time.Millisecond)
		}
		_, _ = io.WriteString(os.Stderr, "ready\n")
		<-ctx.Done()
		shutdown, cancel := context.WithTimeout(bg, 2*time.Second)
		defer cancel()
		err := l.Shutdown(shutdown)
		l.Info("bye")
		_, _ = fmt.Fprintf(os.Stderr, "shut down: %v\n", err)
		os.Exit(0)
	}
	said := stuck(t, "serve", syscall.SIGTERM)
	if !strings.Contains(said, "shut down: console sink: close: ") {
		t.Errorf("the program said:\n%s", said)
	}
}

// TestStuckStderr: a standard error that nobody reads does not stop the program
// either, although trouble with the log is reported there by default.
func TestStuckStderr(t *testing.T) {
	if os.Getenv(childVar) != "" {
		l := spanlog.Must(spanlog.New(nil, spanlog.Async{Sink: spanlog.Console{}}))
		for i := range 100_000 {
			l.Info("m", "i", i)
		}
		ctx, cancel := context.WithTimeout(bg, 2*time.Second)
		defer cancel()
		_, _ = fmt.Println("worked on;", l.Shutdown(ctx))
		os.Exit(0)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if err := syscall.SetNonblock(int(w.Fd()), false); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := childCommand(ctx, t, "log")
	cmd.Stderr = w
	said, err := cmd.Output()
	if err != nil || !strings.Contains(string(said), "worked on; console sink: close: ") {
		t.Errorf("%v, %v; the program said:\n%s", err, ctx.Err(), said)
	}
}

// deserted runs the calling test in a process of its own, with a standard stream
// that has lost its reader when the standard input ends. It returns what came to
// the other one.
func deserted(t *testing.T, pipe func(*exec.Cmd) (io.ReadCloser, error), other func(*exec.Cmd) *io.Writer) string {
	t.Helper()
	cmd := childCommand(t.Context(), t, "log")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stream, err := pipe(cmd)
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	*other(cmd) = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = stream.Close()
	_ = stdin.Close()
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v", err)
	}
	return said.String()
}

// TestBrokenStderr: nor does a standard error kill it that has lost its reader.
func TestBrokenStderr(t *testing.T) {
	if os.Getenv(childVar) != "" {
		l := spanlog.Must(spanlog.New(nil))
		_, _ = io.ReadAll(os.Stdin) // until the reader is gone
		for range 20 {
			l.Info("m")
		}
		_, _ = fmt.Println(dropped(l.Stats().Sinks[0]))
		os.Exit(0)
	}
	said := deserted(t, (*exec.Cmd).StderrPipe, func(cmd *exec.Cmd) *io.Writer { return &cmd.Stdout })
	assert.Equal(t, "dropped", said, "20\n")
}

// TestFatalStuck: Fatal and FlushOnPanic end the program also if the console is
// stuck, with no Async around it.
func TestFatalStuck(t *testing.T) {
	switch os.Getenv(childVar) {
	case "Fatal", "FlushOnPanic":
		l := spanlog.Must(spanlog.New(nil, spanlog.Console{Writer: os.Stdout}))
		go func() {
			for {
				l.Info("m")
			}
		}()
		time.Sleep(100 * time.Millisecond) // the pipe is full
		_, _ = io.WriteString(os.Stderr, "ready\n")
		if os.Getenv(childVar) == "Fatal" {
			l.Fatal(bg, "the end")
		}
		func() {
			defer func() {
				_, _ = fmt.Fprintln(os.Stderr, recover())
				os.Exit(0)
			}()
			defer l.FlushOnPanic(bg)
			panic("the end")
		}()
	}
	for _, how := range []string{"Fatal", "FlushOnPanic"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel() // each takes its five seconds
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			defer w.Close()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := childCommand(ctx, t, how)
			var said bytes.Buffer
			cmd.Stdout, cmd.Stderr = w, &said
			_ = cmd.Run()
			if ctx.Err() != nil {
				t.Errorf("the program has not come to its end; it said:\n%s", &said)
			}
			if want := map[string]int{"Fatal": 1}[how]; cmd.ProcessState.ExitCode() != want {
				t.Errorf("status %d, want %d; it said:\n%s", cmd.ProcessState.ExitCode(), want, &said)
			}
			if want := map[string]string{"Fatal": "ready\n", "FlushOnPanic": "ready\nthe end\n"}[how]; !strings.HasSuffix(said.String(), want) {
				t.Errorf("it said %q, want %q at the end", &said, want)
			}
		})
	}
}

// TestBrokenStdout: a program whose standard output has lost its reader is not
// killed by its log. Each record is counted.
func TestBrokenStdout(t *testing.T) {
	if os.Getenv(childVar) != "" {
		// In time of its own: the sink is tried again after some, of which none passes.
		synctest.Test(t, func(*testing.T) {
			l := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}}, spanlog.Console{Writer: os.Stdout}))
			_, _ = io.ReadAll(os.Stdin) // until the reader is gone
			for range 20 {
				l.Info("m")
			}
			_ = l.Close()
			s := l.Stats().Sinks[0]
			_, _ = fmt.Fprintf(os.Stderr, "%d of 20, %v, %s\n", dropped(s), s.BrokenOff, s.LastError)
			os.Exit(0)
		})
	}
	said := deserted(t, (*exec.Cmd).StdoutPipe, func(cmd *exec.Cmd) *io.Writer { return &cmd.Stderr })
	want := "20 of 20, true, record dropped: broken off after 5 failures in a row: write /dev/stdout: broken pipe\n"
	assert.Equal(t, "the program said", said, want)
}

// TestZapSyncEINVAL: that a terminal or a pipe cannot be synced is no error of
// Flush or Shutdown (uber-go/zap#328), for the console and for writers like zap's.
func TestZapSyncEINVAL(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if w.Sync() == nil {
		t.Fatal("this pipe can be synced: nothing is shown")
	}
	for _, test := range []struct {
		name string
		sink spanlog.Sink
		want string // of Flush
	}{
		{"console", spanlog.Console{Writer: w}, ""},
		{"file as a writer", spanlog.Writer{Writer: w}, ""},
		{"a WriteSyncer around it", spanlog.Writer{Writer: syncer{w, w.Sync}}, ""},
		{"a WriteSyncer that is a terminal on macOS", spanlog.Writer{Writer: syncer{w, func() error { return &os.PathError{Op: "sync", Err: syscall.ENOTTY} }}}, ""},
		{"a WriteSyncer that fails", spanlog.Writer{Writer: syncer{w, func() error { return syscall.EIO }}}, "writer sink spanlog_test.syncer: flush: input/output error"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := open(t, nil, test.sink)
			l.Info("m")
			got := ""
			if err := l.Flush(bg); err != nil {
				got = err.Error()
			}
			assert.Equal(t, "Flush", got, test.want)
			if err := l.Close(); (err != nil) != (test.want != "") {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

// A syncer is a writer with zap's interface.
type syncer struct {
	io.Writer
	sync func() error
}

func (s syncer) Sync() error { return s.sync() }

// TestBufferedWriteSyncerWriteAfterStop: what is written after the end is not left
// in a buffer that nobody empties any more, as by zap's BufferedWriteSyncer. A
// console delivers it, and any other sink refuses it with an error.
func TestBufferedWriteSyncerWriteAfterStop(t *testing.T) {
	for _, async := range []bool{false, true} {
		t.Run(fmt.Sprintf("async=%v", async), func(t *testing.T) {
			for _, test := range []struct {
				name string
				sink func(io.Writer) spanlog.Sink
				want string
				err  string
			}{
				{"console", func(w io.Writer) spanlog.Sink { return spanlog.Console{Writer: w} }, "before after", ""},
				{"writer", func(w io.Writer) spanlog.Sink { return spanlog.Writer{Writer: w} }, "before", "logger is closed"},
			} {
				t.Run(test.name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						buf := &buffered{}
						sink := test.sink(buf)
						if async {
							sink = spanlog.Async{Sink: sink}
						}
						l := open(t, &spanlog.Options{OnError: func(error) {}}, sink)
						l.Info("before")
						if err := l.Close(); err != nil {
							t.Fatal(err)
						}
						err := l.Handler().Handle(bg, slog.NewRecord(time.Now(), slog.LevelInfo, "after", 0))
						if got := fmt.Sprint(err); err != nil && !strings.Contains(got, test.err) || (err == nil) != (test.err == "") {
							t.Errorf("after the end: %v", err)
						}
						assert.Equal(t, "written", messages(t, buf.out.String()), test.want)
						checkSum(t, l.Stats().Sinks[0], 2)
					})
				})
			}
		})
	}
}

// buffered is a writer that writes nothing before it is synced.
type buffered struct{ buf, out bytes.Buffer }

func (b *buffered) Write(p []byte) (int, error) { return b.buf.Write(p) }

func (b *buffered) Sync() error {
	_, err := b.buf.WriteTo(&b.out)
	return err
}

// TestZerologDiode: a full queue says so, and a write after the end is no success,
// other than with zerolog's diode, which keeps ten of 1,000 writes in silence and
// returns nil after Close.
func TestZerologDiode(t *testing.T) {
	g := newGate()
	l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Async{Sink: spanlog.Writer{Writer: g}, MaxRecords: 10})
	refused := 0
	for range 1000 {
		if l.Handler().Handle(bg, slog.NewRecord(time.Now(), slog.LevelInfo, "m", 0)) != nil {
			refused++
		}
	}
	close(g.open)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s := l.Stats().Sinks[0]
	checkSum(t, s, 1000)
	if dropped(s) != uint64(refused) || refused < 980 || !strings.Contains(g.String(), fmt.Sprintf("spanlog: %d records dropped in ", refused)) {
		t.Errorf("%d refused, stats %+v, log:\n%s", refused, s, g)
	}
	if err := l.Handler().Handle(bg, slog.NewRecord(time.Now(), slog.LevelInfo, "late", 0)); err == nil {
		t.Error("a record after Close: no error")
	}
}
