package spanlog_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

func TestWith(t *testing.T) {
	for _, test := range []struct {
		name string
		log  func(*slog.Logger)
		want string // after the message
	}{
		{"pairs and attributes", func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, "a", 1, slog.Bool("b", true), "c", "x"), "m") }, `,"a":1,"b":true,"c":"x"`},
		{"no arguments", func(l *slog.Logger) { l.InfoContext(spanlog.With(bg), "m") }, ``},
		{"a key without a value", func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, "a"), "m") }, `,"!BADKEY":"a"`},
		{"no key", func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, 1, "a", 2), "m") }, `,"!BADKEY":1,"a":2`},
		{"zero attribute", func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, slog.Attr{}, "a", 1), "m") }, `,"a":1`},
		{"nil error", func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, spanlog.Err(nil)), "m") }, ``},
		{"a group", func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, slog.Group("g", "a", 1)), "m") }, `,"g":{"a":1}`},
		{"an empty group", func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, slog.Group("g")), "m") }, ``},
		{"an inlined group", func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, slog.Group("", "a", 1, "b", 2)), "m") }, `,"a":1,"b":2`},
		{"a LogValuer", func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, "token", secret("hunter2")), "m") }, `,"token":"***"`},
		{"a group's LogValuer", func(l *slog.Logger) {
			l.InfoContext(spanlog.With(bg, slog.Group("g", "token", secret("hunter2"))), "m")
		}, `,"g":{"token":"***"}`},
		{"twice", func(l *slog.Logger) { l.InfoContext(spanlog.With(spanlog.With(bg, "a", 1), "b", 2), "m") }, `,"a":1,"b":2`},
		{"a new value in the old place", func(l *slog.Logger) {
			l.InfoContext(spanlog.With(spanlog.With(bg, "a", 1, "b", 2), "a", 3, "c", 4), "m")
		}, `,"a":3,"b":2,"c":4`},
		{"twice in one call", func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, "a", 1, "a", 2), "m") }, `,"a":2`},
		{"the old context keeps the old value", func(l *slog.Logger) {
			old := spanlog.With(bg, "a", 1)
			spanlog.With(old, "a", 2)
			l.InfoContext(old, "m")
		}, `,"a":1`},
		{"siblings", func(l *slog.Logger) {
			parent := spanlog.With(bg, "a", 1)
			one := spanlog.With(parent, "b", 1)
			spanlog.With(parent, "b", 2)
			l.InfoContext(one, "m")
		}, `,"a":1,"b":1`},
		{"nil context", func(l *slog.Logger) { l.InfoContext(spanlog.With(nilContext, "a", 1), "m") }, `,"a":1`},
		{"a record without a context", func(l *slog.Logger) { l.InfoContext(nilContext, "m") }, ``},
		{"at the root", func(l *slog.Logger) {
			l.With("w", 0).WithGroup("g").With("b", 2).WithGroup("h").InfoContext(spanlog.With(bg, "a", 1), "m", "c", 3)
		}, `,"a":1,"w":0,"g":{"b":2,"h":{"c":3}}`},
		{"after the span", func(l *slog.Logger) { l.WithGroup("g").InfoContext(spanlog.With(inSpan(bg), "a", 1), "m", "b", 2) },
			`,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01","a":1,"g":{"b":2}`},
		{"a collision", func(l *slog.Logger) {
			l.InfoContext(spanlog.With(inSpan(bg), "span_id", "mine"), "m")
		}, `,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01","attr.span_id":"mine"`},
		{"a derived context", func(l *slog.Logger) {
			ctx, cancel := context.WithCancel(spanlog.With(bg, "a", 1))
			cancel()
			l.InfoContext(ctx, "m")
		}, `,"a":1`},
	} {
		assert.Equal(t, test.name, written(t, nil, nil, test.log), `{"level":"INFO","msg":"m"`+test.want+`}`)
		if test.name != "at the root" { // slog writes With's first
			assert.Equal(t, test.name+", relayed", relayed(nil, test.log), idsLast(`{"level":"INFO","msg":"m"`+test.want+`}`))
		}
	}
}

var nilContext context.Context

// idsLast moves the trace fields of a line to its end, where a foreign handler has them.
func idsLast(line string) string {
	return traceFieldsOf.ReplaceAllString(line, `$2$1}`)
}

