package spanlog_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/race"
)

// pcIn returns a program counter in a function.
func pcIn(f any) uintptr { return reflect.ValueOf(f).Pointer() + 1 }

// Functions in three packages, to log from.
var (
	netHTTP   = pcIn(http.NotFound)                // net/http
	otelTrace = pcIn(trace.SpanContextFromContext) // go.opentelemetry.io/otel/trace
	otherFmt  = pcIn(fmt.Sprint)                   // fmt
)

// TestRules: which records pass, by logger and caller.
func TestRules(t *testing.T) {
	const passes, fails = true, false
	for _, test := range []struct {
		rules string
		name  string // of the logger
		pc    uintptr
		level slog.Level
		want  bool
	}{
		{"info", "", netHTTP, slog.LevelInfo, passes},
		{"info", "", netHTTP, slog.LevelDebug, fails},
		{"http=debug", "", netHTTP, slog.LevelDebug, passes},     // the last element
		{"http=debug", "", otelTrace, slog.LevelDebug, fails},    //
		{"http=debug", "", 0, slog.LevelDebug, fails},            // nobody knows the caller
		{"http=warn", "", netHTTP, slog.LevelInfo, fails},        // less than the others
		{"http=warn", "", netHTTP, slog.LevelWarn, passes},       //
		{"http=warn", "", otherFmt, slog.LevelInfo, passes},      //
		{"http=off", "", netHTTP, spanlog.LevelFatal, fails},     //
		{"off, http=info", "", netHTTP, slog.LevelInfo, passes},  //
		{"off, http=info", "", otherFmt, slog.LevelError, fails}, //
		{"net/http=debug", "", netHTTP, slog.LevelDebug, passes}, // the whole path
		{"net=debug", "", netHTTP, slog.LevelDebug, passes},      // its beginning
		{"ne=debug", "", netHTTP, slog.LevelDebug, fails},        // but whole elements only
		{"htt=debug", "", netHTTP, slog.LevelDebug, fails},       //
		{"net/http/x=debug", "", netHTTP, slog.LevelDebug, fails},
		{"go.opentelemetry.io=debug", "", otelTrace, slog.LevelDebug, passes},
		{"otel=debug", "", otelTrace, slog.LevelDebug, fails}, // neither first nor last
		{"otel/trace=debug", "", otelTrace, slog.LevelDebug, fails},
		{"net=error, http=debug", "", netHTTP, slog.LevelDebug, passes},                       // the longest counts
		{"net/http=error, http=debug", "", netHTTP, slog.LevelDebug, fails},                   //
		{"go.opentelemetry.io=error, trace=debug", "", otelTrace, slog.LevelDebug, fails},     //
		{"trace=debug, go.opentelemetry.io/otel=warn", "", otelTrace, slog.LevelDebug, fails}, //
		{"shop=debug", "shop", 0, slog.LevelDebug, passes},                                    // a logger's name
		{"shop=debug", "shop.db", 0, slog.LevelDebug, passes},
		{"shop=debug", "shop.db.pool", 0, slog.LevelDebug, passes},
		{"shop=debug", "shop/db", 0, slog.LevelDebug, passes},
		{"shop=debug", "shopping", 0, slog.LevelDebug, fails},
		{"db=debug", "shop.db", 0, slog.LevelDebug, fails},
		{"shop=debug, shop.db=warn", "shop.db", 0, slog.LevelInfo, fails},
		{"shop=warn, shop.db=debug", "shop.db.pool", 0, slog.LevelDebug, passes},
		{"shop=warn, http=debug", "shop", netHTTP, slog.LevelDebug, fails},     // as long: the name's
		{"shop=warn, net/http=debug", "shop", netHTTP, slog.LevelInfo, passes}, // longer
		{"shop.db=debug, http=warn", "shop.db", netHTTP, slog.LevelDebug, passes},
	} {
		for _, sink := range []string{"alone", "with another", "around"} {
			var buf strings.Builder
			w := spanlog.Writer{Writer: &buf, Level: spanlog.Levels(test.rules)}
			var h slog.Handler
			switch sink {
			case "alone":
				h = open(t, nil, w).Handler()
			case "with another":
				h = open(t, nil, w, spanlog.Writer{Writer: io.Discard, Level: new(slog.LevelVar)}).Handler()
			case "around":
				h = spanlog.NewHandler(slog.NewJSONHandler(&buf, &slog.HandlerOptions{Level: spanlog.LevelTrace}), &spanlog.Options{Level: w.Level})
			}
			if test.name != "" {
				h = h.WithAttrs([]slog.Attr{slog.String(spanlog.NameKey, test.name)})
			}
			for twice := range 2 { // the second time, the caller is known
				buf.Reset()
				if !h.Enabled(bg, test.level) && test.want {
					t.Errorf("%q, %s: not enabled for %v", test.rules, sink, test.level)
				}
				if err := h.Handle(bg, slog.NewRecord(noon, test.level, "m", test.pc)); err != nil {
					t.Error(err)
				}
				if got := buf.Len() > 0; got != test.want {
					t.Errorf("%q, %s, time %d: logger %q, %v: passes: %v, want %v", test.rules, sink, twice+1, test.name, test.level, got, test.want)
				}
			}
		}
	}
}

