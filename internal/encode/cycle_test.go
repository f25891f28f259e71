package encode

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

type (
	tree     []tree
	listener struct{ next *listener }
	holder   struct{ in any }
	named    map[string]any
	wide     struct {
		a [2]any
		m map[string][]any
	}
)

func (named) String() string { return "named" }

// around returns a map with something in it that the map is in.
func around(within func(m any) any) any {
	m := map[string]any{}
	m["in"] = within(m)
	return m
}

func TestCycles(t *testing.T) {
	slice := []any{1, nil, 3}
	slice[1] = slice
	kids := tree{{}, nil}
	kids[1] = kids
	byPointer := &listener{}
	byPointer.next = byPointer
	hidden := named{}
	hidden["in"] = hidden
	var inInterface any = slice
	far := any(1)
	for range 3 * untracked {
		far = []any{far}
	}
	shared := []any{1}
	const inMap, inSlice = "map[string]interface {}", "[]interface {}"
	for _, test := range []struct {
		name string
		v    any
		want string // a type on the way around; "" for no cycle
	}{
		{"a map", around(func(m any) any { return m }), inMap},
		{"a slice", slice, inSlice},
		{"a type made of itself", kids, "encode.tree"},
		{"behind a pointer", &slice, inSlice},
		{"in a struct", around(func(m any) any { return holder{m} }), inMap},
		{"in an array", around(func(m any) any { return [2]any{1, m} }), inMap},
		{"in a slice of maps", around(func(m any) any { return []map[string]any{m.(map[string]any)} }), "[]" + inMap},
		{"beside others", around(func(m any) any { return wide{a: [2]any{1, "x"}, m: map[string][]any{"x": {1, m}}} }), inSlice},
		{"twice", around(func(m any) any { return []any{m, m} }), inSlice},
		{"in a reflect.Value", reflect.ValueOf(slice), inSlice},
		{"in a reflect.Value of an interface", reflect.ValueOf(&inInterface).Elem(), inSlice},
		{"hidden from its own text", holder{hidden}, "encode.named"},
		{"behind a pointer that is not followed", around(func(m any) any { return &m }), ""},
		{"behind a pointer to an interface", &inInterface, ""},
		{"a pointer to itself", byPointer, ""},
		{"with a text of its own", hidden, ""},
		{"with a text of its own, within", []any{hidden}, ""},
		{"deep", far, ""},
		{"the same twice", []any{shared, shared}, ""},
		{"nil", nil, ""},
		{"nil maps", []any{map[string]any(nil), []any(nil), (*[]any)(nil), nil}, ""},
		{"an invalid reflect.Value", reflect.Value{}, ""},
		{"bytes", []byte("abc"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := "!ERROR:encountered a cycle via " + test.want
			if test.want == "" {
				want = fmt.Sprintf("%+v", test.v)
			}
			if got := AnyText("%+v", test.v); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

// TestCyclesProperty builds values of maps, slices, arrays and structs within each other, of
// which some are put into themselves, and compares with who put them there.
func TestCyclesProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cyclic := false
		var open []any // the maps and slices around
		var build func(depth int) any
		build = func(depth int) any {
			switch kind := rapid.IntRange(0, 7).Draw(t, "kind"); {
			case depth == 0 || kind == 0:
				return depth
			case kind == 1:
				m := map[string]any{}
				open = append(open, m)
				for i := range rapid.IntRange(0, 3).Draw(t, "entries") {
					m[fmt.Sprint(i)] = build(depth - 1)
				}
				open = open[:len(open)-1]
				return m
			case kind == 2:
				s := []any{nil, nil, nil}[:rapid.IntRange(1, 3).Draw(t, "elements")]
				open = append(open, s)
				for i := range s {
					s[i] = build(depth - 1)
				}
				open = open[:len(open)-1]
				return s
			case kind == 3:
				return holder{build(depth - 1)}
			case kind == 4:
				return [2]any{build(depth - 1), build(depth - 1)}
			case kind == 5:
				return map[string][]any{"x": {build(depth - 1)}}
			case kind == 6 && len(open) > 0 && rapid.IntRange(0, 3).Draw(t, "again") == 0:
				cyclic = true
				return rapid.SampledFrom(open).Draw(t, "which")
			}
			return "leaf"
		}
		v := build(rapid.IntRange(1, 5).Draw(t, "depth"))
		got := AnyText("%v", v)
		if is := strings.HasPrefix(got, "!ERROR:"); is != cyclic {
			t.Fatalf("cyclic: %t, but %.200s", cyclic, got)
		}
		if !cyclic && got != fmt.Sprint(v) {
			t.Fatalf("got %s, want %v", got, v)
		}
	})
}
