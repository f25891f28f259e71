package spanlog_test

import (
	"io"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/spanlog/spanlog"
)

// TestSoak: what overload leaves in memory has a bound, however long it lasts and
// however many messages there are: a million of them through Async, Limit and
// Failover, whose first sink fails now and then for a while. SPANLOG_SOAK is the
// number of records.
func TestSoak(t *testing.T) {
	const messages, slack = 1_000_000, 1 << 20
	n := records(t, soakVar, 1_000_000)
	warm := min(100_000, n/10)
	var calls atomic.Int64
	flaky := writeFunc(func(b []byte) (int, error) {
		if calls.Add(1)%50_000 < 7 { // long enough to be broken off
			return 0, errBroken
		}
		return len(b), nil
	})
	l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Async{
		Overflow: spanlog.Block, // so that it is the sinks that get the records
		Sink: spanlog.Limit{First: 1, Sink: spanlog.Failover{Sinks: []spanlog.Sink{
			spanlog.Writer{Writer: flaky},
			spanlog.Writer{Writer: io.Discard},
		}}},
	})
	heap := func() int64 {
		flush(t, l)
		runtime.GC() // the second one also empties what pools have left
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	var early int64
	for i := range n {
		if i == warm {
			early = heap()
		}
		message := i % messages
		if i%4 == 0 {
			message = i / 4 % 100 // some are hot
		}
		l.Info("message "+strconv.Itoa(message), "i", i)
	}
	late := heap()
	if late > early+slack {
		t.Errorf("the heap has %d bytes after %d records, %d after %d", early, warm, late, n)
	}
	s := l.Stats().Sinks[0]
	checkSum(t, s, n)
	t.Logf("heap: %.2f MB after %d records, %.2f MB after %d", float64(early)/1e6, warm, float64(late)/1e6, n)
	t.Logf("%d delivered, dropped %v, %d notices, failed over %d, queue %+v", s.Delivered, s.Dropped, s.Notices, s.Sinks[0].FailedOver, *s.Queue)
}
