//go:build unix

package crashtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A follower reads a log as a collector does, while it is written: it looks at
// the directory, opens what is new there, and keeps files open however they are
// called later. Compressed files are read in the end, and only if there was no
// time to follow them before.
type follower struct {
	dir   string
	book  *book
	files []*followed
	now   int // rounds
	live  int // records read while they were written
}

// A followed file.
type followed struct {
	*os.File // nil once it is deleted and has been read to its end
	info     os.FileInfo
	page     *page
	part     []byte // of a line
}

// followReport is what the follower tells its parent.
type followReport struct{ Live, Compressed, Files, Rounds int }

// follow reads until the input ends, and then what is left.
func (t *task) follow() int {
	w := follower{dir: t.Dir, book: newBook()}
	stop, gate := make(chan struct{}), make(chan struct{})
	go listen(gate, stop)
	send(eventOpen, 0)
	for last := false; ; {
		w.round()
		if last {
			break
		}
		select {
		case <-stop:
			last = true
		case <-time.After(5 * time.Millisecond):
		}
	}
	w.live = w.book.records
	w.end()
	want := account{}
	for gen := 1; gen <= t.Gens; gen++ {
		for g := range t.Writers {
			want[stream{gen, g}] = t.Records
		}
	}
	w.book.checkAll(want)
	for _, p := range w.book.problems {
		fmt.Fprintln(os.Stderr, p)
	}
	_ = json.NewEncoder(os.Stdout).Encode(followReport{w.live, w.book.records - w.live, len(w.files), w.now})
	return min(len(w.book.problems), 1)
}

// round looks for new files and reads what has come to the others.
func (w *follower) round() {
	w.now++
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		w.book.wrong("%v", err)
		return
	}
	for _, e := range entries {
		name := e.Name()
		if name == logName || movedName.MatchString(name) || rotatedName.MatchString(name) && !strings.HasSuffix(name, ".gz") {
			w.open(name)
		}
	}
	for _, f := range w.files {
		if f.File != nil {
			w.read(f)
		}
	}
}

// open opens a file unless it is open under another name.
func (w *follower) open(name string) {
	path := filepath.Join(w.dir, name)
	info, err := os.Lstat(path)
	if err == nil && w.has(info) {
		return
	}
	var f *os.File
	if err == nil {
		f, err = os.Open(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return // moved since: it is met again
	case err != nil:
		w.book.wrong("%v", err)
		return
	}
	if info, err = f.Stat(); err != nil || w.has(info) {
		f.Close()
		return
	}
	w.files = append(w.files, &followed{File: f, info: info, page: w.book.newPage(fmt.Sprintf("%s of round %d", name, w.now))})
}

// has reports whether the file is open. The number of one that was closed may be
// another file's by now.
func (w *follower) has(info os.FileInfo) bool {
	for _, f := range w.files {
		if f.File != nil && os.SameFile(f.info, info) {
			return true
		}
	}
	return false
}

// read reads what has come, and closes a file that will have no more: it has no
// name, and is deleted only when no writer has it open.
func (w *follower) read(f *followed) {
	info, err := f.Stat()
	if err != nil {
		w.book.wrong("%s: %v", f.page.name, err)
		return
	}
	b, err := io.ReadAll(f)
	if err != nil {
		w.book.wrong("%s: %v", f.page.name, err)
	}
	b = append(f.part, b...)
	for {
		end := bytes.IndexByte(b, '\n') + 1
		if end == 0 {
			break
		}
		f.page.add(b[:end])
		b = b[end:]
	}
	f.part = bytes.Clone(b)
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Nlink == 0 {
		w.done(f)
	}
}

// done closes a file. The part of a line that it may have had before has become
// whole by now.
func (w *follower) done(f *followed) {
	if len(f.part) > 0 {
		f.page.add(f.part)
	}
	f.Close()
	f.File = nil
}

// end closes the files that are still there, and reads those compressed ones that
// were not followed. Those that were have the same content.
func (w *follower) end() {
	first := map[place]*page{} // by where its first record is
	for _, f := range w.files {
		if f.File != nil {
			w.done(f)
		}
		if f.page.lines > 0 {
			first[f.page.first] = f.page
		}
	}
	for _, name := range w.book.list(w.dir) {
		if !strings.HasSuffix(name, ".gz") {
			continue
		}
		// It is read on its own first, to see which file it was.
		alone := newBook()
		p := alone.readFile(w.dir, name)
		before := first[w.placeOf(alone, p)]
		switch {
		case before == nil:
			w.book.readFile(w.dir, name)
		case before.lines != p.lines || before.sum != p.sum:
			w.book.wrong("%s has %d lines, but had %d when it was %s, or it has others", name, p.lines, before.lines, before.name)
		}
	}
}

// placeOf is where the first record of a page of another book is in this one.
func (w *follower) placeOf(other *book, p *page) place {
	for s, at := range other.streams {
		for n, here := range *at {
			if here == p.first && w.book.streams[s] != nil && n < len(*w.book.streams[s]) {
				return (*w.book.streams[s])[n]
			}
		}
	}
	return place{}
}
