package telemetry

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	coltracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/spanlog/spanlog"
)

// TestFileAndCollector is the recipe "A file for a sidecar, and OTLP to a Collector" of
// docs/sinks.md: the file has all records, whatever becomes of the Collector, which has the
// warnings and the trace that they belong to.
func TestFileAndCollector(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		logs   string // the records that the Collector has
		spans  string
	}{
		{"the Collector is up", 0, "[declined]", "[order]"},
		{"the Collector refuses", http.StatusBadRequest, "[]", "[]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clearEnv(t)
			logs := logServer{fail: func() int { return tt.status }}
			var spans, traces []string
			mux := http.NewServeMux()
			mux.Handle("/v1/logs", &logs)
			mux.HandleFunc("/v1/traces", func(w http.ResponseWriter, r *http.Request) {
				body, err := bodyOf(r)
				if err != nil {
					t.Error(err)
				}
				if tt.status != 0 {
					w.WriteHeader(tt.status)
					return
				}
				var request coltracepb.ExportTraceServiceRequest
				if err := proto.Unmarshal(body, &request); err != nil {
					t.Error(err)
				}
				for _, resource := range request.ResourceSpans {
					for _, scope := range resource.ScopeSpans {
						for _, span := range scope.Spans {
							spans, traces = append(spans, span.Name), append(traces, fmt.Sprintf("%x", span.TraceId))
						}
					}
				}
			})
			server := httptest.NewServer(mux)
			defer server.Close()
			service := spanlog.Service{Name: "shop"}
			shutdown, errs := start(t, Options{Service: service, OTLP: server.URL, OTLPLogs: server.URL})
			path := filepath.Join(t.TempDir(), "shop.log")
			log, err := spanlog.New(&spanlog.Options{Service: service},
				spanlog.File{Path: path, Mode: 0o640, MaxSize: 50 * spanlog.MiB, MaxFiles: 2},
				spanlog.OTel{Level: slog.LevelWarn})
			if err != nil {
				t.Fatal(err)
			}
			ctx, span := otel.Tracer("shop").Start(t.Context(), "order")
			log.InfoContext(ctx, "received", "order", 17)
			log.WarnContext(ctx, "declined", "order", 17)
			span.End()
			if err := log.Close(); (err == nil) != (tt.status == 0) {
				t.Errorf("close: %v", err)
			}
			if err := shutdown(t.Context()); (err == nil) != (tt.status == 0) {
				t.Errorf("shutdown: %v", err)
			}
			if (errs.all() == nil) != (tt.status == 0) {
				t.Errorf("reported: %s", errs)
			}

			id := span.SpanContext().TraceID().String()
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			lines := bytes.Split(bytes.TrimSpace(file), []byte("\n"))
			if len(lines) != 2 || !bytes.Contains(lines[0], []byte(`"msg":"received"`)) || !bytes.Contains(lines[1], []byte(`"msg":"declined"`)) ||
				strings.Count(string(file), `"trace_id":"`+id+`"`) != 2 {
				t.Errorf("the file has\n%s", file)
			}
			if got := fmt.Sprint(logs.bodies()); got != tt.logs {
				t.Errorf("the Collector has the records %s, want %s", got, tt.logs)
			}
			if got := fmt.Sprint(spans); got != tt.spans {
				t.Errorf("the Collector has the spans %s, want %s", got, tt.spans)
			}
			for _, r := range logs.records() {
				traces = append(traces, fmt.Sprintf("%x", r.TraceId))
			}
			for _, trace := range traces {
				if trace != id {
					t.Errorf("the Collector has the trace %s, want %s", trace, id)
				}
			}
		})
	}
}
