package telemetry

// A logger's counters as metrics. What is counted, and when, is spanlog's affair (Stats): here
// are names, units and attributes, and what makes of nested counters series that can be
// added up. Nothing runs between two collections.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/levelname"
)

// Metrics makes OpenTelemetry metrics of a logger's counters, those of
// [spanlog.Stats]. They are read when the provider collects, all at once; logging
// itself gets no slower. A nil provider is the global one, which may be set before
// or after.
//
// These are the metrics, with their kinds (updown is UpDownCounter) and units:
//
//	spanlog.sink.records               counter {log_record} what has become of records
//	spanlog.sink.failed_over           counter {log_record} records that the next sink of a Failover got
//	spanlog.sink.notices               counter {log_record} delivered records that are spanlog's own
//	spanlog.sink.io                    counter By           bytes written, as lines
//	spanlog.sink.broken_off            updown  {sink}       1 while a sink gets no records because it keeps failing
//	spanlog.sink.queue.size            updown  {log_record} records in the queue of an Async
//	spanlog.sink.queue.capacity        updown  {log_record} how many it can hold
//	spanlog.sink.queue.max             gauge   {log_record} how many it has held at most
//	spanlog.sink.queue.memory.size     updown  By           the same three in bytes
//	spanlog.sink.queue.memory.capacity updown  By
//	spanlog.sink.queue.memory.max      gauge   By
//	spanlog.sink.recorder.released     counter {log_record} records that a FlightRecorder has released
//	spanlog.sink.recorder.size         updown  {log_record} records that it holds
//	spanlog.sink.recorder.traces       updown  {trace}      how many traces it knows of
//	spanlog.sink.recorder.memory.size     updown By         the memory for them
//	spanlog.sink.recorder.memory.capacity updown By         how much that can be
//
// Names, kinds and units of the queue's follow otel.sdk.processor.log.queue.size
// and .capacity, which OpenTelemetry's own SDK has for the same thing. There is no
// convention yet for the rest.
//
// All have these attributes:
//
//	spanlog.sink.name     as in Stats, such as: console sink
//	spanlog.sink.index    its place in Stats, from 0; 1.0 is the first sink within sink 1
//	spanlog.sink.parent   the name of the sink it is within, a Failover; absent at the top
//	spanlog.logger.index  tells loggers apart: 0 for the first that is given to Metrics
//
// spanlog.sink.records has these as well:
//
//	spanlog.outcome   delivered, dropped or recovered
//	spanlog.severity  of what was dropped: trace, debug, info, warn, error or fatal
//	spanlog.reason    why it was dropped, in the words of spanlog.Drops
//
// The severities are the ranges of OpenTelemetry's log data model, so that levels
// such as INFO+2 don't each make a series. The reason is not error.type: what a
// Limit holds back is no error.
//
// Sums over all series count nothing twice: a Failover's own series leave out what
// its sinks count, unlike in Stats, and a record that failed over is not in
// spanlog.sink.records until it is delivered or dropped. A record that goes to
// several sinks counts for each. Dropped and recovered records have a series once
// there are some.
//
// The error names each metric that the provider refuses; nothing is registered
// then. The function that Metrics returns, which is never nil, takes the metrics
// away. It may be called more than once. It is not needed at the end of the
// program: shut the provider down after the logger, and it sends the last counts.
// A logger that is given to a provider twice has its records counted twice.
func Metrics(l *spanlog.Logger, provider metric.MeterProvider) (stop func() error, err error) {
	if l == nil {
		return noStop, errors.New("telemetry: Metrics: the logger is nil")
	}
	return registerMetrics(l, provider)
}

func noStop() error { return nil }

// statsSource is the one thing about a logger that matters here.
type statsSource interface{ Stats() spanlog.Stats }

// metered is how many loggers were given to Metrics. Their numbers are not used
// again: the counts of another logger in the same series would go backwards.
var metered atomic.Int64

func registerMetrics(source statsSource, provider metric.MeterProvider) (stop func() error, err error) {
	if provider == nil {
		provider = otel.GetMeterProvider()
	}
	if v := reflect.ValueOf(provider); v.Kind() == reflect.Pointer && v.IsNil() {
		return noStop, fmt.Errorf("telemetry: Metrics: provider is a nil %T", provider)
	}
	// A logger that New has not made is found out here, not in a collection.
	if _, err := snapshot(source); err != nil {
		return noStop, err
	}
	m, err := newMetrics(provider.Meter("github.com/spanlog/spanlog/telemetry"))
	if err != nil {
		return noStop, err
	}
	m.source = source
	m.index = metered.Add(1) - 1
	reg, err := m.meter.RegisterCallback(m.collect, m.all...)
	if err != nil {
		if reg != nil { // the SDK has registered what it could
			_ = reg.Unregister()
		}
		return noStop, fmt.Errorf("telemetry: Metrics: callback: %w", err)
	}
	return sync.OnceValue(reg.Unregister), nil
}