var traceFieldsOf = regexp.MustCompile(`(,"trace_id":"\w+"(?:,"span_id":"\w+")?,"trace_flags":"\w+")(.*)}$`)

func TestScope(t *testing.T) {
	for _, test := range []struct {
		name string
		log  func(*slog.Logger)
		want string
	}{
		{"empty", func(l *slog.Logger) { l.InfoContext(spanlog.Scope(bg), "m") }, ``},
		{"filled deeper", func(l *slog.Logger) {
			outer := spanlog.Scope(bg)
			func(ctx context.Context) { spanlog.Add(ctx, "user", "ann") }(context.WithValue(outer, deeper{}, 1))
			l.InfoContext(outer, "m")
		}, `,"user":"ann"`},
		{"several", func(l *slog.Logger) {
			ctx := spanlog.Scope(bg)
			spanlog.Add(ctx, "a", 1)
			spanlog.Add(ctx, slog.Int("b", 2), "c", 3)
			l.InfoContext(ctx, "m")
		}, `,"a":1,"b":2,"c":3`},
		{"a new value in the old place", func(l *slog.Logger) {
			ctx := spanlog.Scope(bg)
			spanlog.Add(ctx, "a", 1, "b", 2)
			spanlog.Add(ctx, "a", 3)
			l.InfoContext(ctx, "m")
		}, `,"a":3,"b":2`},
		{"nothing added", func(l *slog.Logger) {
			ctx := spanlog.Scope(bg)
			spanlog.Add(ctx)
			l.InfoContext(ctx, "m")
		}, ``},
		{"outside of a scope", func(l *slog.Logger) {
			ctx := spanlog.With(bg, "a", 1)
			spanlog.Add(ctx, "b", 2)
			l.InfoContext(ctx, "m")
		}, `,"a":1`},
		{"no context", func(l *slog.Logger) {
			spanlog.Add(nilContext, "b", 2)
			l.Info("m")
		}, ``},
		{"nil context", func(l *slog.Logger) {
			ctx := spanlog.Scope(nilContext)
			spanlog.Add(ctx, "a", 1)
			l.InfoContext(ctx, "m")
		}, `,"a":1`},
		{"With before and after", func(l *slog.Logger) {
			ctx := spanlog.With(spanlog.Scope(spanlog.With(bg, "a", 1)), "b", 2)
			spanlog.Add(ctx, "c", 3)
			l.InfoContext(ctx, "m")
		}, `,"a":1,"c":3,"b":2`},
		{"the innermost counts", func(l *slog.Logger) {
			scope := spanlog.Scope(spanlog.With(bg, "a", 1, "b", 1, "c", 1))
			spanlog.Add(scope, "b", 2, "c", 2)
			l.InfoContext(spanlog.With(scope, "c", 3), "m")
		}, `,"a":1,"b":2,"c":3`},
		{"the record's own counts", func(l *slog.Logger) {
			l.InfoContext(spanlog.With(bg, "a", 1, "b", 1), "m", "a", 2)
		}, `,"b":1,"a":2`},
		{"inner sees outer", func(l *slog.Logger) {
			outer := spanlog.Scope(bg)
			inner := spanlog.Scope(outer)
			spanlog.Add(inner, "b", 2)
			spanlog.Add(outer, "a", 1)
			l.InfoContext(inner, "m")
		}, `,"a":1,"b":2`},
		{"outer doesn't see inner", func(l *slog.Logger) {
			outer := spanlog.Scope(bg)
			spanlog.Add(spanlog.Scope(outer), "b", 2)
			spanlog.Add(outer, "a", 1)
			l.InfoContext(outer, "m")
		}, `,"a":1`},
		{"siblings", func(l *slog.Logger) {
			one, two := spanlog.Scope(bg), spanlog.Scope(bg)
			spanlog.Add(one, "a", 1)
			spanlog.Add(two, "a", 2)
			l.InfoContext(one, "m")
		}, `,"a":1`},
		{"at the root", func(l *slog.Logger) {
			ctx := spanlog.Scope(bg)
			spanlog.Add(ctx, "a", 1)
			l.WithGroup("g").InfoContext(ctx, "m", "b", 2)
		}, `,"a":1,"g":{"b":2}`},
		{"a LogValuer", func(l *slog.Logger) {
			ctx := spanlog.Scope(bg)
			spanlog.Add(ctx, "token", secret("hunter2"))
			l.InfoContext(ctx, "m")
		}, `,"token":"***"`},
	} {
		assert.Equal(t, test.name, written(t, nil, nil, test.log), `{"level":"INFO","msg":"m"`+test.want+`}`)
		assert.Equal(t, test.name+", relayed", relayed(nil, test.log), idsLast(`{"level":"INFO","msg":"m"`+test.want+`}`))
	}
}

