package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/spanlogtest"
)

// zapChanges are the names and forms of zap's production configuration.
var zapChanges = []change{renamed("ts", "time"), renamed("caller", "source"), slogLevelName, multiplied("took", 1e9)}

func TestFromZap(t *testing.T) {
	before, after := capture(t, zapBefore).stderr, capture(t, zapAfter).stderr
	checkSame(t, before, after, zapChanges...)
	stays := capture(t, zapStays).stderr
	checkSame(t, before, stays, zapChanges...)
	names := capture(t, zapNames).stderr
	checkNames(t, before, names, "ts", "caller")
	checkShown(t, "zap", before, after)
	checkShown(t, "Names that dashboards know", before, names)
}

// zapTo returns a logger of zap's with a slogCore.
func zapTo(t *testing.T, w *bytes.Buffer, opts *spanlog.Options, zapOpts ...zap.Option) *zap.Logger {
	t.Helper()
	logger, err := spanlog.New(opts, spanlog.Writer{Writer: w})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { logger.Close() })
	return zap.New(slogCore{context.Background(), logger.Handler()}, zapOpts...)
}

// TestZapCore compares a slogCore with zap's own.
func TestZapCore(t *testing.T) {
	config := zap.NewProductionEncoderConfig()
	config.TimeKey, config.CallerKey = slog.TimeKey, slog.SourceKey
	config.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	config.EncodeDuration = zapcore.NanosDurationEncoder
	config.EncodeLevel = zapcore.CapitalLevelEncoder
	for _, c := range []struct {
		name string
		log  func(*zap.Logger)
	}{
		{"no fields", func(l *zap.Logger) { l.Info("m") }},
		{"kinds", func(l *zap.Logger) {
			l.Info("m", zap.String("s", "x"), zap.Int("i", -1), zap.Uint("u", 1), zap.Bool("b", true),
				zap.Float64("f", 1.5), zap.Duration("d", time.Second), zap.Strings("l", []string{"x", "y"}))
		}},
		{"error", func(l *zap.Logger) { l.Warn("m", zap.Error(errors.New("no")), zap.NamedError("e", errors.New("too"))) }},
		{"nil error", func(l *zap.Logger) { l.Warn("m", zap.Error(nil)) }},
		{"object", func(l *zap.Logger) { l.Info("m", zap.Dict("o", zap.Int("i", 1))) }},
		{"inline", func(l *zap.Logger) { l.Info("m", zap.Inline(zapcore.ObjectMarshalerFunc(inline))) }},
		{"with", func(l *zap.Logger) { l.With(zap.Int("i", 1)).With(zap.Int("j", 2)).Info("m", zap.Int("k", 3)) }},
		{"siblings", func(l *zap.Logger) { p := l.With(zap.Int("i", 1)); p.With(zap.Int("j", 2)); p.Info("m") }},
		{"namespace", func(l *zap.Logger) { l.Info("m", zap.Int("i", 1), zap.Namespace("n"), zap.Int("j", 2)) }},
		{"namespace, with", func(l *zap.Logger) {
			l.With(zap.Int("i", 1), zap.Namespace("n"), zap.Int("j", 2)).Info("m", zap.Namespace("o"), zap.Int("k", 3))
		}},
		{"named", func(l *zap.Logger) { l.Named("shop").Named("db").Info("m") }},
		{"sugar", func(l *zap.Logger) { l.Sugar().Infow("m", "i", 1); l.Sugar().Debugf("%d", 2) }},
		{"levels", func(l *zap.Logger) { l.Debug("d"); l.Info("i"); l.Warn("w"); l.Error("e") }},
		{"hidden", func(l *zap.Logger) { l.WithOptions(zap.IncreaseLevel(zap.ErrorLevel)).Warn("m") }},
		{"stack", func(l *zap.Logger) { l.WithOptions(zap.AddStacktrace(zap.ErrorLevel)).Error("m") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want, got bytes.Buffer
			own := zapcore.NewCore(zapcore.NewJSONEncoder(config), zapcore.AddSync(&want), zap.DebugLevel)
			ours := zapTo(t, &got, &spanlog.Options{Level: slog.LevelDebug, AddSource: true}).Core()
			c.log(zap.New(zapcore.NewTee(own, ours), zap.AddCaller()))
			wantLines, gotLines := strings.SplitAfter(want.String(), "\n"), strings.SplitAfter(got.String(), "\n")
			if len(wantLines) != len(gotLines) || c.name != "hidden" && len(gotLines) < 2 {
				t.Fatalf("got %d lines, want %d", len(gotLines)-1, len(wantLines)-1)
			}
			for i, line := range wantLines[:len(wantLines)-1] {
				want, got := only(t, line), only(t, gotLines[i])
				source := got["source"].(map[string]any)
				got["source"] = "migrate/" + filepath.Base(source["file"].(string)) + ":" + strconv.Itoa(int(source["line"].(float64)))
				checkFields(t, got, want)
			}
		})
	}
}

func inline(enc zapcore.ObjectEncoder) error {
	enc.AddInt("i", 1)
	enc.AddInt("j", 2)
	return nil
}

