package spanlogtest

import (
	"fmt"
	"log/slog"
	"math"
	"time"
)

// Attributes are lost at the edges: zero keys and values, the sixth attribute,
// and values that encoding/json refuses.
var attrChecks = []check{
	// The zero attribute is how a function says that it has none to give, an error that is
	// nil, say.
	{
		name:   "attrs/zero",
		rule:   "an attribute whose key and value are both zero is ignored, and its neighbours are not",
		source: `log/slog, Handler.Handle: "If an Attr's key and value are both the zero value, ignore the Attr."`,
		run: scenes(
			scene{"alone", func(l *slog.Logger) { l.Info("m", slog.Attr{}) }, tree{}},
			scene{"first", func(l *slog.Logger) { l.Info("m", slog.Attr{}, "b", "2") }, tree{"b": "2"}},
			scene{"between others", func(l *slog.Logger) { l.Info("m", "a", "1", slog.Attr{}, slog.Any("", nil), "b", "2") }, tree{"a": "1", "b": "2"}},
			scene{"in With", func(l *slog.Logger) { l.With(slog.Attr{}).With("a", "1", slog.Attr{}).Info("m", "b", "2") }, tree{"a": "1", "b": "2"}},
			scene{"in a group", func(l *slog.Logger) { l.Info("m", slog.Group("g", slog.Attr{}, slog.String("a", "1"), slog.Attr{})) }, tree{"g": tree{"a": "1"}}},
		),
	},
	// A handler that looks at the key alone, or at the value alone, takes these for none.
	{
		name:   "attrs/half-zero",
		rule:   "an attribute is kept if only its key or only its value is zero",
		source: `log/slog, Handler.Handle: "If an Attr's key and value are both the zero value, ignore the Attr."`,
		run: scenes(
			scene{"a nil value", func(l *slog.Logger) { l.Info("m", "a", nil, "b", "2") }, tree{"a": present, "b": "2"}},
			scene{"a nil value in With", func(l *slog.Logger) { l.With("a", nil).Info("m", "b", "2") }, tree{"a": present, "b": "2"}},
			scene{"an empty string", func(l *slog.Logger) { l.Info("m", "a", "", "b", "2") }, tree{"a": "", "b": "2"}},
			scene{"zero and false", func(l *slog.Logger) { l.Info("m", "a", 0, "b", false) }, tree{"a": "0", "b": "false"}},
			scene{"an empty key", func(l *slog.Logger) { l.Info("m", "", "1", "b", "2") }, tree{"": "1", "b": "2"}},
		),
	},
	// slog.Logger keeps an empty list to itself; handlers that pass things on do not.
	{
		name:   "attrs/none",
		rule:   "WithAttrs without attributes changes nothing",
		source: `log/slog, Handler.WithAttrs: "… a new Handler whose attributes consist of both the receiver's attributes and the arguments."`,
		run: scenes(
			// Logger.With doesn't pass an empty list on, so go around it.
			scene{"nil", func(l *slog.Logger) { slog.New(l.Handler().WithAttrs(nil)).Info("m", "a", "1") }, tree{"a": "1"}},
			scene{"a list of no length", func(l *slog.Logger) { slog.New(l.Handler().WithAttrs([]slog.Attr{})).Info("m", "a", "1") }, tree{"a": "1"}},
			scene{"after With", func(l *slog.Logger) { slog.New(l.With("a", "1").Handler().WithAttrs(nil)).Info("m", "b", "2") }, tree{"a": "1", "b": "2"}},
		),
	},
	// A slog.Record has room for five attributes, and an array for the rest: a handler that
	// copies one, or adds to it, can get the border wrong.
	{
		name:   "attrs/many",
		rule:   "all attributes arrive, however many there are",
		source: `testing/slogtest: "a Handler should output attributes passed to the logging function"; slog.Record holds the first five apart from the rest`,
		run:    scenes(manyScenes()...),
	},
	// The values that encoding/json refuses, NaN and the infinities, are among those that a
	// program logs when something is wrong with it.
	{
		name:   "attrs/kinds",
		rule:   "values of every kind arrive; none makes the handler panic, lose the record, or spoil the attributes beside it",
		source: `log/slog, Kind; ` + robustness,
		run:    scenes(kindScenes()...),
	},
}

// manyScenes has numbers below, at and above the five attributes that a
// slog.Record holds without an array of its own.
func manyScenes() []scene {
	var cs []scene
	for _, n := range []int{1, 4, 5, 6, 7, 9, 50} {
		args, want := manyAttrs(n)
		cs = append(cs,
			scene{fmt.Sprintf("%d in the record", n), func(l *slog.Logger) { l.Info("m", args...) }, want},
			scene{fmt.Sprintf("%d in With", n), func(l *slog.Logger) { l.With(args...).Info("m") }, want},
			scene{fmt.Sprintf("%d in a group", n), func(l *slog.Logger) { l.Info("m", slog.Group("g", args...)) }, tree{"g": want}},
		)
	}
	return cs
}

// manyAttrs returns n attributes for a log call, and the tree they make.
func manyAttrs(n int) (args []any, want tree) {
	want = tree{}
	for i := range n {
		k, v := fmt.Sprintf("key%d", i), fmt.Sprintf("value%d", i)
		args = append(args, slog.String(k, v))
		want[k] = v
	}
	return args, want
}

// kindScenes wants exact text only where JSON and text agree on it. Errors have
// a check of their own, values/errors.
func kindScenes() []scene {
	values := []struct {
		name  string
		value any
		want  any
	}{
		{"a string", "v", "v"},
		{"an int", -1, "-1"},
		{"a bool", true, "true"},
		{"the least int64", int64(math.MinInt64), present},
		{"the greatest uint64", uint64(math.MaxUint64), present},
		{"a float", 0.5, "0.5"},
		{"not a number", math.NaN(), present},
		{"infinity", math.Inf(-1), present},
		{"a duration", time.Second, present},
		{"a time", time.Unix(0, 0), present},
		{"the zero time", time.Time{}, present},
		{"a nil pointer to a time", (*time.Time)(nil), present},
		{"bytes", []byte("v"), present},
		{"a source", &slog.Source{Function: "f", File: "file.go", Line: 1}, anything},
		{"a level", slog.LevelWarn, present},
	}
	var cs []scene
	for _, v := range values {
		cs = append(cs,
			scene{v.name + " in the record", func(l *slog.Logger) { l.Info("m", "a", "1", "k", v.value, "b", "2") }, tree{"a": "1", "k": v.want, "b": "2"}},
			scene{v.name + " in With", func(l *slog.Logger) { l.With("a", "1", "k", v.value).Info("m", "b", "2") }, tree{"a": "1", "k": v.want, "b": "2"}},
			scene{v.name + " in a group", func(l *slog.Logger) { l.Info("m", slog.Group("g", "k", v.value, "b", "2")) }, tree{"g": tree{"k": v.want, "b": "2"}}},
		)
	}
	return cs
}
