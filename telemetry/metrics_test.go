package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"pgregory.net/rapid"

	"github.com/spanlog/spanlog"
)

// fixedStats is a source whose counters a test sets.
type fixedStats struct {
	stats spanlog.Stats
	reads atomic.Int64
}

func (f *fixedStats) Stats() spanlog.Stats { f.reads.Add(1); return f.stats }

// newMeter returns a provider of the SDK's with a reader for each selector, or one
// with the default.
func newMeter(t testing.TB, selectors ...sdkmetric.TemporalitySelector) (*sdkmetric.MeterProvider, []*sdkmetric.ManualReader) {
	t.Helper()
	if len(selectors) == 0 {
		selectors = []sdkmetric.TemporalitySelector{sdkmetric.DefaultTemporalitySelector}
	}
	var readers []*sdkmetric.ManualReader
	var opts []sdkmetric.Option
	for _, s := range selectors {
		r := sdkmetric.NewManualReader(sdkmetric.WithTemporalitySelector(s))
		readers = append(readers, r)
		opts = append(opts, sdkmetric.WithReader(r))
	}
	p := sdkmetric.NewMeterProvider(opts...)
	t.Cleanup(func() { _ = p.Shutdown(context.Background()) })
	return p, readers
}

// meterLogger is Metrics for a source, until the end of the test.
func meterLogger(t testing.TB, source statsSource, p metric.MeterProvider) (stop func() error) {
	t.Helper()
	stop, err := registerMetrics(source, p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop() })
	return stop
}

// A point is what one series has in one collection.
type point struct {
	metric string
	attrs  map[string]string // without spanlog. before their names
	value  int64
	kind   string // counter, updown or gauge
	unit   string
}

// String is the point in one line, without the logger's index.
func (p point) String() string {
	var attrs []string
	for k, v := range p.attrs {
		if k != "logger.index" {
			attrs = append(attrs, k+"="+v)
		}
	}
	slices.Sort(attrs)
	return fmt.Sprintf("%s{%s} %d", p.metric, strings.Join(attrs, " "), p.value)
}

// points collects and returns what there is, with metrics by their names without
// spanlog.sink.
func points(t testing.TB, r *sdkmetric.ManualReader) []point {
	t.Helper()
	var rm metricdata.ResourceMetrics
	if err := r.Collect(context.Background(), &rm); err != nil {
		t.Errorf("collect: %v", err)
	}
	var all []point
	for _, scope := range rm.ScopeMetrics {
		if scope.Scope.Name != "github.com/spanlog/spanlog/telemetry" {
			t.Errorf("scope %q", scope.Scope.Name)
		}
		for _, m := range scope.Metrics {
			kind := "updown"
			var data []metricdata.DataPoint[int64]
			switch d := m.Data.(type) {
			case metricdata.Sum[int64]:
				data = d.DataPoints
				if d.IsMonotonic {
					kind = "counter"
				}
			case metricdata.Gauge[int64]:
				data, kind = d.DataPoints, "gauge"
			default:
				t.Errorf("%s is a %T", m.Name, d)
			}
			if m.Description == "" {
				t.Errorf("%s has no description", m.Name)
			}
			for _, d := range data {
				p := point{strings.TrimPrefix(m.Name, "spanlog.sink."), map[string]string{}, d.Value, kind, m.Unit}
				for _, kv := range d.Attributes.ToSlice() {
					p.attrs[strings.TrimPrefix(string(kv.Key), "spanlog.")] = kv.Value.String()
				}
				all = append(all, p)
			}
		}
	}
	return all
}

