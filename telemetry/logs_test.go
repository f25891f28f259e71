package telemetry

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel"
	collogspb "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/protobuf/proto"

	"github.com/spanlog/spanlog"
)

// logServer takes log records and keeps them.
type logServer struct {
	mu     sync.Mutex
	path   string
	header http.Header
	logs   []*logspb.ResourceLogs
	fail   func() int // the status to answer with, 0 for taking the records
}

func (s *logServer) RoundTrip(r *http.Request) (*http.Response, error) {
	defer func() { _ = r.Body.Close() }()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result(), nil
}

func (s *logServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.path, s.header = r.URL.Path, r.Header.Clone()
	body, err := bodyOf(r)
	if s.fail != nil {
		if code := s.fail(); code != 0 {
			w.WriteHeader(code)
			return
		}
	}
	var request collogspb.ExportLogsServiceRequest
	if err = errors.Join(err, proto.Unmarshal(body, &request)); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.logs = append(s.logs, request.ResourceLogs...)
}

func bodyOf(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err == nil && r.Header.Get("Content-Encoding") == "gzip" {
		return gunzip(body)
	}
	return body, err
}

// records are all log records, over all requests.
func (s *logServer) records() (all []*logspb.LogRecord) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.logs {
		for _, scope := range r.ScopeLogs {
			all = append(all, scope.LogRecords...)
		}
	}
	return all
}

func (s *logServer) bodies() (all []string) {
	for _, r := range s.records() {
		all = append(all, r.Body.GetStringValue())
	}
	return all
}

// TestOTLPLogs: the OTel sink finds the provider whether it is made before or after
// Start, and Flush sends what it has.
func TestOTLPLogs(t *testing.T) {
	clearEnv(t)
	var s logServer
	server := httptest.NewServer(&s)
	defer server.Close()
	before := newLogger(t, spanlog.OTel{})
	shutdown, errs := start(t, Options{
		Service:  spanlog.Service{Name: "shop"},
		OTLPLogs: server.URL,
		Headers:  map[string]string{"X-Token": "secret"},
	})
	after := newLogger(t, spanlog.OTel{})

	ctx, span := otel.Tracer("test").Start(t.Context(), "work")
	before.WithGroup("g").WarnContext(ctx, "from before", "k", 1)
	if err := before.Flush(t.Context()); err != nil {
		t.Error(err)
	}
	if got := fmt.Sprint(s.bodies()); got != "[from before]" {
		t.Errorf("after Flush, the server has %s", got)
	}
	after.InfoContext(ctx, "from after")
	span.End()
	if err := shutdown(t.Context()); err != nil || errs.all() != nil {
		t.Errorf("%v\n%s", err, errs)
	}
	if got := fmt.Sprint(s.bodies()); got != "[from before from after]" {
		t.Errorf("after the shutdown, the server has %s", got)
	}
	if s.path != "/v1/logs" || s.header.Get("X-Token") != "secret" || s.header.Get("Content-Encoding") != "gzip" {
		t.Errorf("path %q, header %v", s.path, s.header)
	}
	r, id := s.records()[0], span.SpanContext().TraceID()
	if string(r.TraceId) != string(id[:]) || r.SeverityNumber != 13 {
		t.Errorf("got %v", r)
	}
	if a := r.Attributes; len(a) != 1 || a[0].Key != "g" || a[0].Value.GetKvlistValue().GetValues()[0].Value.GetIntValue() != 1 {
		t.Errorf("attributes %v, want k=1 in g", a)
	}
	service := ""
	for _, a := range s.logs[0].Resource.Attributes {
		if a.Key == "service.name" {
			service = a.Value.GetStringValue()
		}
	}
	if service != "shop" {
		t.Errorf("service %q, want shop", service)
	}

	after.Info("too late")
	if st := after.Stats().Sinks[0]; st.Delivered != 1 || len(st.Dropped) != 1 {
		t.Errorf("a record after the shutdown: %+v, want it dropped and counted", st)
	}
}

