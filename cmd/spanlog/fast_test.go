package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// followTime is for how long TestFollowFast writes; SPANLOG_FOLLOW sets another one.
func followTime(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("SPANLOG_FOLLOW")
	if text == "" {
		return time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("SPANLOG_FOLLOW: %v", err)
	}
	return d
}

// TestFollowFast has a writer write 100,000 lines a second, and rotate every 200,000. Who follows
// it loses none: neither spanlog -f, nor the index of spanlog serve.
func TestFollowFast(t *testing.T) {
	const perRound, every, perFile = 1000, 10 * time.Millisecond, 200_000
	path := filepath.Join(t.TempDir(), "app.log")
	f := follow(t, "-json", path)
	s := serve(t, nil, path)
	total := int(followTime(t)/every) * perRound
	took := make(chan time.Duration)
	go func() {
		begun := time.Now()
		tick := time.NewTicker(every)
		defer tick.Stop()
		var b bytes.Buffer
		for n := 0; n < total; {
			if n%perFile == 0 && n > 0 {
				if err := os.Rename(path, fmt.Sprintf("%s.%06d", path, n/perFile)); err != nil {
					t.Error(err)
				}
			}
			b.Reset()
			for range perRound {
				fmt.Fprintf(&b, `{"time":"2026-11-28T12:00:00Z","level":"INFO","msg":"order received","i":%d,"trace_id":"%032x","span_id":"%016x","service.name":"shop","amount":12.5,"currency":"EUR"}`+"\n", n, n/10+1, n+1)
				n++
			}
			log, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err != nil {
				t.Error(err)
				break
			}
			if _, err := log.Write(b.Bytes()); err != nil {
				t.Error(err)
			}
			log.Close()
			<-tick.C
		}
		took <- time.Since(begun)
	}()
	for i := range total {
		var r struct{ I int }
		if line := f.next(); json.Unmarshal([]byte(line), &r) != nil || r.I != i {
			t.Fatalf("line %d is %s", i, line)
		}
	}
	written := <-took
	t.Logf("%d lines were written in %v, %.0f a second", total, written.Round(time.Millisecond), float64(total)/written.Seconds())
	var status struct{ Lines int }
	for end := time.Now().Add(time.Minute); status.Lines < total && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		_, body := s.get(s.pages + "/api/status")
		if err := json.Unmarshal([]byte(body), &status); err != nil {
			t.Fatal(err)
		}
	}
	if status.Lines != total {
		t.Errorf("the index has %d lines, want %d", status.Lines, total)
	}
	if warnings := f.errs.String() + s.errs.String(); strings.Count(warnings, "\n") > 2 { // that the log is not there yet
		t.Errorf("they say %s", warnings)
	}
}
