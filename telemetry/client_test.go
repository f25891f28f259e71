package telemetry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func clientWith(timeout time.Duration) *http.Client { return &http.Client{Timeout: timeout} }

// TestRetry runs one export against a list of answers: a status code, with a
// Retry-After where it says so, "down" for a refused connection, "hang" for a
// server that doesn't answer. Time is made up, so the waits are exact.
func TestRetry(t *testing.T) {
	const none = time.Duration(0)
	for _, tt := range []struct {
		answers   string
		attempts  int
		min, max  time.Duration // how long it all takes
		wantError string        // a part of it
	}{
		{"202", 1, none, none, ""},
		{"503 202", 2, 125 * time.Millisecond, 250 * time.Millisecond, ""},
		{"500 502 504 202", 4, 875 * time.Millisecond, 1750 * time.Millisecond, ""},
		{"down down 202", 3, 375 * time.Millisecond, 750 * time.Millisecond, ""},
		{"429 202", 2, 125 * time.Millisecond, 250 * time.Millisecond, ""},
		{"429+7 202", 2, 7 * time.Second, 7 * time.Second, ""},
		{"503+2 429+3 202", 3, 5 * time.Second, 5 * time.Second, ""},
		{"429+0 202", 2, none, none, ""},
		{"hang 202", 2, 10*time.Second + 125*time.Millisecond, 10*time.Second + 250*time.Millisecond, ""},
		{strings.Repeat("503 ", 9), 9, 11375 * time.Millisecond, 22750 * time.Millisecond, `Service Unavailable: "answer 9" (attempts: 9)`},
		{strings.Repeat("down ", 9), 9, 11375 * time.Millisecond, 22750 * time.Millisecond, "connection refused (attempts: 9)"},
		{"429+60", 1, 30 * time.Second, 30 * time.Second, `deadline exceeded, before that: Too Many Requests: "answer 1"`},
		{"hang hang hang", 3, 30 * time.Second, 30 * time.Second, "deadline exceeded, before that: context deadline exceeded"},
		{"400", 1, none, none, `Bad Request: "answer 1" (attempts: 1)`},
		{"404", 1, none, none, `Not Found: "answer 1"`},
		{"501", 1, none, none, `Not Implemented: "answer 1"`},
		{"200", 1, none, none, ""},
	} {
		t.Run(tt.answers, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				answers := strings.Fields(tt.answers)
				var bodies []string
				base := roundTripper(func(r *http.Request) (*http.Response, error) {
					bodies = append(bodies, string(unzip(t, r)))
					code, after, hasAfter := strings.Cut(answers[len(bodies)-1], "+")
					switch code {
					case "down":
						return nil, errors.New("connection refused")
					case "hang":
						<-r.Context().Done()
						return nil, context.Cause(r.Context())
					}
					var n int
					_, _ = fmt.Sscan(code, &n)
					resp := answer(n, fmt.Sprintf("answer %d\n", len(bodies)))
					if hasAfter {
						resp.Header.Set("Retry-After", after)
					}
					return resp, nil
				})
				client, _ := newClient(&http.Client{Transport: base}, defaultTimeout, nil)
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				req, _ := http.NewRequestWithContext(ctx, "POST", "http://zipkin.example/", strings.NewReader("spans"))

				begin := time.Now()
				resp, err := (&retryTransport{client: client}).RoundTrip(req)
				took := time.Since(begin)
				if resp != nil {
					_ = resp.Body.Close()
				}
				if got := message(err); !strings.Contains(got, tt.wantError) || (got == "") != (tt.wantError == "") {
					t.Errorf("error %q, want %q", got, tt.wantError)
				}
				if want := slices.Repeat([]string{"spans"}, tt.attempts); !slices.Equal(bodies, want) {
					t.Errorf("bodies of the attempts %q, want %q", bodies, want)
				}
				if took < tt.min || took > tt.max {
					t.Errorf("took %v, want %v to %v", took, tt.min, tt.max)
				}
			})
		})
	}
}

// TestRetryKeepsTheCause shows that what went wrong can be told from the error.
func TestRetryKeepsTheCause(t *testing.T) {
	cause := errors.New("no route")
	synctest.Test(t, func(t *testing.T) {
		client := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, cause })}
		req, _ := http.NewRequestWithContext(t.Context(), "POST", "http://zipkin.example/", strings.NewReader("spans"))
		resp, err := (&retryTransport{client: client}).RoundTrip(req)
		if resp != nil {
			_ = resp.Body.Close()
		}
		if !errors.Is(err, cause) {
			t.Errorf("error %v, want one that wraps %v", err, cause)
		}
	})
}

// TestRetryOnTheNetwork does it once with a real server.
func TestRetryOnTheNetwork(t *testing.T) {
	attempts := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if attempts++; attempts < 3 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if got := string(unzip(t, r)); got != "spans" {
			t.Errorf("body %q", got)
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	defer server.Close()
	client, closeIdle := newClient(nil, defaultTimeout, nil)
	defer closeIdle()
	req, _ := http.NewRequestWithContext(t.Context(), "POST", server.URL, strings.NewReader("spans"))
	resp, err := (&retryTransport{client: client}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted || attempts != 3 {
		t.Errorf("status %d after %d attempts, want 202 after 3", resp.StatusCode, attempts)
	}
}

func TestRequestWithoutBody(t *testing.T) {
	req, _ := http.NewRequestWithContext(t.Context(), "POST", "http://zipkin.example/", nil)
	resp, err := (&retryTransport{client: http.DefaultClient}).RoundTrip(req)
	if resp != nil {
		_ = resp.Body.Close()
	}
	if err == nil {
		t.Error("no error")
	}
}

func TestStatusErrorIsShort(t *testing.T) {
	resp := answer(400, strings.Repeat("long ", 1000))
	if n := len(statusError(resp).Error()); n > 300 {
		t.Errorf("%d bytes", n)
	}
}

// TestTransportOfItsOwn shows that a transport that makes spans, put in place
// of net/http's, is not used for exports, and that the program's connections
// are not closed.
func TestTransportOfItsOwn(t *testing.T) {
	original := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = original })
	http.DefaultTransport = roundTripper(nil)
	if newTransport().Proxy == nil {
		t.Error("no proxy from the environment")
	}
	client, _ := newClient(&http.Client{}, time.Second, nil)
	if got, ok := client.Transport.(borrowed); !ok || fmt.Sprintf("%p", got.RoundTripper) != fmt.Sprintf("%p", http.DefaultTransport) {
		t.Errorf("a client without a transport got %T", client.Transport)
	}
	if _, ok := client.Transport.(interface{ CloseIdleConnections() }); ok {
		t.Error("connections of the program's can be closed")
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestZip(t *testing.T) {
	if _, err := zip(io.NopCloser(failingReader{})); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v", err)
	}
	b, err := zip(io.NopCloser(bytes.NewReader(make([]byte, 1<<16))))
	if err != nil || len(b) > 1<<10 {
		t.Errorf("%d bytes, error %v", len(b), err)
	}
}
