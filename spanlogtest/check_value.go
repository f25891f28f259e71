package spanlogtest

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Sources that several checks share.
const (
	resolveRule = `log/slog, Handler.Handle: "Attr's values should be resolved."`
	robustness  = `A Guide to Writing slog Handlers, Robustness: "your handler should be robust to bad input"; ` +
		`"better to produce some output, however imperfect, than to produce none at all"`
)

// Values run code of the program in the middle of Handle. It may panic, never
// end, fail, or log. The log line that is being written is often the one that
// would explain why, so it must come out, with all else that is on it.
var valueChecks = []check{
	// text prints "unresolved" by all its other methods, so that a handler that formats
	// before it resolves is found out.
	{
		name:   "values/resolve",
		rule:   "LogValuers are resolved wherever they stand, as often as it takes",
		source: resolveRule,
		run: scenes(
			scene{"in the record", func(l *slog.Logger) { l.Info("m", "a", text("1")) }, tree{"a": "1"}},
			scene{"in With", func(l *slog.Logger) { l.With("a", text("1")).Info("m", "b", "2") }, tree{"a": "1", "b": "2"}},
			scene{"in a group", func(l *slog.Logger) { l.Info("m", slog.Group("g", "a", text("1"))) }, tree{"g": tree{"a": "1"}}},
			scene{"in a group in a group", func(l *slog.Logger) { l.Info("m", slog.Group("g", slog.Group("h", "a", text("1")))) }, tree{"g": tree{"h": tree{"a": "1"}}}},
			scene{"in a group in With", func(l *slog.Logger) { l.With(slog.Group("g", "a", text("1"))).Info("m") }, tree{"g": tree{"a": "1"}}},
			scene{"in an inline group", func(l *slog.Logger) { l.Info("m", slog.Group("", "a", text("1"))) }, tree{"a": "1"}},
			scene{"one that resolves to another", func(l *slog.Logger) { l.Info("m", "a", value{slog.AnyValue(value{slog.AnyValue(text("1"))})}) }, tree{"a": "1"}},
			scene{"one that resolves to a group", func(l *slog.Logger) {
				l.Info("m", "g", value{slog.GroupValue(slog.String("a", "1"), slog.Any("b", text("2")))})
			}, tree{"g": tree{"a": "1", "b": "2"}}},
			scene{"one in With that resolves to a group", func(l *slog.Logger) {
				l.With("g", value{slog.GroupValue(slog.Any("a", text("1")))}).Info("m", "b", "2")
			}, tree{"g": tree{"a": "1"}, "b": "2"}},
			scene{"one that resolves to an empty key's nil", func(l *slog.Logger) { l.Info("m", "", value{}, "b", "2") }, tree{"b": "2"}},
		),
	},
	// Errors have a path of their own in most handlers, and it may lack the escapes that
	// strings have.
	{
		name:   "values/errors",
		rule:   "the text of an error arrives, whatever characters are in it",
		source: robustness + "; CWE-117, improper output neutralization for logs: what an error says often comes from others",
		run: func(p *probe) {
			for _, text := range []string{"broken", "one\ntwo", "tab\there", "nul\x00here", "\x1b[31mred\x1b[0m", "quote\"quote", `back\slash`, "a=b c=d",
				"prix: 3 €", "日本語", "\n{\"level\":\"ERROR\",\"msg\":\"forged\"}\n"} {
				scenes(badScenes(fmt.Sprintf("the error %q", text), errors.New(text), containing(text))...)(p)
			}
			scenes(badScenes("a joined error", errors.Join(errors.New("one"), errors.New("two")), containing("one\ntwo"))...)(p)
		},
	},
	// slog.Value.Resolve makes an error of a panic. A handler that calls LogValue itself has
	// to do so, too.
	{
		name:   "values/panic",
		rule:   "a LogValue method that panics doesn't take the program or the record with it",
		source: robustness + `; slog.Value.Resolve recovers`,
		run:    scenes(badScenes("a LogValuer that panics", panicking{}, present)...),
	},
	// The check has a time limit (suite.limit), and so has a name for what would otherwise be
	// a test that hangs.
	{
		name: "values/endless",
		rule: "a LogValuer that always resolves to another doesn't hang the program",
		source: `log/slog, Value.Resolve: "If the number of LogValue calls exceeds a threshold, a Value containing an error ` +
			`is returned."`,
		run: scenes(badScenes("an endless LogValuer", &endless{}, present)...),
	},
	// A nil pointer with methods is the most common value that panics: an error variable of a
	// concrete type, or an optional field.
	{
		name:   "values/nil",
		rule:   "nil pointers whose methods panic don't take the program or the record with them; what is written for them is left open",
		source: robustness + `; slog.JSONHandler and slog.TextHandler print <nil>`,
		run: func(p *probe) {
			scenes(badScenes("a nil LogValuer", (*value)(nil), broken{})...)(p)
			scenes(badScenes("a nil error", (*wrapped)(nil), broken{})...)(p)
			scenes(badScenes("a nil TextMarshaler", (*time.Time)(nil), broken{})...)(p)
		},
	},
	// What is written for such a value is left open, but not what is written beside it.
	{
		name:   "values/broken",
		rule:   "a value that can't be encoded doesn't take the program or the record with it; what is written for it is left open",
		source: robustness + `; log/slog, JSONHandler.Handle: "an encoding failure does not cause Handle to return an error"`,
		run: func(p *probe) {
			scenes(badScenes("a marshaler that fails", failing{}, broken{})...)(p)
			scenes(badScenes("a marshaler that panics", exploding{}, broken{})...)(p)
			scenes(badScenes("a channel", make(chan int), broken{})...)(p)
			scenes(badScenes("a function", func() {}, broken{})...)(p)
		},
	},
	// Years beyond four digits come of times that are computed: of a zero time and an offset,
	// or of seconds taken for milliseconds. encoding/json refuses them.
	{
		name:   "values/time-range",
		rule:   "a time that RFC 3339 has no form for doesn't spoil the record",
		source: robustness,
		run: func(p *probe) {
			scenes(badScenes("a time in the year 10000", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), present)...)(p)
			scenes(badScenes("a time before the year 0", time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), present)...)(p)
		},
	},
	// For handlers that work in the background. With -race, one that reads later is found out
	// even if the value is still the same.
	{
		name: "values/in-time",
		rule: "LogValuers in a record are resolved before Handle returns",
		source: "the caller owns what it logs, and may change or free it when the log call has returned; " +
			"a handler that keeps records must resolve them first",
		run: func(p *probe) {
			for _, span := range spanKinds {
				s := p.session(span)
				mutable := value{slog.StringValue("before")}
				s.expect(want{when: "when a value changes after the call", attrs: tree{"g": tree{"a": "before"}}}, func() {
					s.log.Info("m", slog.Group("g", "a", &mutable))
				})
				mutable.v = slog.StringValue("after")
				s.close()
			}
		},
	},
	// A LogValuer that looks something up, and logs that it did, would stop the program.
	{
		name:   "values/that-log",
		rule:   "a LogValuer may log to the same handler: no lock is held while values are resolved",
		source: `sync.Mutex is not reentrant; slog.JSONHandler and slog.TextHandler lock only around Write`,
		run: func(p *probe) {
			for _, span := range spanKinds {
				s := p.session(span)
				inner := s.log.With("who", "inner")
				// Which of the two records comes first is up to the handler.
				s.expect(want{when: "when a value logs"}, func() {
					s.log.Info("m", "a", &logging{l: inner})
				})
				s.expect(want{when: "when a value logs"}, func() {})
				s.close()
			}
		},
	},
}

