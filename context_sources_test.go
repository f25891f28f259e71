package spanlog_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"testing"

	"go.opentelemetry.io/otel/baggage"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// TestContextTwiceSources is the same for what options take from the context.
func TestContextTwiceSources(t *testing.T) {
	opts := &spanlog.Options{
		Baggage:     []string{"tenant"},
		FromContext: func(_ context.Context, dst []slog.Attr) []slog.Attr { return append(dst, slog.Int("request", 7)) },
	}
	ctx := spanlog.Scope(withBaggage(t, bg, "tenant=acme"))
	spanlog.Add(ctx, "user", "ann")
	got := relayed(opts, func(l *slog.Logger) { slog.New(spanlog.NewHandler(l.Handler(), opts)).InfoContext(ctx, "m") })
	assert.Equal(t, "twice", got, `{"level":"INFO","msg":"m","tenant":"acme","user":"ann","request":7}`)
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
		assert.Equal(t, test.name, written(t, opts, nil, log), `{"level":"INFO","msg":"m"`+test.want+`}`)
		assert.Equal(t, test.name+", relayed", relayed(opts, log), `{"level":"INFO","msg":"m"`+test.want+`}`)
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
		}, `,"with":0,"a":0,"b":1,"c":2,"d":3,"e":4,"f":5,"h":7,"i":8,"j":9,"k":10,"l":11,"g":{"x":1}`, ``},
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
			assert.Equal(t, "New", written(t, opts, nil, log), `{"level":"INFO","msg":"m"`+test.want+`}`)
			assert.Equal(t, "OnError", heard.String(), test.err)
			assert.Equal(t, "NewHandler", relayed(opts, log), `{"level":"INFO","msg":"m"`+test.want+`}`)
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
	assert.Equal(t, "both", buf.String(), `{"level":"INFO","msg":"inner","a":1,"b":2,"x":1}
{"level":"INFO","msg":"outer","a":1,"b":2,"y":2}
`)
}
