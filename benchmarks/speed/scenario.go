package main

import (
	"context"
	"log/slog"
	"path/filepath"

	"github.com/rs/zerolog"
	"go.uber.org/zap"

	"github.com/spanlog/spanlog"
)

// A shape is what is logged, in the calls of each API.
type shape struct {
	slog        func(l *slog.Logger, spans []context.Context, n int)
	slogWith    func(*slog.Logger) *slog.Logger // made once, before; may be nil
	zerolog     func(l *zerolog.Logger, spans []context.Context, n int)
	zerologWith func(zerolog.Logger) zerolog.Logger
	zap         func(l *zap.Logger, spans []context.Context, n int)
	zapWith     func(*zap.Logger) *zap.Logger
	source      bool
	spanless    bool
	silent      bool // nothing is to be written
}

// logWith returns the calls of slog for a handler.
func (sh *shape) logWith(h slog.Handler) func(spans []context.Context, n int) {
	l := slog.New(h)
	if sh.slogWith != nil {
		l = sh.slogWith(l)
	}
	return func(spans []context.Context, n int) { sh.slog(l, spans, n) }
}

var (
	none     = shape{slog: slogNone, zerolog: zerologNone, zap: zapNone}
	five     = shape{slog: slogFive, zerolog: zerologFive, zap: zapFive}
	ten      = shape{slog: slogTen, zerolog: zerologTen, zap: zapTen}
	groups   = shape{slog: slogGroups, slogWith: slogGroupsWith, zerolog: zerologGroups, zap: zapGroups, zapWith: zapGroupsWith}
	with     = shape{slog: slogWith, slogWith: slogWithWith, zerolog: zerologWith, zerologWith: zerologWithWith, zap: zapWith, zapWith: zapWithWith}
	failed   = shape{slog: slogError, zerolog: zerologError, zap: zapError}
	long     = shape{slog: slogLong, zerolog: zerologLong, zap: zapLong}
	unicode  = shape{slog: slogUnicode, zerolog: zerologUnicode, zap: zapUnicode}
	source   = shape{slog: slogFive, zerolog: zerologSource, zap: zapFive, source: true}
	nospan   = shape{slog: slogFive, zerolog: zerologFive, zap: zapFive, spanless: true}
	disabled = shape{slog: slogDisabled, silent: true}
)

// A scenario is what contenders do side by side.
type scenario struct {
	name, about string
	shape       *shape
	times       int    // as many records per run as others
	base        string // the contender that is divided by the others
	procs       int    // GOMAXPROCS; 0: as it is
	contenders  []contender
}

func scenarios() []scenario {
	return []scenario{
		{"none", "No attributes.", &none, 1, "spanlog", 0, oneSink()},
		{"five", "Five attributes: string, int, duration, bool, error.", &five, 1, "spanlog", 0,
			append(oneSink(), ownWriter())},
		{"ten", "Ten attributes: one of each kind, an error, a struct and a group.", &ten, 1, "spanlog", 0, oneSink()},
		{"groups", "Two open groups, and a third one in the record.", &groups, 1, "spanlog", 0, oneSink()},
		{"with", "Five attributes of `With`, and two on the record.", &with, 1, "spanlog", 0, oneSink()},
		{"error", "A wrapped error, and a stack trace of 2 KB in a string.", &failed, 1, "spanlog", 0, oneSink()},
		{"long", "A message of 300 bytes and two strings of 1 KB, in ASCII.", &long, 1, "spanlog", 0, oneSink()},
		{"unicode", "A message and three strings in Korean, German and emoji. phuslu does not look whether they are UTF-8: what is not comes out as it is, and the line is no JSON.", &unicode, 1, "spanlog", 0, oneSink()},
		{"source", "The five attributes, with the file and line of the call. zerolog's slog handler has none.", &source, 1, "spanlog", 0,
			without(oneSink(), "zerolog-slog+wrapper")},
		{"five-nospan", "The five attributes, without a span in the context.", &nospan, 1, "spanlog", 0, oneSink()},
		{"two", "The five attributes to two sinks: JSON and text.", &five, 1, "spanlog-two", 0, []contender{
			handled("floor", inNothing, toFloor), spanlogTwo(),
			handled("multihandler+wrapper", inBoth, wrapped(toMulti)),
			handled("samber-fanout+wrapper", inBoth, wrapped(toFanout)),
		}},
		{"four", "The five attributes to four sinks: JSON and text, twice.", &five, 1, "spanlog-four", 0, []contender{
			handled("floor", inNothing, toFloor), spanlogTwo(), spanlogFour(),
			handled("multihandler-four+wrapper", inBoth, wrapped(toMultiOfFour)),
		}},
		{"file", "The five attributes to a file, all of it written in the end.", &five, 10, "spanlog-file", 0, []contender{
			spanlogFile("file.log"), spanlogJSON().as("spanlog-discard"),
			onFile("slog-json+wrapper-file", "slog.log", wrapped(toJSON)),
			onFile("zerolog-slog+wrapper-file", "zerolog.log", wrapped(toZerolog)),
			onFile("phuslu+wrapper-file", "phuslu.log", wrapped2(toPhuslu)),
			phusluFileWriter(),
		}},
		{"file-two", "The same with one and two goroutines; time per record.", &five, 10, "spanlog-file-1g", 2, []contender{
			spanlogFile("file1.log").on(1, "spanlog-file"), spanlogFile("file2.log").on(2, "spanlog-file"),
		}},
		{"write-through", "A file without a journal: one write(2) for each record.", &five, 10, "spanlog-write-through", 0, []contender{
			spanlogWriteThrough("through.log"), onFile("slog-json+wrapper-file", "slog-through.log", wrapped(toJSON)),
		}},
		{"disabled", "A record of level Debug, with an int, where Info is the least.", &disabled, 10, "spanlog", 0, []contender{
			handled("floor", inNothing, toFloor), spanlogJSON(), newHandler(),
			handled("slog-json", inJSON, toJSON),
			handled("phuslu", inJSON, toPhuslu),
			handled("zerolog-slog", inJSON, toZerolog),
			handled("zapslog", inJSON, toZap),
		}},
		{"goroutines", "The five attributes with GOMAXPROCS=2 and 1, 2 and 64 goroutines; time per record.", &five, 10, "", 2, crowds()},
		{"around", "The five attributes, with a handler around `slog.JSONHandler`.", &five, 1, "spanlog-newhandler", 0, around()},
		{"around-groups", "The same with two open groups, and a third one in the record. To leave the ids in the group is less work than to get them out: spanlog and veqryn do.", &groups, 1, "spanlog-newhandler", 0, around()},
	}
}

