package spanlog_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/spanlog/spanlog"
)

// A lateHandler looks at what it is given only once it is let.
type lateHandler struct {
	slog.Handler // not used
	let          chan struct{}
	look         func(slog.Attr)
}

func (h *lateHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h *lateHandler) Handle(_ context.Context, r slog.Record) error {
	<-h.let
	r.Attrs(func(a slog.Attr) bool {
		h.look(a)
		return true
	})
	return nil
}

// later logs values, does something, and returns them as a handler behind an Async
// then sees them.
func later(t testing.TB, opts *spanlog.Options, ctx context.Context, do func(), values ...any) (seen []any) {
	t.Helper()
	h := &lateHandler{let: make(chan struct{})}
	h.look = func(a slog.Attr) { seen = append(seen, plainly(a.Value)) }
	l := open(t, opts, spanlog.Async{Sink: spanlog.Relay{Handler: h}})
	r := slog.NewRecord(time.Now(), slog.LevelInfo, "m", 0)
	for i, v := range values {
		r.AddAttrs(slog.Any(fmt.Sprint("v", i), v))
	}
	if err := l.Handler().Handle(ctx, r); err != nil {
		t.Fatal(err)
	}
	do()
	close(h.let)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return seen
}

// plainly is a value without slog's own pointers.
func plainly(v slog.Value) any {
	if v = v.Resolve(); v.Kind() != slog.KindGroup {
		return v.Any()
	}
	var members []any
	for _, m := range v.Group() {
		members = append(members, m.Key, plainly(m.Value))
	}
	return members
}

type (
	point struct{ X, Y int }
	half  struct { // some of it cannot be copied, but was given by value
		Tags   []string
		hidden int
	}
	holder struct {
		Any    any
		Map    map[string][]int
		Point  *point
		Points [2]*point
		Next   *holder
	}
)

func newHolder(next *holder) *holder {
	return &holder{[]int{1}, map[string][]int{"a": {1}}, &point{1, 2}, [2]*point{nil, {3, 4}}, next}
}

func (h *holder) change() {
	h.Any.([]int)[0]++
	h.Map["a"][0]++
	h.Map["b"] = nil
	h.Point.X++
	h.Points[1].X++
	if h.Next != nil {
		h.Next.change()
	}
}

// within puts a value into n maps.
func within(n int, v any) any {
	for range n {
		v = map[string]any{"in": v}
	}
	return v
}