type deeper struct{}

// TestScopeConcurrent adds to a scope while others read it.
func TestScopeConcurrent(t *testing.T) {
	const workers, adds = 8, 50
	var buf bytes.Buffer
	l := open(t, nil, spanlog.Writer{Writer: &buf})
	ctx := spanlog.Scope(bg)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range adds {
				spanlog.Add(ctx, string(rune('a'+w)), i, "all", i)
				l.InfoContext(spanlog.With(ctx, "own", w), "m")
			}
		})
	}
	wg.Wait()
	buf.Reset()
	l.InfoContext(ctx, "m")
	got := parsed(t, buf.String())
	for w := range workers {
		if key := string(rune('a' + w)); got[key] != float64(adds-1) {
			t.Errorf("%s is %v: an Add was lost", key, got[key])
		}
	}
	if n := strings.Count(buf.String(), `"all"`); n != 1 {
		t.Errorf("%d times all: %s", n, buf.String())
	}
}

// TestContextMemory changes all that With and Add were given, and looks for a
// trace of that; and whether they changed it themselves.
func TestContextMemory(t *testing.T) {
	members := []slog.Attr{slog.Int("x", 1), {}, slog.Int("y", 2)}
	args := []any{"a", 1, slog.Int("b", 2), slog.Attr{Key: "g", Value: slog.GroupValue(members[:1]...)}}
	before := slices.Clone(members)
	log := func(name string, ctx context.Context) {
		t.Run(name, func(t *testing.T) {
			got := written(t, &spanlog.Options{Redact: []string{"y"}}, nil, func(l *slog.Logger) { l.InfoContext(ctx, "m") })
			assert.Equal(t, name, got, `{"level":"INFO","msg":"m","a":1,"b":2,"g":{"x":1}}`)
		})
	}
	with := spanlog.With(bg, args...)
	scope := spanlog.Scope(bg)
	spanlog.Add(scope, args...)
	log("With", with)
	log("Add", scope)
	for i := range members {
		if !members[i].Equal(before[i]) {
			t.Errorf("member %d has become %v", i, members[i])
		}
	}
	args[1], args[2] = 9, slog.Int("b", 9)
	log("With, arguments changed", with)
	log("Add, arguments changed", scope)
	members[0] = slog.Int("x", 9)
	log("With, group changed", with)
	log("Add, group changed", scope)
}

// TestContextGivesWay: no key is written twice.
func TestContextGivesWay(t *testing.T) {
	got := written(t, nil, nil, func(l *slog.Logger) {
		l.With("a", 2).InfoContext(spanlog.With(bg, "a", 1, "b", 1), "m")
	})
	assert.Equal(t, "to the logger's", got, `{"level":"INFO","msg":"m","b":1,"a":2}`)
}