// TestOTLPLogsNowhere: where no records are to be sent, the sink wants none, and
// nobody is told of losses.
func TestOTLPLogsNowhere(t *testing.T) {
	for _, env := range []string{"", "OTEL_SDK_DISABLED=true", "OTEL_LOGS_EXPORTER=none OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:1"} {
		t.Run(env, func(t *testing.T) {
			setEnv(t, env)
			_, errs := start(t, Options{})
			l := newLogger(t, spanlog.OTel{})
			l.Error("m")
			if st := l.Stats().Sinks[0]; l.Enabled(t.Context(), slog.LevelError) || st.Delivered != 0 || st.Dropped != nil || errs.all() != nil {
				t.Errorf("%+v\n%s", st, errs)
			}
		})
	}
}

func TestLogsFromEnv(t *testing.T) {
	for _, tt := range []struct{ name, env, want, warnings string }{
		{"nothing", "", "<nil>", ""},
		{"by name", "OTEL_LOGS_EXPORTER=otlp", "http://localhost:4318/v1/logs", ""},
		{"none", "OTEL_LOGS_EXPORTER=none OTEL_EXPORTER_OTLP_ENDPOINT=http://h:1", "<nil>", ""},
		{"base", "OTEL_EXPORTER_OTLP_ENDPOINT=http://h:1/x/", "http://h:1/x/v1/logs", ""},
		{"full", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://h:1/x OTEL_EXPORTER_OTLP_ENDPOINT=http://h:2", "http://h:1/x", ""},
		{"traces only", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://h:1/x", "<nil>", ""},
		{"unknown", "OTEL_LOGS_EXPORTER=console,otlp", "http://localhost:4318/v1/logs", `telemetry: OTEL_LOGS_EXPORTER: "console": not supported: want otlp or none`},
		{"bad", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=h:1", "<nil>", `telemetry: OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "h:1": missing scheme`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			setEnv(t, tt.env)
			var warn warnings
			if got := fmt.Sprint(logsFromEnv(&warn)); got != tt.want || strings.TrimSpace(warn.text()) != tt.warnings {
				t.Errorf("got %s, want %s; warnings %q", got, tt.want, warn.text())
			}
		})
	}
}

// TestOTLPLogsLost: a server that is down loses no record untold.
func TestOTLPLogsLost(t *testing.T) {
	const logged = 5000 // more than the queue holds; the last one after a Flush
	for _, tt := range []struct {
		name string
		fail func() int
		want int // records that arrive
	}{
		{"down", func() int { return 503 }, 0},
		{"refuses", func() int { return 400 }, 0},
		{"up", nil, logged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				setEnv(t, "OTEL_BLRP_MAX_QUEUE_SIZE=2048")
				s := &logServer{fail: tt.fail}
				shutdown, errs := start(t, Options{OTLPLogs: "http://otlp", Client: &http.Client{Transport: s}})
				l := newLogger(t, spanlog.OTel{})
				for i := range logged - 1 {
					l.Info("m", "i", i)
					if i%1000 == 0 && tt.want > 0 {
						if err := l.Flush(t.Context()); err != nil {
							t.Error(err)
						}
					}
				}
				if err := l.Flush(t.Context()); (err == nil) != (tt.want > 0) {
					t.Errorf("flush: %v", err)
				}
				l.Info("one more")
				err := shutdown(t.Context())
				lost := 0
				for _, err := range errs.all() {
					if e := new(ExportError); errors.As(err, &e) {
						lost += e.Records
					}
				}
				if got := len(s.records()); got != tt.want || got+lost != logged || (err == nil) != (lost == 0) {
					t.Errorf("%d arrived, %d reported lost, of %d\n%v\n%s", got, lost, logged, err, errs)
				}
			})
		})
	}
}

