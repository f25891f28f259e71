package spanlog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
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
		equal(t, test.name, written(t, nil, nil, test.log), `{"level":"INFO","msg":"m"`+test.want+`}`)
		if test.name != "at the root" { // slog writes With's first
			equal(t, test.name+", relayed", relayed(nil, test.log), idsLast(`{"level":"INFO","msg":"m"`+test.want+`}`))
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
		equal(t, test.name, written(t, nil, nil, test.log), `{"level":"INFO","msg":"m"`+test.want+`}`)
		equal(t, test.name+", relayed", relayed(nil, test.log), idsLast(`{"level":"INFO","msg":"m"`+test.want+`}`))
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
			equal(t, name, got, `{"level":"INFO","msg":"m","a":1,"b":2,"g":{"x":1}}`)
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
	equal(t, "to the logger's", got, `{"level":"INFO","msg":"m","b":1,"a":2}`)
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
			equal(t, "New", written(t, nil, nil, log), want+`,"b":2}`)
			equal(t, "NewHandler", relayed(nil, log), idsLast(want+`,"b":2}`))
			log = func(l *slog.Logger) { twice(l).WithGroup("g").InfoContext(ctx, "m", "b", 2) }
			equal(t, "in a group", written(t, nil, nil, log), want+`,"g":{"b":2}}`)
		})
	}
}

// TestContextTwiceSources is the same for what options take from the context.
func TestContextTwiceSources(t *testing.T) {
	opts := &spanlog.Options{
		Baggage:     []string{"tenant"},
		FromContext: func(_ context.Context, dst []slog.Attr) []slog.Attr { return append(dst, slog.Int("request", 7)) },
	}
	ctx := spanlog.Scope(withBaggage(t, bg, "tenant=acme"))
	spanlog.Add(ctx, "user", "ann")
	got := relayed(opts, func(l *slog.Logger) { slog.New(spanlog.NewHandler(l.Handler(), opts)).InfoContext(ctx, "m") })
	equal(t, "twice", got, `{"level":"INFO","msg":"m","tenant":"acme","user":"ann","request":7}`)
}

func withBaggage(t *testing.T, ctx context.Context, s string) context.Context {
	t.Helper()
	b, err := baggage.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return baggage.ContextWithBaggage(ctx, b)
}

