package spanlog_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// TestNewHandlerBadOptions: NewHandler cannot fail; what is wrong is reported,
// and the default is used.
func TestNewHandlerBadOptions(t *testing.T) {
	var noLevel *slog.LevelVar
	for _, test := range []struct {
		name string
		opts spanlog.Options
		err  string
	}{
		{"level", spanlog.Options{Level: noLevel}, "Level is a nil *slog.LevelVar"},
		{"SpanEvents", spanlog.Options{SpanEvents: badLevel{}}, "SpanEvents"},
		{"SpanErrors", spanlog.Options{SpanErrors: noLevel}, "SpanErrors"},
		{"Redact", spanlog.Options{Redact: []string{"", "password"}}, "Redact[0] is empty"},
		{"Baggage", spanlog.Options{Baggage: []string{""}}, "Baggage[0] is empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var heard hearing
			test.opts.OnError = heard.onError
			got := relayed(&test.opts, func(l *slog.Logger) {
				l.WithGroup("g").InfoContext(bg, "m", slog.Group("", "a", 1))
				if test.opts.Redact != nil {
					l.Info("m", "password", hunter2)
				}
			})
			want := `{"level":"INFO","msg":"m","g":{"a":1}}`
			if test.opts.Redact != nil {
				want += "\n" + `{"level":"INFO","msg":"m","password":"[REDACTED]"}`
			}
			assert.Equal(t, "JSON", got, want)
			if len(heard.errs) != 1 || !strings.Contains(heard.String(), test.err) {
				t.Errorf("OnError was told %q", heard.errs)
			}
		})
	}
}

// TestNewHandlerNil: without a next, records go to stderr.
func TestNewHandlerNil(t *testing.T) {
	var none *slog.JSONHandler
	for _, next := range []slog.Handler{nil, none} {
		var heard hearing
		stderr := captureStderr(t, func() {
			slog.New(spanlog.NewHandler(next, &spanlog.Options{OnError: heard.onError})).Info("m", "a", 1)
		})
		if !strings.Contains(stderr, `"msg":"m","a":1}`) || len(heard.errs) != 1 || !strings.Contains(heard.String(), "next is nil") {
			t.Errorf("stderr %q, OnError %q", stderr, heard.errs)
		}
	}
}

// TestNewHandlerIgnores: AddSource and ReplaceAttr belong to next.
func TestNewHandlerIgnores(t *testing.T) {
	opts := &spanlog.Options{AddSource: true, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { return slog.Attr{} }}
	assert.Equal(t, "JSON", relayed(opts, func(l *slog.Logger) { l.Info("m", "a", 1) }), `{"level":"INFO","msg":"m","a":1}`)
}
