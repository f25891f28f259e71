package spanlog_test

import (
	"bytes"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
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

// A branching is never the same either, and has two of its kind in it.
type branching []int

func (b branching) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("x", append(b, 0)), slog.Any("y", append(b, 1)))
}

// friends are nodes that all know each other.
func friends(n int) *node {
	all := make([]*node, n)
	for i := range all {
		all[i] = &node{name: strconv.Itoa(i)}
	}
	for _, f := range all {
		f.kids = all
	}
	return all[0]
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
			assert.Equal(t, test.name, written(t, opts, nil, test.log), test.want)
		}
		assert.Equal(t, test.name+", around a handler", relayed(nil, test.log), test.want)
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

// TestValuerBranching: nor do many of them take longer than they may.
func TestValuerBranching(t *testing.T) {
	for _, v := range []slog.LogValuer{branching{}, friends(12)} {
		line := written(t, nil, nil, func(l *slog.Logger) { l.Info("m", "v", v, "b", 2) })
		if !strings.Contains(line, `"!ERROR:more than 10000 LogValuers within one"`) || !strings.HasSuffix(line, `,"b":2}`) || len(line) > 10<<20 {
			t.Errorf("got %d bytes: %.200s", len(line), line)
		}
		// What one has used up, another one has not.
		line = written(t, nil, nil, func(l *slog.Logger) { l.Info("m", "v", v, "w", family()) })
		if !strings.HasSuffix(line, `,"w":{"name":"p","kid0":{"name":"a","parent":"!ERROR:encountered a cycle via *spanlog_test.node"},"kid1":{"name":"b","parent":"!ERROR:encountered a cycle via *spanlog_test.node"}}}`) {
			t.Errorf("the end is %s", line[len(line)-300:])
		}
	}
}

// TestGroupPaths: ReplaceAttr is given the path of an attribute, also where it logs itself to a
// logger with the same groups.
func TestGroupPaths(t *testing.T) {
	var l *slog.Logger
	var paths []string
	log := func(key string) { l.Info("m", slog.Group(key, "first", 1, "second", 2)) }
	l = timeless(open(t, &spanlog.Options{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 4 {
			if a.Key == "first" && groups[3] == "v" {
				log("other")
			}
			paths = append(paths, strings.Join(groups, ".")+"."+a.Key)
		}
		return a
	}}, spanlog.Writer{Writer: new(bytes.Buffer)}).Handler()).WithGroup("0").WithGroup("1").WithGroup("2")
	log("v")
	assert.Equal(t, "paths", strings.Join(paths, " "), "0.1.2.other.first 0.1.2.other.second 0.1.2.v.first 0.1.2.v.second")
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
	assert.Equal(t, "paths", strings.Join(ours, "\n"), strings.Join(paths, "\n"))
	if len(ours) != 101 {
		t.Errorf("%d paths", len(ours))
	}
}
