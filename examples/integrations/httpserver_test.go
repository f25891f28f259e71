package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// get has a server with the middleware of the shop answer one request, and
// returns what the client has of the answer once the handler has returned.
func get(ctx context.Context, t *testing.T, handler http.HandlerFunc) (status int, body string, err error) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /things/{id}", handler)
	middleware := otelhttp.NewHandler(accessLog(recovery(mux)), "test")
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(done)
		middleware.ServeHTTP(w, r)
	}))
	defer server.Close()
	defer func() {
		select { // Close does not wait for a connection that was hijacked
		case <-done:
		case <-time.After(10 * time.Second):
			t.Error("the handler does not return")
		}
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/things/1", nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: otelhttp.NewTransport(server.Client().Transport)}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

func TestHTTP(t *testing.T) {
	w := setUp(t)
	ctx, span := caller(t)
	status, body, err := get(ctx, t, func(w http.ResponseWriter, r *http.Request) {
		spanlog.Add(r.Context(), "user", "jo", "order", 17)
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, "made")
	})
	if err != nil || status != http.StatusCreated || body != "made" {
		t.Errorf("answer %d %q, %v", status, body, err)
	}

	client, server := w.span(trace.SpanKindClient, "HTTP GET"), w.span(trace.SpanKindServer, "GET /things/{id}")
	w.wantBelow(client, span.SpanContext())
	w.wantBelow(server, client.SpanContext())
	line := w.wantIn("request", server.SpanContext())
	for key, want := range map[string]string{
		"method": "GET", "route": "GET /things/{id}", "status": "201", "bytes": "4", // the middleware's
		"user": "jo", "order": "17", // the handler's
	} {
		if got := line.Attr(key).String(); got != want {
			t.Errorf("the access log has %s=%s, want %s", key, got, want)
		}
	}
	if line.Attr("duration").Duration() <= 0 {
		t.Errorf("the access log has duration=%v", line.Attr("duration"))
	}
}

func TestHTTPRecovery(t *testing.T) {
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		panic   string // as logged; empty: none is
		answer  string // what the client has, or ABORTED
		access  string // message of the access log
		status  string // what it says
	}{
		{"a string", func(http.ResponseWriter, *http.Request) { panic("boom") }, "boom", "500 internal server error", "request", "500"},
		{"an error", func(http.ResponseWriter, *http.Request) { panic(io.ErrUnexpectedEOF) }, "unexpected EOF", "500 internal server error", "request", "500"},
		{"a header that is not sent yet", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "4")
			panic("boom")
		}, "boom", "500 internal server error", "request", "500"},
		{"after early hints", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			panic("boom")
		}, "boom", "500 internal server error", "request", "500"},
		{"after the header", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusAccepted)
			panic("boom")
		}, "boom", "ABORTED", "request aborted", "202"},
		{"amid the body", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "half")
			panic("boom")
		}, "boom", "ABORTED", "request aborted", "200"},
		{"after Flush", func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			panic("boom")
		}, "boom", "ABORTED", "request aborted", "200"},
		{"after a ResponseController's Flush", func(w http.ResponseWriter, _ *http.Request) {
			_ = http.NewResponseController(w).Flush()
			panic("boom")
		}, "boom", "ABORTED", "request aborted", "200"},
		{"ErrAbortHandler", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "", "ABORTED", "request aborted", "0"},
		{"no panic and no answer", func(http.ResponseWriter, *http.Request) {}, "", "200 ", "request", "200"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := setUp(t)
			ctx, _ := caller(t)
			status, body, err := get(ctx, t, tt.handler)
			answer := fmt.Sprintf("%d %s", status, strings.TrimSpace(body))
			if err != nil {
				answer = "ABORTED"
			}
			if answer != tt.answer {
				t.Errorf("the client has %q (%v), want %q", answer, err, tt.answer)
			}
			// An abort goes through otelhttp, which then does not name the span after
			// the route.
			name := "GET /things/{id}"
			if tt.answer == "ABORTED" {
				name = "GET"
			}
			server := w.span(trace.SpanKindServer, name)
			if tt.panic == "" {
				w.None("panic")
			} else {
				w.wantPanic(server, tt.panic, "TestHTTPRecovery.func")
			}
			line := w.wantIn(tt.access, server.SpanContext())
			if got := line.Attr("status").String(); got != tt.status {
				t.Errorf("the access log has status=%s, want %s", got, tt.status)
			}
		})
	}
}

