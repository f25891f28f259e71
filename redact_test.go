package spanlog_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// hunter2 is what no test may print.
const hunter2 = "hunter2"

// redactCases are written by New with JSON, and by NewHandler around slog's.
var redactCases = []struct {
	name string
	log  func(*slog.Logger)
	want string // after the message
}{
	{"an attribute", func(l *slog.Logger) { l.Info("m", "password", hunter2, "a", 1) }, `,"password":"[REDACTED]","a":1`},
	{"any case", func(l *slog.Logger) { l.Info("m", "PassWord", hunter2, "AUTHORIZATION", hunter2) }, `,"PassWord":"[REDACTED]","AUTHORIZATION":"[REDACTED]"`},
	{"the whole key only", func(l *slog.Logger) { l.Info("m", "password_hint", "x", "my password", "y") }, `,"password_hint":"x","my password":"y"`},
	{"any kind", func(l *slog.Logger) {
		l.Info("m", "password", 1, "password", true, "password", nil, "password", []string{hunter2}, "password", errors.New(hunter2))
	}, `,"password":"[REDACTED]","password":"[REDACTED]","password":"[REDACTED]","password":"[REDACTED]","password":"[REDACTED]"`},
	{"in a group", func(l *slog.Logger) { l.Info("m", slog.Group("g", "password", hunter2, "a", 1)) }, `,"g":{"password":"[REDACTED]","a":1}`},
	{"in groups", func(l *slog.Logger) {
		l.Info("m", slog.Group("g", slog.Group("h", "a", 1, slog.Group("i", "password", hunter2))))
	}, `,"g":{"h":{"a":1,"i":{"password":"[REDACTED]"}}}`},
	{"in an inlined group", func(l *slog.Logger) { l.Info("m", slog.Group("", "password", hunter2, "a", 1)) }, `,"password":"[REDACTED]","a":1`},
	{"a group of the name", func(l *slog.Logger) { l.Info("m", slog.Group("password", "a", hunter2)) }, `,"password":"[REDACTED]"`},
	{"an empty group of the name", func(l *slog.Logger) { l.Info("m", slog.Group("password")) }, ``},
	{"a LogValuer of the name", func(l *slog.Logger) { l.Info("m", "password", lazy{hunter2}) }, `,"password":"[REDACTED]"`},
	{"a LogValuer that is a group", func(l *slog.Logger) {
		l.Info("m", "user", lazy{slog.GroupValue(slog.String("name", "ann"), slog.String("password", hunter2))})
	}, `,"user":{"name":"ann","password":"[REDACTED]"}`},
	{"LogValuers within each other", func(l *slog.Logger) {
		l.Info("m", "user", lazy{lazy{slog.GroupValue(slog.Any("x", lazy{slog.GroupValue(slog.String("password", hunter2))}))}})
	}, `,"user":{"x":{"password":"[REDACTED]"}}`},
	{"an open group of the name", func(l *slog.Logger) { l.WithGroup("Password").Info("m", "a", hunter2, slog.Group("g", "b", hunter2)) }, `,"Password":{"a":"[REDACTED]","g":"[REDACTED]"}`},
	{"in an open group of the name", func(l *slog.Logger) {
		l.WithGroup("password").WithGroup("g").With("a", hunter2).Info("m", "b", hunter2)
	}, `,"password":{"g":{"a":"[REDACTED]","b":"[REDACTED]"}}`},
	{"inlined in an open group of the name", func(l *slog.Logger) {
		l.WithGroup("password").Info("m", slog.Group("", "a", hunter2, "b", hunter2))
	}, `,"password":{"a":"[REDACTED]","b":"[REDACTED]"}`},
	{"nothing in an open group of the name", func(l *slog.Logger) { l.WithGroup("password").Info("m", slog.Group("e"), slog.Attr{}) }, ``},
	{"the context in an open group of the name", func(l *slog.Logger) {
		l.WithGroup("password").InfoContext(spanlog.With(bg, "a", 1), "m", "b", hunter2)
	}, `,"a":1,"password":{"b":"[REDACTED]"}`},
	{"With", func(l *slog.Logger) { l.With("password", hunter2).Info("m") }, `,"password":"[REDACTED]"`},
	{"With in a group", func(l *slog.Logger) {
		l.WithGroup("g").With("password", hunter2, slog.Group("h", "password", hunter2)).Info("m")
	}, `,"g":{"password":"[REDACTED]","h":{"password":"[REDACTED]"}}`},
	{"the context", func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, "password", hunter2), "m") }, `,"password":"[REDACTED]"`},
	{"a scope", func(l *slog.Logger) {
		ctx := spanlog.Scope(bg)
		spanlog.Add(ctx, slog.Group("g", "password", hunter2))
		l.InfoContext(ctx, "m")
	}, `,"g":{"password":"[REDACTED]"}`},
	{"never the built-ins", func(l *slog.Logger) { l.Info("m") }, ``},
}

