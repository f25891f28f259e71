package spanlog_test

import (
	"bytes"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
)

// A node logs what is around it.
type node struct {
	name   string
	parent *node
	kids   []*node
}

func (n *node) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("name", n.name)}
	if n.parent != nil {
		attrs = append(attrs, slog.Any("parent", n.parent))
	}
	for i, k := range n.kids {
		attrs = append(attrs, slog.Any("kid"+strconv.Itoa(i), k))
	}
	return slog.GroupValue(attrs...)
}

// deepening is a LogValuer that is never the same.
type deepening []int

func (e deepening) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("n", len(e)), slog.Any("in", append(e, 0)))
}

// uncomparable cannot be compared, although its type can.
type uncomparable struct{ v any }

func (u uncomparable) LogValue() slog.Value { return slog.GroupValue(slog.Any("in", u)) }

// family is a parent with two kids.
func family() *node {
	p := &node{name: "p"}
	p.kids = []*node{{"a", p, nil}, {"b", p, nil}}
	return p
}

// TestValuerCycles: a LogValuer that is within itself is an error there, and the rest of its
// record is whole, however it comes in.
func TestValuerCycles(t *testing.T) {
	const cycle = `"!ERROR:encountered a cycle via *spanlog_test.node"`
	const tree = `{"name":"p","kid0":{"name":"a","parent":` + cycle + `},"kid1":{"name":"b","parent":` + cycle + `}}`
	for _, test := range []struct {
		name string
		log  func(*slog.Logger)
		want string
	}{
		{"in a record", func(l *slog.Logger) { l.Info("m", "v", family(), "b", 2) }, `{"level":"INFO","msg":"m","v":` + tree + `,"b":2}`},
		{"with With", func(l *slog.Logger) { l.With("v", family()).Info("m", "b", 2) }, `{"level":"INFO","msg":"m","v":` + tree + `,"b":2}`},
		{"inlined", func(l *slog.Logger) { l.Info("m", "", family(), "b", 2) },
			`{"level":"INFO","msg":"m","name":"p","kid0":{"name":"a","parent":` + cycle + `},"kid1":{"name":"b","parent":` + cycle + `},"b":2}`},
		{"twice, not within itself", func(l *slog.Logger) {
			n := &node{name: "n"}
			l.Info("m", "v", slog.GroupValue(slog.Any("x", n), slog.Any("y", n)))
		}, `{"level":"INFO","msg":"m","v":{"x":{"name":"n"},"y":{"name":"n"}}}`},
	} {
		for _, opts := range []*spanlog.Options{nil, {Redact: []string{"password"}}, {ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr { return a }}} {
			equal(t, test.name, written(t, opts, nil, test.log), test.want)
		}
		equal(t, test.name+", around a handler", relayed(nil, test.log), test.want)
	}
}

// TestValuerEndless: one that never ends and cannot be recognised ends all the same.
func TestValuerEndless(t *testing.T) {
	for _, v := range []slog.LogValuer{deepening{}, uncomparable{[]int{}}} {
		line := written(t, nil, nil, func(l *slog.Logger) { l.Info("m", "v", v, "b", 2) })
		if strings.Count(line, `"in"`) != 100 || !strings.HasSuffix(line, `"in":"!ERROR:more than 100 LogValuers within each other"`+strings.Repeat("}", 100)+`,"b":2}`) {
			t.Errorf("got %s", line)
		}
	}
}

// TestDeepGroups: ReplaceAttr sees the path of each attribute, however deep it is, and that of
// one is not that of another.
func TestDeepGroups(t *testing.T) {
	v := slog.IntValue(1)
	for i := range 50 {
		v = slog.GroupValue(slog.Int("before", i), slog.Attr{Key: strconv.Itoa(i), Value: v}, slog.Int("behind", i))
	}
	var paths []string
	opts := &spanlog.Options{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) > 0 {
			paths = append(paths, strings.Join(groups, ".")+"."+a.Key)
		}
		return a
	}}
	var buf, again bytes.Buffer
	open(t, opts, spanlog.Writer{Writer: &buf}).WithGroup("g").Info("m", "v", v)
	ours := paths
	paths = nil
	slog.New(slog.NewJSONHandler(&again, &slog.HandlerOptions{ReplaceAttr: opts.ReplaceAttr})).WithGroup("g").Info("m", "v", v)
	equal(t, "paths", strings.Join(ours, "\n"), strings.Join(paths, "\n"))
	if len(ours) != 101 {
		t.Errorf("%d paths", len(ours))
	}
}
