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

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/logquery"
)

// TestConcurrent asks all questions while logs are indexed, written and rotated.
func TestConcurrent(t *testing.T) {
	dir := t.TempDir()
	paths := []string{put(t, dir, "a.log", numbered(2000)), put(t, dir, "b.log", numbered(2000))}
	x, err := Open(paths, Options{Follow: true, Rotated: true, Poll: time.Millisecond, Traces: 100, TempDir: dir, tempSize: 50_000, blockSize: 3000})
	assert.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var writers, readers sync.WaitGroup
	const rounds, perRound = 10, 100
	for _, path := range paths {
		writers.Go(func() {
			for round := range rounds {
				for i := range perRound {
					appendTo(t, path, recordOf(2000+round*perRound+i, i, "ERROR", "more")+"\n")
				}
				assert.Eventually(t, "all is read", func() bool { return x.Stats().Lines >= int64(2000+round*perRound) })
				to := fmt.Sprintf("%s-202611%02d", path, round+1)
				assert.NoError(t, os.Rename(path, to))
				appendTo(t, path, "")
				if round%2 == 0 {
					b, err := os.ReadFile(to)
					assert.NoError(t, err)
					assert.NoError(t, os.WriteFile(to+".gz", gzipped(string(b)), 0o600))
					assert.NoError(t, os.Remove(to))
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
		p, err := x.Search(ctx, Request{Query: logquery.Query{Texts: []logquery.Text{{Value: "more"}}}, Newest: n%2 == 0, Limit: 10})
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
	tail, err := x.Tail(ctx, Request{Limit: 1})
	assert.NoError(t, err)
	ask("tail", func(int) error {
		p, err := tail.Next(ctx, 10)
		if len(p.Gone) > 0 {
			return fmt.Errorf("gone: %+v", p.Gone)
		}
		return err
	})
	writers.Wait()
	assert.Eventually(t, "all is there", func() bool { return x.Stats().Lines == 2*(2000+rounds*perRound) })
	cancel()
	readers.Wait()
	assert.Equal(t, "lines", len(pages(t, x, new(logquery.Query), true, 1000)), 2*(2000+rounds*perRound))
	assert.NoError(t, x.Close())
	if _, err := x.Search(context.Background(), Request{}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("searched once closed: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "spanlog-*")); len(left) > 0 {
		t.Errorf("temporary files: %q", left)
	}
}

// TestReadCancelled: who has asked with a context that ends hears of that, and not of a file
// that is not open any more.
func TestReadCancelled(t *testing.T) {
	dir := t.TempDir()
	x := open(t, Options{}, put(t, dir, "a.log", numbered(10)))
	v, _ := x.logs[0].find(new(logquery.Query))
	x.files.close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := x.read(ctx, &v, v.block(0), nil)
	assert.Equal(t, "cancelled", err, context.Canceled)
	_, err = x.read(context.Background(), &v, v.block(0), nil)
	assert.NoError(t, err)
}