// TestOwned: what the caller changes after the call is not seen, nor read.
func TestOwned(t *testing.T) {
	for _, test := range []struct {
		name   string
		value  func() any
		change func(v any)
	}{
		{"slice", func() any { return []int{1, 2} }, func(v any) { v.([]int)[0]++ }},
		{"bytes", func() any { return []byte("abc") }, func(v any) { v.([]byte)[0]++ }},
		{"raw JSON", func() any { return json.RawMessage(`"a"`) }, func(v any) { v.(json.RawMessage)[1]++ }},
		{"part of a slice", func() any { return []int{1, 2, 3}[:1] }, func(v any) { v.([]int)[:3][0]++ }},
		{"slice of slices", func() any { return [][]int{{1}, {2}} }, func(v any) { v.([][]int)[1][0]++ }},
		{"slice of anything", func() any { return []any{1, []int{2}} }, func(v any) { v.([]any)[1].([]int)[0]++ }},
		{"slice of arrays", func() any { return [][1][]int{{{1}}} }, func(v any) { v.([][1][]int)[0][0][0]++ }},
		{"slice of pointers", func() any { return []*point{{1, 2}} }, func(v any) { v.([]*point)[0].X++ }},
		{"slice of structs", func() any { return []point{{1, 2}} }, func(v any) { v.([]point)[0].X++ }},
		{"slice of times", func() any { return []time.Time{noon} }, func(v any) { v.([]time.Time)[0] = noon.Add(time.Hour) }},
		{"slice of halves", func() any { return []half{{[]string{"a"}, 1}} }, func(v any) { v.([]half)[0].Tags[0] += "b"; v.([]half)[0].hidden++ }},
		{"map", func() any { return map[string]int{"a": 1} }, func(v any) { v.(map[string]int)["b"]++ }},
		{"map of maps", func() any { return map[string]map[int]bool{"a": {}} }, func(v any) { v.(map[string]map[int]bool)["a"][1] = true }},
		{"map of slices", func() any { return map[int][]int{1: {1}} }, func(v any) { v.(map[int][]int)[1][0]++ }},
		{"map of pointers", func() any { return map[string]*point{"a": {1, 2}} }, func(v any) { v.(map[string]*point)["a"].Y++ }},
		{"map of anything", func() any { return map[any]any{1: []any{"a"}, "b": map[string]any{"c": []int{1}}} }, func(v any) {
			v.(map[any]any)["b"].(map[string]any)["c"].([]int)[0]++
			v.(map[any]any)[1].([]any)[0] = 0
		}},
		{"JSON, as deep as we follow", func() any { return within(15, []int{1}) }, func(v any) {
			for m, ok := v.(map[string]any); ok; m, ok = v.(map[string]any) {
				v = m["in"]
			}
			v.([]int)[0]++
		}},
		{"pointer", func() any { return new(int) }, func(v any) { *v.(*int)++ }},
		{"pointer to a pointer", func() any { p := new(int); return &p }, func(v any) { **v.(**int)++ }},
		{"pointer to a slice", func() any { return &[]int{1} }, func(v any) { p := v.(*[]int); *p = append(*p, 1) }},
		{"pointer to a map", func() any { return &map[string]int{"a": 1} }, func(v any) { (*v.(*map[string]int))["a"]++ }},
		{"pointer to an array", func() any { return &[2]int{1, 2} }, func(v any) { v.(*[2]int)[1]++ }},
		{"pointer to an interface", func() any { p := any(1); return &p }, func(v any) { *v.(*any) = (*v.(*any)).(int) + 1 }},
		{"pointer to a struct", func() any { return &point{1, 2} }, func(v any) { v.(*point).X++ }},
		{"pointer to a struct with a time", func() any { return &struct{ At time.Time }{noon} }, func(v any) { p := v.(*struct{ At time.Time }); p.At = p.At.Add(1) }},
		{"pointer of a named type", func() any { return pointPtr(&point{1, 2}) }, func(v any) { v.(pointPtr).X++ }},
		{"array of pointers", func() any { return [2]*point{{1, 2}, nil} }, func(v any) { v.([2]*point)[0].X++ }},
		{"struct", func() any { return *newHolder(nil) }, func(v any) { h := v.(holder); h.change() }},
		{"struct with unexported fields", func() any { return half{[]string{"a"}, 1} }, func(v any) { v.(half).Tags[0] += "b" }},
		{"structs in structs", func() any { return newHolder(newHolder(newHolder(nil))) }, func(v any) { v.(*holder).change() }},
		{"source", func() any { return &slog.Source{File: "a.go", Line: 1} }, func(v any) { v.(*slog.Source).Line++ }},
		{"group", func() any { return slog.GroupValue(slog.Any("a", []int{1}), slog.Int("b", 2)) }, func(v any) { v.(slog.Value).Group()[0].Value.Any().([]int)[0]++ }},
		{"group's members", func() any { return slog.GroupValue(slog.Any("a", 1), slog.Int("b", 2)) }, func(v any) { v.(slog.Value).Group()[1] = slog.Int("c", 3) }},
		{"group in a group", func() any { return slog.GroupValue(slog.Group("g", slog.Any("a", map[int]int{1: 1}))) }, func(v any) { v.(slog.Value).Group()[0].Value.Group()[0].Value.Any().(map[int]int)[1]++ }},
		{"source in a group", func() any { return slog.GroupValue(slog.Any("s", &slog.Source{File: "a.go"})) }, func(v any) { v.(slog.Value).Group()[0].Value.Any().(*slog.Source).Line++ }},
		{"LogValuer", func() any { return lazy{[]int{1}} }, func(v any) { v.(lazy).v.([]int)[0]++ }},
		{"errors beside others", func() any { return []any{io.EOF, []int{1}} }, func(v any) { v.([]any)[1].([]int)[0]++; v.([]any)[0] = io.ErrNoProgress }},
		{"slices of one array", func() any { s := []any{1, []int{2}, 3}; return []any{s[:1], s, s[:2]} }, func(v any) { v.([]any)[1].([]any)[1].([]int)[0]++ }},
		{"a pointer twice", func() any { p := &holder{Point: &point{1, 2}}; return []*holder{p, p} }, func(v any) { v.([]*holder)[1].Point.X++ }},
	} {
		for name, opts := range map[string]*spanlog.Options{"": nil, " replaced": {ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { return a }}} {
			t.Run(test.name+name, func(t *testing.T) {
				v, want := test.value(), plainly(slog.AnyValue(test.value()))
				stop := make(chan struct{})
				var wg sync.WaitGroup
				seen := later(t, opts, bg, func() {
					test.change(v)
					if reflect.DeepEqual(plainly(slog.AnyValue(v)), want) {
						t.Error("nothing was changed")
					}
					wg.Go(func() { // goes on with it, for the race detector
						for {
							select {
							case <-stop:
								return
							default:
								test.change(v)
								time.Sleep(time.Microsecond)
							}
						}
					})
				}, v)
				close(stop)
				wg.Wait()
				if len(seen) != 1 || !reflect.DeepEqual(seen[0], want) {
					t.Errorf("got %+v, want %+v", seen, want)
				}
			})
		}
	}
}