// TestRulesName: the name is that which With has given the logger last.
func TestRulesName(t *testing.T) {
	opts := &spanlog.Options{Level: spanlog.Levels("off, db=info"), Attrs: []slog.Attr{slog.String("logger", "all")}}
	for _, test := range []struct {
		name string
		log  func(*slog.Logger)
		want int
	}{
		{"With", func(l *slog.Logger) { l.With("logger", "db").Info("m") }, 1},
		{"With twice", func(l *slog.Logger) { l.With("logger", "db").With("logger", "web").Info("m") }, 0},
		{"With among others", func(l *slog.Logger) { l.With("a", 1, "logger", "db", "b", 2).With("c", 3).Info("m") }, 1},
		{"before a group", func(l *slog.Logger) { l.With("logger", "db").WithGroup("g").With("a", 1).Info("m") }, 1},
		{"in a group", func(l *slog.Logger) { l.WithGroup("g").With("logger", "db").Info("m") }, 0},
		{"not a string", func(l *slog.Logger) { l.With("logger", []byte("db")).Info("m") }, 0},
		{"of one record", func(l *slog.Logger) { l.Info("m", "logger", "db") }, 0},
		{"Options.Attrs", func(l *slog.Logger) { l.Info("m") }, 0},
	} {
		var got int
		written(t, opts, countFormat(&got), test.log)
		if got != test.want {
			t.Errorf("%s: got %d records, want %d", test.name, got, test.want)
		}
	}
}

// countFormat counts what it formats.
func countFormat(n *int) spanlog.Formatter {
	return spanlog.FormatFunc(func(dst []byte, _ *spanlog.Event) []byte { *n++; return append(dst, '\n') })
}

// TestRulesSet: a change counts for all records after it, in all loggers.
func TestRulesSet(t *testing.T) {
	rules := spanlog.Levels("info")
	var buf strings.Builder
	log := open(t, &spanlog.Options{Level: rules}, spanlog.Writer{Writer: &buf})
	derived := log.With(spanlog.NameKey, "db").WithGroup("g")
	for _, step := range []struct {
		rules         string
		debug, dbInfo bool // the root logger's Debug, and Info of the derived one
	}{
		{"info", false, true},
		{"debug", true, true},
		{"debug, db=warn", true, false},
		{"spanlog_test=debug, db=warn", true, true}, // the package's is longer
		{"error", false, false},
	} {
		if err := rules.Set(step.rules); err != nil {
			t.Fatal(err)
		}
		buf.Reset()
		log.Debug("m")
		debug := buf.Len() > 0
		buf.Reset()
		derived.Info("m")
		if dbInfo := buf.Len() > 0; debug != step.debug || dbInfo != step.dbInfo {
			t.Errorf("%q: Debug %v, Info of db %v; want %v, %v", step.rules, debug, dbInfo, step.debug, step.dbInfo)
		}
	}
}

// TestRulesTwo: sinks with rules of their own go by those.
func TestRulesTwo(t *testing.T) {
	var one, two strings.Builder
	log := open(t, nil,
		spanlog.Writer{Writer: &one, Level: spanlog.Levels("error, db=debug")},
		spanlog.Writer{Writer: &two, Level: spanlog.Levels("error, web=debug")})
	log.With(spanlog.NameKey, "db").Debug("from db")
	log.With(spanlog.NameKey, "web").Debug("from web")
	if !strings.Contains(one.String(), "from db") || strings.Contains(one.String(), "from web") {
		t.Errorf("the first has %s", one.String())
	}
	if strings.Contains(two.String(), "from db") || !strings.Contains(two.String(), "from web") {
		t.Errorf("the second has %s", two.String())
	}
}

// TestRulesRaised: what waits in a queue has been taken, and is not lost if the rules are for
// less meanwhile.
func TestRulesRaised(t *testing.T) {
	rules := spanlog.Levels("debug")
	var buf strings.Builder
	entered, goOn := make(chan bool, 100), make(chan bool)
	slow := writeFunc(func(b []byte) (int, error) { entered <- true; <-goOn; return buf.Write(b) })
	log := open(t, &spanlog.Options{Level: rules}, spanlog.Async{Sink: spanlog.Failover{Sinks: []spanlog.Sink{
		spanlog.Writer{Writer: io.Discard, Level: spanlog.Pinned(spanlog.LevelFatal)}, spanlog.Writer{Writer: slow}}}})
	for range 10 {
		log.Debug("m")
	}
	<-entered
	_ = rules.Set("info")
	close(goOn)
	flush(t, log)
	if n := strings.Count(buf.String(), "\n"); n != 10 {
		t.Errorf("%d records are written of 10; %v", n, log.Stats())
	}
}

