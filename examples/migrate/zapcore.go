package main

import (
	"context"
	"log/slog"

	"go.uber.org/zap/zapcore"

	"github.com/spanlog/spanlog"
)

// A slogCore has what is logged with zap written by a slog.Handler. A field that
// is a context, as in zap.Any("ctx", ctx), is the record's.
type slogCore struct {
	ctx  context.Context
	next slog.Handler
}

func (c slogCore) Enabled(l zapcore.Level) bool { return c.next.Enabled(c.ctx, slogLevel(l)) }

func (c slogCore) Check(e zapcore.Entry, to *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return to.AddCore(e, c)
	}
	return to
}

func (c slogCore) With(fields []zapcore.Field) zapcore.Core {
	for i, f := range fields {
		if f.Type == zapcore.NamespaceType {
			c.next = c.next.WithAttrs(c.attrs(fields[:i])).WithGroup(f.Key)
			return c.With(fields[i+1:])
		}
	}
	c.next = c.next.WithAttrs(c.attrs(fields))
	return c
}

func (c slogCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	if e.LoggerName != "" { // for rules by logger, too
		c.next = c.next.WithAttrs([]slog.Attr{slog.String(spanlog.NameKey, e.LoggerName)})
	}
	r := slog.NewRecord(e.Time, slogLevel(e.Level), e.Message, 0)
	if e.Caller.Defined {
		r.PC = e.Caller.PC + 1 // slog wants the return address
	}
	r.AddAttrs(c.attrs(fields)...)
	if e.Stack != "" {
		r.AddAttrs(slog.String("stacktrace", e.Stack))
	}
	return c.next.Handle(c.ctx, r)
}

func (slogCore) Sync() error { return nil } // is for whoever closes the spanlog.Logger

// attrs returns what the fields write. If one is a context, c has it from then on.
func (c *slogCore) attrs(fields []zapcore.Field) (attrs []slog.Attr) {
	for i, f := range fields {
		switch v := f.Interface.(type) {
		case context.Context:
			c.ctx = v
			continue
		case error:
			attrs = append(attrs, slog.Any(f.Key, v))
			continue
		}
		if f.Type == zapcore.NamespaceType {
			return append(attrs, slog.Attr{Key: f.Key, Value: slog.GroupValue(c.attrs(fields[i+1:])...)})
		}
		enc := zapcore.NewMapObjectEncoder()
		f.AddTo(enc)
		for k, v := range enc.Fields { // mostly one
			attrs = append(attrs, slog.Any(k, v))
		}
	}
	return attrs
}

func slogLevel(l zapcore.Level) slog.Level {
	if l > zapcore.ErrorLevel { // DPanic, Panic and Fatal
		return spanlog.LevelFatal
	}
	return slog.Level(4 * l)
}
