package spanlog_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog"
)

// A flaky writer works, or does not, as it is told.
type flaky struct {
	mu    sync.Mutex
	how   string
	began time.Time
	tried []time.Duration // when it was called
	buf   bytes.Buffer
}

func newFlaky() *flaky { return &flaky{began: time.Now()} }

func (f *flaky) set(how string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.how = how
}

func (f *flaky) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.buf.String()
}

func (f *flaky) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tried = append(f.tried, time.Since(f.began))
	how, notice := f.how, bytes.Contains(b, []byte("spanlog:"))
	switch {
	case how == "fail", how == "mute" && notice:
		return 0, errBroken
	case how == "panic":
		panic("no")
	case how == "exit", how == "vanish" && notice:
		runtime.Goexit()
	case how == "full":
		return 0, fmt.Errorf("the peer: %w", spanlog.ErrDropped)
	case how == "shut":
		return 0, fmt.Errorf("the peer: %w", spanlog.ErrClosed)
	case how == "nil":
		return 0, (*fs.PathError)(nil) // whose Unwrap panics
	case how == "odd":
		return 0, oddError{}
	}
	return f.buf.Write(b)
}

// oddError is an error whose Is panics.
type oddError struct{}

func (oddError) Error() string { return "odd" }
func (oddError) Is(error) bool { panic("no Is") }

// A play is a logger and its flaky writers on a stage.
type play struct {
	l      *spanlog.Logger
	sinks  map[string]*flaky
	logged int
}

// newPlay opens a logger with a sink of A's.
func newPlay(t *testing.T, sink func(*flaky) spanlog.Sink) (*play, *flaky) {
	t.Helper()
	f := newFlaky()
	return &play{l: open(t, &spanlog.Options{Level: spanlog.LevelTrace, OnError: func(error) {}}, sink(f)), sinks: map[string]*flaky{"A": f}}, f
}

// letters are the levels that the letters in a script stand for.
var letters = map[byte]slog.Level{'t': spanlog.LevelTrace, 'd': slog.LevelDebug, 'i': slog.LevelInfo, 'w': slog.LevelWarn, 'e': slog.LevelError}

// act does what a script says, word by word:
//
//	fail, A:fail  the only writer, or A, does so from now on; "work" is the end of that
//	i, 3e         a record is logged at Info, or three at Error; they are numbered
//	1.5s          time passes
//	flush, close  of the logger
func (p *play) act(t *testing.T, script string) {
	t.Helper()
	for word := range strings.FieldsSeq(script) {
		name, how, named := strings.Cut(word, ":")
		last := word[len(word)-1]
		times, err := strconv.Atoi(word[:len(word)-1])
		level, isLevel := letters[last]
		wait, noWait := time.ParseDuration(word)
		switch {
		case named:
			p.sinks[name].set(how)
		case word == "flush":
			_ = p.l.Flush(bg)
		case word == "close":
			_ = p.l.Close()
		case noWait == nil:
			time.Sleep(wait)
		case isLevel && (err == nil || len(word) == 1):
			for range max(times, 1) {
				p.log(level)
			}
		default:
			for _, f := range p.sinks {
				f.set(word)
			}
		}
		synctest.Wait()
	}
}

// log logs a record, from a goroutine that a sink may end.
func (p *play) log(level slog.Level) {
	done := make(chan struct{})
	p.logged++
	go func() {
		defer close(done)
		p.l.Log(bg, level, strconv.Itoa(p.logged))
	}()
	<-done
	synctest.Wait()
}

// kinds are the sinks that have breakers.
var kinds = []struct {
	name string
	sink func(w *flaky) spanlog.Sink
}{
	{"Writer", func(w *flaky) spanlog.Sink { return spanlog.Writer{Writer: w} }},
	{"EntryWriter", func(w *flaky) spanlog.Sink { return spanlog.Writer{Writer: flakyEntries{w}} }},
	{"Console", func(w *flaky) spanlog.Sink { return spanlog.Console{Writer: w} }},
	{"Relay", func(w *flaky) spanlog.Sink { return spanlog.Relay{Handler: slog.NewJSONHandler(w, nil)} }},
	{"Limit", func(w *flaky) spanlog.Sink { return spanlog.Limit{Sink: spanlog.Writer{Writer: w}} }},
	{"Async", func(w *flaky) spanlog.Sink { return spanlog.Async{Sink: spanlog.Writer{Writer: w}} }},
	{"Async, Limit", func(w *flaky) spanlog.Sink {
		return spanlog.Async{Sink: spanlog.Limit{Sink: spanlog.Relay{Handler: slog.NewJSONHandler(w, nil)}}}
	}},
}

type flakyEntries struct{ *flaky }

func (f flakyEntries) WriteEntry(_ context.Context, e spanlog.Entry) error {
	_, err := f.Write(e.Line)
	return err
}
