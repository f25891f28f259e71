package spanlog

// What becomes of records that are not delivered. Each is counted by level and reason
// (sinkStats.drop); and unless it is meant so, the sink owes its reader a word: a record at
// WARN among the others, once it delivers again (owe, due, tell). Such a notice is a
// record of its own, for one sink and whatever its level, and is counted as delivered and
// as a notice. So the sums hold:
//
//	records sent + notices = delivered + dropped
//
// The tests check it, by checkSum, after all that can go wrong with a sink.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/levelname"
	"github.com/spanlog/spanlog/internal/wording"
)

// The reasons for which records are dropped, as in [Drops].
const (
	reasonFull    = "full"
	reasonError   = "error"
	reasonBroken  = "broken"
	reasonLimited = "limited"
	reasonSampled = "sampled"
	reasonEnded   = "ended"
	reasonEvicted = "evicted"
	reasonNested  = "nested"
	reasonClosed  = "closed"
)

// A dropError is a record that was dropped without the sink's having been asked.
// It is an [ErrDropped].
type dropError struct {
	reason string
	why    string
	err    error // nil, or what is behind it
}

func (e *dropError) Error() string { return "record dropped: " + e.why }

func (e *dropError) Is(target error) bool { return target == ErrDropped }

func (e *dropError) Unwrap() error { return e.err }

// reasonOf returns the reason for which a record was dropped, and the same in
// words.
func reasonOf(err error) (reason, why string) {
	if d, ok := as[*dropError](err); ok {
		return d.reason, d.why
	}
	switch {
	case is(err, ErrClosed):
		reason = reasonClosed
	case is(err, ErrDropped):
		reason = reasonFull
	default:
		reason = reasonError
	}
	return reason, errorMessage(err)
}

// is is [errors.Is] for an error of the program's, whose methods can panic: those of
// a nil pointer do.
func is(err, target error) (yes bool) {
	defer func() { _ = recover() }()
	return errors.Is(err, target)
}

// as is [errors.AsType], in the same way.
func as[E error](err error) (e E, ok bool) {
	defer func() { _ = recover() }()
	return errors.AsType[E](err)
}

// A loss is what a sink has dropped for one reason and is yet to be told: by a
// record among the others, so that who reads them knows that some are missing,
// and where.
type loss struct {
	levels map[slog.Level]int
	since  time.Time
	why    string // of the newest
}

// noticeEvery is how often a sink is told, while it goes on.
const noticeEvery = time.Second

// toldOf returns the reason under which a loss for another is told, or "" if it is
// not: what a Limit holds back is told by the Limit; after the end there is nobody
// to tell; and of what was logged from within logging, a notice would only make
// more.
func toldOf(reason string) string {
	switch reason {
	case reasonLimited, reasonNested, reasonClosed:
		return ""
	case reasonBroken:
		return reasonError
	}
	return reason
}

// owe notes a dropped record that the sink is to be told of. s.mu is held.
func (s *sinkStats) owe(reason, why string, level slog.Level, now time.Time) {
	if reason = toldOf(reason); reason == "" {
		return
	}
	l := s.owed[reason]
	if l == nil {
		l = &loss{levels: make(map[slog.Level]int), since: now}
		s.owed[reason] = l
		s.owes.Store(true)
	}
	l.why = why
	l.levels[level]++
}

// due takes the losses that are to be told now: those that began a while ago, or
// all.
func (s *sinkStats) due(now time.Time, all bool) map[string]*loss {
	s.mu.Lock()
	defer s.mu.Unlock()
	due := make(map[string]*loss)
	for reason, l := range s.owed {
		if all || now.Sub(l.since) >= noticeEvery {
			due[reason] = l
			delete(s.owed, reason)
		}
	}
	s.owes.Store(len(s.owed) > 0)
	return due
}

// oweAgain puts back what could not be told. What was lost meanwhile is added to it, and
// the time is that of the first.
func (s *sinkStats) oweAgain(reason string, l *loss) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if newer := s.owed[reason]; newer != nil {
		for level, n := range newer.levels {
			l.levels[level] += n
		}
		l.why = newer.why
	}
	s.owed[reason] = l
	s.owes.Store(true)
}

// tell writes what the sink has lost to the sink: if it began a while ago, or all.
// It does nothing mostly.
func (c *sinkCore) tell(p *pipeline, all bool) {
	if !c.stats.owes.Load() || c.breaker != nil && c.breaker.broken.Load() {
		return
	}
	now := time.Now()
	due := c.stats.due(now, all)
	defer func() { // also when the sink ends the goroutine
		for reason, l := range due {
			c.stats.oweAgain(reason, l)
		}
	}()
	for _, reason := range slices.Sorted(maps.Keys(due)) {
		l, total := due[reason], 0
		for _, n := range l.levels {
			total += n
		}
		if p.notice(c, slog.LevelWarn, l.text(total, now), slog.Int("dropped", total), slog.String("reason", reason)) == nil {
			delete(due, reason)
		}
	}
}

// tellAll writes all that the sink has lost to the sink, before that is flushed or
// closed. A sink that is stuck does not keep it longer than ctx, since it is to be
// closed in any case.
func (c *sinkCore) tellAll(ctx context.Context, p *pipeline) {
	if c = c.leaf(); c.tells {
		c.tellWithin(ctx, p)
	}
}

// tellWithin is tell of all, but returns at the end of ctx.
func (c *sinkCore) tellWithin(ctx context.Context, p *pipeline) {
	if !c.stats.owes.Load() {
		return
	}
	within(ctx, func() { c.tell(p, true) })
}

// text is the notice's message.
func (l *loss) text(total int, now time.Time) string {
	var levels []string
	for _, level := range slices.Sorted(maps.Keys(l.levels)) {
		levels = append(levels, fmt.Sprintf("%d %s", l.levels[level], levelname.Of(level)))
	}
	return fmt.Sprintf("spanlog: %s dropped in %.1fs (%s): %s", wording.Count(total, "record"), now.Sub(l.since).Seconds(), strings.Join(levels, ", "), l.why)
}

// notice writes a record of spanlog's own to one sink, whatever the sink's level.
func (p *pipeline) notice(c *sinkCore, level slog.Level, message string, attrs ...slog.Attr) error {
	return p.noticeIn(c, trace.SpanContext{}, level, message, attrs...)
}

// noticeIn is notice with a span, if that has a trace id.
func (p *pipeline) noticeIn(c *sinkCore, span trace.SpanContext, level slog.Level, message string, attrs ...slog.Attr) error {
	r := slog.NewRecord(time.Now(), level, message, 0)
	r.AddAttrs(attrs...)
	e := newEntry(p.root, context.Background(), &r)
	defer e.free()
	if span.HasTraceID() {
		e.event.Span, e.event.spanned = span, true
		e.enterSpan()
	}
	e.collect(&r)
	if e.nested {
		return errNested
	}
	e.forced, e.next = true, len(p.cores) // it is for this sink only
	err := c.attempt(e)
	if err != nil && !kept(err) {
		return err
	}
	c.stats.notices.Add(1)
	return nil
}