// TestContextTwice has a handler around a handler: both read the context, and
// the record has its attributes once.
func TestContextTwice(t *testing.T) {
	for _, test := range []struct {
		name  string
		value any
		want  string
	}{
		{"number", 1, `1`},
		{"text", "x", `"x"`},
		{"error", io.EOF, `"EOF"`},
		{"slice", []int{1, 2}, `[1,2]`},
		{"map", map[string]int{"x": 1}, `{"x":1}`},
		{"group", slog.GroupValue(slog.Int("x", 1)), `{"x":1}`},
		{"group with an empty one", slog.GroupValue(slog.Int("x", 1), slog.Group("e")), `{"x":1}`},
		{"group with a slice", slog.GroupValue(slog.Any("x", []int{1})), `{"x":[1]}`},
		{"LogValuer", secret("hunter2"), `"***"`},
		{"group with a LogValuer", slog.GroupValue(slog.Any("x", secret("hunter2"))), `{"x":"***"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx := spanlog.With(inSpan(bg), "a", test.value)
			want := `{"level":"INFO","msg":"m","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01","a":` + test.want
			twice := func(l *slog.Logger) *slog.Logger { return slog.New(spanlog.NewHandler(l.Handler(), nil)) }
			log := func(l *slog.Logger) { twice(l).InfoContext(ctx, "m", "b", 2) }
			assert.Equal(t, "New", written(t, nil, nil, log), want+`,"b":2}`)
			assert.Equal(t, "NewHandler", relayed(nil, log), idsLast(want+`,"b":2}`))
			log = func(l *slog.Logger) { twice(l).WithGroup("g").InfoContext(ctx, "m", "b", 2) }
			assert.Equal(t, "in a group", written(t, nil, nil, log), want+`,"g":{"b":2}}`)
		})
	}
}

func TestSpanContextOption(t *testing.T) {
	other := w3cSpan(0).WithSpanID(trace.SpanID{1})
	for _, test := range []struct {
		name string
		find func(context.Context) trace.SpanContext
		want string
		err  string
	}{
		{"another tracer's", func(context.Context) trace.SpanContext { return other }, `,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"0100000000000000","trace_flags":"00"`, ``},
		{"remote", func(context.Context) trace.SpanContext { return other.WithRemote(true) }, `,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"0100000000000000","trace_flags":"00"`, ``},
		{"none", func(context.Context) trace.SpanContext { return trace.SpanContext{} }, ``, ``},
		{"a panic", func(context.Context) trace.SpanContext { panic("no tracer") }, ``, `options: SpanContext: panic: no tracer`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var heard hearing
			opts := &spanlog.Options{SpanContext: test.find, OnError: heard.onError}
			log := func(l *slog.Logger) { l.WithGroup("g").InfoContext(inSpan(bg), "m", "x", 1) }
			assert.Equal(t, "New", written(t, opts, nil, log), `{"level":"INFO","msg":"m"`+test.want+`,"g":{"x":1}}`)
			assert.Equal(t, "OnError", heard.String(), test.err)
			assert.Equal(t, "NewHandler", relayed(opts, log), idsLast(`{"level":"INFO","msg":"m"`+test.want+`,"g":{"x":1}}`))
			assert.Equal(t, "nil context", relayed(opts, func(l *slog.Logger) { l.InfoContext(nilContext, "m") }), `{"level":"INFO","msg":"m"`+test.want+`}`)
		})
	}
}

// TestContextGroup: an attribute gives way to an open group of its name as to any other
// attribute, if there is anything in the group.
func TestContextGroup(t *testing.T) {
	ctx := spanlog.With(bg, "a", 1)
	for _, test := range []struct {
		name string
		log  func(*slog.Logger)
		want string
	}{
		{"a group of that name", func(l *slog.Logger) { l.WithGroup("a").InfoContext(ctx, "m", "b", 2) }, `"a":{"b":2}}`},
		{"with With", func(l *slog.Logger) { l.WithGroup("a").With("b", 2).InfoContext(ctx, "m") }, `"a":{"b":2}}`},
		{"deeper", func(l *slog.Logger) { l.WithGroup("a").WithGroup("c").InfoContext(ctx, "m", "b", 2) }, `"a":{"c":{"b":2}}}`},
		{"an empty one", func(l *slog.Logger) { l.WithGroup("a").InfoContext(ctx, "m") }, `"a":1}`},
		{"within another one", func(l *slog.Logger) { l.WithGroup("c").WithGroup("a").InfoContext(ctx, "m", "b", 2) }, `"a":1,"c":{"a":{"b":2}}}`},
		{"another one", func(l *slog.Logger) { l.WithGroup("c").InfoContext(ctx, "m", "a", 2) }, `"a":1,"c":{"a":2}}`},
	} {
		const front = `{"level":"INFO","msg":"m",`
		assert.Equal(t, test.name, written(t, nil, nil, test.log), front+test.want)
		assert.Equal(t, test.name+", around a handler", relayed(nil, test.log), front+test.want)
	}
}