// badScenes puts a difficult value among others. They must come out as ever.
func badScenes(name string, v any, w any) []scene {
	return []scene{
		{name + " in the record", func(l *slog.Logger) { l.Info("m", "a", "1", "k", v, "b", "2") }, tree{"a": "1", "k": w, "b": "2"}},
		{name + " in With", func(l *slog.Logger) { l.With("a", "1", "k", v).Info("m", "b", "2") }, tree{"a": "1", "k": w, "b": "2"}},
		{name + " in a group", func(l *slog.Logger) {
			l.Info("m", slog.Group("g", slog.Group("h", "k", v, "a", "1"), "b", "2"))
		}, tree{"g": tree{"h": tree{"k": w, "a": "1"}, "b": "2"}}},
	}
}

// value is a LogValuer that resolves to v.
type value struct{ v slog.Value }

func (v value) LogValue() slog.Value { return v.v }

// text is a LogValuer that prints differently if nobody resolves it.
type text string

func (t text) LogValue() slog.Value         { return slog.StringValue(string(t)) }
func (t text) String() string               { return "unresolved" }
func (t text) MarshalText() ([]byte, error) { return []byte("unresolved"), nil }

// A panicking is a LogValuer that fails as code does: not by an error.
type panicking struct{}

func (panicking) LogValue() slog.Value { panic("LogValue of a test panics") }

// An endless is a LogValuer that resolves to a LogValuer, itself.
type endless struct{}

func (e *endless) LogValue() slog.Value { return slog.AnyValue(e) }

// wrapped is an error whose method panics on a nil pointer.
type wrapped struct{ err error }

func (w *wrapped) Error() string { return w.err.Error() }

// A failing value has marshalers that return errors, for JSON and for text.
type failing struct{}

func (failing) MarshalJSON() ([]byte, error) { return nil, fmt.Errorf("MarshalJSON of a test fails") }
func (failing) MarshalText() ([]byte, error) { return nil, fmt.Errorf("MarshalText of a test fails") }

// An exploding value has marshalers that panic.
type exploding struct{}

func (exploding) MarshalJSON() ([]byte, error) { panic("MarshalJSON of a test panics") }
func (exploding) MarshalText() ([]byte, error) { panic("MarshalText of a test panics") }

// logging is a LogValuer that logs, once: a handler may resolve it for each of
// its outputs.
type logging struct {
	l    *slog.Logger
	once sync.Once
}

func (v *logging) LogValue() slog.Value {
	v.once.Do(func() { v.l.Info("from LogValue") })
	return slog.StringValue("1")
}