// snapshot reads the counters. A panic is an error: in a collection it would end
// the program.
func snapshot(source statsSource) (s spanlog.Stats, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("telemetry: Metrics: Stats of a logger that spanlog.New has not made: %v", v)
		}
	}()
	return source.Stats(), nil
}

// metrics are the instruments for one logger. Instruments of the same name from the same
// provider are one for the SDK: what tells loggers apart is the attribute.
type metrics struct {
	source statsSource
	index  int64
	meter  metric.Meter
	all    []metric.Observable

	records, failedOver, notices, io metric.Int64ObservableCounter
	brokenOff                        metric.Int64ObservableUpDownCounter
	queued, queuedBytes              queueMetrics
	recorder                         recorderMetrics
}

// recorderMetrics are the instruments for what a FlightRecorder holds.
type recorderMetrics struct {
	released                       metric.Int64ObservableCounter
	size, traces, memory, capacity metric.Int64ObservableUpDownCounter
}

// queueMetrics are the instruments for a queue, in records or in bytes. The most
// that a queue has held is no UpDownCounter, because the sum of several such says
// nothing.
type queueMetrics struct {
	size, capacity metric.Int64ObservableUpDownCounter
	max            metric.Int64ObservableGauge
}

// newMetrics makes the instruments. The error names all that could not be made.
func newMetrics(meter metric.Meter) (*metrics, error) {
	const (
		records = "{log_record}"
		bytes   = "By"
	)
	m := &metrics{meter: meter}
	var errs []error
	add := func(name string, instrument metric.Observable, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("telemetry: Metrics: %s: %w", name, err))
		}
		m.all = append(m.all, instrument)
	}
	counter := func(name, unit, description string) metric.Int64ObservableCounter {
		c, err := meter.Int64ObservableCounter(name, metric.WithUnit(unit), metric.WithDescription(description))
		add(name, c, err)
		return c
	}
	upDown := func(name, unit, description string) metric.Int64ObservableUpDownCounter {
		c, err := meter.Int64ObservableUpDownCounter(name, metric.WithUnit(unit), metric.WithDescription(description))
		add(name, c, err)
		return c
	}
	gauge := func(name, unit, description string) metric.Int64ObservableGauge {
		g, err := meter.Int64ObservableGauge(name, metric.WithUnit(unit), metric.WithDescription(description))
		add(name, g, err)
		return g
	}
	m.records = counter("spanlog.sink.records", records, "The number of records that a sink has delivered, dropped or recovered.")
	m.failedOver = counter("spanlog.sink.failed_over", records, "The number of records that a sink did not take and that the next one of its Failover got.")
	m.notices = counter("spanlog.sink.notices", records, "The number of delivered records that are spanlog's own.")
	m.io = counter("spanlog.sink.io", bytes, "The length of the lines that a sink has written.")
	m.brokenOff = upDown("spanlog.sink.broken_off", "{sink}", "Whether a sink gets no records because it keeps failing.")
	m.queued = queueMetrics{
		upDown("spanlog.sink.queue.size", records, "The number of records in the queue."),
		upDown("spanlog.sink.queue.capacity", records, "The number of records that the queue can hold."),
		gauge("spanlog.sink.queue.max", records, "The number of records that the queue has held at most."),
	}
	m.queuedBytes = queueMetrics{
		upDown("spanlog.sink.queue.memory.size", bytes, "The length of the records in the queue."),
		upDown("spanlog.sink.queue.memory.capacity", bytes, "The length of the records that the queue can hold."),
		gauge("spanlog.sink.queue.memory.max", bytes, "The length of the records that the queue has held at most."),
	}
	m.recorder = recorderMetrics{
		counter("spanlog.sink.recorder.released", records, "The number of records that a trigger has released."),
		upDown("spanlog.sink.recorder.size", records, "The number of records that are held."),
		upDown("spanlog.sink.recorder.traces", "{trace}", "The number of traces that are held."),
		upDown("spanlog.sink.recorder.memory.size", bytes, "The memory for what is held."),
		upDown("spanlog.sink.recorder.memory.capacity", bytes, "The memory that there can be for what is held."),
	}
	return m, errors.Join(errs...)
}

