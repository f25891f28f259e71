package main

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestProgress: what is to be seen of long work, and that lines take its place.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out, err strings.Builder
		now := time.Now()
		p := &progress{out: &out, err: &err, begun: now, latest: now, stop: make(chan struct{})}
		p.done.Go(p.run)
		seen := func(want string) {
			t.Helper()
			synctest.Wait()
			p.mu.Lock()
			defer p.mu.Unlock()
			if got := err.String(); got != want {
				t.Errorf("after %v: got %q, want %q", time.Since(now), got, want)
			}
			err.Reset()
		}
		for range 3 {
			p.read(100_000_000)
			time.Sleep(progressEvery)
			seen("") // it is done soon, for all that is known
		}
		p.read(100_000_000)
		time.Sleep(progressEvery)
		seen("\r\x1b[2m400 MB read, 400 MB/s\x1b[0m\x1b[K")
		if _, err := p.Write([]byte("a line\n")); err != nil {
			t.Error(err)
		}
		seen("\r\x1b[K")
		for range 3 {
			p.read(200_000_000)
			time.Sleep(progressEvery)
			seen("") // lines can be seen
		}
		p.read(200_000_000)
		time.Sleep(progressEvery)
		seen("\r\x1b[2m1.2 GB read, 600 MB/s\x1b[0m\x1b[K")
		time.Sleep(progressEvery)
		seen("\r\x1b[K") // it waits for more, as with -f
		p.read(1)
		time.Sleep(progressEvery)
		seen("\r\x1b[2m1.2 GB read, 480 MB/s\x1b[0m\x1b[K")
		console{err: &err, progress: p}.warn(errors.New("trouble"))
		seen("\r\x1b[Kspanlog: trouble\n")
		p.read(1)
		time.Sleep(progressEvery)
		seen("\r\x1b[2m1.2 GB read, 436 MB/s\x1b[0m\x1b[K")
		p.end()
		seen("\r\x1b[K")
		if out.String() != "a line\n" {
			t.Errorf("the lines are %q", out.String())
		}
	})
}

// TestProgressBar has a bar for work whose size is known, until it turns out to be more.
func TestProgressBar(t *testing.T) {
	for _, test := range []struct {
		bytes, total int64
		want         string
	}{
		{0, 1000, "░░░░░░░░░░░░░░░░░░░░░░░░   0%  0 B of 1.0 kB, 0 B/s"},
		{500, 1000, "████████████░░░░░░░░░░░░  50%  500 B of 1.0 kB, 250 B/s"},
		{1000, 1000, "████████████████████████ 100%  1.0 kB of 1.0 kB, 500 B/s"},
		{1002, 1000, "1.0 kB read, 501 B/s"},
		{500, 0, "500 B read, 250 B/s"},
	} {
		var err strings.Builder
		p := &progress{err: &err, total: test.total}
		p.tell(p.begun.Add(2*time.Second), test.bytes, true)
		if want := "\r\x1b[2m" + test.want + "\x1b[0m\x1b[K"; err.String() != want {
			t.Errorf("%d of %d: got %q, want %q", test.bytes, test.total, err.String(), want)
		}
	}
}

func TestBytesText(t *testing.T) {
	for _, test := range []struct {
		n    float64
		want string
	}{{0, "0 B"}, {999, "999 B"}, {1000, "1.0 kB"}, {9_940, "9.9 kB"}, {12_345, "12 kB"}, {1.5e9, "1.5 GB"}, {2e16, "20000 TB"}} {
		if got := bytesText(test.n); got != test.want {
			t.Errorf("%v: got %q, want %q", test.n, got, test.want)
		}
	}
}