func TestRedact(t *testing.T) {
	opts := &spanlog.Options{Redact: []string{"password", "Authorization", "msg", "time", "level", "source"}}
	for _, test := range redactCases {
		assert.Equal(t, test.name, written(t, opts, nil, test.log), `{"level":"INFO","msg":"m"`+test.want+`}`)
		assert.Equal(t, test.name+", relayed", relayed(opts, test.log), `{"level":"INFO","msg":"m"`+test.want+`}`)
		for _, format := range []spanlog.Formatter{spanlog.Text, spanlog.Pretty, spanlog.Pattern("%(message)s %(attrs)s"), spanlog.FormatFunc(attrsOf)} {
			if got := written(t, opts, format, test.log); strings.Contains(got, hunter2) {
				t.Errorf("%s: %s", test.name, got)
			}
		}
	}
}

// attrsOf is a format that prints what an event's Attrs yields.
func attrsOf(dst []byte, e *spanlog.Event) []byte {
	dst = append(dst, e.Message...)
	for a := range e.Attrs() {
		dst = append(append(dst, ' '), a.String()...)
	}
	return dst
}

// TestRedactOff: nothing is redacted that is not listed.
func TestRedactOff(t *testing.T) {
	got := written(t, nil, nil, func(l *slog.Logger) { l.Info("m", "password", "x") })
	assert.Equal(t, "off", got, `{"level":"INFO","msg":"m","password":"x"}`)
}

func TestRedactSources(t *testing.T) {
	opts := &spanlog.Options{
		Redact:      []string{"password", "token", "id"},
		Baggage:     []string{"token", "tenant"},
		Attrs:       []slog.Attr{slog.String("password", hunter2), slog.Group("g", "password", hunter2)},
		FromContext: func(_ context.Context, dst []slog.Attr) []slog.Attr { return append(dst, slog.String("id", hunter2)) },
	}
	ctx := withBaggage(t, bg, "token=hunter2,tenant=acme")
	log := func(l *slog.Logger) { l.InfoContext(ctx, "m") }
	assert.Equal(t, "New", written(t, opts, nil, log),
		`{"level":"INFO","msg":"m","token":"[REDACTED]","tenant":"acme","id":"[REDACTED]","password":"[REDACTED]","g":{"password":"[REDACTED]"}}`)
	assert.Equal(t, "NewHandler", relayed(opts, log),
		`{"level":"INFO","msg":"m","password":"[REDACTED]","g":{"password":"[REDACTED]"},"token":"[REDACTED]","tenant":"acme","id":"[REDACTED]"}`)
}

// TestRedactTwice: what the outer handler has redacted, an inner one that reads
// the same context does not bring back.
func TestRedactTwice(t *testing.T) {
	ctx := spanlog.With(bg, "password", hunter2)
	outer := &spanlog.Options{Redact: []string{"password"}}
	log := func(l *slog.Logger) { slog.New(spanlog.NewHandler(l.Handler(), outer)).InfoContext(ctx, "m") }
	assert.Equal(t, "New", written(t, nil, nil, log), `{"level":"INFO","msg":"m","password":"[REDACTED]"}`)
	assert.Equal(t, "NewHandler", relayed(nil, log), `{"level":"INFO","msg":"m","password":"[REDACTED]"}`)
}

