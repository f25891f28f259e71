package logindex

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// wantedQuery wants records that say so.
var wantedQuery = Query{Texts: []Text{{Value: "wanted"}}}

// TestTail has lines that come chosen, with what belongs to them.
func TestTail(t *testing.T) {
	dir := t.TempDir()
	a, b := put(t, dir, "a.log", recordOf(0, 1, "INFO", "wanted")+"\n"), put(t, dir, "b.log", "")
	x := open(t, Options{Follow: true, Poll: time.Millisecond}, a, b)
	tail, err := x.Tail(context.Background(), Request{Query: wantedQuery}, 10)
	must(t, err)
	defer tail.Close()
	equal(t, "lines on the page", len(tail.Page.Lines), 1)
	for _, test := range []struct {
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
		l := <-tail.C
		equal(t, test.text, tail.Take(&l), test.want)
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
	written := make(chan []string)
	lines := 0
	go func() {
		var all []string
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
		written <- all
	}()
	var first *Tail
	seen := 0 // lines when it began
	for i := range tails {
		more <- 20 // while the tail begins
		tail, err := x.Tail(context.Background(), Request{Query: wantedQuery, Limit: 1 + i}, 1000)
		must(t, err)
		defer tail.Close()
		more <- tails
		before := tail.Cursor()
		var taken []string
		for range i {
			if l := <-tail.C; tail.Take(&l) {
				taken = append(taken, string(l.Text))
			}
		}
		page := backwards(t, x, before)
		if i == 0 {
			first, seen = tail, len(page)
		}
		n, goesOn := tail.Fresh(first.Cursor())
		if want := min(len(page)-seen, len(tail.Page.Lines)); n != want {
			t.Fatalf("%d lines are newer than the first tail, want %d", n, want)
		}
		if goesOn && n != len(page)-seen {
			t.Fatalf("it goes on, with %d lines of %d", n, len(page)-seen)
		}
		if n := len(tail.Page.Lines); !strings.HasSuffix(strings.Join(page, "\n"), strings.Join(texts(tail.Page.Lines), "\n")) || n > 1+i {
			t.Fatalf("the %d lines of the page are not the last ones before the cursor", n)
		}
		equalTexts(t, "backwards from the cursor after lines were taken", backwards(t, x, tail.Cursor()), append(page, taken...))
	}
	close(more)
	if n, goesOn := first.Fresh("nonsense"); n != len(first.Page.Lines) || goesOn {
		t.Errorf("of no cursor, %d lines are newer", n)
	}
	all := <-written
	await(t, "all is there", func() bool { return x.Stats().Lines == int64(lines) })
	tail, err := x.Tail(context.Background(), Request{Query: wantedQuery}, 1)
	must(t, err)
	defer tail.Close()
	equalTexts(t, "all", backwards(t, x, tail.Cursor()), all)
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
		must(t, err)
		list = append(texts(p.Lines), list...)
		if !p.More {
			return list
		}
		cursor = p.Next
	}
}

// TestTailGap has a tail notice that lines were dropped, wherever that was.
func TestTailGap(t *testing.T) {
	for _, test := range []struct {
		name       string
		room, come int
		want       bool
	}{
		{"room for all", 500, 300, false},
		{"room for some", 10, 300, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := put(t, t.TempDir(), "app.log", recordOf(0, 1, "INFO", "wanted")+"\n")
			x := open(t, Options{Follow: true, Poll: time.Millisecond, blockSize: 512}, path)
			tail, err := x.Tail(context.Background(), Request{Query: wantedQuery}, test.room)
			must(t, err)
			defer tail.Close()
			var text strings.Builder
			for i := range test.come {
				text.WriteString(recordOf(1+i, 1, "INFO", "wanted") + "\n")
			}
			appendTo(t, path, text.String())
			await(t, "all is there", func() bool { return x.Stats().Lines == int64(1+test.come) })
			appendTo(t, path, recordOf(1, 2, "INFO", "last")+"\n")
			for taken := false; !taken; {
				select {
				case l := <-tail.C:
					tail.Take(&l)
				case <-time.After(100 * time.Millisecond):
					if taken = tail.Gap() || !test.want; !taken { // the last one was dropped too: there is room now
						appendTo(t, path, recordOf(1, 2, "INFO", "last")+"\n")
					}
				}
			}
			equal(t, "gap", tail.Gap(), test.want)
		})
	}
}
