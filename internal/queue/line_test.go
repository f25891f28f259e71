package queue

import (
	"math"
	"testing"
)

// TestLine puts on and takes off with counts that are at their end, as they are
// after two to the power of 32 items where an int has 32 bits.
func TestLine(t *testing.T) {
	for _, tt := range []struct {
		name  string
		start uint
		items int
	}{
		{"from the beginning", 0, 100},
		{"one ring full", 0, smallest},
		{"one more", 0, smallest + 1},
		{"from within a ring", 5, smallest + 1},
		{"past the largest int", math.MaxInt - 5, 100},
		{"past the end, in one ring", math.MaxUint - 5, smallest},
		{"past the end, as it grows", math.MaxUint - smallest + 1, 100},
		{"past the end, after it has grown", math.MaxUint - 40, 64},
	} {
		l := line[int]{head: tt.start, tail: tt.start}
		for round := range 3 {
			for i := range tt.items {
				l.push(item[int]{v: i, size: i})
			}
			if want := tt.items * (tt.items - 1) / 2; l.len() != tt.items || l.bytes != want {
				t.Errorf("%s, round %d: %d items and %d bytes, want %d and %d", tt.name, round, l.len(), l.bytes, tt.items, want)
			}
			for i := range tt.items {
				if got := l.pop(); got.v != i {
					t.Fatalf("%s, round %d: item %d is %d", tt.name, round, i, got.v)
				}
			}
			if l.len() != 0 || l.bytes != 0 {
				t.Errorf("%s, round %d: %d items and %d bytes at the end", tt.name, round, l.len(), l.bytes)
			}
		}
		for i, it := range l.ring {
			if it != (item[int]{}) {
				t.Errorf("%s: %v is left at %d of the ring", tt.name, it, i)
			}
		}
	}
}
