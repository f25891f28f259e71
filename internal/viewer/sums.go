package viewer

// Sums: what received spans come to, kept from one list to the next.

import (
	"context"
	"sync"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/tracejoin"
	"github.com/spanlog/spanlog/internal/zipkin"
)

// sums are what the spans of received traces come to. Tens of thousands of traces may have been received,
// and a list of them is asked for again and again: only those that have got spans since are added up anew
// (BenchmarkTraces). The zero value is ready.
type sums struct {
	mu sync.Mutex // held while spans are added up, so that two lists do not do the same work
	// known is never written to once it is here, but replaced as a whole: lists look into it without
	// the lock. So it also loses the traces that the store has forgotten.
	known map[trace.TraceID]versionSum
}

// A versionSum is what one state of a trace comes to.
type versionSum struct {
	version uint64 // zipkin.Version.Number, which was asked for before the spans
	tracejoin.Sum
}

// of returns the sums of all traces of a store. If ctx ends, there are fewer, and the error is ctx's; what was
// added up stays for the next time. The caller must not write to the map.
func (s *sums) of(ctx context.Context, store *zipkin.Store) (map[trace.TraceID]versionSum, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	versions := store.Versions()
	now := make(map[trace.TraceID]versionSum, len(versions))
	var err error
	for _, v := range versions {
		id, ok := traceID(v.TraceID)
		if !ok {
			continue // zeros only, which no page can show
		}
		one, ok := s.known[id]
		if !ok || one.version != v.Number {
			if err = ctx.Err(); err != nil {
				if ok {
					now[id] = one // as it was; its version tells that it is to be made anew
				}
				continue // what is known already is to stay
			}
			// If a span comes in between, the sum has it, and is made once more the next time.
			one = versionSum{v.Number, tracejoin.SumOf(store.Trace(v.TraceID))}
		}
		if one.Spans > 0 { // or it was evicted meanwhile
			now[id] = one
		}
	}
	s.known = now
	return now, err
}
