package spanlog

// Sinks as the program writes them, and the three whose cores are simple: Writer, which is
// Console's as well, and Relay. A sink is plain data with two methods: its name, and build,
// which checks it and makes the core that does the work (core.go).

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// Sink is where records go: one of [Console], [File], [Writer], [Relay] and
// [OTel], or a decorator around sinks: [Async], [Failover], [Limit], [Sample]
// and [FlightRecorder]. Sinks are plain data, read once by [New]; each has a level
// and a format of its own. A sink of one's own is a Writer whose writer is an
// [EntryWriter], or a Relay to a [slog.Handler].
type Sink interface {
	// sinkName names the sink by kind and target.
	sinkName() string
	// build makes the sink's core. An error names the field and the value at
	// fault; nothing is left open then.
	build(b *builder) (sinkCore, error)
}

// EntryWriter is a writer that wants to know more of a record than its line: for
// Kafka, syslog, Loki and the like. A [Writer] or [Console] calls WriteEntry
// instead of Write, one call at a time.
type EntryWriter interface {
	io.Writer
	// WriteEntry writes one record. The entry is valid during the call; what
	// the writer keeps of Line it copies. Like a record, it is to be written
	// even if ctx is cancelled. With an error the record counts as dropped, and
	// after five in a row the sink gets none for a while; an [ErrDropped] is for a
	// record that had no room, and says nothing against the writer.
	WriteEntry(ctx context.Context, e Entry) error
}

// Entry is a record as an [EntryWriter] gets it.
type Entry struct {
	// Time is when the record was made, whatever ReplaceAttr makes of it in the line.
	// It may be zero.
	Time time.Time
	// Level is the record's level.
	Level slog.Level
	// Span is the span that was active, or an invalid one.
	Span trace.SpanContext
	// Line is the record in the sink's format, with a newline at its end. It is valid
	// during the call, and must not be changed.
	Line []byte
}

// Writer is a sink for any [io.Writer], which gets each record in one Write, one
// call at a time, also where several sinks of a logger have the same writer. If the
// writer has a method Flush() error, Flush(context.Context) error or ForceFlush of
// that form, or Sync() error, and is no *os.File, it is called by [Logger.Flush] and
// at shutdown; it is never closed. After shutdown, records are refused with
// [ErrClosed]. What the writer's methods log to the same logger goes to its other
// sinks only, and none of them may wait for Flush. After an error in the middle of a
// line, the next one begins on a line of its own.
type Writer struct {
	// Writer is where the records go. It must not be nil.
	Writer io.Writer
	// Level is the least level that is written. By default, Options.Level.
	Level slog.Leveler
	// Format is how records are written. By default, JSON.
	Format Formatter
}

func (s Writer) sinkName() string { return fmt.Sprintf("writer sink %T", s.Writer) }

func (s Writer) build(b *builder) (sinkCore, error) {
	if isNil(s.Writer) {
		return sinkCore{}, badField("Writer", "is nil")
	}
	return b.newWriterCore(s.sinkName(), s.Writer, s.Level, s.Format, false)
}

// newWriterCore makes the core of a Writer, or of a Console.
func (b *builder) newWriterCore(name string, w io.Writer, level slog.Leveler, f Formatter, console bool) (sinkCore, error) {
	level, format, err := b.levelAndFormat(level, f)
	if err != nil {
		return sinkCore{}, err
	}
	c := &writerCore{out: b.share(w), threshold: newThreshold(level), format: format, console: console, stats: newSinkStats(name)}
	c.entries, _ = w.(EntryWriter)
	if c.entries != nil {
		b.entries++
	}
	c.sure = c.out.sure && c.entries == nil
	if c.out.foreign {
		b.programs++
	}
	leaf := sinkCore{core: c, name: name, stats: c.stats, tells: true, lines: 1 << format, sure: c.sure}
	if !console {
		leaf.closed = &c.closed
	}
	leaf.setBreaker()
	return leaf, nil
}

// writerCore writes lines to a writer.
type writerCore struct {
	out     *sharedWriter
	entries EntryWriter // the writer, if it is one
	sure    bool        // the writer is, and is no EntryWriter
	threshold
	format  int
	console bool // delivers after close as well
	closed  atomic.Bool
	stats   *sinkStats
}

