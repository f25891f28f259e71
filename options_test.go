package spanlog_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/log/embedded"

	"github.com/spanlog/spanlog"
)

// levels is a record at each level, and the messages that were written.
func levels(l *slog.Logger) {
	for _, level := range []slog.Level{spanlog.LevelTrace, slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError, spanlog.LevelFatal} {
		l.Log(bg, level, level.String())
	}
}

// seen is how many of the six records of levels a line-wise output has.
func seen(buf *bytes.Buffer) int { return strings.Count(buf.String(), "\n") }

func TestOptionsLevel(t *testing.T) {
	var level slog.LevelVar
	level.Set(slog.LevelError)
	for _, test := range []struct {
		name string
		env  string
		opts *spanlog.Options
		own  slog.Leveler // the sink's
		want int          // of six
	}{
		{"default", "", nil, nil, 4},
		{"options", "", &spanlog.Options{Level: slog.LevelWarn}, nil, 3},
		{"a LevelVar", "", &spanlog.Options{Level: &level}, nil, 2},
		{"the sink's own", "", &spanlog.Options{Level: slog.LevelWarn}, slog.LevelDebug, 5},
		{"environment", "warn", nil, nil, 3},
		{"environment, a number", "-8", nil, nil, 6},
		{"environment, FATAL", "fatal", nil, nil, 1},
		{"code wins over the environment", "error", &spanlog.Options{Level: slog.LevelDebug}, nil, 5},
		{"the sink's own over the environment", "error", nil, spanlog.LevelTrace, 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("SPANLOG_LEVEL", test.env)
			var writer, console, relay bytes.Buffer
			path := filepath.Join(t.TempDir(), "app.log")
			l := open(t, test.opts,
				spanlog.Writer{Writer: &writer, Level: test.own},
				spanlog.Console{Writer: &console, Level: test.own},
				spanlog.File{Path: path, Level: test.own},
				spanlog.Relay{Handler: slog.NewTextHandler(&relay, &slog.HandlerOptions{Level: slog.Level(-100)}), Level: test.own},
			)
			levels(l.Logger)
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			relayWant := 6 // the handler's Enabled alone decides …
			if test.own != nil {
				relayWant = test.want // … unless the sink has a level
			}
			got := []int{seen(&writer), seen(&console), bytes.Count(file, []byte("\n")), seen(&relay)}
			if want := []int{test.want, test.want, test.want, relayWant}; !slices.Equal(got, want) {
				t.Errorf("writer, console, file, relay: got %d, want %d", got, want)
			}
		})
	}
}

// TestOptionsLevelChange: a level that is changed counts from the next record.
func TestOptionsLevelChange(t *testing.T) {
	var level slog.LevelVar
	var buf bytes.Buffer
	l := open(t, &spanlog.Options{Level: &level}, spanlog.Writer{Writer: &buf})
	derived := l.With("a", 1).WithGroup("g")
	derived.Debug("no")
	level.Set(slog.LevelDebug)
	derived.Debug("yes")
	if got := buf.String(); strings.Contains(got, "no") || !strings.Contains(got, "yes") {
		t.Errorf("got %s", got)
	}
}

// TestRelayLevel: a Relay's handler is asked as well as the Relay's level.
func TestRelayLevel(t *testing.T) {
	for _, test := range []struct {
		name          string
		theirs, relay slog.Leveler
		want          int
	}{
		{"theirs", slog.LevelWarn, nil, 3},
		{"the relay's is higher", slog.LevelWarn, slog.LevelError, 2},
		{"theirs is higher", slog.LevelError, slog.LevelDebug, 2},
	} {
		var relay, handler bytes.Buffer
		next := slog.NewTextHandler(&relay, &slog.HandlerOptions{Level: test.theirs})
		levels(open(t, &spanlog.Options{Level: spanlog.LevelFatal}, spanlog.Relay{Handler: next, Level: test.relay}).Logger)
		next = slog.NewTextHandler(&handler, &slog.HandlerOptions{Level: test.theirs})
		levels(slog.New(spanlog.NewHandler(next, &spanlog.Options{Level: test.relay})))
		if seen(&relay) != test.want || seen(&handler) != test.want {
			t.Errorf("%s: Relay %d, NewHandler %d, want %d", test.name, seen(&relay), seen(&handler), test.want)
		}
	}
}