type pointPtr *point

// TestOwnedLongWay: what was not copied whole, as it was too deep there, is so where
// it is not.
func TestOwnedLongWay(t *testing.T) {
	s := []int{1}
	short := map[string]any{"a": []any{s}}
	seen := later(t, nil, bg, func() { s[0]++ }, []any{within(13, short), short})
	if got := fmt.Sprint(seen[0].([]any)[1]); got != "map[a:[[1]]]" {
		t.Errorf("got %v", got)
	}
}

// TestOwnedKeys: what keys of maps point to is copied as well.
func TestOwnedKeys(t *testing.T) {
	p, q := &point{1, 2}, &point{1, 2}
	seen := later(t, nil, bg, func() { p.X++; q.X++ }, map[*point]string{p: "p", q: "q", nil: "nil"}, map[any]int{p: 1, 2: 2})
	values := ""
	for k, v := range seen[0].(map[*point]string) {
		if k != nil && *k != (point{1, 2}) {
			t.Errorf("got %v", *k)
		}
		values += v
	}
	if len(values) != 5 || len(seen[1].(map[any]int)) != 2 {
		t.Errorf("got %v", seen)
	}
}

// TestOwnedContext: attributes of the context are copied as well, and the context's
// end is not seen.
func TestOwnedContext(t *testing.T) {
	s := []int{1}
	ctx, cancel := context.WithCancel(spanlog.With(bg, "s", s))
	seen := later(t, nil, ctx, func() { s[0]++; cancel() })
	if fmt.Sprint(seen) != "[[1]]" {
		t.Errorf("got %v", seen)
	}
}

// A guarded value has a lock, by which alone it may be read.
type (
	guarded struct {
		sync.Mutex
		N int
	}
	guardedHolder  struct{ Inner guarded }
	guardedArray   struct{ Inner [2]guarded }
	guardedPointer struct {
		Mu *sync.Mutex
		N  int
	}
	guardedLocker struct {
		Mu sync.Locker
		N  int
	}
	counters struct{ N atomic.Int64 }
	own      struct {
		mu sync.Mutex
		N  int
	}
)

// private returns a value whose lock nobody else can take.
func private(n int) *own {
	p := new(own)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.N = n
	return p
}