// oneSink is all that can write to one writer.
func oneSink() []contender {
	text := sinks("spanlog-text", inText, "", func(s *setup) []spanlog.Sink {
		return []spanlog.Sink{spanlog.Writer{Writer: s.text, Format: spanlog.Text}}
	})
	byCharm := handled("charm+wrapper", inJSON, wrapped(toCharm))
	byCharm.note = "to a writer of its own: it does nothing for io.Discard"
	return []contender{
		handled("floor", inNothing, toFloor), spanlogJSON(), text,
		handled("slog-json", inJSON, toJSON),
		handled("slog-json+wrapper", inJSON, wrapped(toJSON)),
		handled("slog-text+wrapper", inText, wrapped(toText)).by("spanlog-text"),
		handled("phuslu", inJSON, toPhuslu),
		handled("phuslu+wrapper", inJSON, wrapped2(toPhuslu)),
		handled("phuslu+wrapper3", inJSON, wrapped(toPhuslu)),
		handled("phuslu-json", inJSON, toPhusluJSON),
		handled("phuslu-json+wrapper", inJSON, wrapped2(toPhusluJSON)),
		handled("phuslu-json+wrapper3", inJSON, wrapped(toPhusluJSON)),
		zerologOwn(), handled("zerolog-slog+wrapper", inJSON, wrapped(toZerolog)),
		zapOwn(), handled("zapslog+wrapper", inJSON, wrapped(toZap)),
		handled("tint+wrapper", inLines, wrapped(toTint)).by("spanlog-text"),
		byCharm,
		handled("otelslog", inRecords, toBridge),
	}
}

func without(all []contender, name string) []contender {
	var rest []contender
	for _, c := range all {
		if c.name != name {
			rest = append(rest, c)
		}
	}
	return rest
}

func spanlogJSON() contender {
	return sinks("spanlog", inJSON, "", func(s *setup) []spanlog.Sink { return []spanlog.Sink{spanlog.Writer{Writer: s.json}} })
}

// ownWriter is spanlog with a writer of which it can't know whether it logs.
func ownWriter() contender {
	c := sinks("spanlog-own-writer", inJSON, "", func(s *setup) []spanlog.Sink {
		return []spanlog.Sink{spanlog.Writer{Writer: passing{s.json}}}
	})
	c.note = "not io.Discard, but a writer that might log"
	return c
}

func spanlogTwo() contender {
	return sinks("spanlog-two", inBoth, "", func(s *setup) []spanlog.Sink {
		return []spanlog.Sink{spanlog.Writer{Writer: s.json}, spanlog.Writer{Writer: s.text, Format: spanlog.Text}}
	})
}

func spanlogFour() contender {
	return sinks("spanlog-four", inBoth, "", func(s *setup) []spanlog.Sink {
		return []spanlog.Sink{
			spanlog.Writer{Writer: s.json}, spanlog.Writer{Writer: s.text, Format: spanlog.Text},
			spanlog.Writer{Writer: s.json}, spanlog.Writer{Writer: s.text, Format: spanlog.Text},
		}
	})
}

func spanlogFile(path string) contender {
	return sinks("spanlog-file", inJSON, path, func(s *setup) []spanlog.Sink {
		return []spanlog.Sink{spanlog.File{Path: filepath.Join(s.dir, path)}}
	})
}

func spanlogWriteThrough(path string) contender {
	return sinks("spanlog-write-through", inJSON, path, func(s *setup) []spanlog.Sink {
		return []spanlog.Sink{spanlog.File{Path: filepath.Join(s.dir, path), WriteThrough: true}}
	})
}

func newHandler() contender {
	c := handled("spanlog-newhandler", inJSON, toNewHandler)
	c.ours = true
	return c
}

func around() []contender {
	return []contender{
		handled("floor", inNothing, toFloor), newHandler(),
		handled("slog-json", inJSON, toJSON),
		handled("slog-json+wrapper", inJSON, wrapped(toJSON)),
		handled("go-slog", inJSON, toGoSlog),
		handled("remychantenay", inJSON, toSlogOtel),
		handled("veqryn", inJSON, toSlogContext),
	}
}

func crowds() []contender {
	var all []contender
	for _, g := range []int{1, 2, 64} {
		for _, c := range []contender{
			handled("floor", inNothing, toFloor), spanlogJSON(),
			handled("slog-json+wrapper", inJSON, wrapped(toJSON)),
			handled("phuslu+wrapper", inJSON, wrapped2(toPhuslu)),
		} {
			all = append(all, c.on(g, "spanlog"))
		}
	}
	return all
}
