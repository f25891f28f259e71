package spanlog_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// stackError prints a stack in the way of Go's older error packages.
type stackError struct{ msg string }

func (e stackError) Error() string { return e.msg }

func (e stackError) Format(s fmt.State, verb rune) {
	_, _ = io.WriteString(s, e.msg)
	if verb == 'v' && s.Flag('+') {
		_, _ = io.WriteString(s, "\nmain.run\n\tmain.go:7")
	}
}

func TestSchemaErrors(t *testing.T) {
	gone := &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}
	var none *fs.PathError
	for _, test := range []struct {
		name      string
		log       func(*slog.Logger)
		otel, ecs string
		datadog   string
	}{
		{
			"type", func(l *slog.Logger) { l.Info("m", spanlog.Err(gone)) },
			`"error":"open x: file does not exist"`,
			`"error.message":"open x: file does not exist","error.type":"*fs.PathError"`,
			`"error.message":"open x: file does not exist","error.kind":"*fs.PathError"`,
		},
		{
			"stack", func(l *slog.Logger) { l.Info("m", spanlog.Err(stackError{"no"})) },
			`"error":"no"`,
			`"error.message":"no","error.type":"spanlog_test.stackError","error.stack_trace":"no\nmain.run\n\tmain.go:7"`,
			`"error.message":"no","error.kind":"spanlog_test.stackError","error.stack":"no\nmain.run\n\tmain.go:7"`,
		},
		{
			"With", func(l *slog.Logger) { l.With(spanlog.Err(gone)).Info("m") },
			`"error":"open x: file does not exist"`,
			`"error.message":"open x: file does not exist","error.type":"*fs.PathError"`,
			`"error.message":"open x: file does not exist","error.kind":"*fs.PathError"`,
		},
		{
			"context", func(l *slog.Logger) { l.InfoContext(spanlog.With(bg, spanlog.Err(gone)), "m") },
			`"error":"open x: file does not exist"`,
			`"error.message":"open x: file does not exist","error.type":"*fs.PathError"`,
			`"error.message":"open x: file does not exist","error.kind":"*fs.PathError"`,
		},
		{
			"LogValuer", func(l *slog.Logger) { l.Info("m", "error", lazy{io.EOF}) },
			`"error":"EOF"`,
			`"error.message":"EOF","error.type":"*errors.errorString"`,
			`"error.message":"EOF","error.kind":"*errors.errorString"`,
		},
		{
			"in a group", func(l *slog.Logger) { l.WithGroup("g").Info("m", spanlog.Err(io.EOF)) },
			`"g":{"error":"EOF"}`, `"g":{"error":"EOF"}`, `"g":{"error":"EOF"}`,
		},
		{
			"another key", func(l *slog.Logger) { l.Info("m", "err", io.EOF) },
			`"err":"EOF"`, `"err":"EOF"`, `"err":"EOF"`,
		},
		{
			"a text", func(l *slog.Logger) { l.Info("m", "error", "text") },
			`"error":"text"`, `"error":"text"`, `"error":"text"`,
		},
		{
			"nil pointer", func(l *slog.Logger) { l.Info("m", spanlog.Err(none)) },
			`"error":"<nil>"`,
			`"error.message":"<nil>","error.type":"*fs.PathError"`,
			`"error.message":"<nil>","error.kind":"*fs.PathError"`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, "otel", written(t, nil, nil, test.log), `{"level":"INFO","msg":"m",`+test.otel+`}`)
			// In ECS the version comes before what With and the record have,
			// and after what the context has.
			ecs := written(t, &spanlog.Options{Schema: spanlog.SchemaECS}, nil, test.log)
			ecs = strings.Replace(ecs, `"ecs.version":"8.11.0",`, ``, 1)
			ecs = strings.Replace(ecs, `,"ecs.version":"8.11.0"`, ``, 1)
			assert.Equal(t, "ecs", ecs, `{"log.level":"info","message":"m",`+test.ecs+`}`)
			assert.Equal(t, "datadog", written(t, &spanlog.Options{Schema: spanlog.SchemaDatadog}, nil, test.log), `{"level":"INFO","message":"m",`+test.datadog+`}`)
		})
	}
}

func TestErr(t *testing.T) {
	assert.Equal(t, "nil", written(t, nil, nil, func(l *slog.Logger) { l.Info("m", spanlog.Err(nil)) }), `{"level":"INFO","msg":"m"}`)
	if a := spanlog.Err(io.EOF); a.Key != spanlog.ErrorKey || !errors.Is(a.Value.Any().(error), io.EOF) {
		t.Errorf("got %v", a)
	}
}