// TestHandleLevel: a sink's level holds in Handle, too, whoever calls that.
func TestHandleLevel(t *testing.T) {
	var low, high, relay bytes.Buffer
	l := open(t, nil,
		spanlog.Writer{Writer: &low, Level: slog.LevelDebug},
		spanlog.Writer{Writer: &high, Level: slog.LevelError},
		spanlog.Relay{Handler: slog.NewTextHandler(&relay, &slog.HandlerOptions{Level: slog.LevelWarn})})
	if err := l.Handler().Handle(bg, slog.NewRecord(noon, slog.LevelInfo, "m", 0)); err != nil {
		t.Error(err)
	}
	if seen(&low) != 1 || seen(&high) != 0 || seen(&relay) != 0 {
		t.Errorf("got %d, %d, %d records, want 1, 0, 0", seen(&low), seen(&high), seen(&relay))
	}
}

// TestOptionsUnchanged: New and NewHandler write nothing into what they are
// given.
func TestOptionsUnchanged(t *testing.T) {
	setenv(t, []string{"SPANLOG_LEVEL=debug", "SPANLOG_FORMAT=text", "OTEL_SERVICE_NAME=cart"})
	opts := spanlog.Options{Attrs: make([]slog.Attr, 1, 4), Baggage: make([]string, 1, 4), Redact: make([]string, 1, 4)}
	opts.Attrs[0], opts.Baggage[0], opts.Redact[0] = slog.Int("a", 1), "B", "R"
	was := opts
	sinks := []spanlog.Sink{spanlog.Console{Writer: io.Discard}, &spanlog.Writer{Writer: io.Discard}}
	l := open(t, &opts, sinks...)
	l.With("b", 2).Info("m")
	spanlog.NewHandler(slog.DiscardHandler, &opts)
	if !reflect.DeepEqual(opts, was) || opts.Redact[0] != "R" || opts.Baggage[0] != "B" {
		t.Errorf("got %+v", opts)
	}
	if !reflect.DeepEqual(opts.Attrs[:4], []slog.Attr{slog.Int("a", 1), {}, {}, {}}) {
		t.Errorf("written behind Attrs: %v", opts.Attrs[:4])
	}
	if c := sinks[0].(spanlog.Console); c.Format != nil || c.Level != nil {
		t.Errorf("got %+v", c)
	}
	if w := sinks[1].(*spanlog.Writer); w.Format != nil || w.Level != nil {
		t.Errorf("got %+v", w)
	}
}

