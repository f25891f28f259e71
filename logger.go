package spanlog

// The Logger: a slog.Logger with an end. Flush, Reopen and Shutdown call all sinks at once
// (each), so that one that is stuck takes nobody else's time, and none of them waits longer
// than its context.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/spanlog/spanlog/internal/deadline"
)

// Logger is a [slog.Logger] that owns its sinks. It stays in main, which flushes
// and closes it; With and WithGroup return a plain *slog.Logger to pass on, and
// Handler a handler for [slog.New] or [slog.SetDefault].
//
// All methods are safe for concurrent use. The zero Logger is of no use: [New] makes
// it.
type Logger struct {
	*slog.Logger
	p *pipeline

	shutdown    sync.Once
	done        chan struct{} // closed when the shutdown is over
	shutdownErr error         // its result; read after done
}

// New returns a logger that writes to sinks, or to a [Console] if there are
// none. Options may be nil. New(nil) cannot fail: it is a console on stderr at
// level Info.
//
// The error names each sink and field that is at fault, and why, as in
//
//	file sink "app.log": MaxSize is -1, which is negative
//
// Nothing is left open then. New opens the files, so a file that cannot be
// written to is found at once.
func New(opts *Options, sinks ...Sink) (*Logger, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	invalid := o.validate()
	if len(sinks) == 0 {
		sinks = []Sink{Console{}}
	}
	env := readEnvironment(o.Schema)
	level := o.Level
	if level == nil {
		if level = env.level; level == nil {
			level = slog.LevelInfo
		}
	}
	p := newPipeline(&o)
	h, err := p.build(&o, level, env, o.Service.or(env.service), sinks)
	if err == nil && invalid != nil {
		closeAll(p.cores)
	}
	if err := errors.Join(invalid, err); err != nil {
		return nil, err
	}
	l := &Logger{Logger: slog.New(h), p: p, done: make(chan struct{})}
	// To the log itself, as it is the one place that somebody looks at.
	for _, bad := range env.bad {
		l.Warn("spanlog: bad value in the environment; the default is used", Err(bad))
	}
	return l, nil
}

// Must returns l, or panics if err is not nil. It is for a logger that the
// program cannot do without:
//
//	log := spanlog.Must(spanlog.New(nil, spanlog.Console{}, spanlog.File{Path: "app.log"}))
//	defer log.Close()
func Must(l *Logger, err error) *Logger {
	if err != nil {
		panic(fmt.Errorf("spanlog: %w", err))
	}
	return l
}

// Flush returns once every record handled before the call is as safe as its sink
// can make it: a file's in the file, a buffered writer's written, a Relay's
// flushed as far as its handler has Flush or ForceFlush. It returns at the end
// of ctx, with an error for each sink that was not done. The error joins a
// [*SinkError] of each sink that failed. A nil ctx has no end.
func (l *Logger) Flush(ctx context.Context) error {
	return l.Handler().(*Handler).Flush(ctx)
}

// Shutdown flushes all sinks and closes what New opened. It returns by ctx's
// deadline, or when ctx is cancelled, whatever a sink does. If ctx has no deadline,
// or is done already, as the context of [os/signal.NotifyContext] is when deferred
// calls run, the deadline is 5 seconds from now. The error joins a [*SinkError] of
// each sink that failed, or was not done, with the number of the records that are left.
//
// After Shutdown the console and files still deliver records, unbuffered; other
// sinks return [ErrClosed]. Calls after the first wait for that, each by its own
// deadline, and return what it returned.
func (l *Logger) Shutdown(ctx context.Context) error {
	ctx, cancel := deadline.Bound(ctx)
	defer cancel()
	// Once: sinks are closed by the deadline of the first call.
	l.shutdown.Do(func() {
		go func() { // so that a second call can have an earlier deadline
			defer close(l.done)
			l.shutdownErr = l.p.close(ctx, l.p.cores)
		}()
	})
	// The deadline is that of each as well: it will be back at once, with what is
	// missing, unless this is the second call.
	if !deadline.Wait(ctx, l.done, 10*time.Millisecond) {
		return fmt.Errorf("spanlog: shutdown is not done: %w", context.Cause(ctx))
	}
	return l.shutdownErr
}

// Close is [Logger.Shutdown] with 5 seconds, for defer, and has its error. It may be
// called more than once.
func (l *Logger) Close() error { return l.Shutdown(context.Background()) }

// Reopen closes the log files and opens them again by name. It is for programs
// that are told about rotation by a signal, usually SIGHUP; spanlog installs no
// signal handler. A file that cannot be opened stays open as it was, and the error
// joins a [*SinkError] of each.
func (l *Logger) Reopen() error {
	return each(context.Background(), l.p.cores, "reopen", reopen)
}

// Fatal logs msg at [LevelFatal], shuts the logger down and exits with status 1,
// within 5 seconds even if a sink is stuck. Deferred calls do not run. The arguments
// are those of [slog.Logger.Info].
func (l *Logger) Fatal(ctx context.Context, msg string, args ...any) {
	var pc [1]uintptr
	runtime.Callers(2, pc[:]) // the caller of Fatal
	r := slog.NewRecord(time.Now(), LevelFatal, msg, pc[0])
	r.Add(args...)
	l.logLast(ctx, r, l.Shutdown)
	os.Exit(1)
}

// Stats returns what has become of the records so far, sink by sink. Counts of
// different sinks are of different moments, though close to each other.
func (l *Logger) Stats() Stats {
	var s Stats
	for i := range l.p.cores {
		s.Sinks = append(s.Sinks, l.p.cores[i].stats.snapshot())
	}
	return s
}

// each calls f for all the cores at once, and returns when they are done or ctx
// is. Theirs is done a little before, so that they can say what is missing.
func each(ctx context.Context, cores []sinkCore, what string, f func(context.Context, *sinkCore) error) error {
	theirs, cancel := deadline.Before(ctx)
	defer cancel()
	type result struct {
		core int
		err  error
	}
	results := make(chan result, len(cores)) // so that nobody waits for us
	for i := range cores {
		go func() {
			err := errGoexit
			defer func() { results <- result{i, err} }()
			err = safely(func() error { return f(theirs, &cores[i]) })
		}()
	}
	errs := make([]error, len(cores))
	for i := range errs {
		errs[i] = errPending
	}
	for range cores {
		var r result
		select {
		case r = <-results:
		case <-ctx.Done():
			select { // what is done is done
			case r = <-results:
			default:
				r = result{-1, nil}
			}
		}
		if r.core < 0 {
			break
		}
		errs[r.core] = r.err
	}
	for i, err := range errs {
		if err == errPending { // not errors.Is, which calls methods of the program's errors
			err = fmt.Errorf("not done by the deadline: %w", context.Cause(ctx))
		}
		if err != nil {
			errs[i] = &SinkError{Sink: cores[i].name, Err: fmt.Errorf("%s: %w", what, err)}
		}
	}
	return errors.Join(errs...)
}

var errPending = errors.New("pending")

// safely calls f and makes an error of a panic.
func safely(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	return f()
}

// within calls f in a goroutine of its own, and returns when that is over, or ctx
// is: then f is left to itself.
func within(ctx context.Context, f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