func TestBaggage(t *testing.T) {
	const in = "tenant=acme,user=ann%20lee%2C%C3%BC,token=hunter2,empty="
	for _, test := range []struct {
		name string
		keys []string
		log  func(*slog.Logger, context.Context)
		want string
	}{
		{"none", nil, func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m") }, ``},
		{"one", []string{"tenant"}, func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m") }, `,"tenant":"acme"`},
		{"in the list's order, decoded", []string{"user", "tenant"}, func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m") }, `,"user":"ann lee,ü","tenant":"acme"`},
		{"not there", []string{"order"}, func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m") }, ``},
		{"an empty value", []string{"empty"}, func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m") }, `,"empty":""`},
		{"keys have a case", []string{"Tenant"}, func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m") }, ``},
		{"at the root", []string{"tenant"}, func(l *slog.Logger, ctx context.Context) { l.WithGroup("g").InfoContext(ctx, "m", "a", 1) }, `,"tenant":"acme","g":{"a":1}`},
		{"no baggage", []string{"tenant"}, func(l *slog.Logger, _ context.Context) { l.Info("m") }, ``},
		{"nil context", []string{"tenant"}, func(l *slog.Logger, _ context.Context) { l.InfoContext(nilContext, "m") }, ``},
	} {
		opts := &spanlog.Options{Baggage: test.keys}
		log := func(l *slog.Logger) { test.log(l, withBaggage(t, bg, in)) }
		equal(t, test.name, written(t, opts, nil, log), `{"level":"INFO","msg":"m"`+test.want+`}`)
		equal(t, test.name+", relayed", relayed(opts, log), `{"level":"INFO","msg":"m"`+test.want+`}`)
	}
}

func TestFromContext(t *testing.T) {
	type key struct{}
	static := make([]slog.Attr, 2, 4)
	static[0], static[1] = slog.Int("a", 1), slog.Any("token", secret("hunter2"))
	for _, test := range []struct {
		name string
		from func(context.Context, []slog.Attr) []slog.Attr
		want string
		err  string // what OnError is told
	}{
		{"appended", func(ctx context.Context, dst []slog.Attr) []slog.Attr {
			return append(dst, slog.Any("id", ctx.Value(key{})))
		}, `,"with":0,"id":7,"g":{"x":1}`, ``},
		{"many", func(_ context.Context, dst []slog.Attr) []slog.Attr {
			for i := range 12 {
				dst = append(dst, slog.Int(string(rune('a'+i)), i))
			}
			return dst
		}, `,"with":0,"a":0,"b":1,"c":2,"d":3,"e":4,"f":5,"g":6,"h":7,"i":8,"j":9,"k":10,"l":11,"g":{"x":1}`, ``},
		{"nil", func(context.Context, []slog.Attr) []slog.Attr { return nil }, `,"with":0,"g":{"x":1}`, ``},
		{"a slice of its own", func(context.Context, []slog.Attr) []slog.Attr { return static }, `,"with":0,"a":1,"token":"***","g":{"x":1}`, ``},
		{"a panic", func(context.Context, []slog.Attr) []slog.Attr { panic("no request") }, `,"with":0,"g":{"x":1}`, `options: FromContext: panic: no request`},
		{"a panic half way", func(_ context.Context, dst []slog.Attr) []slog.Attr {
			_ = append(dst, slog.Int("half", 1))
			panic(io.EOF)
		}, `,"with":0,"g":{"x":1}`, `options: FromContext: panic: EOF`},
		{"an empty group", func(_ context.Context, dst []slog.Attr) []slog.Attr {
			return append(dst, slog.Group("e"), slog.Attr{})
		}, `,"with":0,"g":{"x":1}`, ``},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx := spanlog.With(context.WithValue(bg, key{}, 7), "with", 0)
			log := func(l *slog.Logger) { l.WithGroup("g").InfoContext(ctx, "m", "x", 1) }
			var heard hearing
			opts := &spanlog.Options{FromContext: test.from, OnError: heard.onError}
			equal(t, "New", written(t, opts, nil, log), `{"level":"INFO","msg":"m"`+test.want+`}`)
			equal(t, "OnError", heard.String(), test.err)
			equal(t, "NewHandler", relayed(opts, log), `{"level":"INFO","msg":"m"`+test.want+`}`)
		})
	}
	for _, a := range static[:cap(static)][2:] {
		if !a.Equal(slog.Attr{}) {
			t.Errorf("%v was written behind the program's own slice", a)
		}
	}
	if static[1].Value.Kind() != slog.KindLogValuer {
		t.Error("the program's own slice was changed")
	}
}

// TestFromContextLogs has a FromContext that logs.
func TestFromContextLogs(t *testing.T) {
	type logged struct{}
	var l *spanlog.Logger
	var buf bytes.Buffer
	l = open(t, &spanlog.Options{FromContext: func(ctx context.Context, dst []slog.Attr) []slog.Attr {
		dst = append(dst, slog.Int("a", 1))
		if ctx.Value(logged{}) == nil {
			timeless(l.Handler()).InfoContext(context.WithValue(ctx, logged{}, 1), "inner", "x", 1)
		}
		return append(dst, slog.Int("b", 2))
	}}, spanlog.Writer{Writer: &buf})
	timeless(l.Handler()).Info("outer", "y", 2)
	equal(t, "both", buf.String(), `{"level":"INFO","msg":"inner","a":1,"b":2,"x":1}
{"level":"INFO","msg":"outer","a":1,"b":2,"y":2}
`)
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
			equal(t, "New", written(t, opts, nil, log), `{"level":"INFO","msg":"m"`+test.want+`,"g":{"x":1}}`)
			equal(t, "OnError", heard.String(), test.err)
			equal(t, "NewHandler", relayed(opts, log), idsLast(`{"level":"INFO","msg":"m"`+test.want+`,"g":{"x":1}}`))
			equal(t, "nil context", relayed(opts, func(l *slog.Logger) { l.InfoContext(nilContext, "m") }), `{"level":"INFO","msg":"m"`+test.want+`}`)
		})
	}
}

func TestAttrs(t *testing.T) {
	opts := &spanlog.Options{Service: spanlog.Service{Name: "shop"}, Attrs: []slog.Attr{slog.Int("a", 1), slog.Any("token", secret("hunter2")), slog.String("trace_id", "mine")}}
	log := func(l *slog.Logger) { l.WithGroup("g").Info("m", "x", 1) }
	const want = `{"level":"INFO","msg":"m","service.name":"shop","a":1,"token":"***","trace_id":"mine","g":{"x":1}}`
	equal(t, "New", written(t, opts, nil, log), want)
	equal(t, "NewHandler", relayed(opts, log), want)
	log = func(l *slog.Logger) { l.WithGroup("g").InfoContext(inSpan(bg), "m", "x", 1) }
	equal(t, "collision", written(t, opts, nil, log), `{"level":"INFO","msg":"m","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01","attr.trace_id":"mine","service.name":"shop","a":1,"token":"***","g":{"x":1}}`)
}

func TestService(t *testing.T) {
	for _, test := range []struct {
		name   string
		env    []string // name=value
		code   spanlog.Service
		schema spanlog.Schema
		want   string // the line
	}{
		{"nothing", nil, spanlog.Service{}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m"}`},
		{"code", nil, shop, spanlog.SchemaOTel, `{"level":"INFO","msg":"m","service.name":"shop","service.version":"1.2.3","deployment.environment.name":"prod","host.name":"web-1"}`},
		{"OTEL_SERVICE_NAME", []string{"OTEL_SERVICE_NAME=cart"}, spanlog.Service{}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m","service.name":"cart"}`},
		{"the name wins over the resource", []string{"OTEL_SERVICE_NAME=cart", "OTEL_RESOURCE_ATTRIBUTES=service.name=x"}, spanlog.Service{}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m","service.name":"cart"}`},
		{"the resource", []string{"OTEL_RESOURCE_ATTRIBUTES=service.name=cart,service.version=2,deployment.environment.name=test,host.name=h,other=1"}, spanlog.Service{}, spanlog.SchemaOTel,
			`{"level":"INFO","msg":"m","service.name":"cart","service.version":"2","deployment.environment.name":"test","host.name":"h"}`},
		{"the older name", []string{"OTEL_RESOURCE_ATTRIBUTES=deployment.environment=old"}, spanlog.Service{}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m","deployment.environment.name":"old"}`},
		{"the newer name wins", []string{"OTEL_RESOURCE_ATTRIBUTES=deployment.environment=old,deployment.environment.name=new"}, spanlog.Service{}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m","deployment.environment.name":"new"}`},
		{"escapes and spaces", []string{"OTEL_RESOURCE_ATTRIBUTES= service.name = my%20shop%2C%C3%BC , ,service.version=a=b+c"}, spanlog.Service{}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m","service.name":"my shop,ü","service.version":"a=b+c"}`},
		{"code wins", []string{"OTEL_SERVICE_NAME=cart", "OTEL_RESOURCE_ATTRIBUTES=service.version=9,host.name=h"}, spanlog.Service{Name: "shop", Version: "1"}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m","service.name":"shop","service.version":"1","host.name":"h"}`},
		{"DD_* is for Datadog", []string{"DD_SERVICE=dd", "DD_VERSION=3", "DD_ENV=e"}, spanlog.Service{}, spanlog.SchemaOTel, `{"level":"INFO","msg":"m"}`},
		{"Datadog", []string{"DD_SERVICE=dd", "DD_VERSION=3", "DD_ENV=e", "OTEL_SERVICE_NAME=cart", "OTEL_RESOURCE_ATTRIBUTES=service.version=9,host.name=h"}, spanlog.Service{}, spanlog.SchemaDatadog,
			`{"level":"INFO","message":"m","dd.service":"dd","dd.version":"3","dd.env":"e","host":"h"}`},
		{"Datadog with OpenTelemetry's", []string{"OTEL_SERVICE_NAME=cart"}, spanlog.Service{}, spanlog.SchemaDatadog, `{"level":"INFO","message":"m","dd.service":"cart"}`},
		{"Datadog, code wins", []string{"DD_SERVICE=dd", "DD_ENV=e"}, spanlog.Service{Name: "shop"}, spanlog.SchemaDatadog, `{"level":"INFO","message":"m","dd.service":"shop","dd.env":"e"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			setenv(t, test.env)
			opts := &spanlog.Options{Schema: test.schema, Service: test.code}
			equal(t, "New", written(t, opts, nil, func(l *slog.Logger) { l.Info("m") }), test.want)
		})
	}
}

// TestServiceHandler: around a handler of somebody else's, the environment does
// not count.
func TestServiceHandler(t *testing.T) {
	setenv(t, []string{"OTEL_SERVICE_NAME=cart", "SPANLOG_LEVEL=ERROR"})
	log := func(l *slog.Logger) { l.Info("m") }
	equal(t, "environment", relayed(nil, log), `{"level":"INFO","msg":"m"}`)
	equal(t, "code", relayed(&spanlog.Options{Service: spanlog.Service{Name: "shop"}}, log), `{"level":"INFO","msg":"m","service.name":"shop"}`)
}

// TestServiceBadPairs: what can be read is taken, what cannot is one warning.
func TestServiceBadPairs(t *testing.T) {
	setenv(t, []string{"OTEL_RESOURCE_ATTRIBUTES=service.name=shop,broken,service.version=%zz,host.name=h"})
	var buf bytes.Buffer
	l := open(t, nil, spanlog.Writer{Writer: &buf})
	l.Info("m")
	lines := strings.Split(strings.TrimSpace(buf.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("want one warning and one record: %q", lines)
	}
	warning := parsed(t, lines[0])
	text, _ := json.Marshal(warning)
	for _, want := range []string{"OTEL_RESOURCE_ATTRIBUTES", "broken", "service.version=%zz", "WARN"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	rec := parsed(t, lines[1])
	if rec["service.name"] != "shop" || rec["host.name"] != "h" || rec["service.version"] != nil {
		t.Errorf("got %v", rec)
	}
}

func setenv(t *testing.T, env []string) {
	t.Helper()
	for _, kv := range env {
		k, v, _ := strings.Cut(kv, "=")
		t.Setenv(k, v)
	}
}
