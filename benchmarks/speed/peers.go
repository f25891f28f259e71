package main

import (
	"io"
	"log/slog"
	"path/filepath"
	"time"

	charm "charm.land/log/v2"
	goslog "github.com/go-slog/otelslog"
	"github.com/lmittmann/tint"
	phuslu "github.com/phuslu/log"
	remychantenay "github.com/remychantenay/slog-otel"
	"github.com/rs/zerolog"
	slogmulti "github.com/samber/slog-multi"
	slogctx "github.com/veqryn/slog-context"
	slogotel "github.com/veqryn/slog-context/otel"
	"go.uber.org/zap/exp/zapslog"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/benchmarks/wrapper"
)

// textTime is the form of slog.TextHandler.
const textTime = "2006-01-02T15:04:05.000Z07:00"

// setGlobals makes zerolog write as slog does, and veqryn's handler as the wrapper,
// as far as that can be set.
func setGlobals() {
	zerolog.TimeFieldFormat = time.RFC3339Nano
	zerolog.DurationFieldUnit = time.Nanosecond
	zerolog.DurationFieldFormat = zerolog.DurationFormatInt
	zerolog.TimestampFieldName = slog.TimeKey
	zerolog.LevelFieldName = slog.LevelKey
	zerolog.MessageFieldName = slog.MessageKey
	zerolog.CallerFieldName = slog.SourceKey
	zerolog.LevelDebugValue = slog.LevelDebug.String()
	zerolog.LevelInfoValue = slog.LevelInfo.String()
	zerolog.LevelWarnValue = slog.LevelWarn.String()
	zerolog.LevelErrorValue = slog.LevelError.String()
	slogotel.DefaultKeyTraceID, slogotel.DefaultKeySpanID = idKeys[0], idKeys[1]
}

func toFloor(*setup) slog.Handler { return floor{} }

func toJSON(s *setup) slog.Handler {
	return slog.NewJSONHandler(s.json, &slog.HandlerOptions{AddSource: s.source})
}

func toText(s *setup) slog.Handler {
	return slog.NewTextHandler(s.text, &slog.HandlerOptions{AddSource: s.source})
}

func toMulti(s *setup) slog.Handler  { return slog.NewMultiHandler(toJSON(s), toText(s)) }
func toFanout(s *setup) slog.Handler { return slogmulti.Fanout(toJSON(s), toText(s)) }
func toMultiOfFour(s *setup) slog.Handler {
	return slog.NewMultiHandler(toJSON(s), toText(s), toJSON(s), toText(s))
}

// toPhuslu is the handler of its Logger, and toPhusluJSON the one that it has in
// place of slog.JSONHandler.
func toPhuslu(s *setup) slog.Handler {
	l := phuslu.Logger{Level: phuslu.InfoLevel, TimeField: slog.TimeKey, TimeFormat: time.RFC3339Nano, Writer: phuslu.IOWriter{Writer: s.json}}
	if s.source {
		l.Caller = -1
	}
	return l.Slog().Handler()
}

func toPhusluJSON(s *setup) slog.Handler {
	return phuslu.SlogNewJSONHandler(s.json, &slog.HandlerOptions{AddSource: s.source, Level: slog.LevelInfo})
}

func toZerolog(s *setup) slog.Handler {
	return zerolog.NewSlogHandler(zerolog.New(s.json).Level(zerolog.InfoLevel))
}

func toZap(s *setup) slog.Handler {
	return zapslog.NewHandler(zapCore(s), zapslog.WithCaller(s.source))
}

func toTint(s *setup) slog.Handler {
	return tint.NewTextHandler(s.text, &tint.Options{NoColor: true, TimeFormat: textTime, AddSource: s.source})
}

func toCharm(s *setup) slog.Handler {
	w := s.json
	if w == io.Discard {
		w = nowhere{} // else nothing is even formatted
	}
	return charm.NewWithOptions(w, charm.Options{
		Formatter: charm.JSONFormatter, ReportTimestamp: true, TimeFormat: time.RFC3339Nano,
		ReportCaller: s.source, CallerFormatter: charm.LongCallerFormatter,
	})
}

// nowhere is io.Discard for those that know that one, and spare themselves work.
type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

// passing is a program's own writer.
type passing struct{ io.Writer }

func toNewHandler(s *setup) slog.Handler { return spanlog.NewHandler(toJSON(s), nil) }
func toGoSlog(s *setup) slog.Handler     { return goslog.NewHandler(toJSON(s)) }

func toSlogOtel(s *setup) slog.Handler {
	return remychantenay.New(toJSON(s), remychantenay.WithNoTraceEvents(true), remychantenay.WithNoBaggage(true))
}

func toSlogContext(s *setup) slog.Handler {
	return slogctx.NewHandler(toJSON(s), &slogctx.HandlerOptions{
		Prependers: []slogctx.AttrExtractor{slogotel.ExtractTraceSpanID},
	})
}

// wrapped puts the wrapper of three fields around a handler.
func wrapped(to func(*setup) slog.Handler) func(*setup) slog.Handler {
	return func(s *setup) slog.Handler { return wrapper.Handler{Handler: to(s)} }
}

// wrapped2 puts the wrapper of two fields around it.
func wrapped2(to func(*setup) slog.Handler) func(*setup) slog.Handler {
	return func(s *setup) slog.Handler { return wrapper2{to(s)} }
}

// phusluFileWriter is phuslu's own writer of files. It puts the time into the
// file's name.
func phusluFileWriter() contender {
	return contender{name: "phuslu+wrapper-filewriter", writes: inJSON, start: func(s *setup, sh *shape) (*instance, error) {
		w := &phuslu.FileWriter{Filename: filepath.Join(s.dir, "phuslu-own.log"), FileMode: 0o600}
		l := phuslu.Logger{Level: phuslu.InfoLevel, TimeField: slog.TimeKey, TimeFormat: time.RFC3339Nano, Writer: w}
		return &instance{
			log:   sh.logWith(wrapper2{l.Slog().Handler()}),
			files: func() ([]string, error) { return filepath.Glob(filepath.Join(s.dir, "phuslu-own.2*.log")) },
			close: w.Close,
		}, nil
	}}
}
