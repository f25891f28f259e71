package logindex

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/logquery"
)

// wantedQuery wants records that say so.
var wantedQuery = logquery.Query{Texts: []logquery.Text{{Value: "wanted"}}}

// TestTail has lines that come chosen, with what belongs to them.
func TestTail(t *testing.T) {
	dir := t.TempDir()
	a, b := put(t, dir, "a.log", recordOf(0, 1, "INFO", "wanted")+"\n"), put(t, dir, "b.log", "")
	x := open(t, Options{Follow: true, Poll: time.Millisecond}, a, b)
	tail, err := x.Tail(context.Background(), Request{Query: wantedQuery})
	assert.NoError(t, err)
	assert.Equal(t, "lines on the page", len(tail.Page.Lines), 1)
	for i, test := range []struct {
		path, text string
		want       bool
	}{
		{a, "\tof a record on the page", true},
		{b, "of none", false},
		{a, recordOf(1, 1, "INFO", "wanted"), true},
		{b, recordOf(2, 1, "INFO", "other"), false},
		{a, "\tat main.go:17", true},
		{b, "\tat main.go:wanted", false},
	} {
		appendTo(t, test.path, test.text+"\n")
		assert.Eventually(t, "the line is there", func() bool { return x.Stats().Lines == int64(2+i) })
		got := next(t, tail, 10)
		if test.want {
			assert.EqualLines(t, test.text, got, []string{test.text})
		} else {
			assert.EqualLines(t, test.text, got, nil)
		}
	}
	assert.EqualLines(t, "once more", next(t, tail, 10), nil)
}

// next is all that a tail has, by so many lines at a time.
func next(t *testing.T, tail *Tail, limit int) (list []string) {
	t.Helper()
	for {
		p, err := tail.Next(context.Background(), limit)
		assert.NoError(t, err)
		if len(p.Lines) > limit || len(p.Gone) > 0 {
			t.Fatalf("%d lines, gone %+v", len(p.Lines), p.Gone)
		}
		for _, l := range p.Lines {
			list = append(list, string(l.Text))
		}
		if !p.More {
			return list
		}
	}
}

// TestTailOnce writes and rotates a log, and begins tails meanwhile: what is found backwards from
// a tail's cursor, before and after lines were taken, and the lines that come then are the whole log,
// each line once and in order.
func TestTailOnce(t *testing.T) {
	const tails = 40
	dir := t.TempDir()
	path := put(t, dir, "app.log", "")
	// Blocks of a few lines, so that tails begin within blocks and between them.
	x := open(t, Options{Follow: true, Poll: time.Millisecond, blockSize: 512}, path)
	more := make(chan int)
	written := make(chan struct{})
	var all []string // those that are wanted
	lines := 0
	go func() {
		defer close(written)
		for n := range more {
			for range n {
				text := recordOf(lines, lines%7, "INFO", "wanted")
				if lines%3 == 0 {
					text = recordOf(lines, lines%7, "INFO", "other")
				} else {
					all = append(all, text)
				}
				appendTo(t, path, text+"\n")
				if lines++; lines%500 == 0 {
					if err := os.Rename(path, fmt.Sprintf("%s-202611%02d", path, lines/500)); err != nil {
						t.Error(err)
					}
				}
			}
		}
	}()
	stop := sync.OnceFunc(func() {
		close(more)
		<-written
	})
	defer stop() // before the directory goes
	var first *Tail
	seen := 0 // lines that the first tail had: when it began, and those that were taken
	for i := range tails {
		more <- 20 // while the tail begins
		tail, err := x.Tail(context.Background(), Request{Query: wantedQuery, Limit: 1 + i})
		assert.NoError(t, err)
		more <- tails
		before := tail.Cursor()
		taken := next(t, tail, 1+i%9)
		page := backwards(t, x, before)
		if i == 0 {
			first, seen = tail, len(page)+len(taken)
		}
		fresh := max(0, len(page)-seen) // the first page lacks what was taken after it
		n, goesOn := tail.Fresh(first.Cursor())
		if want := min(fresh, len(tail.Page.Lines)); n != want {
			t.Fatalf("%d lines are newer than the first tail, want %d", n, want)
		}
		if goesOn && n != fresh {
			t.Fatalf("it goes on, with %d lines of %d", n, fresh)
		}
		if n := len(tail.Page.Lines); !strings.HasSuffix(strings.Join(page, "\n"), strings.Join(texts(tail.Page.Lines), "\n")) || n > 1+i {
			t.Fatalf("the %d lines of the page are not the last ones before the cursor", n)
		}
		assert.EqualLines(t, "backwards from the cursor after lines were taken", backwards(t, x, tail.Cursor()), append(page, taken...))
	}
	stop()
	if n, goesOn := first.Fresh("nonsense"); n != len(first.Page.Lines) || goesOn {
		t.Errorf("of no cursor, %d lines are newer", n)
	}
	assert.Eventually(t, "all is there", func() bool { return x.Stats().Lines == int64(lines) })
	tail, err := x.Tail(context.Background(), Request{Query: wantedQuery})
	assert.NoError(t, err)
	assert.EqualLines(t, "all", backwards(t, x, tail.Cursor()), all)
	assert.EqualLines(t, "what the first tail had not seen", next(t, first, 7), all[seen:])
}

// texts are the texts of lines from the last one back, in the log's order.
func texts(lines []Line) (list []string) {
	for _, l := range slices.Backward(lines) {
		list = append(list, string(l.Text))
	}
	return list
}

// backwards is what a search backwards from a cursor finds, in the log's order.
func backwards(t *testing.T, x *Index, cursor string) (list []string) {
	t.Helper()
	for {
		p, err := x.Search(context.Background(), Request{Query: wantedQuery, Newest: true, Cursor: cursor, Limit: 1000})
		assert.NoError(t, err)
		list = append(texts(p.Lines), list...)
		if !p.More {
			return list
		}
		cursor = p.Next
	}
}