// TestNewErrors: what New refuses, by sink and field.
func TestNewErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.log")
	if err := os.WriteFile(filepath.Join(dir, "plain"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var noBuffer *bytes.Buffer
	var noHandler *slog.JSONHandler
	var noLevel *slog.LevelVar
	var noConsole *spanlog.Console
	var buf bytes.Buffer
	for _, test := range []struct {
		name  string
		opts  *spanlog.Options
		sinks []spanlog.Sink
		want  []string // parts of the error
	}{
		{"nil sink", nil, []spanlog.Sink{spanlog.Writer{Writer: &buf}, nil}, []string{"sink 2 is nil"}},
		{"typed nil sink", nil, []spanlog.Sink{noConsole}, []string{"sink 1 is nil"}},
		{"nil writer", nil, []spanlog.Sink{spanlog.Writer{}}, []string{"writer sink", "Writer is nil"}},
		{"typed nil writer", nil, []spanlog.Sink{spanlog.Writer{Writer: noBuffer}}, []string{"writer sink *bytes.Buffer", "Writer is nil"}},
		{"nil function as a writer", nil, []spanlog.Sink{spanlog.Writer{Writer: writeFunc(nil)}}, []string{"writer sink", "Writer is nil"}},
		{"a console's typed nil writer", nil, []spanlog.Sink{spanlog.Console{Writer: noBuffer}}, []string{"console sink", "Writer is a nil *bytes.Buffer"}},
		{"nil handler", nil, []spanlog.Sink{spanlog.Relay{}}, []string{"relay sink", "Handler is nil"}},
		{"typed nil handler", nil, []spanlog.Sink{spanlog.Relay{Handler: noHandler}}, []string{"relay sink *slog.JSONHandler", "Handler is nil"}},
		{"typed nil level", nil, []spanlog.Sink{spanlog.Writer{Writer: &buf, Level: noLevel}}, []string{"writer sink *bytes.Buffer", "Level is a nil *slog.LevelVar"}},
		{"a console's typed nil level", nil, []spanlog.Sink{spanlog.Console{Writer: &buf, Level: noLevel}}, []string{"console sink", "Level is a nil *slog.LevelVar"}},
		{"a relay's typed nil level", nil, []spanlog.Sink{spanlog.Relay{Handler: slog.DiscardHandler, Level: noLevel}}, []string{"relay sink", "Level is a nil *slog.LevelVar"}},
		{"a file's typed nil level", nil, []spanlog.Sink{spanlog.File{Path: file, Level: noLevel}}, []string{"file sink", "a.log", "Level is a nil *slog.LevelVar"}},
		{"a level that panics", nil, []spanlog.Sink{spanlog.Writer{Writer: &buf, Level: badLevel{}}}, []string{"writer sink", "Level is a spanlog_test.badLevel", "no level"}},
		{"nil FormatFunc", nil, []spanlog.Sink{spanlog.Writer{Writer: &buf, Format: spanlog.FormatFunc(nil)}}, []string{"writer sink", "Format", "nil spanlog.FormatFunc"}},
		{"a file's nil FormatFunc", nil, []spanlog.Sink{spanlog.File{Path: file, Format: spanlog.FormatFunc(nil)}}, []string{"file sink", "Format", "nil spanlog.FormatFunc"}},
		{"bad layout", nil, []spanlog.Sink{spanlog.Console{Writer: &buf, Format: spanlog.Pattern("%(message")}}, []string{"console sink", "Format", "%(message"}},
		{"unknown field", nil, []spanlog.Sink{spanlog.Writer{Writer: &buf, Format: spanlog.Pattern("%(mesage)s")}}, []string{"writer sink", "Format", `"mesage"`, `did you mean "message"`}},
		{"TraceURL without an id", nil, []spanlog.Sink{spanlog.Console{Writer: &buf, Format: spanlog.Pretty, TraceURL: "http://localhost:9411"}}, []string{"console sink", "TraceURL", "{trace_id}"}},
		{"TraceURL that is none", nil, []spanlog.Sink{spanlog.Console{Writer: &buf, Format: spanlog.Pretty, TraceURL: "trace/{trace_id}"}}, []string{"console sink", "TraceURL", "absolute"}},
		{"TraceURL with a control character", nil, []spanlog.Sink{spanlog.Console{Writer: &buf, Format: spanlog.Pretty, TraceURL: "http://a/\x1b{trace_id}"}}, []string{"console sink", "TraceURL", "control"}},
		{"TraceURL, whatever the format", nil, []spanlog.Sink{spanlog.Console{Writer: &buf, TraceURL: "nonsense"}}, []string{"console sink", "TraceURL"}},
		{"empty path", nil, []spanlog.Sink{spanlog.File{}}, []string{`file sink ""`, "Path is empty"}},
		{"a directory that is missing", nil, []spanlog.Sink{spanlog.File{Path: filepath.Join(dir, "missing") + "/"}}, []string{"file sink", "Path is that of a directory"}},
		{"a directory", nil, []spanlog.Sink{spanlog.File{Path: dir}}, []string{"file sink", ": Path"}},
		{"below a file", nil, []spanlog.Sink{spanlog.File{Path: filepath.Join(dir, "plain", "a.log")}}, []string{"file sink", ": Path"}},
		{"bad mode", nil, []spanlog.Sink{spanlog.File{Path: file, Mode: os.ModeDir | 0o600}}, []string{"file sink", "Mode"}},
		{"Color", nil, []spanlog.Sink{spanlog.Console{Writer: &buf, Color: 99}}, []string{"console sink", "Color is 99"}},
		{"two trace fields of one key", &spanlog.Options{Schema: spanlog.Schema{TraceIDKey: "id", SpanIDKey: "id"}}, nil, []string{`Schema has two fields with the key "id"`}},
		{"two fields of one key", &spanlog.Options{Schema: spanlog.Schema{TimeKey: "level"}}, nil, []string{`Schema has two fields with the key "level"`}},
		{"a trace field as the message", &spanlog.Options{Schema: spanlog.Schema{TraceIDKey: "msg"}}, nil, []string{`Schema has two fields with the key "msg"`}},
		{"two of one file", nil, []spanlog.Sink{spanlog.File{Path: file, MaxSize: -1, MaxFiles: -2}}, []string{"MaxSize is -1, which is negative", "MaxFiles is -2, which is negative"}},
		{"negative MaxSize", nil, []spanlog.Sink{spanlog.File{Path: file, MaxSize: -1}}, []string{"file sink", "MaxSize is -1, which is negative"}},
		{"megabytes", nil, []spanlog.Sink{spanlog.File{Path: file, MaxSize: 100}}, []string{"file sink", "MaxSize is 100 bytes", "100*spanlog.MiB"}},
		{"megabytes in all", nil, []spanlog.Sink{spanlog.File{Path: file, MaxSize: spanlog.MiB, MaxTotal: 500}}, []string{"MaxTotal is 500 bytes", "500*spanlog.MiB"}},
		{"days", nil, []spanlog.Sink{spanlog.File{Path: file, MaxSize: spanlog.MiB, MaxAge: 28}}, []string{"MaxAge is 28ns", "28*24*time.Hour"}},
		{"negative MaxAge", nil, []spanlog.Sink{spanlog.File{Path: file, Every: spanlog.Daily, MaxAge: -1}}, []string{"MaxAge is -1ns, which is negative"}},
		{"a short period", nil, []spanlog.Sink{spanlog.File{Path: file, Every: spanlog.Every(time.Second)}}, []string{"Every is 1s, less than 1m0s"}},
		{"no period", nil, []spanlog.Sink{spanlog.File{Path: file, Every: spanlog.Every(0)}}, []string{"Every is not positive"}},
		{"a short sync", nil, []spanlog.Sink{spanlog.File{Path: file, Sync: spanlog.SyncEvery(time.Millisecond)}}, []string{"Sync is 1ms", "SyncAlways"}},
		{"no sync", nil, []spanlog.Sink{spanlog.File{Path: file, Sync: spanlog.SyncEvery(0)}}, []string{"Sync is not positive"}},
		{"a short delay", nil, []spanlog.Sink{spanlog.File{Path: file, Delay: 100}}, []string{"Delay is 100ns", "WriteThrough"}},
		{"a small journal", nil, []spanlog.Sink{spanlog.File{Path: file, JournalSize: 4}}, []string{"JournalSize is 4 bytes", "65536"}},
		{"a huge journal", nil, []spanlog.Sink{spanlog.File{Path: file, JournalSize: 2 * spanlog.GiB}}, []string{"JournalSize", "more than"}},
		{"less in all than in one", nil, []spanlog.Sink{spanlog.File{Path: file, MaxSize: 2 * spanlog.MiB, MaxTotal: spanlog.MiB}}, []string{"MaxTotal is 1048576, less than MaxSize"}},
		{"nothing rotates", nil, []spanlog.Sink{spanlog.File{Path: file, MaxFiles: 3, Compress: true}}, []string{"MaxFiles is for rotated files", "Compress is for rotated files", "MaxSize or Every"}},
		{"a device that rotates", nil, []spanlog.Sink{spanlog.File{Path: os.DevNull, MaxSize: spanlog.MiB}}, []string{"Path is a device"}},
		{"negative MaxFiles", nil, []spanlog.Sink{spanlog.File{Path: file, MaxFiles: -1}}, []string{"file sink", "MaxFiles is -1, which is negative"}},
		{"two files on one path", nil, []spanlog.Sink{spanlog.File{Path: file}, spanlog.File{Path: filepath.Join(dir, ".", "x", "..", "a.log")}}, []string{"file sink", "Path is open"}},
		{"Async around nothing", nil, []spanlog.Sink{spanlog.Async{}}, []string{"async sink: Sink is nil"}},
		{"Async around a bad sink", nil, []spanlog.Sink{spanlog.Async{Sink: spanlog.Writer{}}}, []string{"async writer sink <nil>: writer sink <nil>: Writer is nil"}},
		{"Async around a File", nil, []spanlog.Sink{spanlog.Async{Sink: spanlog.File{Path: file}}}, []string{"Sink is a File, which does not make the program wait"}},
		{"Async around a limited File", nil, []spanlog.Sink{spanlog.Async{Sink: spanlog.Limit{Sink: &spanlog.File{Path: file}}}}, []string{"Sink is a File"}},
		{"Async around an Async", nil, []spanlog.Sink{spanlog.Async{Sink: spanlog.Async{Sink: spanlog.Console{}}}}, []string{"Sink is an Async already"}},
		{"negative MaxRecords", nil, []spanlog.Sink{spanlog.Async{Sink: spanlog.Console{}, MaxRecords: -1}}, []string{"MaxRecords is -1, which is negative"}},
		{"negative MaxBytes", nil, []spanlog.Sink{spanlog.Async{Sink: spanlog.Console{}, MaxBytes: -1}}, []string{"MaxBytes is -1"}},
		{"negative MaxBlock", nil, []spanlog.Sink{spanlog.Async{Sink: spanlog.Console{}, MaxBlock: -time.Second}}, []string{"MaxBlock is -1s"}},
		{"MaxBlock without Block", nil, []spanlog.Sink{spanlog.Async{Sink: spanlog.Console{}, MaxBlock: time.Second}}, []string{"MaxBlock is for Overflow: spanlog.Block"}},
		{"an unknown Overflow", nil, []spanlog.Sink{spanlog.Async{Sink: spanlog.Console{}, Overflow: 7}}, []string{"Overflow is 7", "DropOldest"}},
		{"Failover of nothing", nil, []spanlog.Sink{spanlog.Failover{}}, []string{"failover sink: Sinks has 0 sinks: want two or more"}},
		{"Failover of a nil", nil, []spanlog.Sink{spanlog.Failover{Sinks: []spanlog.Sink{spanlog.Console{}, nil}}}, []string{"failover sink: Sinks[1] is nil"}},
		{"Failover of a bad sink", nil, []spanlog.Sink{spanlog.Failover{Sinks: []spanlog.Sink{spanlog.File{Path: file}, spanlog.Writer{}}}}, []string{"Sinks[1] is bad: writer sink <nil>: Writer is nil"}},
		{"Failover over an Async", nil, []spanlog.Sink{spanlog.Failover{Sinks: []spanlog.Sink{spanlog.Async{Sink: spanlog.Console{}}, spanlog.Console{}}}}, []string{"Sinks[0] is an Async", "put the Async around the Failover"}},
		{"Failover over a limited Async", nil, []spanlog.Sink{spanlog.Failover{Sinks: []spanlog.Sink{spanlog.Console{}, spanlog.Limit{Sink: spanlog.Async{Sink: spanlog.Console{}}}}}}, []string{"Sinks[1] is an Async"}},
		{"Limit of nothing", nil, []spanlog.Sink{spanlog.Limit{}}, []string{"limit sink: Sink is nil"}},
		{"negative First", nil, []spanlog.Sink{spanlog.Limit{Sink: spanlog.Console{}, First: -1}}, []string{"First is -1, which is negative"}},
		{"a short Every", nil, []spanlog.Sink{spanlog.Limit{Sink: spanlog.Console{}, Every: 10}}, []string{"Every is 10ns: want a millisecond at least"}},
		{"negative MaxMessages", nil, []spanlog.Sink{spanlog.Limit{Sink: spanlog.Console{}, MaxMessages: -1}}, []string{"MaxMessages is -1"}},
		{"FlightRecorder", nil, []spanlog.Sink{spanlog.FlightRecorder{}}, []string{"flight recorder sink"}},
		{"OTel", nil, []spanlog.Sink{spanlog.OTel{Provider: (*nilProvider)(nil)}}, []string{"otel sink", "Provider", "nil *spanlog_test.nilProvider"}},
		{"options: typed nil level", &spanlog.Options{Level: noLevel}, nil, []string{"options: Level is a nil *slog.LevelVar"}},
		{"options: SpanEvents", &spanlog.Options{SpanEvents: noLevel}, nil, []string{"options: SpanEvents is a nil *slog.LevelVar"}},
		{"options: SpanErrors", &spanlog.Options{SpanErrors: badLevel{}}, nil, []string{"options: SpanErrors", "no level"}},
		{"options: Baggage", &spanlog.Options{Baggage: []string{"a", ""}}, nil, []string{"options: Baggage[1] is empty"}},
		{"options: Redact", &spanlog.Options{Redact: []string{""}}, nil, []string{"options: Redact[0] is empty"}},
		{"all that is wrong", &spanlog.Options{Redact: []string{""}}, []spanlog.Sink{spanlog.Writer{}, nil, spanlog.File{Path: file, MaxSize: -1}},
			[]string{"Redact[0]", "writer sink", "sink 2 is nil", "MaxSize"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := openFiles(t)
			// A file that can be opened stands beside what cannot be.
			good := spanlog.File{Path: filepath.Join(dir, "good.log")}
			var sinks []spanlog.Sink
			if len(test.sinks) > 0 {
				sinks = append(slices.Clone(test.sinks), good)
			}
			l, err := spanlog.New(test.opts, sinks...)
			if err == nil {
				_ = l.Close()
				t.Fatal("no error")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %s in: %v", want, err)
				}
			}
			if after := openFiles(t); after != before {
				t.Errorf("%d files are open, %d were before", after, before)
			}
			l, err = spanlog.New(nil, good, spanlog.File{Path: file})
			if err != nil {
				t.Fatalf("the paths are not free: %v", err)
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// badLevel is a level that cannot be asked.
type badLevel struct{}

func (badLevel) Level() slog.Level { panic("no level") }

// openFiles is how many files the process has open, or 0 where it cannot be
// known.
func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// TestNewUncomparableWriters: writers that Go cannot compare are no reason to
// panic.
func TestNewUncomparableWriters(t *testing.T) {
	type wrap struct{ io.Writer }
	w := wrap{writeFunc(func(b []byte) (int, error) { return len(b), nil })}
	l := open(t, nil, spanlog.Writer{Writer: w}, spanlog.Writer{Writer: w}, spanlog.Console{Writer: w})
	l.Info("m")
}

func TestMust(t *testing.T) {
	defer func() {
		err, _ := recover().(error)
		if err == nil || !strings.Contains(err.Error(), "spanlog: ") || !strings.Contains(err.Error(), "Path is empty") {
			t.Errorf("got %v", err)
		}
	}()
	l, err := spanlog.New(nil, spanlog.Writer{Writer: io.Discard})
	if spanlog.Must(l, err) != l {
		t.Error("not the logger that was given")
	}
	spanlog.Must(spanlog.New(nil, spanlog.File{}))
}

// captureStderr returns what is written to os.Stderr while do runs.
func captureStderr(t *testing.T, do func()) string {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "stderr")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stderr := os.Stderr
	defer func() { os.Stderr = stderr }()
	os.Stderr = f
	do()
	b, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestNewNil(t *testing.T) {
	stderr := captureStderr(t, func() {
		l, err := spanlog.New(nil)
		if err != nil {
			t.Error(err)
			return
		}
		l.Debug("no")
		l.Info("yes")
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		l.Info("still")
	})
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	if len(lines) != 2 || parsed(t, lines[0])["msg"] != "yes" || parsed(t, lines[1])["msg"] != "still" {
		t.Errorf("got %q", stderr)
	}
}

// nilProvider is a logger provider to have a nil pointer of.
type nilProvider struct{ embedded.LoggerProvider }

func (*nilProvider) Logger(string, ...log.LoggerOption) log.Logger { return nil }
