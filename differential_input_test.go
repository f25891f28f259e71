package spanlog_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/spanlog/spanlog"
)

// A tape turns the fuzzer's bytes into choices. At its end, all are 0.
type tape struct{ b []byte }

func (t *tape) byte() byte {
	if len(t.b) == 0 {
		return 0
	}
	c := t.b[0]
	t.b = t.b[1:]
	return c
}

func (t *tape) n(n int) int { return int(t.byte()) % n }

func (t *tape) uint64() (u uint64) {
	for range 8 {
		u = u<<8 | uint64(t.byte())
	}
	return u
}

func (t *tape) string() string {
	switch t.n(8) {
	case 0:
		return "key"
	case 1:
		return [...]string{"", "msg", "time", "level", "source", "a b", "a=b", "ü", "\u2028", "\x00\x1b[31m\n\"\\", "\xff\xfe", "del", "togroup", "tovaluer", "rename"}[t.n(15)]
	case 2:
		return strings.Repeat(string(rune(t.byte())), 1+t.n(3)*4000)
	}
	n := min(t.n(16), len(t.b))
	s := string(t.b[:n])
	t.b = t.b[n:]
	return s
}

func newCase(input []byte) *differentialCase {
	t := &tape{input}
	c := &differentialCase{replace: replacers[t.n(numReplacers)]}
	choices := t.byte()
	c.source = choices&1 != 0
	if choices&2 == 0 {
		c.time = time.Unix(int64(t.uint64()%4e9), int64(t.uint64()%1e9))
		if choices&4 != 0 {
			c.time = c.time.In(time.FixedZone("", (t.n(200)-100)*900))
		}
	}
	c.level = slog.Level(int8(t.byte()))
	if c.level == spanlog.LevelTrace || c.level == spanlog.LevelFatal {
		c.level++
	}
	if choices&8 != 0 {
		c.pc = callerPC()
	}
	for range t.n(5) {
		if t.n(2) == 0 {
			if name := t.string(); name != "" {
				c.steps = append(c.steps, step{group: name})
			}
		} else {
			c.steps = append(c.steps, step{attrs: t.attrs(2)})
		}
	}
	c.msg = t.string()
	c.attrs = t.attrs(2)
	return c
}

func (t *tape) attrs(depth int) []slog.Attr {
	attrs := make([]slog.Attr, t.n(8))
	for i := range attrs {
		attrs[i] = slog.Attr{Key: t.string(), Value: t.value(depth)}
		if t.n(20) == 19 {
			attrs[i] = slog.Attr{}
		}
	}
	return attrs
}

const numKinds = 32