// TestHTTPWriter has handlers use what is beyond http.ResponseWriter.
func TestHTTPWriter(t *testing.T) {
	hijack := func(conn interface{ Close() error }, rw *bufio.ReadWriter, err error) {
		if err != nil {
			panic(err)
		}
		fmt.Fprint(rw, "HTTP/1.1 203 Hijacked\r\nContent-Length: 4\r\n\r\nmine")
		rw.Flush()
		conn.Close()
	}
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		answer  string
		access  string // status of the access log
	}{
		{"io.Copy", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, strings.NewReader("copied")) }, "200 copied", "200"},
		{"two headers", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusTeapot)
		}, "418 ", "418"},
		{"deadlines", func(w http.ResponseWriter, _ *http.Request) {
			if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Hour)); err != nil {
				panic(err)
			}
		}, "200 ", "200"},
		{"Hijacker", func(w http.ResponseWriter, _ *http.Request) {
			conn, rw, err := w.(http.Hijacker).Hijack()
			hijack(conn, rw, err)
		}, "203 mine", "101"},
		{"a ResponseController's Hijack", func(w http.ResponseWriter, _ *http.Request) {
			conn, rw, err := http.NewResponseController(w).Hijack()
			hijack(conn, rw, err)
		}, "203 mine", "101"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := setUp(t)
			ctx, _ := caller(t)
			status, body, err := get(ctx, t, tt.handler)
			if got := fmt.Sprintf("%d %s", status, body); err != nil || got != tt.answer {
				t.Errorf("the client has %q, %v, want %q", got, err, tt.answer)
			}
			w.None("panic")
			if got := w.One("request").Attr("status").String(); got != tt.access {
				t.Errorf("the access log has status=%s, want %s", got, tt.access)
			}
		})
	}
}

// TestShop follows one order through all that the shop does for it.
func TestShop(t *testing.T) {
	w := setUp(t)
	address, stop, err := startServices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = customer{shop: "http://" + address}.request(t.Context(), http.MethodPost, "/orders/17", "jo")
	if err := errors.Join(err, stop()); err != nil {
		t.Fatal(err)
	}

	want := []string{
		"client HTTP POST > server POST /orders/{id}",
		"client Payment/Charge > server Payment/Charge",
		"client sql.conn.exec", // the table is made
		"internal customer",
		"internal customer > client HTTP POST",
		"producer send orders > consumer process orders",
		"server POST /orders/{id} > client Payment/Charge",
		"server POST /orders/{id} > client sql.conn.exec",
		"server POST /orders/{id} > producer send orders",
	}
	if got := w.tree(); !slices.Equal(got, want) {
		t.Errorf("spans\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	root := w.span(trace.SpanKindInternal, "customer").SpanContext()
	for _, r := range w.Records() {
		if r.Span.TraceID() != root.TraceID() || r.Attr("tenant").String() != "berlin" {
			t.Errorf("want trace %s and tenant=berlin in the record %s", root.TraceID(), r)
		}
	}
	shop := w.span(trace.SpanKindServer, "POST /orders/{id}").SpanContext()
	line := w.wantIn("request", shop)
	if user, order := line.Attr("user").String(), line.Attr("order").Int64(); user != "jo" || order != 17 {
		t.Errorf("the access log has user=%s order=%d, want jo and 17", user, order)
	}
	w.wantIn("order saved", shop)
	w.wantIn("card charged", w.span(trace.SpanKindServer, "Payment/Charge").SpanContext())
	w.wantIn("message sent", w.span(trace.SpanKindProducer, "send orders").SpanContext())
	w.wantIn("mail sent", w.span(trace.SpanKindConsumer, "process orders").SpanContext())
	w.wantIn("answered", root)
}