func (c *writerCore) enabled(ctx context.Context, s *state, level slog.Level, pc uintptr) bool {
	return c.admits(ctx, s, level, pc)
}

func (c *writerCore) handle(e *entry) error {
	if c.refuses() {
		return ErrClosed // without waiting for the last flush
	}
	line := e.line(c.format)
	if err := c.write(e, line); err != nil {
		return err
	}
	c.stats.deliver(len(line))
	return nil
}

func (c *writerCore) write(e *entry, line []byte) error {
	if c.sure {
		return c.writeSure(e, line)
	}
	if !c.out.lock() {
		return errNested
	}
	defer c.out.mu.Unlock()
	if !c.out.foreign {
		return c.put(e, line)
	}
	return c.out.call(func() error { return c.put(e, line) })
}

// writeSure is write for a writer that neither logs nor panics. Closing comes before a flush that
// waits for the lock: who has found the core open in here need not flush.
func (c *writerCore) writeSure(e *entry, line []byte) (err error) {
	c.out.mu.Lock()
	if c.closed.Load() {
		err = c.put(e, line)
	} else {
		err = c.out.writeLine(c.out.out, line)
	}
	c.out.mu.Unlock()
	return err
}

// refuses reports whether it is too late for records.
func (c *writerCore) refuses() bool { return c.closed.Load() && !c.console }

// put writes the line. After close it also flushes: nobody else will any more.
func (c *writerCore) put(e *entry, line []byte) (err error) {
	if c.refuses() { // closed in the meantime
		return ErrClosed
	}
	if c.entries != nil {
		err = c.entries.WriteEntry(e.ctx, Entry{Time: e.event.at, Level: e.event.Level, Span: e.event.Span, Line: line})
	} else {
		err = c.out.writeLine(c.out.out, line)
	}
	if err != nil || !c.closed.Load() {
		return err
	}
	return flushAny(context.WithoutCancel(e.ctx), c.out.w)
}

func (c *writerCore) flush(ctx context.Context) error {
	if !c.out.lock() {
		return errNested
	}
	defer c.out.mu.Unlock()
	return c.out.call(func() error { return flushAny(ctx, c.out.w) })
}

func (c *writerCore) reopen() error { return nil }

func (c *writerCore) close(ctx context.Context) error {
	c.closed.Store(true) // whoever gets the lock after us sees it
	return c.flush(ctx)
}

// Relay is a sink for any [slog.Handler]. Its records have the trace fields at
// the root under any groups, the attributes of contexts, and are redacted; their
// time, level, message and source are for the handler to write. If the handler
// has a method Flush or ForceFlush, it is called by [Logger.Flush] and at
// shutdown. After shutdown, records are refused with [ErrClosed].
type Relay struct {
	// Handler is where the records go. It must not be nil.
	Handler slog.Handler
	// Level is the least level that the handler is given, beside what its own
	// Enabled says. By default, its Enabled alone decides.
	Level slog.Leveler
}

func (s Relay) sinkName() string { return fmt.Sprintf("relay sink %T", s.Handler) }

func (s Relay) build(b *builder) (sinkCore, error) {
	if isNil(s.Handler) {
		return sinkCore{}, badField("Handler", "is nil")
	}
	if err := checkLeveler("Level", s.Level); err != nil {
		return sinkCore{}, err
	}
	leaf := b.newForeignCore(s.sinkName(), s.Handler, s.Level)
	leaf.tells = true
	leaf.setBreaker()
	return leaf, nil
}

func (b *builder) newForeignCore(name string, h slog.Handler, level slog.Leveler) sinkCore {
	h = withoutPackageLog(h)
	b.guarded = true
	b.records++
	b.programs++
	c := &foreignCore{handler: h, threshold: newThreshold(level), slot: len(b.foreign), stats: newSinkStats(name)}
	b.foreign = append(b.foreign, foreign{full: h, root: h, name: name, reporter: b.reporter})
	return sinkCore{core: c, name: name, stats: c.stats, takesRecord: true, closed: &c.gate.closed}
}

// wrapped is the handler that NewHandler is given.
type wrapped Relay

func (wrapped) sinkName() string { return "handler" }

func (s wrapped) build(b *builder) (sinkCore, error) {
	leaf := b.newForeignCore(s.sinkName(), s.Handler, s.Level)
	b.pipeline.sole = leaf.core.(*foreignCore)
	return leaf, nil
}
