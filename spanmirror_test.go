package spanlog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// recorded runs do in a recording span and returns what became of the span.
func recorded(t testing.TB, do func(context.Context)) sdktrace.ReadOnlySpan {
	t.Helper()
	sr := tracetest.NewSpanRecorder()
	tp := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(sr))
	ctx, span := tp.Tracer("test").Start(bg, "work")
	func() {
		defer func() {
			if p := recover(); p != nil {
				t.Errorf("the program was given a panic: %v", p)
			}
		}()
		do(ctx)
	}()
	span.End()
	if err := tp.Shutdown(bg); err != nil {
		t.Error(err)
	}
	return sr.Ended()[0]
}

// eventText is a span event as "name: key=TYPE value, …".
func eventText(e sdktrace.Event) string {
	var attrs []string
	for _, kv := range e.Attributes {
		attrs = append(attrs, attrText(kv))
	}
	return e.Name + ": " + strings.Join(attrs, ", ")
}

func attrText(kv attribute.KeyValue) string {
	return fmt.Sprintf("%s=%s %v", kv.Key, kv.Value.Type(), kv.Value.AsInterface())
}

func eventTexts(s sdktrace.ReadOnlySpan) string {
	var lines []string
	for _, e := range s.Events() {
		lines = append(lines, eventText(e))
	}
	return strings.Join(lines, "\n")
}

// mirrorSinks is a logger for span tests, with a sink that takes all or none of
// the records. Foreign sinks alone are a case of their own: there values are
// left unresolved as long as possible.
var mirrorSinks = []struct {
	name string
	sink spanlog.Sink
}{
	{"JSON", spanlog.Writer{Writer: io.Discard, Level: slog.LevelDebug}},
	{"relay", spanlog.Relay{Handler: slog.NewTextHandler(io.Discard, nil)}},
	{"below every sink", spanlog.Writer{Writer: io.Discard, Level: slog.Level(100)}},
}