// TestZapCoreContext gives a slogCore the context in several ways.
func TestZapCoreContext(t *testing.T) {
	var buf bytes.Buffer
	log := zapTo(t, &buf, nil)
	ctx := withSpan(t.Context())
	for name, f := range map[string]func(){
		"with":  func() { log.With(zap.Any("ctx", ctx)).Info("m", zap.Int("i", 1)) },
		"field": func() { log.Info("m", zap.Int("i", 1), zap.Any("ctx", ctx)) },
		"namespace": func() {
			log.Info("m", zap.Int("i", 1), zap.Namespace("n"), zap.Any("ctx", ctx))
		},
		"level": func() { log.With(zap.Any("ctx", spanlog.WithLevel(ctx, slog.LevelDebug))).Debug("m", zap.Int("i", 1)) },
	} {
		buf.Reset()
		f()
		got := only(t, buf.String())
		if len(got) != 4+len(ids) || got["i"] != 1.0 || got["trace_id"] != ids["trace_id"] {
			t.Errorf("%s: got %v", name, got)
		}
	}
	buf.Reset()
	if log.Debug("m"); buf.Len() > 0 {
		t.Errorf("the context of one record is that of another: %s", &buf)
	}
}

// TestZapCoreRules has rules by logger and package hold for zap's calls.
func TestZapCoreRules(t *testing.T) {
	var buf bytes.Buffer
	log := zapTo(t, &buf, &spanlog.Options{Level: spanlog.Levels("debug, shop=warn")}, zap.AddCaller())
	log.Debug("of no rule")
	log.Named("shop").Info("of a logger")
	if got := only(t, buf.String()); got["msg"] != "of no rule" {
		t.Errorf("got %v", got)
	}
	buf.Reset()
	log = zapTo(t, &buf, &spanlog.Options{Level: spanlog.Levels("debug, main=warn, migrate=warn")}, zap.AddCaller())
	if log.Info("of a package"); buf.Len() > 0 {
		t.Errorf("a rule of this package is not looked at: %s", &buf)
	}
}

// TestZapCoreCaller has the record's program counter be that of zap's entry, and a
// record that nobody wants end where zap asks for it.
func TestZapCoreCaller(t *testing.T) {
	rec := spanlogtest.New(t)
	observed, entries := observer.New(zap.InfoLevel)
	ours := slogCore{context.Background(), rec}
	zap.New(zapcore.NewTee(observed, ours), zap.AddCaller()).Info("m")
	frame, _ := runtime.CallersFrames([]uintptr{rec.One("m").PC}).Next()
	if want := entries.All()[0].Caller.PC; frame.PC != want {
		t.Errorf("the program counter is %#x, want %#x", frame.PC, want)
	}
	info := zapTo(t, new(bytes.Buffer), nil).Core()
	if info.Check(zapcore.Entry{Level: zap.DebugLevel}, nil) != nil || info.Check(zapcore.Entry{}, nil) == nil {
		t.Error("at level Info, a record at Debug is wanted, or one at Info is not")
	}
}

// TestZapCoreFatal has the last record written before zap panics; it exits in the
// same place.
func TestZapCoreFatal(t *testing.T) {
	var buf bytes.Buffer
	log := zapTo(t, &buf, nil)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("zap does not panic")
			}
		}()
		log.Panic("the last words")
	}()
	if got := only(t, buf.String()); got["level"] != "FATAL" || got["msg"] != "the last words" {
		t.Errorf("got %v", got)
	}
}

// TestZapSampling compares zap's sampler with a Limit, of which the guide says that
// it passes as many at first, and then none, but a count.
func TestZapSampling(t *testing.T) {
	const records = 250
	var zaps, ours bytes.Buffer
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&zaps), zap.InfoLevel)
	before := zap.New(zapcore.NewSamplerWithOptions(core, time.Hour, 100, 100))
	after, err := spanlog.New(nil, spanlog.Limit{Sink: spanlog.Writer{Writer: &ours}, Every: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	for range records {
		before.Info("cache miss")
		after.Info("cache miss")
	}
	if err := after.Close(); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(zaps.String(), "\n"); n != 101 {
		t.Errorf("zap has written %d records, want 101: 100, and the 200th", n)
	}
	lines := strings.SplitAfter(strings.TrimSpace(ours.String()), "\n")
	last := only(t, lines[len(lines)-1])
	if len(lines) != 101 || last["repeated"] != 150.0 {
		t.Errorf("a Limit has written %d records, want 101 with a count of 150 at the end: %v", len(lines), last)
	}
}

// TestZapStack shows what has no counterpart.
func TestZapStack(t *testing.T) {
	before := capture(t, func(context.Context) error {
		log, err := zap.NewProduction()
		if err != nil {
			return err
		}
		log.Error("m")
		return nil
	})
	after := capture(t, func(ctx context.Context) error {
		log, err := spanlog.New(nil, spanlog.Console{})
		if err != nil {
			return err
		}
		defer log.Close()
		log.ErrorContext(ctx, "m")
		return nil
	})
	if _, ok := only(t, before.stderr)["stacktrace"]; !ok {
		t.Error("zap writes no stack at Error: the guide says that it does")
	}
	if _, ok := only(t, after.stderr)["stacktrace"]; ok {
		t.Error("spanlog writes a stack at Error: the guide says that it does not")
	}
}
