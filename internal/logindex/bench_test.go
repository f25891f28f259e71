package logindex

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/logline"
)

// largeID is the id of the nth trace of a large log.
func largeID(n int) (id trace.TraceID) {
	r := rand.NewPCG(uint64(n), 17)
	binary.BigEndian.PutUint64(id[:], r.Uint64())
	binary.BigEndian.PutUint64(id[8:], r.Uint64())
	return id
}

// writeLarge writes records of about 300 bytes, one in ten of which has no trace. Of the
// traces, some 20 are open at a time.
func writeLarge(t testing.TB, path string, size int64, perTrace int) (traces int, written int64) {
	t.Helper()
	f, err := os.Create(path)
	assert.NoError(t, err)
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	at := start
	type open struct{ id, left int }
	var all []open
	withTrace := 0
	for n := 0; written < size; n++ {
		for len(all) < 20 {
			traces++
			all = append(all, open{traces, perTrace})
		}
		ids := fmt.Sprintf(`"job":"restock","shard":%d,"note":"records of jobs have no trace"`, n%7)
		if n%10 > 0 {
			i := withTrace * 7 % len(all)
			withTrace++
			ids = fmt.Sprintf(`"trace_id":"%s","span_id":"%016x","trace_flags":"01"`, largeID(all[i].id), n+1)
			if all[i].left--; all[i].left == 0 {
				all = append(all[:i], all[i+1:]...)
			}
		}
		level, at := "INFO", at.Add(time.Duration(n)*time.Microsecond)
		if n%97 == 0 {
			level = "ERROR"
		}
		k, _ := fmt.Fprintf(w, `{"time":"%s","level":"%s","msg":"request done",%s,"service.name":"shop","method":"GET","path":"/api/v1/orders/%d","status":200,"took":1834212,"bytes":5120,"peer":"10.0.17.3:44120","user":{"id":%d,"plan":"free"}}`+"\n",
			at.Format(time.RFC3339Nano), level, ids, n%1000, n)
		written += int64(k)
	}
	assert.NoError(t, w.Flush())
	return traces, written
}

// largeSize is the size of large logs: by default, 16 MiB.
func largeSize() int64 {
	if n, err := strconv.ParseInt(os.Getenv("SPANLOG_INDEX_MIB"), 10, 64); err == nil {
		return n << 20
	}
	return 16 << 20
}

// BenchmarkIndex indexes a log whose size SPANLOG_INDEX_MIB sets, and reports how fast that
// is by the clock and by the time of processors, and how much memory the process has in the
// end, with the index. For a log of 1 GiB:
//
//	SPANLOG_INDEX_MIB=1024 go test -run '^$' -bench 'Index$' -benchtime 5x ./internal/logindex
//
// TMPDIR says where the log is written to.
func BenchmarkIndex(b *testing.B) {
	for _, perTrace := range []int{10, 1} {
		b.Run(fmt.Sprint("records=", perTrace), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "app.log")
			_, size := writeLarge(b, path, largeSize(), perTrace)
			b.SetBytes(size)
			began := cpu()
			var x *Index
			for b.Loop() {
				if x != nil {
					assert.NoError(b, x.Close())
				}
				var err error
				x, err = Open([]string{path}, Options{})
				assert.NoError(b, err)
				assert.NoError(b, x.Wait(context.Background()))
			}
			reportCPU(b, size, began)
			b.ReportMetric(memory("VmRSS"), "MiB")
			assert.NoError(b, x.Close())
		})
	}
}

// BenchmarkHeads is what it takes to split the same log and find the heads of its lines.
func BenchmarkHeads(b *testing.B) {
	path := filepath.Join(b.TempDir(), "app.log")
	_, size := writeLarge(b, path, largeSize(), 10)
	b.SetBytes(size)
	began := cpu()
	for b.Loop() {
		f, err := os.Open(path)
		assert.NoError(b, err)
		in := bufio.NewReaderSize(f, 256<<10)
		var s logline.Scanner
		var h logline.Head
		for {
			line, err := in.ReadSlice('\n')
			if err != nil {
				break
			}
			s.Head(line, &h)
		}
		assert.NoError(b, f.Close())
	}
	reportCPU(b, size, began)
}

// reportCPU reports the speed by the time that the processors took, which others on the
// machine add less to, where the system tells. It is of all that the benchmark does.
func reportCPU(b *testing.B, size int64, began time.Duration) {
	if used := cpu() - began; used > 0 {
		b.ReportMetric(float64(size)*float64(b.N)/1e6/used.Seconds(), "MB/cpu-s")
	}
}

// BenchmarkTrace finds traces all over a log.
func BenchmarkTrace(b *testing.B) {
	for _, perTrace := range []int{10, 1} {
		b.Run(fmt.Sprint("records=", perTrace), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "app.log")
			traces, _ := writeLarge(b, path, largeSize(), perTrace)
			began := time.Now()
			x := open(b, Options{}, path)
			took := time.Since(began)
			n, slowest := 0, time.Duration(0)
			for b.Loop() {
				n = (n + 7919) % (traces - 20)
				began := time.Now()
				got, err := x.Trace(context.Background(), largeID(n+1))
				assert.NoError(b, err)
				slowest = max(slowest, time.Since(began))
				if len(got.Lines) != perTrace {
					b.Fatalf("trace %d has %d lines", n+1, len(got.Lines))
				}
			}
			b.ReportMetric(float64(slowest.Microseconds())/1000, "slowest-ms")
			b.ReportMetric(float64(largeSize())/1e6/took.Seconds(), "index-MB/s")
			b.ReportMetric(memory("VmHWM"), "peak-MiB")
			b.ReportMetric(float64(heapOf(x))/(1<<20), "heap-MiB")
		})
	}
}

// heapOf is what is on the heap while x is.
func heapOf(x *Index) uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	runtime.KeepAlive(x)
	return m.HeapAlloc
}

// memory is how much the process has, or has had at most, where the system tells.
func memory(name string) float64 {
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(status), name+":")
	var kib float64
	_, _ = fmt.Sscan(rest, &kib)
	return kib / 1024
}
