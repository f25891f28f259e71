package benchmarks

import (
	"bytes"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	charm "charm.land/log/v2"
	ddslog "github.com/DataDog/dd-trace-go/contrib/log/slog/v2"
	goslog "github.com/go-slog/otelslog"
	"github.com/lmittmann/tint"
	phuslu "github.com/phuslu/log"
	remychantenay "github.com/remychantenay/slog-otel"
	"github.com/rs/zerolog"
	slogmulti "github.com/samber/slog-multi"
	slogctx "github.com/veqryn/slog-context"
	slogotel "github.com/veqryn/slog-context/otel"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/exp/zapslog"
	"go.uber.org/zap/zapcore"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/spanlogtest"
)

// A peer is a handler under test.
type peer struct {
	name    string
	module  string // none for log/slog
	setup   string // how it is used here
	new     factory
	noTrace bool                                      // it doesn't claim to know about traces
	fields  func(trace.SpanContext) map[string]string // as in spanlogtest.Options
	causes  []cause                                   // why it fails checks
	racy    string                                    // the check in which it has a data race
	skip    []string                                  // checks that don't apply to it
}

type (
	factory = func(testing.TB) (h slog.Handler, results func() []map[string]any)
	maker   = func(io.Writer) slog.Handler
	parser  = func(testing.TB, []byte) []map[string]any
)

const overJSON = "around `slog.JSONHandler`"

// peers are the columns of the table. Handlers without traces of their own are
// here as they are; what the usual wrapper does to them shows in columns 4 to 6.
var peers = []peer{
	{
		name: "slog.JSONHandler", setup: "as it is", noTrace: true,
		new: writing(toJSON, spanlogtest.ParseJSON), causes: jsonCauses,
	},
	{
		name: "slog.TextHandler", setup: "as it is", noTrace: true,
		new: writing(toText, spanlogtest.ParseText), causes: textCauses,
	},
	{
		name: "slog.MultiHandler", setup: "JSON and text", noTrace: true,
		new: writing(toMulti, spanlogtest.ParseJSON), causes: jsonCauses,
	},
	{
		name: "slog.JSONHandler + wrapper", setup: "`record.AddAttrs` in a wrapper of a few lines",
		new: writing(wrapped(toJSON), spanlogtest.ParseJSON), causes: jsonWrapperCauses,
	},
	{
		name: "slog.TextHandler + wrapper", setup: "the same",
		new: writing(wrapped(toText), spanlogtest.ParseText), causes: textWrapperCauses,
	},
	{
		name: "slog.MultiHandler + wrapper", setup: "the same",
		new: writing(wrapped(toMulti), spanlogtest.ParseJSON), causes: jsonWrapperCauses,
	},
	{
		name: "remychantenay/slog-otel", module: "github.com/remychantenay/slog-otel", setup: overJSON,
		new: writing(toSlogOtel, spanlogtest.ParseJSON), fields: idsNamed("trace_id", "span_id"), causes: slogOtelCauses, skip: []string{"trace/flags"},
	},
	{
		name: "go-slog/otelslog", module: "github.com/go-slog/otelslog", setup: overJSON,
		new: writing(toGoSlog, spanlogtest.ParseJSON), fields: idsNamed("trace_id", "span_id"), causes: goSlogCauses, skip: []string{"trace/flags"},
	},
	{
		name: "veqryn/slog-context", module: "github.com/veqryn/slog-context", setup: "its `otel.ExtractTraceSpanID`, " + overJSON,
		new:    writing(toSlogContext, spanlogtest.ParseJSON),
		fields: idsNamed(slogotel.DefaultKeyTraceID, slogotel.DefaultKeySpanID), causes: slogContextCauses, skip: []string{"trace/flags"},
	},
	{
		name: "DataDog/dd-trace-go, slog", module: "github.com/DataDog/dd-trace-go/contrib/log/slog/v2", setup: overJSON + ", with spans of its own",
		new: spanned(datadog, writing(toDatadog, spanlogtest.ParseJSON)), fields: datadogFields, causes: datadogCauses, racy: "concurrent/derive", skip: []string{"trace/flags", "trace/remote"},
	},
	{
		name: "samber/slog-multi", module: "github.com/samber/slog-multi", setup: "`Fanout` to JSON and text", noTrace: true,
		new: writing(toFanout, spanlogtest.ParseJSON), causes: fanoutCauses,
	},
	{
		name: "lmittmann/tint", module: "github.com/lmittmann/tint", setup: "without colours, a mark after the message", noTrace: true,
		new: writing(toTint, parseTint), causes: tintCauses, racy: "concurrent/derive",
	},
	{
		name: "charm log", module: "charm.land/log/v2", setup: "JSON", noTrace: true,
		new: writing(toCharm, spanlogtest.ParseJSON), causes: charmCauses,
	},
	{
		name: "phuslu/log", module: "github.com/phuslu/log", setup: "`Slog`", noTrace: true,
		new: writing(toPhuslu, renamed("message", spanlogtest.ParseJSON)), causes: phusluCauses, racy: "concurrent/derive",
	},
	{
		name: "rs/zerolog", module: "github.com/rs/zerolog", setup: "`NewSlogHandler`, dotted keys are taken for groups", noTrace: true,
		new: writing(toZerolog, nested(renamed("message", spanlogtest.ParseJSON))), causes: zerologCauses,
	},
	{
		name: "zap, zapslog", module: "go.uber.org/zap/exp", setup: "zap's JSON encoder", noTrace: true,
		new: writing(toZap, spanlogtest.ParseJSON), causes: zapCauses,
	},
	{
		name: "OpenTelemetry's otelslog", module: "go.opentelemetry.io/contrib/bridges/otelslog", setup: "the SDK's records, not text",
		new: toBridge, causes: bridgeCauses,
	},
	{
		name: "spanlog.NewHandler", module: "github.com/spanlog/spanlog", setup: overJSON,
		new: writing(toNewHandler, spanlogtest.ParseJSON), causes: newHandlerCauses,
	},
	{
		name: "spanlog.New", module: "github.com/spanlog/spanlog", setup: "JSON",
		new: writing(toNew, spanlogtest.ParseJSON),
	},
}

