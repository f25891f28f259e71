package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestZipkinDown makes spans for a Zipkin that isn't there at all. The program
// goes on all the same and learns at the end what became of them.
func TestZipkinDown(t *testing.T) {
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	l, shutdown := openLedger(t, loopback(port))
	must(t, "20000 spans", func() {
		for range 2000 {
			l.make(10)
		}
	})
	if err := shutDown(t, shutdown, 2*time.Second); err == nil {
		t.Error("the shutdown does not say that spans were lost")
	}
	made, arrived, lost := l.balance(t)
	if arrived != 0 || lost != made {
		t.Errorf("%d of %d spans lost, want all", lost, made)
	}
	reasons := l.reasons()
	for _, want := range []string{"connection refused", "queue is full"} {
		if !strings.Contains(reasons, want) {
			t.Errorf("spans lost because of %s, want %q too", reasons, want)
		}
	}
	t.Logf("%d spans, all lost: %s", made, reasons)
}

// What a server of the tests' own may do with a request.
var (
	accept = func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusAccepted) }
	fail   = func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "out of order", http.StatusInternalServerError)
	}
	delay = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	}
	hang = func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
)

// TestZipkinBroken makes spans for servers that are up and of no or little use.
// A part of them is made before the server's first answer is due, and the rest
// while it fails.
func TestZipkinBroken(t *testing.T) {
	tests := []struct {
		name     string
		answers  []http.HandlerFunc // the last one for all further requests
		made     int
		attempts int    // at least
		lost     bool   // all spans, or none
		reason   string // of the loss
	}{
		{"500 always", []http.HandlerFunc{fail}, 20000, 2, true, `500 Internal Server Error: "out of order"`},
		{"429 with Retry-After twice, then 202", []http.HandlerFunc{delay, delay, accept}, 1000, 3, false, ""},
		{"no answer", []http.HandlerFunc{hang}, 20000, 1, true, "deadline exceeded"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := startBroken(t, test.answers)
			l, shutdown := openLedger(t, s.URL)
			const first = 600 // more than a batch
			must(t, "spans", func() { l.make(first) })
			eventually(t, "an attempt", func() bool { return len(s.asked()) > 0 })
			must(t, "spans while the server fails", func() {
				for range (test.made - first) / 10 {
					l.make(10)
				}
			})
			eventually(t, fmt.Sprint(test.attempts, " attempts"), func() bool { return len(s.asked()) >= test.attempts })

			err := shutDown(t, shutdown, 2*time.Second)
			if test.lost != (err != nil) {
				t.Errorf("shutdown: %v", err)
			}
			made, arrived, lost := l.balance(t)
			if want := map[bool]int{true: test.made}[test.lost]; lost != want {
				t.Errorf("%d spans lost, want %d of %d", lost, want, made)
			}
			if reasons := l.reasons(); !strings.Contains(reasons, test.reason) {
				t.Errorf("spans lost because of %s, want %q", reasons, test.reason)
			}
			s.checkRetryAfter(t)
			t.Logf("%d spans, %d arrived, %d lost %s; %d attempts", made, arrived, lost, l.reasons(), len(s.asked()))
		})
	}
}

// broken is a server that notes when it is asked.
type broken struct {
	*httptest.Server
	answers []http.HandlerFunc

	mu  sync.Mutex
	all []attempt
}

// attempt is a request, and how long the client was told to wait after it.
type attempt struct {
	at         time.Time
	retryAfter string // the header of the answer
}

// startBroken starts a server for one test.
func startBroken(t *testing.T, answers []http.HandlerFunc) *broken {
	s := &broken{answers: answers}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// ServeHTTP gives the next answer.
func (s *broken) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	_, _ = io.Copy(io.Discard, r.Body) // a client that leaves is noticed only then
	s.mu.Lock()
	n := len(s.all)
	s.all = append(s.all, attempt{at: at})
	s.mu.Unlock()
	s.answers[min(n, len(s.answers)-1)](w, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[n].retryAfter = w.Header().Get("Retry-After")
}

// asked returns the requests so far.
func (s *broken) asked() []attempt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]attempt(nil), s.all...)
}

// checkRetryAfter checks that nobody came back sooner than the server had asked
// for.
func (s *broken) checkRetryAfter(t *testing.T) {
	t.Helper()
	asked := s.asked()
	for i, a := range asked[:len(asked)-1] {
		if a.retryAfter == "" {
			continue
		}
		wait, err := time.ParseDuration(a.retryAfter + "s")
		if err != nil {
			t.Fatal(err)
		}
		if gap := asked[i+1].at.Sub(a.at); gap < wait {
			t.Errorf("attempt %d came %v after the one before, whose answer asked for %v", i+2, gap, wait)
		}
	}
}
