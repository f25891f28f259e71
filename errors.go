package spanlog

// Errors in both directions: those that the program logs, whose methods are the
// program's and may panic or log, and those of the log itself, which get to the program
// by the reporter.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spanlog/spanlog/internal/encode"
	"github.com/spanlog/spanlog/internal/stdio"
)

// ErrClosed is what a sink returns for a record after [Logger.Shutdown] or
// [Logger.Close]. The console and files never do: they still deliver.
var ErrClosed = errors.New("spanlog: logger is closed")

// ErrDropped is what a sink returns for a record that it had no room for, or that was
// kept from it, by a breaker or because it was logged from within logging: in any case
// one that was not tried. An [EntryWriter] or a handler may return it, too, and does not
// fail by that.
var ErrDropped = errors.New("spanlog: record dropped")

// ErrorKey is the key of the attribute that [Err] makes. Under this key, and no other,
// ECS and Datadog have an error in their own form.
const ErrorKey = "error"

// SinkError is a sink's failure to deliver a record, or to be flushed, reopened
// or closed. Handle returns it, and [Options].OnError hears it, because
// slog.Logger throws away what Handle returns. It is not changed after it was made.
type SinkError struct {
	// Sink names the sink by kind and target, as in `file sink "app.log"`. For
	// a function or level in Options it is "options: " and the field's name, and
	// for the rest of what is given to NewHandler it is "handler".
	Sink string
	// Err is what went wrong. A panic is an error that says so.
	Err error
}

// Error says which sink failed, and why.
func (e *SinkError) Error() string { return e.Sink + ": " + errorMessage(e.Err) }

// Unwrap returns e.Err.
func (e *SinkError) Unwrap() error { return e.Err }

// Err returns an attribute for err under the key "error". JSON and Text write
// the error's text; a schema that has fields of its own for errors (ECS,
// Datadog) spreads the error over them when the attribute stands at the root. A
// nil error is the zero Attr, which no handler prints.
func Err(err error) slog.Attr {
	if err == nil {
		return slog.Attr{}
	}
	return slog.Any(ErrorKey, err)
}

// badField is an error about a field of Options or of a sink.
func badField(name, problem string, args ...any) error {
	return fmt.Errorf("%s %w", name, fmt.Errorf(problem, args...))
}

// checkNegative is the error for a field that must not be negative, or nil.
func checkNegative[N int | int64 | time.Duration](name string, n N) error {
	if n < 0 {
		return badField(name, "is %v, which is negative", n)
	}
	return nil
}

// errorMessage is the error's text, also when its method panics. That of a nil pointer
// is what slog's handlers write for it.
func errorMessage(err error) (msg string) {
	defer func() {
		if p := recover(); p != nil {
			msg = panicked(p).Error()
			if v := reflect.ValueOf(err); v.Kind() == reflect.Pointer && v.IsNil() {
				msg = "<nil>"
			}
		}
	}()
	return err.Error()
}

// errorType is the error's Go type, such as *fs.PathError. That fmt.Errorf has put
// words around an error says nothing of its kind.
func errorType(err error) string {
	for reflect.TypeOf(err) == wrapperType {
		inner := errors.Unwrap(err)
		if inner == nil {
			break
		}
		err = inner
	}
	return reflect.TypeOf(err).String()
}

// wrapperType is the type of what fmt.Errorf makes of one %w.
var wrapperType = reflect.TypeOf(fmt.Errorf("%w", ErrClosed))

// errorStack is what an error prints with %+v beyond its text. By an old custom
// of Go's error packages that is its stack.
func errorStack(err error) string {
	if _, ok := err.(fmt.Formatter); !ok {
		return ""
	}
	if long := fmt.Sprintf("%+v", err); strings.Contains(long, "\n") {
		return long
	}
	return ""
}

// panicked makes an error of what recover returned.
func panicked(p any) error {
	if err, ok := p.(error); ok {
		return fmt.Errorf("panic: %w", err)
	}
	return errors.New("panic: " + encode.AnyText("%v", p))
}

// A reporter tells the program about its log's own troubles. It calls the
// program's OnError, or writes a line to stderr at most once per interval. It counts
// nothing but what it has not told: records are counted by the sinks' stats.
type reporter struct {
	onError func(error)
	untold  atomic.Int64 // errors since the last one that was told
	writing atomic.Bool  // to stderr

	mu   sync.Mutex
	next time.Time // when stderr may have the next line
}

// reportInterval is how often trouble is written to stderr.
const reportInterval = 10 * time.Second

// reportWait is how long a logging call waits for stderr. A stderr that nobody
// reads is left alone with its line, and gets no other before it has taken that.
const reportWait = 10 * time.Millisecond

// report tells that sink failed with err. It never waits for itself: an error
// that comes while another is being told, from a second goroutine or from an
// OnError that logs, is told as a number with the next one.
func (r *reporter) report(sink string, err error) {
	if !r.mu.TryLock() {
		r.untold.Add(1)
		return
	}
	defer r.mu.Unlock()
	now := time.Now()
	if r.onError == nil && (now.Before(r.next) || r.writing.Load()) {
		r.untold.Add(1)
		return
	}
	if n := r.untold.Swap(0); n > 0 {
		err = fmt.Errorf("%w (more errors since the last report: %d)", err, n)
	}
	r.next = now.Add(reportInterval)
	defer func() { _ = recover() }() // what OnError does wrong ends here
	if told := (&SinkError{Sink: sink, Err: err}); r.onError != nil {
		r.onError(told)
	} else {
		// The text of an error can come from anywhere.
		r.write(fmt.Appendf(nil, "spanlog: %s\n", encode.AppendSafe(nil, told.Error())))
	}
}

// write writes a line to stderr, which may be stuck, or have lost its reader, like
// the console that the line is about.
func (r *reporter) write(line []byte) {
	r.writing.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), reportWait)
	defer cancel()
	within(ctx, func() {
		defer r.writing.Store(false)
		_, _ = stdio.Writer(os.Stderr).Write(line) // there is nowhere left to tell of it
	})
}
