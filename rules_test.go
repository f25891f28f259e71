package spanlog_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/trace"
	"pgregory.net/rapid"

	"github.com/spanlog/spanlog"
)

func TestLevels(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", "INFO"},
		{"debug", "DEBUG"},
		{"info, github.com/acme/shop/db=debug, http=warn", "INFO, github.com/acme/shop/db=DEBUG, http=WARN"},
		{"http=warn", "INFO, http=WARN"},
		{"http=warn,error", "ERROR, http=WARN"},
		{" \tdb = trace\n, fatal ", "FATAL, db=TRACE"},
		{"off, db=OFF", "OFF, db=OFF"},
		{"INFO+2, db=-5, web=debug-1", "INFO+2, db=DEBUG-1, web=DEBUG-1"},
		{"a=40000", "INFO, a=40000"},
		{"gopkg.in/yaml.v3=debug", "INFO, gopkg.in/yaml.v3=DEBUG"},
		{"käse=warning", "INFO, käse=WARN"},
	} {
		r := new(spanlog.Rules)
		if err := r.Set(test.in); err != nil || r.String() != test.want {
			t.Errorf("%q: got %q, %v; want %q", test.in, r, err, test.want)
		}
		if again := spanlog.Levels(r.String()); again.String() != test.want {
			t.Errorf("%q: its text %q is read as %q", test.in, r, again)
		}
	}
}

func TestLevelsBad(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"loud", `level rules: rule 1 "loud" at byte 0: level "loud": want TRACE`},
		{"info, db=debgu", `rule 2 "db=debgu" at byte 5: level "debgu"`},
		{"info,", `rule 2 "" at byte 5: is empty`},
		{"info,,db=debug", `rule 2 "" at byte 5: is empty`},
		{"=debug", `rule 1 "=debug" at byte 0: want a logger or package before the "="`},
		{"db=", `rule 1 "db=" at byte 0: level ""`},
		{"db=debug=x", `level "debug=x"`},
		{"info, warn", `rule 2 "warn" at byte 5: there is a level for all others already, INFO`},
		{"db=info, db=warn", `rule 2 "db=warn" at byte 8: there is a rule for db already`},
		{"d b=info", `a pattern cannot have a " " in it`},
		{"d\x00b=info", `cannot have a "\x00" in it`},
		{"github.com/acme/*=info", `cannot have a "*" in it`},
		{"d\u202eb=info", `cannot have a "\u202e" in it`},
		{"d\u009bb=info", `cannot have a "\u009b" in it`},
		{"d\xffb=info", `cannot have a "\xff" in it`},
		{strings.Repeat("x=loud,", 1000) + "info", "\n990 more rules are bad"},
		{"a=" + strings.Repeat("x", 1000), `level "` + strings.Repeat("x", 100) + `…"`},
		{strings.Repeat("x", 1000), `"` + strings.Repeat("x", 100) + `…" at byte 0`},
		{"github.com/acme/=info", `"github.com/acme/" is no whole name`},
		{"db.=info", `"db." is no whole name`},
		{"/db=info", `"/db" is no whole name`},
		{"x=1, y=loud, z=quiet", `rule 2 "y=loud" at byte 4`},
		{"x=1, y=loud, z=quiet", `rule 3 "z=quiet" at byte 12`},
		{manyRules(70_000), "there are 70000 rules: want 65535 at most"},
	} {
		r := spanlog.Levels("db=warn")
		err := r.Set(test.in)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.40q: got error %v, want %q", test.in, err, test.want)
		}
		if r.String() != "INFO, db=WARN" {
			t.Errorf("%.40q: a bad text has changed the rules to %q", test.in, r)
		}
		_, err = spanlog.New(nil, spanlog.Writer{Writer: io.Discard, Level: spanlog.Levels(test.in)})
		if err == nil || !strings.Contains(err.Error(), "Level is bad: level rules: ") {
			t.Errorf("%.40q: New: got error %v", test.in, err)
		}
	}
}

func manyRules(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ",p%d=info", i)
	}
	return b.String()[1:]
}

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

