package pylayout

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// A record holds the values of one log record for the tests.
type record struct {
	time    time.Time
	start   time.Time
	level   slog.Level
	message string
	name    string
	file    string
	line    int64
	fn      string
	pid     int64
	process string
	traceID string
	spanID  string
	service string
	sampled bool
	trace   string
	attrs   string
}

var records = []record{
	{
		time:    time.Date(2026, 11, 22, 11, 57, 0, 123_456_000, time.UTC),
		start:   time.Date(2026, 11, 22, 11, 56, 59, 0, time.UTC),
		level:   slog.LevelInfo,
		message: "order placed",
		name:    "shop.checkout",
		file:    "/src/shop/checkout/order.go",
		line:    42,
		fn:      "example.com/shop/checkout.(*Cart).Place",
		pid:     4711,
		process: "MainProcess",
		traceID: "4bf92f3577b34da6a3ce929d0e0e4736",
		spanID:  "00f067aa0ba902b7",
		service: "shop",
		sampled: true,
		trace:   "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7",
		attrs:   "total=9.90 currency=EUR",
	},
	{
		time:    time.Unix(1_700_000_000, 999_500_000).UTC(),
		start:   time.Unix(1_700_000_001, 0).UTC(), // relativeCreated is negative
		level:   slog.LevelError + 4,
		message: "it's \"Größe\" 100% \\ 漢字 🙂\tend\x7f\u00a0\u200b",
		name:    "",
		file:    ".hidden",
		line:    0,
		fn:      "main.main.func1",
		pid:     70_000,
		process: "it's",
		traceID: "0",
		spanID:  "0",
		service: `say "hé"`,
	},
}

// python returns the record as the attributes of a Python LogRecord.
func (r *record) python() map[string]any {
	level := string(AppendLevelName(nil, r.level))
	return map[string]any{
		"created": Created(r.time), "msecs": Msecs(r.time), "relativeCreated": RelativeCreated(r.time, r.start),
		"levelname": level, "levelno": LevelNo(r.level), "message": r.message, "name": r.name,
		"pathname": r.file, "filename": Filename(r.file), "module": Module(r.file), "lineno": r.line,
		"funcName": string(AppendFuncName(nil, r.fn)), "process": r.pid, "processName": r.process,
		"otelTraceID": r.traceID, "otelSpanID": r.spanID, "otelTraceSampled": r.sampled, "otelServiceName": r.service,
		"trace": r.trace, "attrs": r.attrs,
	}
}

// append formats the record: what a user of the package does with the ops.
func (r *record) append(dst []byte, ops []Op) []byte {
	for _, op := range ops {
		start := len(dst)
		switch op.Field {
		case FieldNone:
			dst = append(dst, op.Literal...)
		case FieldAsctime:
			dst = op.Spec.Pad(AppendAsctime(dst, r.time), start)
		case FieldLevelName:
			dst = op.Spec.Pad(AppendLevelName(dst, r.level), start)
		case FieldFuncName:
			dst = op.Spec.Pad(AppendFuncName(dst, r.fn), start)
		case FieldLevelNo:
			dst = op.Spec.AppendInt(dst, int64(LevelNo(r.level)))
		case FieldLineNo:
			dst = op.Spec.AppendInt(dst, r.line)
		case FieldProcess:
			dst = op.Spec.AppendInt(dst, r.pid)
		case FieldCreated:
			dst = op.Spec.AppendFloat(dst, Created(r.time))
		case FieldMsecs:
			dst = op.Spec.AppendFloat(dst, Msecs(r.time))
		case FieldRelativeCreated:
			dst = op.Spec.AppendFloat(dst, RelativeCreated(r.time, r.start))
		case FieldTraceSampled:
			dst = op.Spec.AppendBool(dst, r.sampled)
		default:
			dst = op.Spec.Pad(append(dst, r.text(op.Field)...), start)
		}
	}
	return dst
}

// text returns the value of a field that is a text at hand.
func (r *record) text(f Field) string {
	switch f {
	case FieldMessage:
		return r.message
	case FieldName:
		return r.name
	case FieldPathname:
		return r.file
	case FieldFilename:
		return Filename(r.file)
	case FieldModule:
		return Module(r.file)
	case FieldProcessName:
		return r.process
	case FieldTraceID:
		return r.traceID
	case FieldSpanID:
		return r.spanID
	case FieldServiceName:
		return r.service
	case FieldTrace:
		return r.trace
	case FieldAttrs:
		return r.attrs
	}
	panic("no text: " + f.String())
}

// format parses the layout and formats the record with it.
func (r *record) format(layout string) (string, error) {
	ops, err := Parse(layout)
	if err != nil {
		return "", err
	}
	return string(r.append(nil, ops)), nil
}

// mustParseSpec returns the spec of "%(field)spec".
func mustParseSpec(f Field, spec string) Spec {
	ops, err := Parse("%(" + f.String() + ")" + strings.TrimPrefix(spec, "%"))
	if err != nil {
		panic(err)
	}
	if len(ops) != 1 {
		panic(fmt.Sprintf("%q is not one spec: %v", spec, ops))
	}
	return ops[0].Spec
}

// toJSON returns v as one line.
func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
