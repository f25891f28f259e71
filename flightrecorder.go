package spanlog

import (
	"cmp"
	"errors"
	"log/slog"
	"time"

	"github.com/spanlog/spanlog/internal/flight"
	"github.com/spanlog/spanlog/internal/levelname"
	"github.com/spanlog/spanlog/internal/spanend"
)

// FlightRecorder is a decorator that holds the details of each trace until something goes
// wrong in it. Records that the sink's level admits go to the sink at once. Those below it
// are held, in bounded memory, and a trigger releases them: they go to the sink in their
// order and with their own times, and so does all that the trace logs from then on.
// Otherwise they vanish when the trace ends.
//
//	spanlog.FlightRecorder{Sink: spanlog.File{Path: "app.log"}} // Info of all, Debug of what failed
//
// The triggers are a record at Trigger or above, a span whose status is Error or that a panic
// has ended, a local root span that took as long as Slow, and a call of the function
// [Trigger]. After a release, a record at INFO with the ids of the trace says why, and how
// many there were:
//
//	spanlog: 12 records of this trace released: a record at ERROR
//
// A trace ends with its local root span (that without a parent in this process), as the
// span processor of package telemetry tells: telemetry.Start installs it, and
// telemetry.SpanProcessor is for providers made otherwise. Without one, and for spans that a
// sampler has dropped, which no processor sees, a trace ends after MaxIdle. After the end, a
// trace that was released stays so for MaxIdle, for goroutines that are late.
//
// If there is no room, whole traces go, the one first that was not heard of for the longest
// time; within a trace that has too much, the oldest records. Both are counted in [Stats],
// as "evicted", and what has ended as "ended". Held records are in memory only: what [File]
// promises holds from their release on. Records without a trace are not held. [Logger.Flush]
// does not release anything, and at shutdown what is held has ended.
//
// A [Limit] around a FlightRecorder keeps what it holds back from it, triggers too; within, it
// is for what is released as well. What a release lets through is what Level lets be held,
// whatever the sink's level or its [Rules] say: that is the place to silence a package.
//
// With a [Sample] directly within, the traces that it does not keep are held as well, also
// at levels that the sink admits: most traces leave nothing in the log, those that fail leave
// all.
//
// The goroutine whose record, span or call is the trigger delivers what is released; where
// that is a sink's own span or call, another one does. Put an [Async] around the sink, within
// the FlightRecorder, if that must not wait.
type FlightRecorder struct {
	// Sink is the sink to be decorated. It must not be nil.
	Sink Sink
	// Level is the least level that is held. Where it and Trigger are constants, it must not
	// be above Trigger. By default, Debug.
	Level slog.Leveler
	// Trigger is the least level of a record that releases its trace. By default, Error.
	Trigger slog.Leveler
	// Slow is how long a local root span takes that releases its trace. By default, however
	// long it takes is no trigger.
	Slow time.Duration
	// MaxTraceBytes is how many bytes are held of a trace, as lines and what belongs to
	// them; a record that is larger is not held. For a sink that wants more than lines, a
	// handler or an [EntryWriter], attributes count with what they take up; its records'
	// contexts, and what loggers were given by With, are kept as well, and do not count.
	// It must be 4 KiB at least, and a fourth of MaxBytes at most. By default, 256 KiB, or
	// a fourth of MaxBytes if that is less.
	MaxTraceBytes int
	// MaxBytes is how much memory all that is held, or being released, takes up, the empty
	// part of buffers included. By default, 32 MiB.
	MaxBytes int
	// MaxIdle is how long a trace without a local root span is held after its last record,
	// or up to a fourth of that longer. It must be 100 ms at least. By default, one minute.
	MaxIdle time.Duration
}

const (
	defaultTraceBytes = 256 * KiB
	defaultHeldBytes  = 32 * MiB
	defaultMaxIdle    = time.Minute
	minTraceBytes     = 4 * KiB
	tracesWithin      = 4 // MaxBytes: the largest that there can be
	minIdle           = 100 * time.Millisecond
)