// TestRedactTraceField: an attribute that bears a trace field's name is redacted
// and renamed; the field itself is not redacted.
func TestRedactTraceField(t *testing.T) {
	opts := &spanlog.Options{Redact: []string{"trace_id"}}
	log := func(l *slog.Logger) { l.With("trace_id", hunter2).InfoContext(inSpan(bg), "m", "trace_id", hunter2) }
	got := written(t, opts, nil, log)
	assert.Equal(t, "JSON", got, `{"level":"INFO","msg":"m","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01","attr.trace_id":"[REDACTED]","attr.trace_id":"[REDACTED]"}`)
}

// TestRedactErrors: an error under a secret key is not spread over the schema's
// fields for errors, either.
func TestRedactErrors(t *testing.T) {
	opts := &spanlog.Options{Redact: []string{"error"}, Schema: spanlog.SchemaDatadog}
	got := written(t, opts, nil, func(l *slog.Logger) { l.Info("m", spanlog.Err(errors.New(hunter2))) })
	assert.Equal(t, "JSON", got, `{"level":"INFO","message":"m","error":"[REDACTED]"}`)
}

func TestRedactReplaceAttr(t *testing.T) {
	rename := func(from, to string) func([]string, slog.Attr) slog.Attr {
		return func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == from {
				a.Key = to
			}
			return a
		}
	}
	for _, test := range []struct {
		name    string
		replace func([]string, slog.Attr) slog.Attr
		log     func(*slog.Logger)
		want    string
	}{
		{"out of the name", rename("password", "pw"), func(l *slog.Logger) { l.Info("m", "password", hunter2) }, `,"pw":"[REDACTED]"`},
		{"into the name", rename("pw", "password"), func(l *slog.Logger) { l.Info("m", "pw", hunter2) }, `,"password":"[REDACTED]"`},
		{"into the name, in a group", rename("pw", "password"), func(l *slog.Logger) { l.Info("m", slog.Group("g", "pw", hunter2)) }, `,"g":{"password":"[REDACTED]"}`},
		{"into the name, With", rename("pw", "password"), func(l *slog.Logger) { l.WithGroup("g").With("pw", hunter2).Info("m") }, `,"g":{"password":"[REDACTED]"}`},
		{"into the name, context", rename("pw", "password"), func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, "pw", hunter2), "m") }, `,"password":"[REDACTED]"`},
		{"groups are not shown to it", rename("g", "password"), func(l *slog.Logger) { l.Info("m", slog.Group("g", "a", 1)) }, `,"g":{"a":1}`},
		{"it makes a group", func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == "user" {
				a.Value = slog.GroupValue(slog.String("password", hunter2))
			}
			return a
		}, func(l *slog.Logger) { l.Info("m", "user", 1) }, `,"user":{"password":"[REDACTED]"}`},
		{"it makes a group of the name", func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == "user" {
				return slog.Group("password", "a", hunter2)
			}
			return a
		}, func(l *slog.Logger) { l.Info("m", "user", 1) }, `,"password":"[REDACTED]"`},
		{"it makes a LogValuer", func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == "user" {
				a.Value = slog.AnyValue(lazy{slog.GroupValue(slog.String("password", hunter2))})
			}
			return a
		}, func(l *slog.Logger) { l.Info("m", "user", 1) }, `,"user":{"password":"[REDACTED]"}`},
		{"it sees nothing secret", func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == "password" {
				a.Value = slog.StringValue("seen: " + a.Value.String())
				a.Key = "pw"
			}
			return a
		}, func(l *slog.Logger) { l.Info("m", "password", hunter2) }, `,"pw":"seen: [REDACTED]"`},
		{"it removes", func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == "password" {
				return slog.Attr{}
			}
			return a
		}, func(l *slog.Logger) { l.Info("m", "password", hunter2, "a", 1) }, `,"a":1`},
		{"it puts a value back in an open group", func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == "a" {
				a.Value = slog.StringValue(hunter2)
			}
			return a
		}, func(l *slog.Logger) { l.WithGroup("password").Info("m", "a", 1) }, `,"password":{"a":"[REDACTED]"}`},
		{"a built-in of the name", rename("msg", "password"), func(l *slog.Logger) { l.Info("m") }, ``},
	} {
		t.Run(test.name, func(t *testing.T) {
			opts := &spanlog.Options{Redact: []string{"password"}, ReplaceAttr: test.replace}
			want := `{"level":"INFO","msg":"m"` + test.want + `}`
			relayed := want
			if test.name == "a built-in of the name" {
				want = `{"level":"INFO","password":"[REDACTED]"}`
				relayed = `{"level":"INFO","msg":"[REDACTED]"}` // its key is the handler's affair
			}
			assert.Equal(t, "JSON", written(t, opts, nil, test.log), want)
			var buf bytes.Buffer
			l := open(t, opts, spanlog.Relay{Handler: slog.NewJSONHandler(&buf, nil)})
			test.log(timeless(l.Handler()))
			assert.Equal(t, "Relay", strings.TrimSpace(buf.String()), relayed)
		})
	}
}

