package benchmarks

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/spanlog/spanlog/internal/race"
	"github.com/spanlog/spanlog/spanlogtest"
)

// TestConformance runs spanlogtest's suite over all peers, and compares the
// table in README.md with the outcome. A peer that fails more than is listed in
// known_test.go fails the test. One that fails less is said to, with -v.
func TestConformance(t *testing.T) {
	columns := make([]*column, len(peers))
	t.Run("peers", func(t *testing.T) {
		for i, p := range peers {
			columns[i] = &column{peer: p, known: known(p.causes), failed: map[string]bool{}}
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				columns[i].run(t)
			})
		}
	})
	t.Run("table", func(t *testing.T) { checkTable(t, columns) })
}

// A column is what the suite finds out about one peer.
type column struct {
	peer  peer
	known map[string]string // the causes, by check

	mu     sync.Mutex
	checks []string        // all that have run, in the order of the suite
	failed map[string]bool // by check
}

func (c *column) run(t *testing.T) {
	opts := &spanlogtest.Options{NoTrace: c.peer.noTrace, Fields: c.peer.fields, Known: maps.Clone(c.known)}
	if race.Enabled {
		// It doesn't run, so nothing can be said about the entry.
		delete(opts.Known, c.peer.racy)
	}
	spanlogtest.TestHandler(t, func(tb testing.TB) (slog.Handler, func() []map[string]any) {
		check := strings.TrimPrefix(tb.Name(), t.Name()+"/")
		if slices.Contains(c.peer.skip, check) {
			tb.Skip("doesn't apply to this peer")
		}
		racy := check == c.peer.racy
		if racy && race.Enabled {
			c.note(check, true)
			tb.Skip("this peer has a data race here, for which the race detector would fail the whole test")
		}
		// A check makes several handlers, and notes the same for each. What a
		// race leads to is luck, so it counts as a failure in any case.
		tb.Cleanup(func() { c.note(check, racy || tb.Failed()) })
		return c.peer.new(tb)
	}, opts)
}

func (c *column) note(check string, failed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, noted := c.failed[check]; !noted {
		c.checks = append(c.checks, check)
	}
	c.failed[check] = failed
}
