package spanlog

import (
	"math"
	"sync"
	"testing"
)

// TestTally: nothing is lost where the word of recent records is emptied, by many at once.
func TestTally(t *testing.T) {
	const each = 1 << 20
	for _, test := range []struct {
		name  string
		bytes uint64
	}{
		{"none", 0},
		{"few bytes", 250},
		{"many bytes", 1<<32 - 1},
		{"more than are counted in the word", 1 << 33},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.bytes > math.MaxInt {
				t.Skip("no line is so long here")
			}
			var c tally
			var wg sync.WaitGroup
			for range 2 {
				wg.Go(func() {
					for range each {
						c.add(int(test.bytes))
					}
				})
			}
			for range 100 {
				c.addMany(2, 10)
				c.sums()
			}
			wg.Wait()
			records, bytes := c.sums()
			if want := uint64(2*each + 200); records != want {
				t.Errorf("%d records, want %d", records, want)
			}
			if want := 2*each*test.bytes + 1000; bytes != want {
				t.Errorf("%d bytes, want %d", bytes, want)
			}
		})
	}
}