func TestSpanEvents(t *testing.T) {
	var none *fs.PathError
	for _, test := range []struct {
		name string
		log  func(*slog.Logger, context.Context)
		want string
	}{
		{"no attributes", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m") }, `m: log.severity=STRING INFO`},
		{"string", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", "v") }, `m: log.severity=STRING INFO, k=STRING v`},
		{"bool", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", true) }, `m: log.severity=STRING INFO, k=BOOL true`},
		{"int", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", -7) }, `m: log.severity=STRING INFO, k=INT64 -7`},
		{"uint", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", uint64(7)) }, `m: log.severity=STRING INFO, k=INT64 7`},
		{"a big uint", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", uint64(1<<63)) }, `m: log.severity=STRING INFO, k=STRING 9223372036854775808`},
		{"float", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", 1.5) }, `m: log.severity=STRING INFO, k=FLOAT64 1.5`},
		{"duration", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", time.Second) }, `m: log.severity=STRING INFO, k=STRING 1s`},
		{"time", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", noon) }, `m: log.severity=STRING INFO, k=STRING 2026-11-22T11:57:00.123Z`},
		{"strings", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", []string{"a", "b"}) }, `m: log.severity=STRING INFO, k=STRINGSLICE [a b]`},
		{"ints", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", []int{1, 2}) }, `m: log.severity=STRING INFO, k=INT64SLICE [1 2]`},
		{"int64s", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", []int64{1, 2}) }, `m: log.severity=STRING INFO, k=INT64SLICE [1 2]`},
		{"floats", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", []float64{1, 2.5}) }, `m: log.severity=STRING INFO, k=FLOAT64SLICE [1 2.5]`},
		{"bools", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", []bool{true}) }, `m: log.severity=STRING INFO, k=BOOLSLICE [true]`},
		{"struct", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", struct{ A int }{1}) }, `m: log.severity=STRING INFO, k=STRING {1}`},
		{"nil", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", nil) }, `m: log.severity=STRING INFO, k=STRING <nil>`},
		{"error", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", io.EOF) },
			"m: log.severity=STRING INFO, k=STRING EOF"},
		{"nil error", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", none) },
			"m: log.severity=STRING INFO, k=STRING <nil>"},
		{"a Stringer that panics", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", &badStringer{}) }, `m: log.severity=STRING INFO, k=STRING`},
		{"a LogValuer", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", secret(hunter2)) }, `m: log.severity=STRING INFO, k=STRING ***`},
		{"a LogValuer that is a group", func(l *slog.Logger, ctx context.Context) {
			l.InfoContext(ctx, "m", "k", lazy{slog.GroupValue(slog.Int("a", 1), slog.Any("b", secret(hunter2)))})
		}, `m: log.severity=STRING INFO, k.a=INT64 1, k.b=STRING ***`},
		{"a LogValuer that panics", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "k", badValuer{}) }, `m: log.severity=STRING INFO, k=STRING LogValue panicked`},
		{"a group", func(l *slog.Logger, ctx context.Context) {
			l.InfoContext(ctx, "m", slog.Group("g", "a", 1, slog.Group("h", "b", 2)), "c", 3)
		}, `m: log.severity=STRING INFO, g.a=INT64 1, g.h.b=INT64 2, c=INT64 3`},
		{"an empty group", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", slog.Group("g")) }, `m: log.severity=STRING INFO`},
		{"an inlined group", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", slog.Group("", "a", 1)) }, `m: log.severity=STRING INFO, a=INT64 1`},
		{"zero attribute", func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", slog.Attr{}) }, `m: log.severity=STRING INFO`},
		{"With", func(l *slog.Logger, ctx context.Context) {
			l.With("a", 1).WithGroup("g").With("b", 2).WithGroup("h").InfoContext(ctx, "m", "c", 3)
		}, `m: log.severity=STRING INFO, a=INT64 1, g.b=INT64 2, g.h.c=INT64 3`},
		{"the context", func(l *slog.Logger, ctx context.Context) {
			l.WithGroup("g").InfoContext(spanlog.With(ctx, "a", 1), "m", "b", 2)
		}, `m: log.severity=STRING INFO, a=INT64 1, g.b=INT64 2`},
		{"redacted", func(l *slog.Logger, ctx context.Context) {
			l.With("password", hunter2).InfoContext(spanlog.With(ctx, "password", hunter2), "m", slog.Group("g", "password", hunter2))
		}, `m: log.severity=STRING INFO, password=STRING [REDACTED], g.password=STRING [REDACTED]`},
		{"in an open group that is redacted", func(l *slog.Logger, ctx context.Context) {
			l.WithGroup("password").InfoContext(ctx, "m", "a", hunter2)
		}, `m: log.severity=STRING INFO, password.a=STRING [REDACTED]`},
		{"below the level", func(l *slog.Logger, ctx context.Context) { l.DebugContext(ctx, "m") }, ``},
		{"levels", func(l *slog.Logger, ctx context.Context) {
			for _, level := range []slog.Level{slog.LevelWarn, slog.LevelError + 1, spanlog.LevelFatal} {
				l.Log(ctx, level, "m")
			}
		}, "m: log.severity=STRING WARN\nm: log.severity=STRING ERROR+1\nm: log.severity=STRING FATAL"},
		{"no context", func(l *slog.Logger, _ context.Context) { l.Info("m") }, ``},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, sink := range mirrorSinks {
				redact := []string(nil)
				if strings.Contains(test.name, "redacted") {
					redact = []string{"password"}
				}
				l := open(t, &spanlog.Options{SpanEvents: slog.LevelInfo, Redact: redact}, sink.sink)
				span := recorded(t, func(ctx context.Context) { test.log(l.Logger, ctx) })
				got := withoutExceptions(span)
				if want := test.want; strings.Contains(test.name, "panics") {
					if !strings.HasPrefix(got, want) {
						t.Errorf("%s:\n got %s\nwant %s…", sink.name, got, want)
					}
				} else {
					assert.Equal(t, sink.name, got, want)
				}
			}
		})
	}
}

// withoutExceptions is eventTexts without what RecordError has added.
func withoutExceptions(s sdktrace.ReadOnlySpan) string {
	var lines []string
	for line := range strings.SplitSeq(eventTexts(s), "\n") {
		if !strings.HasPrefix(line, "exception: ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

type badStringer struct{}

func (*badStringer) String() string { panic("no text") }

type badValuer struct{}

func (badValuer) LogValue() slog.Value { panic("no value") }

// badError is an error that cannot say what it is.
type badError struct{}

func (badError) Error() string { panic("no text") }

func TestSpanErrors(t *testing.T) {
	gone := &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}
	const exception = "exception: exception.type=STRING *fs.PathError, exception.message=STRING open x: file does not exist"
	for _, test := range []struct {
		name   string
		log    func(*slog.Logger, context.Context)
		status string // description; "" is a status that is not set
		events string
	}{
		{"an error", func(l *slog.Logger, ctx context.Context) { l.ErrorContext(ctx, "boom", spanlog.Err(gone)) }, "boom: open x: file does not exist", exception},
		{"any key", func(l *slog.Logger, ctx context.Context) { l.ErrorContext(ctx, "boom", "cause", gone) }, "boom: open x: file does not exist", exception},
		{"in a group", func(l *slog.Logger, ctx context.Context) {
			l.WithGroup("g").ErrorContext(ctx, "boom", slog.Group("h", "err", gone))
		}, "boom: open x: file does not exist", exception},
		{"With", func(l *slog.Logger, ctx context.Context) { l.With(spanlog.Err(gone)).ErrorContext(ctx, "boom") }, "boom: open x: file does not exist", exception},
		{"the context", func(l *slog.Logger, ctx context.Context) {
			l.ErrorContext(spanlog.With(ctx, spanlog.Err(gone)), "boom")
		}, "boom: open x: file does not exist", exception},
		{"a LogValuer", func(l *slog.Logger, ctx context.Context) { l.ErrorContext(ctx, "boom", "err", lazy{gone}) }, "boom: open x: file does not exist", exception},
		{"the first of two", func(l *slog.Logger, ctx context.Context) { l.ErrorContext(ctx, "boom", "a", gone, "b", io.EOF) }, "boom: open x: file does not exist", exception},
		{"no error", func(l *slog.Logger, ctx context.Context) { l.ErrorContext(ctx, "boom", "a", 1) }, "boom", ""},
		{"below the level", func(l *slog.Logger, ctx context.Context) { l.WarnContext(ctx, "boom", spanlog.Err(gone)) }, "", ""},
		{"above it", func(l *slog.Logger, ctx context.Context) { l.Log(ctx, spanlog.LevelFatal, "boom") }, "boom", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, sink := range mirrorSinks {
				for _, schema := range []spanlog.Schema{spanlog.SchemaOTel, spanlog.SchemaECS, spanlog.SchemaDatadog} {
					l := open(t, &spanlog.Options{SpanErrors: slog.LevelError, Schema: schema}, sink.sink)
					span := recorded(t, func(ctx context.Context) { test.log(l.Logger, ctx) })
					assert.Equal(t, sink.name+" events", strings.ReplaceAll(eventTexts(span), "*io/fs.PathError", "*fs.PathError"), test.events)
					want := sdktrace.Status{Code: codes.Error, Description: test.status}
					if test.status == "" {
						want = sdktrace.Status{}
					}
					if span.Status() != want {
						t.Errorf("%s: status %+v, want %+v", sink.name, span.Status(), want)
					}
				}
			}
		})
	}
}

// TestSpanErrorsRedacted: an error under a secret key is not recorded.
func TestSpanErrorsRedacted(t *testing.T) {
	l := open(t, &spanlog.Options{SpanErrors: slog.LevelError, SpanEvents: slog.LevelError, Redact: []string{"error"}}, spanlog.Writer{Writer: io.Discard})
	span := recorded(t, func(ctx context.Context) { l.ErrorContext(ctx, "boom", spanlog.Err(errors.New(hunter2))) })
	assert.Equal(t, "events", eventTexts(span), "boom: log.severity=STRING ERROR, error=STRING [REDACTED]")
	assert.Equal(t, "status", span.Status().Description, "boom")
}

// TestSpanEventsAndErrors: the two levels are apart from each other, and the
// order is that of the records.
func TestSpanEventsAndErrors(t *testing.T) {
	l := open(t, &spanlog.Options{SpanEvents: slog.LevelWarn, SpanErrors: slog.LevelError}, spanlog.Writer{Writer: io.Discard})
	span := recorded(t, func(ctx context.Context) {
		l.InfoContext(ctx, "one")
		l.WarnContext(ctx, "two")
		l.ErrorContext(ctx, "three", spanlog.Err(io.EOF))
	})
	assert.Equal(t, "events", eventTexts(span), `two: log.severity=STRING WARN
three: log.severity=STRING ERROR, error=STRING EOF
exception: exception.type=STRING *errors.errorString, exception.message=STRING EOF`)
}

// TestSpanEventsReplaced: events have what ReplaceAttr made of the attributes.
func TestSpanEventsReplaced(t *testing.T) {
	replace := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == "k" {
			a.Key, a.Value = "key", slog.AnyValue(lazy{slog.GroupValue(slog.Int("a", 1))})
		}
		return a
	}
	l := open(t, &spanlog.Options{SpanEvents: slog.LevelInfo, ReplaceAttr: replace}, spanlog.Writer{Writer: io.Discard})
	span := recorded(t, func(ctx context.Context) {
		l.InfoContext(ctx, "m", "k", 1, "src", &slog.Source{Function: "f", File: "a.go", Line: 7})
	})
	got, want := eventTexts(span), "m: log.severity=STRING INFO, key.a=INT64 1, src="
	if !strings.HasPrefix(got, want) || !strings.Contains(got, "a.go") || strings.Contains(got, "0x") {
		t.Errorf("got %s, want %s… with the source's file", got, want)
	}
}

// TestSpanEventsOnly: records become events, and the error of one is recorded as
// what it is besides, but the span has not failed for that.
func TestSpanEventsOnly(t *testing.T) {
	l := open(t, &spanlog.Options{SpanEvents: slog.LevelInfo}, spanlog.Writer{Writer: io.Discard})
	span := recorded(t, func(ctx context.Context) { l.InfoContext(ctx, "retrying", spanlog.Err(io.EOF)) })
	assert.Equal(t, "events", eventTexts(span), `retrying: log.severity=STRING INFO, error=STRING EOF
exception: exception.type=STRING *errors.errorString, exception.message=STRING EOF`)
	if span.Status() != (sdktrace.Status{}) {
		t.Errorf("status %+v", span.Status())
	}
}

// TestSpanMirrorPanics: an error whose method panics does not harm the program
// or the record.
func TestSpanMirrorPanics(t *testing.T) {
	var none *fs.PathError
	for _, err := range []error{badError{}, none} {
		t.Run(fmt.Sprintf("%T", err), func(t *testing.T) {
			var buf bytes.Buffer
			l := open(t, &spanlog.Options{SpanEvents: slog.LevelInfo, SpanErrors: slog.LevelInfo}, spanlog.Writer{Writer: &buf})
			span := recorded(t, func(ctx context.Context) { l.ErrorContext(ctx, "boom", "err", err) })
			if !strings.Contains(buf.String(), `"msg":"boom"`) {
				t.Errorf("no record: %q", buf.String())
			}
			if span.Status().Code != codes.Error || !strings.HasPrefix(span.Status().Description, "boom: ") {
				t.Errorf("status %+v", span.Status())
			}
		})
	}
}

// TestSpanEventTime: an event has its record's time, whatever is written.
func TestSpanEventTime(t *testing.T) {
	for _, test := range []struct {
		name    string
		replace func([]string, slog.Attr) slog.Attr
	}{
		{"as it is", nil},
		{"removed by ReplaceAttr", removeTime},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := open(t, &spanlog.Options{SpanEvents: slog.LevelInfo, SpanErrors: slog.LevelInfo, ReplaceAttr: test.replace}, spanlog.Writer{Writer: io.Discard})
			span := recorded(t, func(ctx context.Context) {
				slog.New(stamp{Handler: l.Handler(), at: noon}).InfoContext(ctx, "m", spanlog.Err(io.EOF))
			})
			for _, e := range span.Events() {
				if !e.Time.Equal(noon) {
					t.Errorf("%s at %v, want %v", e.Name, e.Time, noon)
				}
			}
		})
	}
	// A record without a time has that of the call.
	l := open(t, &spanlog.Options{SpanEvents: slog.LevelInfo}, spanlog.Writer{Writer: io.Discard})
	span := recorded(t, func(ctx context.Context) { timeless(l.Handler()).InfoContext(ctx, "m") })
	if at := span.Events()[0].Time; at.Before(span.StartTime()) || at.After(span.EndTime()) {
		t.Errorf("at %v, want within the span", at)
	}
}

// TestSpanMirrorEnabled: what only a span wants is enabled only where there is
// one that records.
func TestSpanMirrorEnabled(t *testing.T) {
	l := open(t, &spanlog.Options{SpanEvents: slog.LevelDebug, SpanErrors: slog.LevelError}, spanlog.Writer{Writer: io.Discard, Level: slog.Level(100)})
	recorded(t, func(ctx context.Context) {
		for _, test := range []struct {
			name  string
			ctx   context.Context
			level slog.Level
			want  bool
		}{
			{"recording", ctx, slog.LevelDebug, true},
			{"below", ctx, slog.LevelDebug - 1, false},
			{"no span", bg, slog.LevelError, false},
			{"not recording", inSpan(bg), slog.LevelError, false},
			{"no context", nilContext, slog.LevelError, false},
		} {
			if got := l.Enabled(test.ctx, test.level); got != test.want {
				t.Errorf("%s: %v, want %v", test.name, got, test.want)
			}
		}
	})
}

// TestSpanMirrorNotRecording: a span that does not record is not called.
func TestSpanMirrorNotRecording(t *testing.T) {
	var buf bytes.Buffer
	l := open(t, &spanlog.Options{SpanEvents: slog.LevelDebug, SpanErrors: slog.LevelDebug}, spanlog.Writer{Writer: &buf})
	span := &idleSpan{Span: trace.SpanFromContext(inSpan(bg))}
	ctx := trace.ContextWithSpan(bg, span)
	l.ErrorContext(ctx, "m", spanlog.Err(io.EOF))
	if span.called || !strings.Contains(buf.String(), w3cTraceID) {
		t.Errorf("called: %v; got %s", span.called, buf.String())
	}
}

type idleSpan struct {
	trace.Span
	called bool
}

func (s *idleSpan) IsRecording() bool                     { return false }
func (s *idleSpan) AddEvent(string, ...trace.EventOption) { s.called = true }
func (s *idleSpan) RecordError(error, ...trace.EventOption) {
	s.called = true
}
func (s *idleSpan) SetStatus(codes.Code, string) { s.called = true }

// TestSpanMirrorHandler: NewHandler has a mirror, too, and it does not depend on
// what next wants.
func TestSpanMirrorHandler(t *testing.T) {
	var buf bytes.Buffer
	next := slog.NewJSONHandler(&buf, &slog.HandlerOptions{Level: slog.LevelError})
	l := slog.New(spanlog.NewHandler(next, &spanlog.Options{SpanEvents: slog.LevelInfo}))
	span := recorded(t, func(ctx context.Context) { l.InfoContext(ctx, "m", "a", 1) })
	assert.Equal(t, "events", eventTexts(span), "m: log.severity=STRING INFO, a=INT64 1")
	assert.Equal(t, "next", buf.String(), "")
}

// TestSpanMirrorValidText: OTLP's exporter refuses a whole batch for one text that is
// not UTF-8.
func TestSpanMirrorValidText(t *testing.T) {
	s := recorded(t, func(ctx context.Context) {
		l := spanlog.Must(spanlog.New(&spanlog.Options{SpanEvents: slog.LevelInfo, SpanErrors: slog.LevelError}, spanlog.Writer{Writer: io.Discard}))
		l.ErrorContext(ctx, "m\xff", "k\xff", "v\xff", "list", []string{"e\xff"}, "error", errors.New("no\xff"))
	})
	for _, text := range append(strings.Split(eventTexts(s), "\n"), s.Status().Description) {
		if !utf8.ValidString(text) || !strings.Contains(text, "�") {
			t.Errorf("%q is not what U+FFFD makes of it", text)
		}
	}
}