func (t *tape) value(depth int) slog.Value {
	switch t.n(numKinds) {
	default:
		return slog.StringValue(t.string())
	case 1:
		return slog.Int64Value(int64(t.uint64()))
	case 2:
		return slog.Uint64Value(t.uint64())
	case 3:
		return slog.Float64Value(math.Float64frombits(t.uint64()))
	case 4:
		return slog.Float64Value([...]float64{0, math.Copysign(0, -1), 1e21, 1e20, 1e-6, 1e-7, math.NaN(), math.Inf(1), math.Inf(-1), 0.1, 100}[t.n(11)])
	case 5:
		return slog.BoolValue(t.n(2) == 0)
	case 6:
		return slog.DurationValue(time.Duration(t.uint64()))
	case 7:
		return slog.TimeValue(time.Unix(int64(t.uint64()%1e11), int64(t.uint64()%1e9)).UTC())
	case 8, 9, 10:
		if depth > 0 {
			return slog.GroupValue(t.attrs(depth - 1)...)
		}
		return slog.GroupValue()
	case 11:
		return slog.AnyValue(nil)
	case 12:
		return slog.AnyValue(errors.New(t.string()))
	case 13:
		return slog.AnyValue(fmt.Errorf("%s: %w", t.string(), io.EOF))
	case 14:
		return slog.AnyValue([]byte(t.string()))
	case 15:
		return slog.AnyValue(struct {
			A string
			b int
			C map[string]any `json:"c,omitempty"`
		}{t.string(), 1, map[string]any{t.string(): t.byte()}})
	case 16:
		return slog.AnyValue(misbehaved{t.string(), t.n(8)})
	case 17:
		return slog.AnyValue(valuer{slog.StringValue(t.string())})
	case 18, 19:
		if depth > 0 {
			return slog.AnyValue(valuer{slog.GroupValue(t.attrs(depth - 1)...)})
		}
		return slog.AnyValue(valuer{slog.GroupValue()})
	case 20:
		return slog.AnyValue(panicker{})
	case 21:
		return slog.AnyValue(endless{})
	case 22:
		return slog.AnyValue((*nilError)(nil))
	case 23:
		return slog.AnyValue(&slog.Source{Function: t.string(), File: t.string(), Line: t.n(3)})
	case 24:
		return slog.AnyValue((*slog.Source)(nil))
	case 25:
		return slog.AnyValue(slog.Level(int8(t.byte())))
	case 26:
		return slog.AnyValue(named(t.string()))
	case 27:
		return slog.AnyValue(stack{t.string()})
	case 28:
		return slog.AnyValue([]any{t.string(), t.byte(), nil, math.Inf(1)})
	case 29:
		return slog.AnyValue(func() {})
	}
}

// Values that behave as badly as they can.
type (
	valuer     struct{ v slog.Value }
	panicker   struct{}
	endless    struct{}
	nilError   struct{ text string }
	named      []byte
	stack      struct{ text string }
	misbehaved struct {
		text string
		how  int
	}
)

func (v valuer) LogValue() slog.Value { return v.v }
func (panicker) LogValue() slog.Value { panic("no value") }
func (endless) LogValue() slog.Value  { return slog.AnyValue(endless{}) }
func (e *nilError) Error() string     { return e.text }
func (s stack) Error() string         { return s.text }

func (s stack) Format(f fmt.State, _ rune) {
	fmt.Fprint(f, s.text)
	if f.Flag('+') {
		fmt.Fprint(f, "\n\tmain.go:1")
	}
}

func (m misbehaved) MarshalJSON() ([]byte, error) {
	switch m.how {
	case 0:
		return nil, errors.New(m.text)
	case 1:
		panic(m.text)
	case 2:
		return []byte("{"), nil
	case 3:
		return []byte(` { "a" : "<&>" } `), nil
	}
	return json.Marshal(m.text)
}

func (m misbehaved) MarshalText() ([]byte, error) {
	switch m.how {
	case 4:
		return nil, errors.New(m.text)
	case 5:
		panic(fmt.Errorf("%s", m.text))
	}
	return []byte(m.text), nil
}

// replacers are ReplaceAttr functions, the first of them none.
var replacers = []func([]string, slog.Attr) slog.Attr{
	nil,
	func(_ []string, a slog.Attr) slog.Attr { return a },
	func(_ []string, a slog.Attr) slog.Attr {
		if strings.HasPrefix(a.Key, "del") {
			return slog.Attr{}
		}
		return a
	},
	func([]string, slog.Attr) slog.Attr { return slog.Attr{} },
	func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.MessageKey) {
			return slog.Attr{}
		}
		a.Key = strings.Join(append(groups[:len(groups):len(groups)], a.Key), "/")
		return a
	},
	func(groups []string, a slog.Attr) slog.Attr {
		switch a.Key {
		case "togroup", slog.LevelKey:
			a.Value = slog.GroupValue(slog.Int("m", len(groups)), slog.String("del", ""))
		case "tovaluer", slog.MessageKey:
			a.Value = slog.AnyValue(valuer{slog.StringValue("v")})
		case "del", slog.TimeKey:
			return slog.Attr{}
		case "rename":
			a.Key = ""
		}
		return a
	},
}

const numReplacers = 6
