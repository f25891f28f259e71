package logindex

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestCursorWhileTheLogGrows pages through a log that is written to: forwards, what comes
// is there in the end; backwards, it is not.
func TestCursorWhileTheLogGrows(t *testing.T) {
	path := put(t, t.TempDir(), "app.log", numbered(30))
	x, err := Open([]string{path}, Options{Follow: true, Poll: time.Millisecond, blockSize: 1000})
	assert.NoError(t, err)
	defer x.Close()
	assert.NoError(t, x.Wait(context.Background()))
	oldest, newest := Request{Limit: 7}, Request{Limit: 7, Newest: true}
	var up, down []string
	for i := range 20 {
		for _, r := range []*Request{&oldest, &newest} {
			p, err := x.Search(context.Background(), *r)
			assert.NoError(t, err)
			r.Cursor = p.Next
			for _, l := range p.Lines {
				if r.Newest {
					down = append(down, l.Head.Trace.String())
				} else {
					up = append(up, l.Head.Trace.String())
				}
			}
		}
		if i < 10 {
			appendTo(t, path, recordOf(30+i, 31+i, "INFO", "new")+"\n")
			assert.Eventually(t, "line", func() bool { return x.Stats().Lines == int64(31+i) })
		}
	}
	var all []string
	for i := range 40 {
		all = append(all, traceID(i+1).String())
	}
	assert.EqualLines(t, "oldest first", up, all)
	for i := range down {
		assert.Equal(t, "newest first", down[i], all[29-i])
	}
	assert.Equal(t, "newest first, lines", len(down), 30)
}

// TestCursors has texts that are no cursors.
func TestCursors(t *testing.T) {
	x := open(t, Options{blockSize: 100}, put(t, t.TempDir(), "app.log", numbered(3)))
	p, err := x.Search(context.Background(), Request{Limit: 1})
	assert.NoError(t, err)
	for _, cursor := range []string{"x", "-", p.Next + "-0.0", p.Next + "ffff", strings.Replace(p.Next, "-", "-f", 1), p.Next[:len(p.Next)-1], "0" + p.Next, p.Next[:strings.Index(p.Next, "-")] + "-3.1"} {
		if _, err := x.Search(context.Background(), Request{Limit: 1, Cursor: cursor}); !errors.Is(err, errCursor) {
			t.Errorf("%s: %v", cursor, err)
		}
	}
	if _, err := x.Search(context.Background(), Request{Limit: 1, Cursor: p.Next, Newest: true}); !errors.Is(err, errCursor) {
		t.Errorf("in the other direction: %v", err)
	}
}