// lines returns the points whose metrics have one of the names, sorted.
func lines(all []point, metrics ...string) string {
	var out []string
	for _, p := range all {
		if slices.Contains(metrics, p.metric) {
			out = append(out, p.String())
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// sum adds up the points of a metric with an outcome, or with any if it is "".
func sum(all []point, metric, outcome string) (n uint64) {
	for _, p := range all {
		if p.metric == metric && (outcome == "" || p.attrs["outcome"] == outcome) {
			n += uint64(p.value)
		}
	}
	return n
}

// TestMetricsSeries shows which counters make which series.
func TestMetricsSeries(t *testing.T) {
	drops := func(level slog.Level, reason string, n uint64) spanlog.Drops {
		return spanlog.Drops{Level: level, Reason: reason, Records: n}
	}
	for _, tt := range []struct {
		name    string
		sinks   []spanlog.SinkStats
		metrics string // those that are looked at
		want    string
	}{
		{"no sinks", nil, "records io notices broken_off failed_over queue.size", ``},
		{"an idle sink", []spanlog.SinkStats{{Sink: "console sink"}}, "records io notices broken_off failed_over queue.size", `
			broken_off{sink.index=0 sink.name=console sink} 0
			io{sink.index=0 sink.name=console sink} 0
			notices{sink.index=0 sink.name=console sink} 0
			records{outcome=delivered sink.index=0 sink.name=console sink} 0`},
		{"a busy sink", []spanlog.SinkStats{{Sink: "c", Delivered: 3, Bytes: 120, Notices: 1, Recovered: 7, BrokenOff: true}}, "records io notices broken_off", `
			broken_off{sink.index=0 sink.name=c} 1
			io{sink.index=0 sink.name=c} 120
			notices{sink.index=0 sink.name=c} 1
			records{outcome=delivered sink.index=0 sink.name=c} 3
			records{outcome=recovered sink.index=0 sink.name=c} 7`},
		{"one name twice", []spanlog.SinkStats{{Sink: "c", Delivered: 3}, {Sink: "c", Delivered: 4}}, "records", `
			records{outcome=delivered sink.index=0 sink.name=c} 3
			records{outcome=delivered sink.index=1 sink.name=c} 4`},
		{"drops by reason and severity", []spanlog.SinkStats{{Sink: "c", Dropped: []spanlog.Drops{
			drops(slog.LevelInfo, "full", 1), drops(slog.LevelInfo+2, "full", 10), drops(slog.LevelInfo, "error", 100), drops(slog.LevelWarn, "full", 1000),
		}}}, "records", `
			records{outcome=delivered sink.index=0 sink.name=c} 0
			records{outcome=dropped reason=error severity=info sink.index=0 sink.name=c} 100
			records{outcome=dropped reason=full severity=info sink.index=0 sink.name=c} 11
			records{outcome=dropped reason=full severity=warn sink.index=0 sink.name=c} 1000`},
		{"a queue", []spanlog.SinkStats{{Sink: "c", Queue: &spanlog.QueueStats{Records: 1, Bytes: 2, MaxRecords: 3, MaxBytes: 4, RecordLimit: 5, ByteLimit: 6}}, {Sink: "d"}},
			"queue.size queue.capacity queue.max queue.memory.size queue.memory.capacity queue.memory.max", `
			queue.capacity{sink.index=0 sink.name=c} 5
			queue.max{sink.index=0 sink.name=c} 3
			queue.memory.capacity{sink.index=0 sink.name=c} 6
			queue.memory.max{sink.index=0 sink.name=c} 4
			queue.memory.size{sink.index=0 sink.name=c} 2
			queue.size{sink.index=0 sink.name=c} 1`},
		{"a recorder", []spanlog.SinkStats{{Sink: "c", Recorder: &spanlog.RecorderStats{Traces: 1, Records: 2, Bytes: 3, ByteLimit: 4, Released: 5}}, {Sink: "d"}},
			"recorder.released recorder.size recorder.traces recorder.memory.size recorder.memory.capacity", `
			recorder.memory.capacity{sink.index=0 sink.name=c} 4
			recorder.memory.size{sink.index=0 sink.name=c} 3
			recorder.released{sink.index=0 sink.name=c} 5
			recorder.size{sink.index=0 sink.name=c} 2
			recorder.traces{sink.index=0 sink.name=c} 1`},
		{"a Failover", []spanlog.SinkStats{{Sink: "c"}, {
			Sink: "f", Delivered: 7, Bytes: 70, Notices: 3, Dropped: []spanlog.Drops{drops(slog.LevelError, "error", 2)},
			Sinks: []spanlog.SinkStats{
				{Sink: "a", Delivered: 5, Bytes: 50, Notices: 1, FailedOver: 4, BrokenOff: true},
				{Sink: "b", Delivered: 2, Bytes: 20, Notices: 1, Dropped: []spanlog.Drops{drops(slog.LevelInfo, "limited", 9)}},
			},
		}}, "records io notices broken_off failed_over", `
			broken_off{sink.index=0 sink.name=c} 0
			broken_off{sink.index=1 sink.name=f} 0
			broken_off{sink.index=1.0 sink.name=a sink.parent=f} 1
			broken_off{sink.index=1.1 sink.name=b sink.parent=f} 0
			failed_over{sink.index=1.0 sink.name=a sink.parent=f} 4
			failed_over{sink.index=1.1 sink.name=b sink.parent=f} 0
			io{sink.index=0 sink.name=c} 0
			io{sink.index=1.0 sink.name=a sink.parent=f} 50
			io{sink.index=1.1 sink.name=b sink.parent=f} 20
			notices{sink.index=0 sink.name=c} 0
			notices{sink.index=1 sink.name=f} 1
			notices{sink.index=1.0 sink.name=a sink.parent=f} 1
			notices{sink.index=1.1 sink.name=b sink.parent=f} 1
			records{outcome=delivered sink.index=0 sink.name=c} 0
			records{outcome=delivered sink.index=1.0 sink.name=a sink.parent=f} 5
			records{outcome=delivered sink.index=1.1 sink.name=b sink.parent=f} 2
			records{outcome=dropped reason=error severity=error sink.index=1 sink.name=f} 2
			records{outcome=dropped reason=limited severity=info sink.index=1.1 sink.name=b sink.parent=f} 9`},
		{"a Failover in a Failover", []spanlog.SinkStats{{Sink: "f", Delivered: 6, Sinks: []spanlog.SinkStats{
			{Sink: "a", Delivered: 1},
			{Sink: "g", Delivered: 5, Sinks: []spanlog.SinkStats{{Sink: "a", Delivered: 2}, {Sink: "b", Delivered: 3}}},
		}}}, "records", `
			records{outcome=delivered sink.index=0.0 sink.name=a sink.parent=f} 1
			records{outcome=delivered sink.index=0.1.0 sink.name=a sink.parent=g} 2
			records{outcome=delivered sink.index=0.1.1 sink.name=b sink.parent=g} 3`},
		{"what only the Failover counts", []spanlog.SinkStats{{Sink: "f", Delivered: 6, Bytes: 60, Sinks: []spanlog.SinkStats{{Sink: "a", Delivered: 2, Bytes: 20}}}}, "records io", `
			io{sink.index=0 sink.name=f} 40
			io{sink.index=0.0 sink.name=a sink.parent=f} 20
			records{outcome=delivered sink.index=0 sink.name=f} 4
			records{outcome=delivered sink.index=0.0 sink.name=a sink.parent=f} 2`},
		{"counts beyond int64, and below a part", []spanlog.SinkStats{{Sink: "c", Delivered: math.MaxUint64, Bytes: math.MaxInt64 + 1},
			{Sink: "f", Notices: 1, Sinks: []spanlog.SinkStats{{Sink: "a", Notices: 2}}}}, "records io notices", `
			io{sink.index=0 sink.name=c} 9223372036854775807
			io{sink.index=1.0 sink.name=a sink.parent=f} 0
			notices{sink.index=0 sink.name=c} 0
			notices{sink.index=1 sink.name=f} 0
			notices{sink.index=1.0 sink.name=a sink.parent=f} 2
			records{outcome=delivered sink.index=0 sink.name=c} 9223372036854775807
			records{outcome=delivered sink.index=1.0 sink.name=a sink.parent=f} 0`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, readers := newMeter(t)
			meterLogger(t, &fixedStats{stats: spanlog.Stats{Sinks: tt.sinks}}, p)
			want := strings.TrimSpace(strings.ReplaceAll(tt.want, "\t", ""))
			if got := lines(points(t, readers[0]), strings.Fields(tt.metrics)...); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestMetricsInstruments shows the kinds and units, and that there are no more.
func TestMetricsInstruments(t *testing.T) {
	p, readers := newMeter(t)
	meterLogger(t, &fixedStats{stats: spanlog.Stats{Sinks: []spanlog.SinkStats{
		{Sink: "f", Queue: &spanlog.QueueStats{}, Recorder: &spanlog.RecorderStats{}, Sinks: []spanlog.SinkStats{{Sink: "a"}}},
	}}}, p)
	got := map[string]string{}
	for _, p := range points(t, readers[0]) {
		got[p.metric] = p.kind + " " + p.unit
	}
	for name, want := range map[string]string{
		"records":                  "counter {log_record}",
		"failed_over":              "counter {log_record}",
		"notices":                  "counter {log_record}",
		"io":                       "counter By",
		"broken_off":               "updown {sink}",
		"queue.size":               "updown {log_record}",
		"queue.capacity":           "updown {log_record}",
		"queue.max":                "gauge {log_record}",
		"queue.memory.size":        "updown By",
		"queue.memory.capacity":    "updown By",
		"queue.memory.max":         "gauge By",
		"recorder.released":        "counter {log_record}",
		"recorder.size":            "updown {log_record}",
		"recorder.traces":          "updown {trace}",
		"recorder.memory.size":     "updown By",
		"recorder.memory.capacity": "updown By",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("also %v", got)
	}
}

// TestMetricsSeverity goes along the borders of the log data model's ranges, which
// are at severity numbers 5, 9, 13, 17 and 21, so at levels lower by 9.
func TestMetricsSeverity(t *testing.T) {
	for _, tt := range []struct {
		level slog.Level
		want  string
	}{
		{math.MinInt, "trace"}, {spanlog.LevelTrace, "trace"}, {-5, "trace"},
		{slog.LevelDebug, "debug"}, {-1, "debug"},
		{slog.LevelInfo, "info"}, {3, "info"},
		{slog.LevelWarn, "warn"}, {7, "warn"},
		{slog.LevelError, "error"}, {11, "error"},
		{spanlog.LevelFatal, "fatal"}, {15, "fatal"}, {math.MaxInt, "fatal"},
	} {
		if got := severity(tt.level); got != tt.want {
			t.Errorf("severity(%d) is %q, want %q", tt.level, got, tt.want)
		}
	}
}

// once is an observer that counts how often each series is observed: the SDK adds
// values that are for the same one.
type once struct {
	noop.Observer
	seen map[string]int
}

func (o once) ObserveInt64(i metric.Int64Observable, v int64, opts ...metric.ObserveOption) {
	set := metric.NewObserveConfig(opts).Attributes()
	o.seen[fmt.Sprintf("%p %s", i, set.Encoded(attribute.DefaultEncoder()))]++
}

// anySink draws the counters of a sink, whose sums are as SinkStats has them.
func anySink(rt *rapid.T, depth int) spanlog.SinkStats {
	n := func(what string) uint64 { return rapid.Uint64Range(0, 1e6).Draw(rt, what) }
	s := spanlog.SinkStats{
		Sink:      rapid.SampledFrom([]string{"console sink", "failover sink"}).Draw(rt, "sink"),
		Recovered: n("recovered"), FailedOver: n("failed over"), BrokenOff: rapid.Bool().Draw(rt, "broken off"),
	}
	seen := map[spanlog.Drops]bool{}
	for range rapid.IntRange(0, 8).Draw(rt, "drops") {
		d := spanlog.Drops{
			Level:  slog.Level(rapid.IntRange(-12, 20).Draw(rt, "level")),
			Reason: rapid.SampledFrom([]string{"full", "error", "broken", "limited", "nested", "closed"}).Draw(rt, "reason"),
		}
		if !seen[d] {
			seen[d] = true
			d.Records = n("dropped")
			s.Dropped = append(s.Dropped, d)
		}
	}
	if depth > 0 {
		for range rapid.IntRange(0, 3).Draw(rt, "sinks") {
			in := anySink(rt, depth-1)
			s.Sinks = append(s.Sinks, in)
			s.Delivered += in.Delivered
			s.Bytes += in.Bytes
			s.Notices += in.Notices
		}
	}
	if len(s.Sinks) == 0 {
		s.Delivered, s.Bytes = n("delivered"), n("bytes")
	}
	s.Notices += n("notices")
	return s
}

// TestMetricsSums: whatever the sinks are, nothing is counted twice or left out,
// no series is observed twice, and the number of series is bounded.
func TestMetricsSums(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var stats spanlog.Stats
		for range rapid.IntRange(0, 4).Draw(rt, "top") {
			stats.Sinks = append(stats.Sinks, anySink(rt, 2))
		}
		type totals struct{ delivered, bytes, notices, dropped, recovered, failedOver uint64 }
		var want totals
		nodes := 0
		var visit func(s spanlog.SinkStats, top bool)
		visit = func(s spanlog.SinkStats, top bool) {
			nodes++
			if top { // these have the others in them
				want.delivered += s.Delivered
				want.bytes += s.Bytes
				want.notices += s.Notices
			} else { // the top's is never set
				want.failedOver += s.FailedOver
			}
			for _, d := range s.Dropped {
				want.dropped += d.Records
			}
			want.recovered += s.Recovered
			for _, in := range s.Sinks {
				visit(in, false)
			}
		}
		for _, s := range stats.Sinks {
			visit(s, true)
		}
		p, readers := newMeter(t)
		meterLogger(t, &fixedStats{stats: stats}, p)
		all := points(t, readers[0])
		got := totals{sum(all, "records", "delivered"), sum(all, "io", ""), sum(all, "notices", ""),
			sum(all, "records", "dropped"), sum(all, "records", "recovered"), sum(all, "failed_over", "")}
		if got != want {
			rt.Fatalf("sums\n%+v, want\n%+v", got, want)
		}
		if n, most := len(all), nodes*(1+6*6+1+10); n > most {
			rt.Errorf("%d series, want at most %d", n, most)
		}

		m, err := newMetrics(p.Meter("test"))
		if err != nil {
			rt.Fatal(err)
		}
		m.source = &fixedStats{stats: stats}
		o := once{seen: map[string]int{}}
		if err := m.collect(context.Background(), o); err != nil {
			rt.Fatal(err)
		}
		for series, n := range o.seen {
			if n > 1 {
				rt.Errorf("observed %d times: %s", n, series)
			}
		}
	})
}

// TestMetricsOneSnapshot: what belongs to one collection is read once.
func TestMetricsOneSnapshot(t *testing.T) {
	p, readers := newMeter(t)
	source := &fixedStats{stats: spanlog.Stats{Sinks: []spanlog.SinkStats{{Sink: "a"}, {Sink: "b"}}}}
	meterLogger(t, source, p)
	before := source.reads.Load()
	for range 3 {
		points(t, readers[0])
	}
	if n := source.reads.Load() - before; n != 3 {
		t.Errorf("%d reads for 3 collections", n)
	}
}
