package valuer

import (
	"log/slog"
	"testing"
)

// A chain is a LogValuer with others in it, or a number.
type chain struct {
	next  *chain
	group bool
	n     int
}

func (c *chain) LogValue() slog.Value {
	if c.group {
		return slog.GroupValue(slog.Any("next", c.next))
	}
	if c.next != nil {
		return slog.AnyValue(c.next)
	}
	return slog.IntValue(c.n)
}

// TestResolve follows LogValuers within each other, and one after the other. What they come to
// when they do not end is tested with whole records, in the root package.
func TestResolve(t *testing.T) {
	itself := &chain{group: true}
	itself.next = itself
	for _, test := range []struct {
		name string
		v    *chain
		want string
	}{
		{"a number", &chain{n: 1}, "1"},
		{"one after the other", &chain{next: &chain{n: 2}}, "2"},
		{"within each other", &chain{group: true, next: &chain{group: true, next: &chain{n: 3}}}, "3"},
		{"itself", itself, "!ERROR:encountered a cycle via *valuer.chain"},
		{"itself, within another one", &chain{group: true, next: itself}, "!ERROR:encountered a cycle via *valuer.chain"},
	} {
		var within Within
		v := within.Resolve(slog.AnyValue(test.v))
		for v.Kind() == slog.KindGroup {
			v = within.Resolve(v.Group()[0].Value)
		}
		if v.String() != test.want {
			t.Errorf("%s: got %s, want %s", test.name, v, test.want)
		}
	}
}

// TestResolveAllocs: what is no group costs nothing.
func TestResolveAllocs(t *testing.T) {
	v := slog.AnyValue(&chain{n: 1})
	if n := testing.AllocsPerRun(100, func() {
		var within Within
		_ = within.Resolve(v)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