// TestReportsThroughTheLog: by default, trouble is told through slog.Default, if
// that is spanlog's; what is about log records does not go to the OTel sink.
func TestReportsThroughTheLog(t *testing.T) {
	clearEnv(t)
	previous := slog.Default()
	defer slog.SetDefault(previous)
	synctest.Test(t, func(t *testing.T) {
		s := &logServer{fail: func() int { return 400 }}
		shutdown, err := Start(t.Context(), Options{Zipkin: "http://zipkin", OTLPLogs: "http://otlp", Client: &http.Client{Transport: s}})
		if err != nil {
			t.Fatal(err)
		}
		var lines bytes.Buffer
		l := newLogger(t, spanlog.Writer{Writer: &lines}, spanlog.OTel{})
		slog.SetDefault(l.Logger)
		for range 100 { // more than a minute, in which reports are not repeated
			makeSpans(1)
			time.Sleep(time.Second)
		}
		_ = shutdown(t.Context())
		delivered := l.Stats().Sinks[1].Delivered
		if n := strings.Count(lines.String(), "export of spans failed"); n != 3 { // at once, after a minute, at the end
			t.Errorf("%d reports on spans, want 3:\n%s", n, &lines)
		}
		if n := strings.Count(lines.String(), "export of log records failed"); n < 1 || n > 3 {
			t.Errorf("%d reports on log records, want up to 3:\n%s", n, &lines)
		}
		total := 0
		for line := range strings.Lines(lines.String()) {
			var spans int
			if _, rest, ok := strings.Cut(line, `"spans":`); ok {
				fmt.Sscanf(rest, "%d", &spans)
			}
			total += spans
		}
		if total != 200 {
			t.Errorf("the reports tell of %d spans, want all 200:\n%s", total, &lines)
		}
		if delivered > 3 {
			t.Errorf("the OTel sink got %d records, want those on spans only", delivered)
		}
	})
}

// TestReportsWithoutSpanlog: a program that does not log with spanlog finds reports on
// stderr, not in a log that may go through OpenTelemetry itself.
func TestReportsWithoutSpanlog(t *testing.T) {
	var b bytes.Buffer
	r := &reporter{w: &b}
	r.Handle(&ExportError{Exporter: "otlp", Records: 2, Err: os.ErrDeadlineExceeded})
	if got := b.String(); got != "telemetry: otlp: export of 2 log records failed: i/o timeout\n" {
		t.Errorf("got %q", got)
	}
}

// TestReportsNobodyTakes: where no sink takes a report, it is on stderr.
func TestReportsNobodyTakes(t *testing.T) {
	previous := slog.Default()
	defer slog.SetDefault(previous)
	lost := &ExportError{Exporter: "otlp", Records: 2, Err: os.ErrDeadlineExceeded}
	closed := newLogger(t, spanlog.Writer{Writer: io.Discard})
	_ = closed.Close()
	for _, tt := range []struct {
		name string
		log  *spanlog.Logger
		want bool // on stderr
	}{
		{"taken", newLogger(t, spanlog.Writer{Writer: io.Discard}), false},
		{"OTel only", newLogger(t, spanlog.OTel{}), true},
		{"errors only", newLogger(t, spanlog.Writer{Writer: io.Discard, Level: slog.LevelError}), true},
		{"closed", closed, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			slog.SetDefault(tt.log.Logger)
			var b bytes.Buffer
			(&reporter{w: &b}).Handle(lost)
			if got := strings.Contains(b.String(), "export of 2 log records failed"); got != tt.want {
				t.Errorf("on stderr: %q, want it there: %v", b.String(), tt.want)
			}
		})
	}
}

// TestReportWhileReporting: a report that fails to be logged is reported as well,
// without end neither of calls nor of the program.
func TestReportWhileReporting(t *testing.T) {
	previous := slog.Default()
	defer slog.SetDefault(previous)
	r := &reporter{w: io.Discard}
	calls := 0
	l := newLogger(t, spanlog.Writer{Writer: writer(func(b []byte) (int, error) {
		calls++
		r.Handle(errors.New("the log itself"))
		return len(b), nil
	})})
	slog.SetDefault(l.Logger)
	for range 10 {
		r.Handle(errors.New("first"))
	}
	r.flush()
	if calls == 0 || calls > 4 {
		t.Errorf("%d calls", calls)
	}
}
