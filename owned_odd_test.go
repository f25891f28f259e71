package spanlog_test

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"reflect"
	"sync"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"
)

// TestOwnedOdd: no value whatever harms the program, and each comes through.
func TestOwnedOdd(t *testing.T) {
	var nilError *fs.PathError
	var nilPoint *point
	var nilAny *any
	type embedded struct {
		*half
		point
		error
	}
	type blank struct {
		_ int
		_ []int
		A []int
	}
	for _, v := range []any{
		nil, nilPoint, nilAny, error(nilError), []int(nil), map[string]int(nil), (func())(nil), (chan int)(nil), unsafe.Pointer(nil), ringPtr(nil),
		[]int{}, map[int]int{}, [0]int{}, [0][]int{}, struct{}{}, &struct{}{}, &[0]*int{}, []struct{}{{}, {}}, new(any), new(error), []any{nil, nil}, []error{nil, io.EOF},
		true, 'x', uint8(1), uintptr(1), float32(1), complex(1, math.NaN()), "s", time.Second, noon, &noon,
		map[float64]*int{math.NaN(): nil, math.Inf(1): new(int)}, map[float64][]int{math.NaN(): {1}}, map[any]any{math.NaN(): []int{1}, nil: nil, [1]any{2}: 3, point{}: &point{}},
		map[*point]string{nil: "a", {1, 2}: "b"}, map[[1]*point][]int{{}: nil}, map[chan int]any{nil: 1}, map[struct{ A any }]*int{{A: "x"}: nil},
		map[string]any{"f": func() {}, "c": make(chan int), "e": io.EOF, "n": nil}, []func(){nil, func() {}}, struct{ F func() }{}, &struct{ F, G any }{func() {}, make(chan int)},
		embedded{}, &embedded{half: &half{Tags: []string{"a"}}, error: io.EOF}, embedded{half: &half{}, point: point{1, 2}}, blank{A: []int{1}}, &blank{},
		reflect.ValueOf([]int{1}), reflect.TypeFor[int](), &sync.Map{}, new(sync.Once), slog.Default(), slog.Int("a", 1), []slog.Attr{slog.Any("a", []int{1})}, []any{slog.Any("a", []int{1})},
		bg, t.Context(), errNilPanic{}, &errNilPanic{}, secret("x"), json.Number("1"), []json.Marshaler{nil, badMarshaler{}}, &badMarshaler{}, any(&badStringer{}),
		[]*[]*[]int{nil, {nil, {1}}}, [2]map[string][1]*any{{"a": {nil}}, nil}, &[]map[string]*holder{{"a": newHolder(nil)}},
	} {
		t.Run(fmt.Sprintf("%T", v), func(t *testing.T) {
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("panic: %v", p)
				}
			}()
			seen := later(t, nil, bg, func() {}, []any{v}, map[string]any{"v": v}, v)
			if len(seen) < 2 || len(seen[0].([]any)) != 1 || len(seen[1].(map[string]any)) != 1 {
				t.Fatalf("got %v", seen)
			}
			got, want := seen[0].([]any)[0], v
			if reflect.TypeOf(got) != reflect.TypeOf(want) {
				t.Errorf("got a %T, want a %T", got, want)
			}
			if a, b := reflect.ValueOf(got), reflect.ValueOf(want); b.Kind() == reflect.Map && (a.Len() != b.Len() || a.IsNil() != b.IsNil()) || b.Kind() == reflect.Slice && (a.Len() != b.Len() || a.IsNil() != b.IsNil()) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// errNilPanic is an error with a field that is not for everybody.
type errNilPanic struct{ p *int }

func (e errNilPanic) Error() string { return fmt.Sprint(*e.p) }

// TestOwnedProperty makes values by a recipe, twice. One is logged and then changed
// wherever it can be: what is seen is what the other is.
func TestOwnedProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		recipe := rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(rt, "recipe")
		build := func() any { b := maker{bytes: tape{recipe}}; return b.value(0) }
		v, want := build(), build()
		if !reflect.DeepEqual(v, want) {
			rt.Fatal("the recipe makes two values")
		}
		seen := later(t, nil, bg, func() { spoil(reflect.ValueOf(v), map[uintptr]bool{}) }, []any{v})
		if got := seen[0].([]any)[0]; !reflect.DeepEqual(got, want) {
			rt.Fatalf("got %#v, want %#v", got, want)
		}
	})
}

// A maker makes values of bytes.
type maker struct {
	bytes tape
	made  []any // so far, to be used again
}

func (m *maker) value(depth int) (v any) {
	defer func() { m.made = append(m.made, v) }()
	kind := m.bytes.byte() % 12
	if depth > 4 {
		kind %= 3
	}
	n := int(m.bytes.byte() % 4)
	switch kind {
	case 1:
		return fmt.Sprint(n)
	case 2:
		return []int{n, n, n}[:n%4]
	case 3:
		s := make([]any, n)
		for i := range s {
			s[i] = m.value(depth + 1)
		}
		return s
	case 4:
		s := make(map[string]any, n)
		for i := range n {
			s[fmt.Sprint(i)] = m.value(depth + 1)
		}
		return s
	case 5:
		return &point{n, 1}
	case 6:
		p := m.value(depth + 1)
		return &p
	case 7:
		return holder{Any: m.value(depth + 1), Map: map[string][]int{"a": {n}}, Points: [2]*point{{n, 1}, nil}}
	case 8:
		return &holder{Any: m.value(depth + 1), Point: &point{n, n}, Next: &holder{Any: m.value(depth + 1)}}
	case 9:
		return []*point{nil, {n, n}}
	case 10:
		return [2]any{m.value(depth + 1), n}
	case 11:
		if len(m.made) > 0 {
			return m.made[n%len(m.made)]
		}
	}
	return n
}

// spoil changes all that v refers to.
func spoil(v reflect.Value, been map[uintptr]bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if v.IsNil() || v.Kind() != reflect.Slice && been[v.Pointer()] {
			return
		}
		been[v.Pointer()] = true
	}
	switch v.Kind() {
	case reflect.Pointer:
		spoil(v.Elem(), been)
		v.Elem().SetZero()
	case reflect.Interface:
		if !v.IsNil() {
			spoil(v.Elem(), been)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			spoil(v.Field(i), been)
		}
	case reflect.Array:
		for i := range v.Len() {
			spoil(v.Index(i), been)
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i), been)
			v.Index(i).SetZero()
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			spoil(v.MapIndex(k), been)
		}
		v.Clear()
	}
}
