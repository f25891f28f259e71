package telemetry

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/spanlog/spanlog"
)

// TestMetricsTwoProviders: each has it all.
func TestMetricsTwoProviders(t *testing.T) {
	source := &fixedStats{stats: spanlog.Stats{Sinks: []spanlog.SinkStats{{Sink: "c", Delivered: 3}}}}
	for range 2 {
		p, readers := newMeter(t)
		meterLogger(t, source, p)
		if n := sum(points(t, readers[0]), "records", ""); n != 3 {
			t.Errorf("%d records", n)
		}
	}
}

// nameless is a provider whose pointer may be nil.
type nameless struct{ noop.MeterProvider }

// TestMetricsBadInput: what is wrong is said by name, and stop can be called.
func TestMetricsBadInput(t *testing.T) {
	l := newLogger(t, spanlog.Console{Writer: io.Discard})
	for _, tt := range []struct {
		name     string
		logger   *spanlog.Logger
		provider metric.MeterProvider
		want     string
	}{
		{"no logger", nil, noop.NewMeterProvider(), "telemetry: Metrics: the logger is nil"},
		{"an empty logger", new(spanlog.Logger), noop.NewMeterProvider(), "telemetry: Metrics: Stats of a logger that spanlog.New has not made: "},
		{"a logger around slog's", &spanlog.Logger{Logger: slog.Default()}, noop.NewMeterProvider(), "telemetry: Metrics: Stats of a logger that spanlog.New has not made: "},
		{"a nil in an interface", l, (*nameless)(nil), "telemetry: Metrics: provider is a nil *telemetry.nameless"},
		{"a provider that does nothing", l, noop.NewMeterProvider(), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stop, err := Metrics(tt.logger, tt.provider)
			if got := message(err); !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("error %q, want %q", got, tt.want)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

// refusing is a provider that refuses what has one of the names.
type refusing struct {
	noop.MeterProvider
	names        []string
	made         []string
	unregistered int
}

func (r *refusing) Meter(string, ...metric.MeterOption) metric.Meter { return refusingMeter{r: r} }

type refusingMeter struct {
	noop.Meter
	r *refusing
}

func (r *refusing) refuse(name string) error {
	r.made = append(r.made, name)
	if slices.Contains(r.names, name) {
		return errNoSpace
	}
	return nil
}

func (m refusingMeter) Int64ObservableCounter(name string, _ ...metric.Int64ObservableCounterOption) (metric.Int64ObservableCounter, error) {
	return noop.Int64ObservableCounter{}, m.r.refuse(name)
}

func (m refusingMeter) Int64ObservableUpDownCounter(name string, _ ...metric.Int64ObservableUpDownCounterOption) (metric.Int64ObservableUpDownCounter, error) {
	return noop.Int64ObservableUpDownCounter{}, m.r.refuse(name)
}

func (m refusingMeter) Int64ObservableGauge(name string, _ ...metric.Int64ObservableGaugeOption) (metric.Int64ObservableGauge, error) {
	return noop.Int64ObservableGauge{}, m.r.refuse(name)
}

// RegisterCallback registers even if it fails, as the SDK does.
func (m refusingMeter) RegisterCallback(metric.Callback, ...metric.Observable) (metric.Registration, error) {
	return registration{r: m.r}, m.r.refuse("callback")
}

type registration struct {
	noop.Registration
	r *refusing
}

func (r registration) Unregister() error { r.r.unregistered++; return errNoSpace }

// TestMetricsRefused: each metric that a provider refuses is in the error, and
// nothing stays registered.
func TestMetricsRefused(t *testing.T) {
	source := &fixedStats{}
	fine := &refusing{}
	stop, err := registerMetrics(source, fine)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := stop(); !errors.Is(err, errNoSpace) {
			t.Errorf("stop: %v", err)
		}
	}
	if fine.unregistered != 1 {
		t.Errorf("unregistered %d times", fine.unregistered)
	}
	names := fine.made
	if len(names) != 17 { // 16 and the callback
		t.Errorf("made %q", names)
	}
	for _, refused := range append(slices.Collect(slices.Chunk(names, 1)), names[:3]) {
		r := &refusing{names: refused}
		stop, err := registerMetrics(source, r)
		if !errors.Is(err, errNoSpace) {
			t.Errorf("%q refused: error %v", refused, err)
			continue
		}
		var want []string
		for _, name := range refused {
			want = append(want, "telemetry: Metrics: "+name+": no space left")
		}
		text := strings.Join(want, "\n")
		if got := err.Error(); got != text {
			t.Errorf("error %q, want %q", got, text)
		}
		registered := 0
		if slices.Contains(r.made, "callback") {
			registered = 1
		}
		if err := stop(); err != nil || r.unregistered != registered {
			t.Errorf("%q refused: registered %d, unregistered %d, stop: %v", refused, registered, r.unregistered, err)
		}
	}
}

// panicking is a source that panics from its second snapshot on.
type panicking struct{ reads atomic.Int64 }

func (p *panicking) Stats() spanlog.Stats {
	if p.reads.Add(1) > 1 {
		panic("spilled")
	}
	return spanlog.Stats{}
}

// TestMetricsPanic: a panic does not get out of a collection, which is in a
// goroutine of the provider's.
func TestMetricsPanic(t *testing.T) {
	p, readers := newMeter(t)
	meterLogger(t, new(panicking), p)
	var rm metricdata.ResourceMetrics
	if err := readers[0].Collect(t.Context(), &rm); err == nil || !strings.Contains(err.Error(), "spilled") {
		t.Errorf("error %v", err)
	}
}

// The environment variable that makes TestMetricsGlobal its own child.
const envOrder = "TEST_METRICS_ORDER"

// TestMetricsGlobal: without a provider, the global one is used, which may be set
// before or after. It can be set only once in a process, so each order has its own.
func TestMetricsGlobal(t *testing.T) {
	order := os.Getenv(envOrder)
	if order == "" {
		for _, order := range []string{"set register", "register set", "register stop set", "register set stop"} {
			t.Run(order, func(t *testing.T) {
				t.Parallel()
				cmd := exec.Command(os.Args[0], "-test.run=^TestMetricsGlobal$")
				cmd.Env = append(cmd.Environ(), envOrder+"="+order)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
		return
	}
	l := newLogger(t, spanlog.Console{Writer: io.Discard})
	l.Info("m")
	p, readers := newMeter(t)
	stop := noStop
	for _, step := range strings.Fields(order) {
		var err error
		switch step {
		case "set":
			otel.SetMeterProvider(p)
		case "register":
			stop, err = Metrics(l, nil)
		case "stop":
			err = stop()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want := "records{outcome=delivered sink.index=0 sink.name=console sink} 1"
	if strings.Contains(order, "stop") {
		want = ""
	}
	if got := lines(points(t, readers[0]), "records"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
