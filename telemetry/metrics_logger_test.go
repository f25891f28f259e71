package telemetry

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/spanlog/spanlog"
)

// writer is a function that is an io.Writer.
type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

var errNoSpace = errors.New("no space left")

// newLogger makes a logger that is closed at the end of the test.
func newLogger(t testing.TB, sinks ...spanlog.Sink) *spanlog.Logger {
	t.Helper()
	l, err := spanlog.New(&spanlog.Options{Level: slog.LevelInfo, OnError: func(error) {}}, sinks...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// checkStats compares what was collected with the logger's Stats.
func checkStats(t testing.TB, all []point, stats spanlog.Stats) {
	t.Helper()
	find := func(metric, index string, attrs ...string) (n uint64) {
		for _, p := range all {
			match := p.metric == metric && p.attrs["sink.index"] == index
			for _, a := range attrs {
				k, v, _ := strings.Cut(a, "=")
				match = match && p.attrs[k] == v
			}
			if match {
				n += uint64(p.value)
			}
		}
		return n
	}
	var check func(s spanlog.SinkStats, index string)
	check = func(s spanlog.SinkStats, index string) {
		for i, in := range s.Sinks {
			check(in, fmt.Sprintf("%s.%d", index, i))
		}
		equal := func(what string, got, want uint64) {
			if got != want {
				t.Errorf("sink %s, %s: %s is %d, in Stats %d", index, s.Sink, what, got, want)
			}
		}
		if len(s.Sinks) == 0 {
			equal("delivered", find("records", index, "outcome=delivered", "sink.name="+s.Sink), s.Delivered)
			equal("io", find("io", index), s.Bytes)
			equal("notices", find("notices", index), s.Notices)
		}
		equal("recovered", find("records", index, "outcome=recovered"), s.Recovered)
		equal("failed over", find("failed_over", index), s.FailedOver)
		type kind struct{ reason, severity string }
		dropped, total := map[kind]uint64{}, uint64(0)
		for _, d := range s.Dropped {
			dropped[kind{d.Reason, severity(d.Level)}] += d.Records
			total += d.Records
		}
		for k, n := range dropped {
			equal(fmt.Sprint("dropped ", k), find("records", index, "outcome=dropped", "reason="+k.reason, "severity="+k.severity), n)
		}
		equal("dropped", find("records", index, "outcome=dropped"), total)
		if q := s.Queue; q != nil {
			equal("queue size", find("queue.size", index), uint64(q.Records))
			equal("queue capacity", find("queue.capacity", index), uint64(q.RecordLimit))
			equal("queue max", find("queue.max", index), uint64(q.MaxRecords))
			equal("queue memory size", find("queue.memory.size", index), uint64(q.Bytes))
			equal("queue memory capacity", find("queue.memory.capacity", index), uint64(q.ByteLimit))
			equal("queue memory max", find("queue.memory.max", index), uint64(q.MaxBytes))
		}
	}
	for i, s := range stats.Sinks {
		check(s, fmt.Sprint(i))
	}
}

// TestMetricsOfLogger compares with a real logger's Stats, whose sinks have all
// kinds of trouble: while they are at work, and after the shutdown.
func TestMetricsOfLogger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		stuck := writer(func(b []byte) (int, error) { <-release; return len(b), nil })
		failing := writer(func([]byte) (int, error) { return 0, errNoSpace })
		l := newLogger(t,
			spanlog.File{Path: path},
			spanlog.Async{Sink: spanlog.Writer{Writer: stuck}, MaxRecords: 8},
			spanlog.Writer{Writer: failing},
			spanlog.Failover{Sinks: []spanlog.Sink{spanlog.Writer{Writer: failing}, spanlog.Writer{Writer: new(bytes.Buffer), Level: slog.LevelWarn}}},
			spanlog.Limit{Sink: spanlog.Console{Writer: io.Discard}, First: 1},
		)
		p, readers := newMeter(t)
		stop, err := Metrics(l, p)
		if err != nil {
			t.Fatal(err)
		}
		collect := func() []point {
			synctest.Wait() // nothing is on its way
			all := points(t, readers[0])
			checkStats(t, all, l.Stats())
			return all
		}
		// The comparison is worth something only where there is something.
		check := func(all []point, parts ...string) {
			t.Helper()
			got := lines(all, "records", "failed_over", "broken_off", "queue.size", "queue.max")
			for _, part := range parts {
				if !strings.Contains(got, part) {
					t.Errorf("no %s in\n%s", part, got)
				}
			}
		}
		l.Info("first")
		synctest.Wait() // the stuck sink has it
		for range 20 {
			l.Info("again")
			l.Warn("again")
		}
		l.Error("last")
		check(collect(), "reason=full severity=info", "reason=error severity=warn", "reason=broken", "reason=limited",
			"queue.size{sink.index=1 sink.name=writer sink telemetry.writer} 8",
			"broken_off{sink.index=2 sink.name=writer sink telemetry.writer} 1",
			"failed_over{sink.index=3.0 sink.name=writer sink telemetry.writer sink.parent=failover sink} 42",
			"records{outcome=delivered sink.index=3.1 sink.name=writer sink *bytes.Buffer sink.parent=failover sink} 22", // one says that 3.0 is broken off
			"records{outcome=dropped reason=error severity=info sink.index=3 sink.name=failover sink} ")

		close(release)
		_ = l.Close()
		check(collect(),
			fmt.Sprintf("records{outcome=delivered sink.index=0 sink.name=file sink %q} 42", path),
			"queue.size{sink.index=1 sink.name=writer sink telemetry.writer} 0",
			"queue.max{sink.index=1 sink.name=writer sink telemetry.writer} 8")
		l.Info("too late")
		check(collect(), "reason=closed severity=info")
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// TestMetricsTwoLoggers: their series are apart, even if their sinks are alike, and
// one goes without the other. That of a new logger in an old one's place is new.
func TestMetricsTwoLoggers(t *testing.T) {
	p, readers := newMeter(t)
	a := newLogger(t, spanlog.Console{Writer: io.Discard})
	b := newLogger(t, spanlog.Console{Writer: io.Discard})
	stopA := meterLogger(t, a, p)
	stopB := meterLogger(t, b, p)
	a.Info("m")
	b.Info("m")
	b.Info("m")

	delivered := func() map[string]int64 { // by the logger's index
		m := map[string]int64{}
		for _, p := range points(t, readers[0]) {
			if p.metric == "records" {
				m[p.attrs["logger.index"]] += p.value
			}
		}
		return m
	}
	all := delivered()
	if values := slices.Sorted(maps.Values(all)); !slices.Equal(values, []int64{1, 2}) {
		t.Fatalf("delivered, by logger: %v, want 1 and 2", all)
	}
	for range 2 { // the second call does nothing
		if err := stopA(); err != nil {
			t.Error(err)
		}
	}
	one := delivered()
	if values := slices.Collect(maps.Values(one)); !slices.Equal(values, []int64{2}) {
		t.Errorf("after the first logger's end: %v, want 2 only", one)
	}
	if err := stopB(); err != nil {
		t.Error(err)
	}
	if left := points(t, readers[0]); len(left) > 0 {
		t.Errorf("after the end of both: %v", left)
	}
	meterLogger(t, newLogger(t, spanlog.Console{Writer: io.Discard}), p)
	for index := range delivered() {
		if _, used := all[index]; used {
			t.Errorf("index %s is used again", index)
		}
	}
}

// deltas is for readers that want differences.
func deltas(sdkmetric.InstrumentKind) metricdata.Temporality { return metricdata.DeltaTemporality }

// TestMetricsConcurrent collects with two readers, while records come, loggers come
// and go, and one is shut down: counters never go backwards, and in the end they
// are what Stats says.
func TestMetricsConcurrent(t *testing.T) {
	p, readers := newMeter(t, sdkmetric.DefaultTemporalitySelector, deltas)
	var calls atomic.Int64
	flaky := writer(func(b []byte) (int, error) {
		if calls.Add(1)%7 < 3 {
			return 0, errNoSpace
		}
		return len(b), nil
	})
	l := newLogger(t,
		spanlog.Async{Sink: spanlog.Console{Writer: flaky}, MaxRecords: 16},
		spanlog.Failover{Sinks: []spanlog.Sink{spanlog.Writer{Writer: flaky}, spanlog.Console{Writer: flaky}}},
		spanlog.Limit{Sink: spanlog.Console{Writer: io.Discard}, First: 1},
	)
	meterLogger(t, l, p)

	const loggers, each = 3, 300
	var logging, rest sync.WaitGroup
	over := make(chan struct{})
	for i := range loggers {
		logging.Go(func() {
			for j := range each {
				l.Log(t.Context(), slog.Level(j%24-8), fmt.Sprint("m", i))
			}
			_ = l.Close()
		})
	}
	rest.Go(func() {
		for {
			select {
			case <-over:
				return
			default:
			}
			stop, err := registerMetrics(&fixedStats{stats: l.Stats()}, p)
			if err != nil {
				t.Error(err)
				return
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		}
	})
	added := map[string]int64{} // by the second reader, whose values are differences
	var last []point            // of the first reader
	latest := map[string]int64{}
	check := func(reader int) {
		all := points(t, readers[reader])
		for _, p := range all {
			series := fmt.Sprint(p.metric, p.attrs)
			switch {
			case p.kind != "counter":
			case p.value < 0:
				t.Errorf("reader %d: %v is negative", reader, p)
			case reader == 1:
				added[series] += p.value
			case p.value < latest[series]:
				t.Errorf("%v was %d before", p, latest[series])
			default:
				latest[series] = p.value
			}
		}
		if reader == 0 {
			last = all
		}
	}
	for reader := range readers {
		rest.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
					check(reader)
				}
			}
		})
	}
	logging.Wait()
	close(over)
	rest.Wait()
	check(0)
	check(1)
	checkStats(t, last, l.Stats())
	for _, p := range last {
		if series := fmt.Sprint(p.metric, p.attrs); p.kind == "counter" && added[series] != p.value {
			t.Errorf("%v, the sum of differences is %d", p, added[series])
		}
	}
	if n := sum(last, "records", ""); n < loggers*each {
		t.Errorf("%d records", n)
	}
}
