package spanlog_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// TestFlushOnPanic: a panic is logged, with its span, what is in queues is
// delivered, and the same panic goes on.
func TestFlushOnPanic(t *testing.T) {
	errBoom := errors.New("boom")
	for _, test := range []struct {
		name  string
		value any
		want  string
	}{
		{"a string", "boom", "boom"},
		{"an error", errBoom, "boom"},
		{"a number", 7, "7"},
		{"a value that panics itself", panickyStringer{}, "%!v(PANIC=String method: no text)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var buf bytes.Buffer
			path := filepath.Join(t.TempDir(), "app.log")
			l := open(t, nil, spanlog.Async{Sink: spanlog.Writer{Writer: &buf}}, spanlog.File{Path: path})
			var got any
			func() {
				defer func() { got = recover() }()
				defer l.FlushOnPanic(inSpan(bg))
				l.Info("before")
				causePanic(test.value)
			}()
			if got != test.value {
				t.Errorf("the panic that goes on is %v, want %v", got, test.value)
			}
			for _, log := range []string{buf.String(), content(t, path)} {
				assert.Equal(t, "messages", messages(t, log), "before panic")
				last := parsed(t, log[strings.Index(log, "\n")+1:])
				if last["level"] != "FATAL" || last["panic"] != test.want || last["trace_id"] == nil || !causedHere.MatchString(last["stack"].(string)) {
					t.Errorf("got %v", last)
				}
			}
		})
	}
}

// causedHere is a stack that begins with the call that has panicked.
var causedHere = regexp.MustCompile(`^goroutine \d+ \[running\]:\n\S+\.causePanic\(`)

func causePanic(v any) { panic(v) }

type panickyStringer struct{}

func (panickyStringer) String() string { panic("no text") }

// TestFlushOnPanicNone: without a panic nothing is logged, and Goexit is none.
func TestFlushOnPanicNone(t *testing.T) {
	var buf bytes.Buffer
	l := open(t, nil, spanlog.Writer{Writer: &buf})
	for _, end := range []func(){func() {}, runtime.Goexit} {
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer l.FlushOnPanic(bg)
			end()
		}()
		<-done
	}
	assert.Equal(t, "logged", buf.String(), "")
}

// TestFlushOnPanicEnds: the program ends as it would have, with the panic's own
// message and status.
func TestFlushOnPanicEnds(t *testing.T) {
	if os.Getenv(childVar) != "" {
		l := spanlog.Must(spanlog.New(nil, spanlog.Async{Sink: spanlog.Console{Writer: os.Stdout}}))
		done := make(chan struct{})
		go func() {
			defer l.FlushOnPanic(bg)
			l.Info("before")
			causePanic("boom")
		}()
		<-done
	}
	stdout, stderr, status := child(t, "panic")
	if m := messages(t, stdout); m != "before panic" || status != 2 || !strings.Contains(stderr, "panic: boom") || !strings.Contains(stderr, "causePanic") {
		t.Errorf("status %d, messages %q, stderr:\n%s", status, m, stderr)
	}
}