// TestReplaceAttrOnce: each attribute is shown to ReplaceAttr once, for all
// sinks, with or without a span.
func TestReplaceAttrOnce(t *testing.T) {
	replace := func(_ []string, a slog.Attr) slog.Attr {
		if a.Value.Kind() == slog.KindString && a.Key != slog.MessageKey {
			a.Value = slog.StringValue(a.Value.String() + "!")
		}
		return a
	}
	for _, test := range []struct {
		name string
		log  func(*slog.Logger)
		want string
	}{
		{"record", func(l *slog.Logger) { l.Info("m", "a", "x") }, `,"a":"x!"`},
		{"With", func(l *slog.Logger) { l.With("a", "x").Info("m") }, `,"a":"x!"`},
		{"context", func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, "a", "x"), "m") }, `,"a":"x!"`},
		{"record, trace field", func(l *slog.Logger) { l.Info("m", "trace_id", "x") }, `,"trace_id":"x!"`},
		{"With, trace field", func(l *slog.Logger) { l.With("trace_id", "x").Info("m") }, `,"trace_id":"x!"`},
		{"record, collision", func(l *slog.Logger) { l.InfoContext(inSpan(bg), "m", "trace_id", "x") }, `,"attr.trace_id":"x!"`},
		{"With, collision", func(l *slog.Logger) { l.With("trace_id", "x").InfoContext(inSpan(bg), "m") }, `,"attr.trace_id":"x!"`},
		{"With, collision, in a group", func(l *slog.Logger) { l.With("trace_id", "x").WithGroup("g").InfoContext(inSpan(bg), "m", "b", "y") }, `,"attr.trace_id":"x!","g":{"b":"y!"}`},
		{"context, collision", func(l *slog.Logger) { l.InfoContext(spanlog.With(inSpan(bg), "trace_id", "x"), "m") }, `,"attr.trace_id":"x!"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			opts := &spanlog.Options{ReplaceAttr: replace}
			span := ""
			if strings.Contains(test.name, "collision") {
				span = `,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01"`
			}
			var one, two bytes.Buffer
			l := open(t, opts, spanlog.Writer{Writer: &one}, spanlog.Relay{Handler: slog.NewJSONHandler(&two, nil)})
			test.log(timeless(l.Handler()))
			assert.Equal(t, "JSON", one.String(), `{"level":"INFO","msg":"m"`+span+test.want+"}\n")
			assert.Equal(t, "Relay", two.String(), `{"level":"INFO","msg":"m"`+test.want+span+"}\n")
		})
	}
}

// TestReplaceAttrPanic: the value is withheld, as it may be the secret that was
// to be replaced, whatever the panic says; OnError hears of it.
func TestReplaceAttrPanic(t *testing.T) {
	for _, test := range []struct {
		name string
		v    func(slog.Attr) any
	}{
		{"a text", func(slog.Attr) any { return "broken" }},
		{"an error", func(slog.Attr) any { return io.ErrUnexpectedEOF }},
		{"the value", func(a slog.Attr) any { return "bad value: " + a.Value.String() }},
		{"an error with the value", func(a slog.Attr) any { return errors.New(a.Value.String()) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			var heard hearing
			opts := &spanlog.Options{OnError: heard.onError, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == "token" {
					panic(test.v(a))
				}
				return a
			}}
			for _, log := range []func(*slog.Logger){
				func(l *slog.Logger) { l.Info("m", "token", hunter2, "a", 1) },
				func(l *slog.Logger) { l.With("token", hunter2).Info("m", "a", 1) },
				func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, "token", hunter2), "m", "a", 1) },
				func(l *slog.Logger) { l.Info("m", slog.Group("g", "token", hunter2), "a", 1) },
			} {
				heard.errs = nil
				got := written(t, opts, nil, log)
				if strings.Contains(got, hunter2) {
					t.Errorf("the value got out: %s", got)
				}
				if !strings.HasPrefix(got, `{"level":"INFO","msg":"m"`) || !strings.HasSuffix(got, `"a":1}`) {
					t.Errorf("the rest is not whole: %s", got)
				}
				if !strings.Contains(heard.String(), "ReplaceAttr") {
					t.Errorf("OnError was told %q", heard.String())
				}
				if strings.Contains(heard.String(), hunter2) {
					t.Errorf("OnError was told the value: %q", heard.String())
				}
			}
		})
	}
}

