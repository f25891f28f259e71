package telemetry

// Where errors of tracing go. OpenTelemetry has one handler for all of a process, which every
// exporter and SDK calls. By default, this one writes to the program's own log: that is where
// somebody looks. It must not make more errors than it tells of: a report about log records
// does not go where log records go, and the same is told once a minute.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/encode"
	"github.com/spanlog/spanlog/internal/logprovider"
)

// reportInterval is how often an error that repeats itself is reported.
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
// OnError, or writes to the program's log, or lines that don't flood a terminal.
type reporter struct {
	onError func(error)
	ending  atomic.Bool // the OTel sink has nobody to give its records to any more

	writing sync.Mutex
	w       io.Writer

	mu    sync.Mutex       // not held while a report is written: that may end up here
	lines map[string]*line // by kind of error
}

// line is an error that was reported before.
type line struct {
	next   time.Time   // when it may be reported again
	untold int         // how often it came since it was reported
	err    error       // the last one that was not reported
	timer  *time.Timer // reports what is untold when it may be
}

// maxLines bounds the kinds of errors that are told apart, beside failed exports.
const maxLines = 100

// Handle reports err. It is part of otel.ErrorHandler.
func (r *reporter) Handle(err error) {
	if err == nil {
		return
	}
	defer func() { _ = recover() }() // what OnError does wrong ends here
	if r.onError != nil {
		r.onError(err)
		return
	}
	if r.admit(err) {
		r.write(err, 0)
	}
}

// admit reports whether an error is to be reported now. If not, it is told later,
// together with others of its kind.
func (r *reporter) admit(err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := kind(err)
	l := r.lines[k]
	if l == nil {
		if len(r.lines) >= maxLines {
			maps.DeleteFunc(r.lines, func(k string, _ *line) bool { return !strings.HasPrefix(k, exportKind) })
		}
		if r.lines == nil {
			r.lines = make(map[string]*line)
		}
		l = new(line)
		r.lines[k] = l
	}
	now := time.Now()
	if now.Before(l.next) || l.untold > 0 { // then the timer is due this very moment, and tells of all
		if l.untold++; l.untold == 1 {
			l.timer = time.AfterFunc(l.next.Sub(now), func() { r.tell(l) })
		}
		l.err = combined(l.err, err)
		return false
	}
	l.next = now.Add(reportInterval)
	return true
}

// tell reports what is untold of a line.
func (r *reporter) tell(l *line) {
	r.mu.Lock()
	err, more := l.err, l.untold-1
	l.err, l.untold = nil, 0
	if l.timer != nil {
		l.timer.Stop()
	}
	if more >= 0 {
		l.next = time.Now().Add(reportInterval)
	}
	r.mu.Unlock()
	if more >= 0 {
		defer func() { _ = recover() }()
		r.write(err, more)
	}
}

// kind tells errors apart that are each worth a report. Failing exports of one
// exporter are all of one kind: their texts differ in numbers and ports only.
func kind(err error) string {
	if e := new(ExportError); errors.As(err, &e) {
		return fmt.Sprint(exportKind, e.Exporter, e.Records > 0)
	}
	return err.Error()
}

// exportKind begins the kinds of failed exports.
const exportKind = "export "

// combined returns the newer of two errors of one kind, either of which may be nil. If
// they are failed exports, it has the spans and the records of both.
func combined(old, err error) error {
	was, now := new(ExportError), new(ExportError)
	if !errors.As(old, &was) || !errors.As(err, &now) {
		return err
	}
	return &ExportError{now.Exporter, was.Spans + now.Spans, was.Records + now.Records, now.Err}
}

// flush reports what has not been told so far.
func (r *reporter) flush() {
	r.mu.Lock()
	lines := slices.Collect(maps.Values(r.lines))
	r.mu.Unlock()
	for _, l := range lines {
		r.tell(l)
	}
}

// write reports an error that stands for more others: to the program's log, if
// that is spanlog's and takes it, else to stderr.
func (r *reporter) write(err error, more int) {
	if r.log(err, more) {
		return
	}
	text := err.Error()
	if !strings.HasPrefix(text, "telemetry: ") {
		text = "telemetry: " + text
	}
	if more > 0 {
		text += fmt.Sprintf(" (and %d more since the last report)", more)
	}
	// One line stays one line, whatever a server put into its answer.
	text = string(encode.AppendSafe(nil, text))
	r.writing.Lock() // whole lines
	defer r.writing.Unlock()
	fmt.Fprintln(r.w, text)
}

// log writes an error to the program's log and reports whether it was taken. Only
// what is about spans may go to an OTel sink: a record about records that could not
// be sent would be the reason for the next one.
func (r *reporter) log(err error, more int) bool {
	h, ours := slog.Default().Handler().(*spanlog.Handler)
	if !ours {
		return false
	}
	msg, quiet := "telemetry", true
	attrs := make([]slog.Attr, 0, 4)
	if e := new(ExportError); errors.As(err, &e) {
		what := slog.Int("spans", e.Spans)
		if msg = "telemetry: export of spans failed"; e.Records > 0 {
			msg, what = "telemetry: export of log records failed", slog.Int("records", e.Records)
		}
		attrs = append(attrs, slog.String("exporter", e.Exporter), what)
		err, quiet = e.Err, e.Records > 0
	}
	if more > 0 {
		attrs = append(attrs, slog.Int("more", more)) // errors that this one stands for
	}
	ctx := context.Background()
	if quiet || r.ending.Load() {
		ctx = logprovider.Quiet(ctx)
	}
	record := slog.NewRecord(time.Now(), slog.LevelWarn, msg, 0)
	record.AddAttrs(append(attrs, spanlog.Err(err))...)
	return h.Enabled(ctx, slog.LevelWarn) && h.Handle(ctx, record) == nil
}