// writing makes handlers that write to a buffer. The buffer has a lock, as
// zerolog and zap ask for; slog doesn't say whose task that is.
func writing(to maker, parse parser) factory {
	return func(tb testing.TB) (slog.Handler, func() []map[string]any) {
		var buf lockedBuffer
		return to(&buf), func() []map[string]any { return parse(tb, buf.contents()) }
	}
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) contents() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.buf.Bytes())
}

func toJSON(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) }
func toText(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) }
func toMulti(w io.Writer) slog.Handler {
	return slog.NewMultiHandler(toJSON(w), toText(io.Discard))
}

func toSlogOtel(w io.Writer) slog.Handler { return remychantenay.New(toJSON(w)) }
func toGoSlog(w io.Writer) slog.Handler   { return goslog.NewHandler(toJSON(w)) }
func toDatadog(w io.Writer) slog.Handler  { return ddslog.WrapHandler(toJSON(w)) }
func toFanout(w io.Writer) slog.Handler   { return slogmulti.Fanout(toJSON(w), toText(io.Discard)) }
func toSlogContext(w io.Writer) slog.Handler {
	return slogctx.NewHandler(toJSON(w), &slogctx.HandlerOptions{
		Prependers: []slogctx.AttrExtractor{slogotel.ExtractTraceSpanID, slogctx.ExtractPrepended},
	})
}

func toCharm(w io.Writer) slog.Handler {
	return charm.NewWithOptions(w, charm.Options{Formatter: charm.JSONFormatter, ReportTimestamp: true})
}

func toPhuslu(w io.Writer) slog.Handler {
	l := phuslu.Logger{Level: phuslu.InfoLevel, Writer: phuslu.IOWriter{Writer: w}}
	return l.Slog().Handler()
}

func toZerolog(w io.Writer) slog.Handler {
	return zerolog.NewSlogHandler(zerolog.New(w).Level(zerolog.InfoLevel))
}

func toZap(w io.Writer) slog.Handler {
	config := zap.NewProductionEncoderConfig()
	config.TimeKey = slog.TimeKey
	core := zapcore.NewCore(zapcore.NewJSONEncoder(config), zapcore.AddSync(w), zap.InfoLevel)
	// The stack traces of errors would be attributes that nobody has logged.
	return zapslog.NewHandler(core, zapslog.AddStacktraceAt(slog.Level(100)))
}

func toTint(w io.Writer) slog.Handler {
	return tint.NewTextHandler(w, &tint.Options{NoColor: true, TimeFormat: time.RFC3339Nano, ReplaceAttr: endMessage})
}

func toNewHandler(w io.Writer) slog.Handler { return spanlog.NewHandler(toJSON(w), nil) }
func toNew(w io.Writer) slog.Handler {
	return spanlog.Must(spanlog.New(nil, spanlog.Writer{Writer: w})).Handler()
}

func idsNamed(traceID, spanID string) func(trace.SpanContext) map[string]string {
	return func(sc trace.SpanContext) map[string]string {
		return map[string]string{traceID: sc.TraceID().String(), spanID: sc.SpanID().String()}
	}
}

func datadogFields(sc trace.SpanContext) map[string]string {
	return map[string]string{"dd.trace_id": sc.TraceID().String(), "dd.span_id": strconv.FormatUint(spanNumber(sc), 10)}
}
