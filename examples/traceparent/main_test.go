package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/spanlogtest"
)

const (
	traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
	spanID  = "00f067aa0ba902b7"
)

// TestTraceparent sends headers through the shop to the stock.
func TestTraceparent(t *testing.T) {
	for _, tt := range []struct {
		name        string
		traceparent string
		tracestate  string
		want        string // trace_id, span_id and trace_flags in the lines of both
		forwarded   string // traceparent and tracestate
	}{
		{"none", "", "", "", ""},
		{"sampled", "00-" + traceID + "-" + spanID + "-01", "", traceID + " " + spanID + " 01", "00-" + traceID + "-" + spanID + "-01"},
		{"not sampled", "00-" + traceID + "-" + spanID + "-00", "", traceID + " " + spanID + " 00", "00-" + traceID + "-" + spanID + "-00"},
		{"random", "00-" + traceID + "-" + spanID + "-03", "", traceID + " " + spanID + " 03", "00-" + traceID + "-" + spanID + "-03"},
		{"tracestate", "00-" + traceID + "-" + spanID + "-01", "rojo=00f0,congo=t61", traceID + " " + spanID + " 01", "00-" + traceID + "-" + spanID + "-01 rojo=00f0,congo=t61"},
		{"a bad tracestate", "00-" + traceID + "-" + spanID + "-01", "no state", traceID + " " + spanID + " 01", "00-" + traceID + "-" + spanID + "-01"},
		{"a later version is sent on as ours", "01-" + traceID + "-" + spanID + "-01-more", "", traceID + " " + spanID + " 01", "00-" + traceID + "-" + spanID + "-01"},

		{"version ff", "ff-" + traceID + "-" + spanID + "-01", "", "", ""},
		{"trace id all zero", "00-" + strings.Repeat("0", 32) + "-" + spanID + "-01", "", "", ""},
		{"span id all zero", "00-" + traceID + "-" + strings.Repeat("0", 16) + "-01", "", "", ""},
		{"short trace id", "00-" + traceID[1:] + "-" + spanID + "-01", "", "", ""},
		{"short span id", "00-" + traceID + "-" + spanID[1:] + "-01", "", "", ""},
		{"upper case", "00-" + strings.ToUpper(traceID) + "-" + spanID + "-01", "", "", ""},
		{"no hex", "00-" + traceID[1:] + "x-" + spanID + "-01", "", "", ""},
		{"no flags", "00-" + traceID + "-" + spanID, "", "", ""},
		{"reserved flags", "00-" + traceID + "-" + spanID + "-ff", "", "", ""},
		{"more than version 00 has", "00-" + traceID + "-" + spanID + "-01-more", "", "", ""},
		{"tracestate of a bad traceparent", "ff-" + traceID + "-" + spanID + "-01", "rojo=00f0", "", ""},
		{"tracestate alone", "", "rojo=00f0", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := spanlogtest.New(t)
			log := spanlog.Must(spanlog.New(nil, rec.Sink()))
			defer log.Close()
			defer slog.SetDefault(slog.Default())
			slog.SetDefault(log.Logger)

			var forwarded string
			backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				forwarded = strings.TrimSpace(r.Header.Get("traceparent") + " " + r.Header.Get("tracestate"))
				withCaller(http.HandlerFunc(stock)).ServeHTTP(w, r)
			}))
			defer backend.Close()
			middle := httptest.NewServer(withCaller(shop(backend.URL)))
			defer middle.Close()

			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, middle.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			if tt.traceparent != "" {
				req.Header.Set("traceparent", tt.traceparent)
			}
			if tt.tracestate != "" {
				req.Header.Set("tracestate", tt.tracestate)
			}
			resp, err := middle.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusNoContent {
				t.Errorf("the request got %s", resp.Status)
			}
			if forwarded != tt.forwarded {
				t.Errorf("forwarded %q, want %q", forwarded, tt.forwarded)
			}
			for _, msg := range []string{"order received", "item reserved"} {
				r := rec.One(msg)
				var ids []string
				for _, key := range []string{"trace_id", "span_id", "trace_flags"} {
					if v := r.Attr(key); v.Any() != nil {
						ids = append(ids, v.String())
					}
				}
				if got := strings.Join(ids, " "); got != tt.want {
					t.Errorf("%q has the ids %q, want %q", msg, got, tt.want)
				}
			}
		})
	}
}

// TestStockDown has no next service.
func TestStockDown(t *testing.T) {
	rec := spanlogtest.New(t)
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(rec.Logger())
	backend := httptest.NewServer(http.HandlerFunc(stock))
	backend.Close()
	w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.Header.Set("traceparent", "00-"+traceID+"-"+spanID+"-01")
	withCaller(shop(backend.URL)).ServeHTTP(w, r)
	if w.Code != http.StatusBadGateway {
		t.Errorf("status %d, want %d", w.Code, http.StatusBadGateway)
	}
	if got := rec.One("no answer from the stock").Attr("trace_id").String(); got != traceID {
		t.Errorf("trace_id=%s, want %s", got, traceID)
	}
}

// TestForwardOnlyReads holds forward to the contract of http.RoundTripper.
func TestForwardOnlyReads(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(stock))
	defer server.Close()
	incoming := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	incoming.Header.Set("traceparent", "00-"+traceID+"-"+spanID+"-01")
	withCaller(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := forward{http.DefaultTransport}.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if len(req.Header) != 0 {
			t.Errorf("RoundTrip has changed the headers of its request to %v", req.Header)
		}
	})).ServeHTTP(httptest.NewRecorder(), incoming)
}

// TestProgram runs the program as its reader would.
func TestProgram(t *testing.T) {
	program := filepath.Join(t.TempDir(), "traceparent.exe")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	cmd := exec.Command(program)
	cmd.Env = append(cmd.Environ(), "NO_COLOR=1", "SPANLOG_LEVEL=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got []string
	line := regexp.MustCompile(`(?m)INFO +(\w+: \w+ \w+)(?: +\[(\w+) (\w+)\])?$`)
	for _, m := range line.FindAllStringSubmatch(string(out), -1) {
		got = append(got, strings.TrimSpace(fmt.Sprint(m[1], " ", m[2], " ", m[3])))
	}
	want := []string{
		"shop: order received " + traceID + " " + spanID,
		"stock: item reserved " + traceID + " " + spanID,
		"shop: order received",
		"stock: item reserved",
	}
	if !slices.Equal(got, want) {
		t.Errorf("lines\n%s\nwant\n%s\nin\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"), out)
	}
}

// TestLinksNoSDK demands of the program what it is there to show.
func TestLinksNoSDK(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	if !slices.Contains(packages, "go.opentelemetry.io/otel/propagation") {
		t.Errorf("the propagator is not among the packages %q", packages)
	}
	for _, p := range packages {
		if p == "go.opentelemetry.io/otel/sdk" || strings.HasPrefix(p, "go.opentelemetry.io/otel/sdk/") {
			t.Errorf("the program links %s", p)
		}
	}
}