// TestRulesConcurrent: rules are changed while they are asked.
func TestRulesConcurrent(t *testing.T) {
	rules := spanlog.Levels("info")
	log := open(t, &spanlog.Options{Level: rules}, spanlog.Writer{Writer: io.Discard}).With(spanlog.NameKey, "db")
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 500 {
				log.Debug("m")
				if i == 0 {
					_ = rules.Set("spanlog_test=debug")
					_ = rules.Set("off")
				}
			}
		})
	}
	wg.Wait()
	if rules.String() != "OFF" {
		t.Errorf("the rules are %q", rules)
	}
}

// TestRulesEverywhere: wherever there is a level, it can be rules.
func TestRulesEverywhere(t *testing.T) {
	rules := spanlog.Levels("info, spanlog_test=warn, other=debug")
	record := func(h slog.Handler, pc uintptr, level slog.Level) {
		_ = h.Handle(bg, slog.NewRecord(noon, level, level.String(), pc))
	}
	here := pcIn(TestRulesEverywhere)
	for _, test := range []struct {
		name string
		sink func(io.Writer) spanlog.Sink
	}{
		{"Writer", func(w io.Writer) spanlog.Sink { return spanlog.Writer{Writer: w, Level: rules} }},
		{"Console", func(w io.Writer) spanlog.Sink { return spanlog.Console{Writer: w, Level: rules} }},
		{"Relay", func(w io.Writer) spanlog.Sink {
			return spanlog.Relay{Handler: slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}), Level: rules}
		}},
		{"Async", func(w io.Writer) spanlog.Sink { return spanlog.Async{Sink: spanlog.Writer{Writer: w, Level: rules}} }},
		{"Limit", func(w io.Writer) spanlog.Sink { return spanlog.Limit{Sink: spanlog.Writer{Writer: w, Level: rules}} }},
		{"Failover", func(w io.Writer) spanlog.Sink {
			return spanlog.Failover{Sinks: []spanlog.Sink{spanlog.Writer{Writer: w, Level: rules}, spanlog.Writer{Writer: w, Level: rules}}}
		}},
		{"pinned", func(w io.Writer) spanlog.Sink { return spanlog.Writer{Writer: w, Level: spanlog.Pinned(rules)} }},
	} {
		var buf strings.Builder
		log := open(t, nil, test.sink(&buf))
		for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn} {
			record(log.Handler(), here, level)
			record(log.Handler(), otherFmt, level)
		}
		flush(t, log)
		var got []string
		for d := json.NewDecoder(strings.NewReader(buf.String())); d.More(); {
			var r struct{ Msg string }
			if err := d.Decode(&r); err != nil {
				t.Fatal(err)
			}
			got = append(got, r.Msg)
		}
		if want := []string{"INFO", "WARN", "WARN"}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", test.name, got, want)
		}
	}
}

// TestRulesEnvironment: SPANLOG_LEVEL takes rules.
func TestRulesEnvironment(t *testing.T) {
	t.Setenv("SPANLOG_LEVEL", "warn, spanlog_test=debug")
	var buf strings.Builder
	log := open(t, nil, spanlog.Writer{Writer: &buf})
	log.Debug("here")
	_ = log.Handler().Handle(bg, slog.NewRecord(noon, slog.LevelInfo, "there", otherFmt))
	if got := buf.String(); !strings.Contains(got, "here") || strings.Contains(got, "there") {
		t.Errorf("got %s", got)
	}
	t.Setenv("SPANLOG_LEVEL", "off")
	buf.Reset()
	open(t, nil, spanlog.Writer{Writer: &buf}).Error("not at all")
	assert.Equal(t, "off", buf.String(), "")
	t.Setenv("SPANLOG_LEVEL", "warn, db=loud")
	buf.Reset()
	open(t, nil, spanlog.Writer{Writer: &buf}).Info("by default")
	if got := buf.String(); !strings.Contains(got, `SPANLOG_LEVEL: level rules: rule 2 \"db=loud\"`) || !strings.Contains(got, "by default") {
		t.Errorf("got %s", got)
	}
}

// TestAllocsRules: asking rules takes no memory, neither for a caller that is known nor,
// after the first, for one that is not.
func TestAllocsRules(t *testing.T) {
	race.Skip(t)
	log := open(t, nil, spanlog.Writer{Writer: io.Discard, Level: spanlog.Levels("debug, spanlog_test=warn, db=info")})
	named := log.With(spanlog.NameKey, "db.pool")
	wantAllocs(t, 0, func() { log.LogAttrs(spanCtx, slog.LevelInfo, "rejected", fiveAttrs...) })
	wantAllocs(t, 0, func() { named.LogAttrs(spanCtx, slog.LevelInfo, "rejected", fiveAttrs...) })
	wantAllocs(t, 0, func() { log.LogAttrs(spanCtx, slog.LevelWarn, "passes", fiveAttrs...) })
	ctx := spanlog.WithLevel(spanCtx, slog.LevelInfo)
	wantAllocs(t, 0, func() { log.LogAttrs(ctx, slog.LevelInfo, "passes", fiveAttrs...) })
}