// TestRedactMemory: nothing of the caller's is written to.
func TestRedactMemory(t *testing.T) {
	opts := &spanlog.Options{
		Redact:      []string{"password"},
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { a.Key += "'"; return a },
		Attrs:       []slog.Attr{slog.String("password", "p"), slog.Group("g", "password", "p")},
	}
	members := []slog.Attr{slog.String("password", "p"), slog.Int("a", 1)}
	inner := []slog.Attr{{Key: "g", Value: slog.GroupValue(members...)}, slog.String("password", "p")}
	attrs := []slog.Attr{{Key: "h", Value: slog.GroupValue(inner...)}, slog.String("password", "p"), slog.Int("trace_id", 1)}
	redact := slices.Clone(opts.Redact)
	global := slices.Clone(opts.Attrs)
	was := [][]slog.Attr{slices.Clone(members), slices.Clone(inner), slices.Clone(attrs)}

	l := open(t, opts, spanlog.Writer{Writer: io.Discard}, spanlog.Relay{Handler: slog.NewJSONHandler(io.Discard, nil)})
	for range 2 {
		l.LogAttrs(inSpan(bg), slog.LevelInfo, "m", attrs...)
		slog.New(l.Handler().WithAttrs(attrs)).WithGroup("password").InfoContext(inSpan(bg), "m")
		l.InfoContext(spanlog.With(inSpan(bg), slog.Attr{Key: "x", Value: slog.GroupValue(attrs...)}), "m")
	}
	for i, now := range [][]slog.Attr{members, inner, attrs} {
		if !slices.EqualFunc(now, was[i], slog.Attr.Equal) {
			t.Errorf("slice %d has become %v", i, now)
		}
	}
	if !slices.Equal(opts.Redact, redact) || !slices.EqualFunc(opts.Attrs, global, slog.Attr.Equal) {
		t.Error("the options have changed")
	}
}

// TestOptionsReadOnce changes options after New has read them.
func TestOptionsReadOnce(t *testing.T) {
	opts := &spanlog.Options{Redact: []string{"password"}, Baggage: []string{"tenant"}, Attrs: []slog.Attr{slog.Int("a", 1)}}
	ctx := withBaggage(t, bg, "tenant=acme,token=hunter2")
	got := written(t, opts, nil, func(l *slog.Logger) {
		opts.Redact[0], opts.Baggage[0], opts.Attrs[0] = "other", "token", slog.Int("a", 2)
		l.InfoContext(ctx, "m", "password", hunter2)
	})
	assert.Equal(t, "JSON", got, `{"level":"INFO","msg":"m","tenant":"acme","a":1,"password":"[REDACTED]"}`)
}

// TestEventAttrsResolved: a FormatFunc sees no LogValuer, as Event.Attrs says.
func TestEventAttrsResolved(t *testing.T) {
	for _, replace := range []func([]string, slog.Attr) slog.Attr{nil, func(_ []string, a slog.Attr) slog.Attr { return a }} {
		format := spanlog.FormatFunc(func(dst []byte, e *spanlog.Event) []byte {
			for a := range e.Attrs() {
				if a.Value.Kind() == slog.KindLogValuer {
					t.Errorf("%s is not resolved", a.Key)
				}
			}
			return dst
		})
		written(t, &spanlog.Options{ReplaceAttr: replace}, format, func(l *slog.Logger) {
			l.With("a", secret(hunter2)).Info("m", "b", secret(hunter2), "src", &slog.Source{File: "a.go", Line: 1})
		})
	}
}
