package logindex

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// TestSubscribe has lines delivered that come after those that were there, and those dropped
// that there is no room for.
func TestSubscribe(t *testing.T) {
	path := put(t, t.TempDir(), "app.log", numbered(20))
	x, err := Open([]string{path}, Options{Follow: true, Poll: time.Millisecond})
	must(t, err)
	all, some := x.Subscribe(100), x.Subscribe(3)
	gone := x.Subscribe(1)
	gone.Close()
	gone.Close()
	must(t, x.Wait(context.Background()))
	for i := range 10 {
		appendTo(t, path, recordOf(i, 100+i, "INFO", "new")+"\n")
		l := <-all.C
		equal(t, "trace of the line", l.Head.Trace, traceID(100+i))
		got, err := x.Trace(context.Background(), l.Head.Trace)
		must(t, err)
		equal(t, "lines in the index", len(got.Lines), 1)
	}
	equal(t, "subscribers", x.Stats().Subscribers, 2)
	equal(t, "dropped of all", all.Dropped(), 0)
	await(t, "dropped", func() bool { return some.Dropped() == 7 })
	must(t, x.Close())
	left := 0
	for range some.C {
		left++
	}
	equal(t, "left", left, 3)
	if _, open := <-x.Subscribe(1).C; open {
		t.Error("a subscription of a closed index has a line")
	}
}

// TestConcurrent asks all questions while logs are indexed, written and rotated.
func TestConcurrent(t *testing.T) {
	dir := t.TempDir()
	paths := []string{put(t, dir, "a.log", numbered(2000)), put(t, dir, "b.log", numbered(2000))}
	x, err := Open(paths, Options{Follow: true, Rotated: true, Poll: time.Millisecond, Traces: 100, TempDir: dir, TempSize: 50_000, blockSize: 3000})
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var writers, readers sync.WaitGroup
	const rounds, perRound = 10, 100
	for _, path := range paths {
		writers.Go(func() {
			for round := range rounds {
				for i := range perRound {
					appendTo(t, path, recordOf(2000+round*perRound+i, i, "ERROR", "more")+"\n")
				}
				await(t, "all is read", func() bool { return x.Stats().Lines >= int64(2000+round*perRound) })
				to := fmt.Sprintf("%s-202611%02d", path, round+1)
				must(t, os.Rename(path, to))
				appendTo(t, path, "")
				if round%2 == 0 {
					b, err := os.ReadFile(to)
					must(t, err)
					must(t, os.WriteFile(to+".gz", gzipped(string(b)), 0o600))
					must(t, os.Remove(to))
				}
			}
		})
	}
	ask := func(what string, do func(n int) error) {
		readers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				if err := do(n); err != nil && !errors.Is(err, context.Canceled) {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
	ask("trace", func(n int) error {
		got, err := x.Trace(ctx, traceID(n%100))
		if len(got.Gone) > 0 {
			return fmt.Errorf("gone: %+v", got.Gone)
		}
		return err
	})
	ask("search", func(n int) error {
		p, err := x.Search(ctx, Request{Query: Query{Texts: []Text{{Value: "more"}}}, Newest: n%2 == 0, Limit: 10})
		if len(p.Gone) > 0 {
			return fmt.Errorf("gone: %+v", p.Gone)
		}
		return err
	})
	ask("traces", func(n int) error {
		x.Traces()
		_, err := x.Describe(ctx, traceID(n%100))
		return err
	})
	ask("follow", func(int) error {
		s := x.Subscribe(10)
		defer s.Close()
		select {
		case <-s.C:
		case <-ctx.Done():
		}
		return nil
	})
	writers.Wait()
	await(t, "all is there", func() bool { return x.Stats().Lines == 2*(2000+rounds*perRound) })
	cancel()
	readers.Wait()
	equal(t, "lines", len(pages(t, x, new(Query), true, 1000)), 2*(2000+rounds*perRound))
	must(t, x.Close())
	if _, err := x.Search(context.Background(), Request{}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("searched once closed: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "spanlog-*")); len(left) > 0 {
		t.Errorf("temporary files: %q", left)
	}
}