// TestRulesModel compares the rules with the plainest way to say what they are.
func TestRulesModel(t *testing.T) {
	paths := map[string]uintptr{"net/http": netHTTP, "go.opentelemetry.io/otel/trace": otelTrace, "fmt": otherFmt, "": 0}
	patterns := []string{"net", "http", "net/http", "fmt", "go.opentelemetry.io", "go.opentelemetry.io/otel", "trace", "otel", "shop", "shop.db", "shop/db", "db"}
	names := []string{"", "shop", "shop.db", "shop/db", "shop.db.x", "db", "http", "fmt", "fmt.x"}
	rapid.Check(t, func(t *rapid.T) {
		chosen := rapid.SliceOfDistinct(rapid.SampledFrom(patterns), rapid.ID).Draw(t, "patterns")
		level := rapid.SampledFrom([]slog.Level{spanlog.LevelTrace, -4, 0, 4, 8, spanlog.LevelFatal})
		levels := map[string]slog.Level{"": level.Draw(t, "others")}
		text := levels[""].String()
		for _, p := range chosen {
			levels[p] = level.Draw(t, p)
			text += fmt.Sprintf(",%s=%d", p, levels[p])
		}
		rules := spanlog.Levels(text)
		var buf strings.Builder
		log := spanlog.Must(spanlog.New(nil, spanlog.Writer{Writer: &buf, Level: rules}))
		name := rapid.SampledFrom(names).Draw(t, "name")
		h := log.With(spanlog.NameKey, name).Handler()
		for path, pc := range paths {
			want := modelLevel(levels, name, path)
			for at := spanlog.LevelTrace - 1; at <= spanlog.LevelFatal+1; at++ {
				buf.Reset()
				_ = h.Handle(bg, slog.NewRecord(noon, at, "m", pc))
				if got := buf.Len() > 0; got != (at >= want) {
					t.Fatalf("%q: logger %q, package %q, %v: passes: %v, but the level is %v", text, name, path, at, got, want)
				}
			}
		}
		least := slog.Level(math.MaxInt)
		for _, l := range levels {
			least = min(least, l)
		}
		if rules.Level() != least {
			t.Errorf("%q: Level() is %v, want %v", text, rules.Level(), least)
		}
	})
}

// modelLevel is the level of the longest pattern that matches.
func modelLevel(levels map[string]slog.Level, name, path string) slog.Level {
	elements := strings.Split(path, "/")
	best, byName := "", false
	for p := range levels {
		inName := p != "" && (name == p || strings.HasPrefix(name, p+".") || strings.HasPrefix(name, p+"/"))
		inPath := p != "" && (path == p || strings.HasPrefix(path, p+"/") || elements[len(elements)-1] == p)
		if inName && (len(p) > len(best) || len(p) == len(best) && !byName) || inPath && len(p) > len(best) {
			best, byName = p, inName
		}
	}
	return levels[best]
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

// TestRulesFlag: Rules are a flag.Value.
func TestRulesFlag(t *testing.T) {
	var rules spanlog.Rules
	flags := flag.NewFlagSet("app", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Var(&rules, "log", "level rules")
	if err := flags.Parse([]string{"-log", "db=debug"}); err != nil || rules.String() != "INFO, db=DEBUG" {
		t.Errorf("got %q, %v", &rules, err)
	}
	if err := flags.Parse([]string{"-log", "db=loud"}); err == nil || !strings.Contains(err.Error(), `"db=loud"`) {
		t.Errorf("got error %v", err)
	}
	flags.PrintDefaults() // asks a nil *Rules
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
	equal(t, "off", buf.String(), "")
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
	skipUnderRace(t)
	log := open(t, nil, spanlog.Writer{Writer: io.Discard, Level: spanlog.Levels("debug, spanlog_test=warn, db=info")})
	named := log.With(spanlog.NameKey, "db.pool")
	wantAllocs(t, 0, func() { log.LogAttrs(spanCtx, slog.LevelInfo, "rejected", fiveAttrs...) })
	wantAllocs(t, 0, func() { named.LogAttrs(spanCtx, slog.LevelInfo, "rejected", fiveAttrs...) })
	wantAllocs(t, 0, func() { log.LogAttrs(spanCtx, slog.LevelWarn, "passes", fiveAttrs...) })
	ctx := spanlog.WithLevel(spanCtx, slog.LevelInfo)
	wantAllocs(t, 0, func() { log.LogAttrs(ctx, slog.LevelInfo, "passes", fiveAttrs...) })
}

func FuzzLevels(f *testing.F) {
	for _, seed := range []string{"", "info", "info, github.com/acme/shop/db=debug, http=warn", "off,a=1,b=INFO+2", "=,=", "a=loud", "a=\x00", "x=99999999999999999999", "a=40000,b=-40000"} {
		f.Add(seed, "db.pool")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		r := new(spanlog.Rules)
		if err := r.Set(text); err != nil {
			if r.String() != "INFO" {
				t.Errorf("a bad text has set %q", r)
			}
			return
		}
		again := new(spanlog.Rules)
		if err := again.Set(r.String()); err != nil || again.String() != r.String() || again.Level() != r.Level() {
			t.Errorf("%q is read as %q, %v", r, again, err)
		}
		h := slog.Handler(open(t, nil, spanlog.Writer{Writer: io.Discard, Level: r}).Handler())
		if name != "" {
			h = h.WithAttrs([]slog.Attr{slog.String(spanlog.NameKey, name)})
		}
		_ = h.Handle(context.Background(), slog.NewRecord(noon, r.Level(), "m", netHTTP))
	})
}