func (s FlightRecorder) sinkName() string {
	return decoratedName(s.Sink, "recorded", "flight recorder sink")
}

func (s FlightRecorder) build(b *builder) (sinkCore, error) {
	// Defaults first: what is compared below are the values that will be used.
	s.Level = cmp.Or[slog.Leveler](s.Level, slog.LevelDebug)
	s.Trigger = cmp.Or[slog.Leveler](s.Trigger, slog.LevelError)
	s.MaxBytes = cmp.Or(s.MaxBytes, defaultHeldBytes)
	s.MaxTraceBytes = cmp.Or(s.MaxTraceBytes, max(minTraceBytes, min(defaultTraceBytes, s.MaxBytes/tracesWithin)))
	from, err1 := b.leveler("Level", s.Level)
	trigger, err2 := b.leveler("Trigger", s.Trigger)
	if err := errors.Join(err1, err2); err != nil {
		return sinkCore{}, err
	}
	if err := s.validate(); err != nil {
		return sinkCore{}, err
	}
	// A Sample within would leave out what a release lets through. Directly within, it is
	// passed by (recorderCore.to); deeper it is out of reach.
	samples := b.samples
	inner, need, err := b.inner(s.Sink)
	if err != nil {
		return sinkCore{}, err
	}
	sample, sampled := inner.core.(*sampleCore)
	if sampled {
		samples++
	}
	if b.samples > samples {
		closeAll([]sinkCore{inner})
		return sinkCore{}, badField("Sink", "has a Sample within another decorator, which would leave out what is released: put it directly within the FlightRecorder, or around it")
	}
	b.pipeline.keepsAttrs = b.pipeline.keepsAttrs || need.attrs
	c := &recorderCore{
		sinkCore: inner,
		sample:   sample,
		need:     need,
		from:     newThreshold(from),
		trigger:  newThreshold(trigger),
		slow:     s.Slow,
		tickTime: cmp.Or(s.MaxIdle, defaultMaxIdle) / idleTicks,
		pipeline: b.pipeline,
	}
	if c.to = &c.sinkCore; sampled {
		c.to = &sample.sinkCore
	}
	c.table = flight.New(flight.Limit{Trace: s.MaxTraceBytes, Total: s.MaxBytes}, c.gone)
	inner.stats.flight = func() RecorderStats {
		held := c.table.Stats()
		return RecorderStats{held.Traces, held.Records, held.Bytes, s.MaxBytes, c.released.Load()}
	}
	c.stop = spanend.Listen(c) // the last: from here on it is told of spans, until close
	return sinkCore{core: c, name: inner.name, stats: inner.stats, order: inner.order, lines: inner.lines}, nil
}

func (s FlightRecorder) validate() error {
	errs := []error{checkNegative("Slow", s.Slow)}
	if s.MaxTraceBytes < minTraceBytes {
		errs = append(errs, badField("MaxTraceBytes", "is %d: want 4096 bytes at least, as in 64*spanlog.KiB", s.MaxTraceBytes))
	}
	if s.MaxBytes/tracesWithin < s.MaxTraceBytes {
		errs = append(errs, badField("MaxBytes", "is %d: want four times MaxTraceBytes at least, which is %d", s.MaxBytes, s.MaxTraceBytes))
	}
	if s.MaxIdle < 0 || s.MaxIdle > 0 && s.MaxIdle < minIdle {
		errs = append(errs, badField("MaxIdle", "is %v: want 100 ms at least, as in time.Minute", s.MaxIdle))
	}
	if level, ok := s.Level.(slog.Level); ok {
		if trigger, ok := s.Trigger.(slog.Level); ok && level > trigger {
			errs = append(errs, badField("Level", "is %s, above Trigger, which is %s", levelname.Of(level), levelname.Of(trigger)))
		}
	}
	switch undecorated(s.Sink).(type) {
	case FlightRecorder, *FlightRecorder:
		errs = append(errs, badField("Sink", "is a FlightRecorder already"))
	}
	return errors.Join(errs...)
}
