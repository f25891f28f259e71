package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/rs/zerolog"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/spanlog/spanlog"
)

// A contender is one way to log.
type contender struct {
	name       string
	ours       bool
	writes     output
	goroutines int    // that log at once; 0 is 1
	base       string // the contender whose time is divided by this one's; "" is the scenario's
	note       string // what the comparison of outputs can't see
	start      func(s *setup, sh *shape) (*instance, error)
}

// An output is the form in which a contender writes.
type output int

const (
	inJSON output = iota
	inText
	inBoth    // JSON and text, for several sinks
	inLines   // text whose time, level and message have no keys
	inRecords // nothing, but for the comparison, which gets JSON
	inNothing
)

// A setup says where a contender writes to, and what.
type setup struct {
	json, text io.Writer
	dir        string
	source     bool
}

// An instance is a contender that is ready to log.
type instance struct {
	log   func(spans []context.Context, n int)
	flush func() error             // may be nil
	files func() ([]string, error) // what it has written to; may be nil
	close func() error             // may be nil
}

// as gives a contender another name.
func (c contender) as(name string) contender { c.name = name; return c }

// by has a contender divide the time of another one than the scenario's.
func (c contender) by(base string) contender { c.base = base; return c }

// on has a contender log with g goroutines.
func (c contender) on(g int, base string) contender {
	c.name, c.base, c.goroutines = fmt.Sprintf("%s-%dg", c.name, g), fmt.Sprintf("%s-%dg", base, g), g
	return c
}

// handled makes a contender of a slog handler.
func handled(name string, writes output, make func(*setup) slog.Handler) contender {
	return contender{name: name, writes: writes, start: func(s *setup, sh *shape) (*instance, error) {
		return &instance{log: sh.logWith(make(s))}, nil
	}}
}

// sinks makes a contender of spanlog's sinks. path is that of a file among them.
func sinks(name string, writes output, path string, make func(*setup) []spanlog.Sink) contender {
	return contender{name: name, ours: true, writes: writes, start: func(s *setup, sh *shape) (*instance, error) {
		l, err := spanlog.New(&spanlog.Options{AddSource: s.source}, make(s)...)
		if err != nil {
			return nil, err
		}
		in := &instance{
			log:   sh.logWith(l.Handler()),
			flush: func() error { return l.Flush(context.Background()) },
			close: l.Close,
		}
		if path != "" {
			in.files = func() ([]string, error) { return []string{filepath.Join(s.dir, path)}, nil }
		}
		return in, nil
	}}
}

// onFile has a slog handler write to a file instead.
func onFile(name, path string, make func(*setup) slog.Handler) contender {
	return contender{name: name, writes: inJSON, start: func(s *setup, sh *shape) (*instance, error) {
		full := filepath.Join(s.dir, path)
		f, err := os.OpenFile(full, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, err
		}
		to := *s
		to.json = f
		return &instance{
			log:   sh.logWith(make(&to)),
			files: func() ([]string, error) { return []string{full}, nil },
			close: f.Close,
		}, nil
	}}
}

// zerologOwn is zerolog without slog.
func zerologOwn() contender {
	return contender{name: "zerolog", writes: inJSON, start: func(s *setup, sh *shape) (*instance, error) {
		l := zerolog.New(s.json).Level(zerolog.InfoLevel).With().Timestamp().Logger().Hook(zerologSpan{})
		if sh.zerologWith != nil {
			l = sh.zerologWith(l)
		}
		return &instance{log: func(spans []context.Context, n int) { sh.zerolog(&l, spans, n) }}, nil
	}}
}

// zapOwn is zap without slog.
func zapOwn() contender {
	return contender{name: "zap", writes: inJSON, start: func(s *setup, sh *shape) (*instance, error) {
		l := zap.New(zapCore(s), zap.WithCaller(s.source))
		if sh.zapWith != nil {
			l = sh.zapWith(l)
		}
		return &instance{log: func(spans []context.Context, n int) { sh.zap(l, spans, n) }}, nil
	}}
}

// zapCore writes as slog does, as far as that can be set.
func zapCore(s *setup) zapcore.Core {
	return zapcore.NewCore(zapcore.NewJSONEncoder(zapcore.EncoderConfig{
		TimeKey: slog.TimeKey, LevelKey: slog.LevelKey, MessageKey: slog.MessageKey, CallerKey: slog.SourceKey,
		EncodeTime:     zapcore.RFC3339NanoTimeEncoder,
		EncodeLevel:    zapcore.CapitalLevelEncoder,
		EncodeDuration: zapcore.NanosDurationEncoder,
		EncodeCaller:   zapcore.FullCallerEncoder,
	}), zapcore.AddSync(s.json), zap.InfoLevel)
}
