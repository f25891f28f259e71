package main

import (
	"bytes"
	"log/slog"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/exp/zapslog"
	"go.uber.org/zap/zapcore"

	"github.com/spanlog/spanlog"
)

func TestFromZapslog(t *testing.T) {
	before, around, after := capture(t, zapslogBefore).stderr, capture(t, zapslogAround).stderr, capture(t, zapslogAfter).stderr
	checkSame(t, before, after, zapChanges...)
	checkNames(t, before, around, "ts", "") // zap's names and forms stay as they are
	checkShown(t, "zapslog", before, around, after)
}

// TestZapslogGroup has the ids at the root under a group, and shows what zap makes of
// levels between its own.
func TestZapslogGroup(t *testing.T) {
	var buf bytes.Buffer
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&buf), zap.InfoLevel)
	log := slog.New(spanlog.NewHandler(zapslog.NewHandler(core), nil))
	log.WithGroup("http").Log(withSpan(t.Context()), slog.LevelInfo+1, "m", "status", 200)
	got := only(t, buf.String())
	delete(got, "ts")
	checkFields(t, got, fields{"level": "info", "msg": "m", "http": map[string]any{"status": 200.0}}.with(ids))
}
