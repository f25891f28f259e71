package telemetry

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode"

	"go.opentelemetry.io/otel"
)

// reportInterval is how often an error that repeats itself is on stderr.
const reportInterval = time.Minute

// originalHandler is OpenTelemetry's error handler before anybody changed it.
var originalHandler = otel.GetErrorHandler()

// installReporter makes a reporter OpenTelemetry's error handler and returns
// it. When onError is nil and the program has set a handler of its own, that
// stays, and the result is nil.
func installReporter(onError func(error)) *reporter {
	current := otel.GetErrorHandler()
	_, ours := current.(*reporter)
	// Types, not values: comparing values may panic.
	original := reflect.TypeOf(current) == reflect.TypeOf(originalHandler)
	if onError == nil && !ours && !original {
		return nil
	}
	r := &reporter{onError: onError, w: os.Stderr}
	otel.SetErrorHandler(r)
	return r
}

// reporter is an error handler for OpenTelemetry. It calls the program's
// OnError, or writes lines that don't flood a terminal.
type reporter struct {
	onError func(error)

	mu    sync.Mutex
	w     io.Writer
	lines map[string]*line // by kind of error
}

// line is an error that was written before.
type line struct {
	next   time.Time // when it may be written again
	untold int       // how often it came since it was written
	err    error     // the last one that was not written
}

// maxLines bounds the kinds of errors that are told apart.
const maxLines = 100

// Handle reports err. It is part of otel.ErrorHandler.
func (r *reporter) Handle(err error) {
	if err == nil {
		return
	}
	if r.onError != nil {
		defer func() { _ = recover() }() // what OnError does wrong ends here
		r.onError(err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	k := kind(err)
	l := r.lines[k]
	if l == nil {
		if len(r.lines) >= maxLines {
			clear(r.lines)
		}
		if r.lines == nil {
			r.lines = make(map[string]*line)
		}
		l = new(line)
		r.lines[k] = l
	}
	now := time.Now()
	if now.Before(l.next) {
		l.untold++
		l.err = err
		return
	}
	r.write(err, l.untold)
	*l = line{next: now.Add(reportInterval)}
}

// kind tells errors apart that are each worth a line. Failing exports of one
// exporter are all of one kind: their texts differ in numbers and ports only.
func kind(err error) string {
	if e := new(ExportError); errors.As(err, &e) {
		return "export " + e.Exporter
	}
	return err.Error()
}

// flush writes what has not been told so far.
func (r *reporter) flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.lines {
		if l.untold > 0 {
			r.write(l.err, l.untold-1)
			l.untold = 0
		}
	}
}

// write writes one line. r.mu is held.
func (r *reporter) write(err error, more int) {
	text := err.Error()
	if !strings.HasPrefix(text, "telemetry: ") {
		text = "telemetry: " + text
	}
	if more > 0 {
		text += fmt.Sprintf(" (and %d more since the last report)", more)
	}
	// One line stays one line, whatever a server put into its answer.
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, text)
	fmt.Fprintln(r.w, text)
}