// collect is the callback for all the instruments: one snapshot for one collection,
// so that what is observed belongs together.
func (m *metrics) collect(_ context.Context, o metric.Observer) error {
	stats, err := snapshot(m.source)
	if err != nil {
		return err
	}
	for i, s := range stats.Sinks {
		m.observe(o, s, strconv.Itoa(i), nil)
	}
	return nil
}

// observe reports one sink and those within it.
func (m *metrics) observe(o metric.Observer, s spanlog.SinkStats, index string, parent *spanlog.SinkStats) {
	attrs := []attribute.KeyValue{
		attribute.Int64("spanlog.logger.index", m.index),
		attribute.String("spanlog.sink.index", index),
		attribute.String("spanlog.sink.name", s.Sink),
	}
	if parent != nil {
		attrs = append(attrs, attribute.String("spanlog.sink.parent", parent.Sink))
	}
	these := metric.WithAttributeSet(attribute.NewSet(attrs...))
	for i, inner := range s.Sinks {
		m.observe(o, inner, index+"."+strconv.Itoa(i), &s)
		// The Failover's counters include those of its sinks.
		s.Delivered = less(s.Delivered, inner.Delivered)
		s.Bytes = less(s.Bytes, inner.Bytes)
		s.Notices = less(s.Notices, inner.Notices)
	}
	// A Failover delivers nothing itself. A series of zeros would be one that is always 0.
	if len(s.Sinks) == 0 || s.Delivered > 0 {
		m.observeRecords(o, s.Delivered, attrs, "delivered")
		o.ObserveInt64(m.io, count(s.Bytes), these)
	}
	m.observeDropped(o, s.Dropped, attrs)
	if s.Recovered > 0 {
		m.observeRecords(o, s.Recovered, attrs, "recovered")
	}
	if parent != nil {
		o.ObserveInt64(m.failedOver, count(s.FailedOver), these)
	}
	o.ObserveInt64(m.notices, count(s.Notices), these)
	var broken int64
	if s.BrokenOff {
		broken = 1
	}
	o.ObserveInt64(m.brokenOff, broken, these)
	if q := s.Queue; q != nil {
		m.queued.observe(o, q.Records, q.RecordLimit, q.MaxRecords, these)
		m.queuedBytes.observe(o, q.Bytes, q.ByteLimit, q.MaxBytes, these)
	}
	if r := s.Recorder; r != nil {
		o.ObserveInt64(m.recorder.released, count(r.Released), these)
		o.ObserveInt64(m.recorder.size, int64(r.Records), these)
		o.ObserveInt64(m.recorder.traces, int64(r.Traces), these)
		o.ObserveInt64(m.recorder.memory, int64(r.Bytes), these)
		o.ObserveInt64(m.recorder.capacity, int64(r.ByteLimit), these)
	}
}

func (m *metrics) observeRecords(o metric.Observer, n uint64, attrs []attribute.KeyValue, outcome string, more ...attribute.KeyValue) {
	more = append(more, attribute.String("spanlog.outcome", outcome))
	more = append(more, attrs...)
	o.ObserveInt64(m.records, count(n), metric.WithAttributeSet(attribute.NewSet(more...)))
}

// observeDropped reports the dropped records, those of all levels with the same
// severity together: each series may be observed only once.
func (m *metrics) observeDropped(o metric.Observer, drops []spanlog.Drops, attrs []attribute.KeyValue) {
	type kind struct{ severity, reason string }
	sums := make(map[kind]uint64)
	for _, d := range drops {
		sums[kind{severity(d.Level), d.Reason}] += d.Records
	}
	for k, n := range sums {
		m.observeRecords(o, n, attrs, "dropped",
			attribute.String("spanlog.severity", k.severity), attribute.String("spanlog.reason", k.reason))
	}
}

func (q queueMetrics) observe(o metric.Observer, size, capacity, most int, attrs metric.ObserveOption) {
	o.ObserveInt64(q.size, int64(size), attrs)
	o.ObserveInt64(q.capacity, int64(capacity), attrs)
	o.ObserveInt64(q.max, int64(most), attrs)
}

// severity returns the name of a level's range in OpenTelemetry's log data model, in which slog's
// levels are higher by 9. It has no place for levels below TRACE and above FATAL4, which count as
// the nearest.
// See https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber.
func severity(l slog.Level) string { return levelname.Band(l) }

// less is a-b, and 0 where b is greater, which no Stats of ours has.
func less(a, b uint64) uint64 { return a - min(a, b) }

// count makes what OpenTelemetry takes of a counter; it never gets negative.
func count(n uint64) int64 { return int64(min(n, math.MaxInt64)) }