// TestOwnedKept: what cannot be copied, or is not ours to read, is the caller's.
func TestOwnedKept(t *testing.T) {
	var mu sync.Mutex
	for _, test := range []struct {
		name  string
		value any // pointer, function, channel or slice
	}{
		{"a lock within", new(guarded)},
		{"a lock further within", new(guardedHolder)},
		{"locks in an array", new(guardedArray)},
		{"an array of locks", new([2]guarded)},
		{"a lock elsewhere", &guardedPointer{Mu: &mu}},
		{"a lock of any kind", &guardedLocker{Mu: &mu}},
		{"a slice of locks", make([]guarded, 2)},
		{"a slice of counters", make([]atomic.Int64, 2)},
		{"a counter", new(atomic.Int64)},
		{"a counter within", new(counters)},
		{"a lock of its own", private(0)},
		{"a WaitGroup", new(sync.WaitGroup)},
		{"a Builder", new(strings.Builder)},
		{"an error", &fs.PathError{Op: "open", Err: io.EOF}},
		{"a function", func() {}},
		{"a channel", make(chan int)},
		{"an unsafe pointer", unsafe.Pointer(&mu)},
	} {
		for _, how := range []struct {
			name string
			wrap func(any) any
			open func(any) any
		}{
			{"by itself", func(v any) any { return v }, func(v any) any { return v }},
			{"in a slice", func(v any) any { return []any{v} }, func(v any) any { return v.([]any)[0] }},
			{"in a map", func(v any) any { return map[string]any{"a": v} }, func(v any) any { return v.(map[string]any)["a"] }},
			{"in a struct", func(v any) any { return &holder{Any: v} }, func(v any) any { return v.(*holder).Any }},
		} {
			t.Run(test.name+" "+how.name, func(t *testing.T) {
				seen := later(t, nil, bg, func() {}, how.wrap(test.value))
				got, want := reflect.ValueOf(how.open(seen[0])), reflect.ValueOf(test.value)
				if got.Type() != want.Type() || got.Pointer() != want.Pointer() {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		}
	}
}

// TestOwnedLocked: what is guarded by a lock is never read without it, neither in
// the call nor later.
func TestOwnedLocked(t *testing.T) {
	h, p, a := new(guardedHolder), &guardedPointer{Mu: new(sync.Mutex)}, make([]guarded, 1)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			for _, g := range []*guarded{&h.Inner, &a[0]} {
				g.Lock()
				g.N++
				g.Unlock()
			}
			p.Mu.Lock()
			p.N++
			p.Mu.Unlock()
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	for range 100 {
		later(t, nil, bg, func() {}, h, p, a)
	}
	close(stop)
	wg.Wait()
}

type (
	ring    []ring
	ringMap map[string]ringMap
	ringPtr *ringPtr
	graph   struct {
		Name string
		Next []*graph
	}
)

// TestOwnedCycles: what is in itself is so in the copy, which is as large as the
// original and no larger.
func TestOwnedCycles(t *testing.T) {
	g := &graph{Name: "a"}
	for range 4 {
		g.Next = append(g.Next, g)
	}
	other := &graph{Name: "b", Next: []*graph{g, g}}
	r := make(ring, 2)
	r[0], r[1] = r, r
	m := ringMap{}
	m["a"], m["b"] = m, m
	var p ringPtr
	p = &p
	anys := make([]any, 2)
	anys[0], anys[1] = anys, map[string]any{"up": &anys}
	seen := later(t, nil, bg, func() { g.Name, g.Next[2], r[1], m["c"] = "changed", nil, nil, nil }, g, other, r, m, p, anys)

	if c := seen[0].(*graph); c == g || c.Name != "a" || len(c.Next) != 4 || c.Next[2] != c || c.Next[3] != c {
		t.Error("graph")
	}
	if c := seen[1].(*graph); c.Next[0] == g || c.Next[0] != c.Next[1] || c.Next[0].Next[3] != c.Next[0] {
		t.Error("graph within a graph")
	}
	if c := seen[2].(ring); &c[0] == &r[0] || len(c) != 2 || &c[1][1][0] != &c[0] {
		t.Error("slice")
	}
	if c := seen[3].(ringMap); len(c) != 2 || reflect.ValueOf(c["b"]["a"]).Pointer() != reflect.ValueOf(c).Pointer() {
		t.Error("map")
	}
	if c := seen[4].(ringPtr); c == p || *c != c {
		t.Error("pointer")
	}
	if c := seen[5].([]any); &c[0] == &anys[0] || &c[0].([]any)[0] != &c[0] || len(c) != 2 {
		t.Error("anything")
	}
}

// TestOwnedDeep: what is very deep is not followed to its end.
func TestOwnedDeep(t *testing.T) {
	var list *holder
	for range 1_000_000 {
		list = &holder{Next: list}
	}
	copied := later(t, nil, bg, func() {}, list)[0].(*holder)
	n := 0
	for a, b := copied, list; a != b; a, b = a.Next, b.Next {
		n++
	}
	if n != 16 {
		t.Errorf("followed %d times", n)
	}
}
