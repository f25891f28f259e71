//go:build !purego

package rawslog

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"
)

// TestKnown: with this version of Go, nothing has to be asked the slow way. If it fails,
// records come out right all the same.
func TestKnown(t *testing.T) {
	if !recordKnown || !valueKnown {
		t.Errorf("records %v, values %v: slog's types have changed", recordKnown, valueKnown)
	}
}

// TestAttrs: a record has the attributes that it says it has, in their order.
func TestAttrs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := slog.NewRecord(time.Now(), slog.LevelInfo, "m", 1)
		for range rapid.IntRange(0, 4).Draw(t, "calls") {
			for range rapid.IntRange(0, 4).Draw(t, "attributes") {
				r.Add(rapid.StringN(0, 3, -1).Draw(t, "key"), rapid.Int().Draw(t, "value"))
			}
			if rapid.Bool().Draw(t, "cloned") {
				r = r.Clone()
			}
		}
		front, back, ok := Attrs(&r)
		if got, want := slices.Concat(front, back), collect(r); !ok || !slices.EqualFunc(got, want, slog.Attr.Equal) {
			t.Fatalf("got %v %v, want %v", got, ok, want)
		}
	})
}

// TestValues: a value is what its own methods say it is.
func TestValues(t *testing.T) {
	kinds := []*rapid.Generator[any]{
		rapid.String().AsAny(), rapid.Int64().AsAny(), rapid.Uint64().AsAny(), rapid.Float64().AsAny(), rapid.Bool().AsAny(), rapid.SliceOf(rapid.Byte()).AsAny(),
		rapid.Map(rapid.Int64(), func(n int64) any { return time.Duration(n) }),
		rapid.Map(rapid.Int64(), func(n int64) any { return time.Unix(n, 0) }),
		rapid.Map(rapid.String(), func(s string) any { return errors.New(s) }),
		rapid.Map(rapid.String(), func(s string) any { return fmt.Errorf("%s: %w", s, errors.ErrUnsupported) }),
		rapid.Map(rapid.String(), func(s string) any { return slog.GroupValue(slog.String("k", s)) }),
	}
	rapid.Check(t, func(t *rapid.T) {
		v := slog.AnyValue(rapid.OneOf(kinds...).Draw(t, "value"))
		if !asExpected(v) {
			t.Fatalf("%v is read otherwise", v)
		}
	})
}

// TestSameLayout: what is not the same is seen.
func TestSameLayout(t *testing.T) {
	for _, test := range []struct {
		name string
		t    reflect.Type
		want bool
	}{
		{"slog's", reflect.TypeFor[slog.Value](), true},
		{"another order", reflect.TypeFor[struct {
			any any
			num uint64
		}](), false},
		{"another name", reflect.TypeFor[struct {
			_      [0]func()
			number uint64
			any    any
		}](), false},
		{"one field more", reflect.TypeFor[struct {
			value
			more int
		}](), false},
	} {
		if got := sameLayout(reflect.TypeFor[value](), test.t); got != test.want {
			t.Errorf("%s: got %v", test.name, got)
		}
	}
}

// TestUnknown: without knowing the layouts, values are the same, and Attrs says so.
func TestUnknown(t *testing.T) {
	defer func(r, v bool, text, kind unsafe.Pointer) {
		recordKnown, valueKnown, textType, kindType = r, v, text, kind
	}(recordKnown, valueKnown, textType, kindType)
	recordKnown = false
	forgetValues()
	r := slog.NewRecord(time.Time{}, 0, "", 0)
	r.AddAttrs(slog.Int("a", 1))
	if _, _, ok := Attrs(&r); ok {
		t.Error("Attrs knows")
	}
	v := slog.AnyValue(errors.New("text"))
	if s, ok := Text(&v); s != "text" || !ok {
		t.Errorf("Text: got %q %v", s, ok)
	}
	v = slog.Int64Value(-1)
	if IsNumber(&v) {
		t.Error("IsNumber knows")
	}
	v = slog.StringValue("text")
	if IsString(&v) {
		t.Error("IsString knows")
	}
}
