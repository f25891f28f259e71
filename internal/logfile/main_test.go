package logfile

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/spanlog/spanlog/internal/archive"
	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/journal"
)

func TestMain(m *testing.M) {
	pause = realPause
	goleak.VerifyTestMain(m)
}

// Levels as the tests use them: only an urgent record is in the file when Append
// returns.
const (
	calm   = slog.LevelInfo
	urgent = slog.LevelError
)

// modes are the two ways in which records wait.
var modes = []struct {
	name    string
	through bool
}{{"journal", false}, {"write-through", true}}

// ringSize is the smallest journal, which the tests have: it is soon full.
const ringSize = journal.MinCapacity

// options are those of a log in a directory of its own.
func options(t testing.TB) Options {
	t.Helper()
	return Options{
		Path: filepath.Join(t.TempDir(), "app.log"), Mode: 0o600,
		JournalSize: ringSize, WriteFrom: urgent, SyncFrom: Never,
	}
}

// inModes runs a test in each of the modes, with the options of a log of its own.
func inModes(t *testing.T, test func(t *testing.T, o Options)) {
	for _, mode := range modes {
		t.Run(mode.name, func(t *testing.T) {
			o := options(t)
			o.WriteThrough = mode.through
			test(t, o)
		})
	}
}

// A trial is a Log under test, with what it has told.
type trial struct {
	*Log
	t testing.TB

	hearing           sync.Mutex
	reports           []string
	written, regained int // records
	lost              []slog.Level
}

// begin makes a Log that is not open yet, and counts what it tells beside what
// the options have done with it.
func begin(t testing.TB, o Options) *trial {
	t.Helper()
	tr := &trial{t: t}
	report := o.Report
	o.Report = func(err error) {
		tr.hearing.Lock()
		tr.reports = append(tr.reports, err.Error())
		tr.hearing.Unlock()
		if report != nil {
			report(err)
		}
	}
	count := func(add func()) {
		tr.hearing.Lock()
		defer tr.hearing.Unlock()
		add()
	}
	o.Written = func(records, _ int) { count(func() { tr.written += records }) }
	o.Recovered = func(records int) { count(func() { tr.regained += records }) }
	o.Lost = func(level slog.Level, _ error) { count(func() { tr.lost = append(tr.lost, level) }) }
	tr.Log = newLog(o)
	return tr
}

// open opens a log, and closes it after the test if that has not done so.
func open(t testing.TB, o Options) *trial {
	t.Helper()
	tr := begin(t, o)
	tr.start()
	return tr
}

func (tr *trial) start() {
	tr.t.Helper()
	assert.NoError(tr.t, tr.Log.open())
	tr.t.Cleanup(func() { _ = tr.end() })
}

// end closes the log, with a deadline.
func (tr *trial) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return tr.Close(ctx)
}

// add appends the lines numbered from first to last, each acknowledged.
func (tr *trial) add(level slog.Level, first, last int) {
	tr.t.Helper()
	tr.addLong(level, 0, first, last)
}

// addLong is add for lines of that size.
func (tr *trial) addLong(level slog.Level, size, first, last int) {
	tr.t.Helper()
	for n := first; n <= last; n++ {
		if err := tr.Append(line(n, size), level); err != nil {
			tr.t.Fatalf("line %d: %v", n, err)
		}
	}
}

func (tr *trial) flush() {
	tr.t.Helper()
	assert.NoError(tr.t, tr.Flush())
}

// told returns the reports so far that have all of these words.
func (tr *trial) told(words ...string) (found []string) {
	tr.hearing.Lock()
	defer tr.hearing.Unlock()
	for _, r := range tr.reports {
		all := true
		for _, w := range words {
			all = all && strings.Contains(r, w)
		}
		if all {
			found = append(found, r)
		}
	}
	return found
}

// counts are what the functions of the options were told.
func (tr *trial) counts() (written, regained, lost int) {
	tr.hearing.Lock()
	defer tr.hearing.Unlock()
	return tr.written, tr.regained, len(tr.lost)
}

// wantState fails the test unless records go into a journal, or do not.
func (tr *trial) wantState(prefix string) {
	tr.t.Helper()
	if s := tr.State(); !strings.HasPrefix(s, prefix) {
		tr.t.Errorf("state: got %q, want %q", s, prefix)
	}
}

// set replaces the functions that use the disk.
func (tr *trial) set(change func(*Log)) {
	tr.drainMu.Lock()
	defer tr.drainMu.Unlock()
	change(tr.Log)
}

// crash does to a Log what SIGKILL does to its process: nothing more is written,
// and the locks are gone.
func (tr *trial) crash() {
	l := tr.Log
	close(l.stop)
	<-l.stopped
	l.chores.mu.Lock()
	l.chores.closed = true
	l.chores.mu.Unlock()
	l.chores.cancel()
	l.chores.running.Wait()
	l.drainMu.Lock()
	defer l.drainMu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed, l.ring = true, nil
	if l.journal != nil {
		_ = l.journal.Close(false)
		l.journal = nil
	}
	_ = l.out.file.Close()
	l.out = nil
}

// needJournal skips the test where there cannot be a journal.
func needJournal(t testing.TB) {
	t.Helper()
	tr := open(t, options(t))
	if s := tr.State(); s != journaled {
		t.Skip("no journal here: ", s)
	}
	assert.NoError(t, tr.end())
}

// line is the line numbered n, of size bytes or as few as it needs. No two are
// alike, and no part of one passes for another.
func line(n, size int) []byte {
	b := fmt.Appendf(nil, "%06d.", n)
	for i := len(b) + 2; i < size; i++ {
		b = append(b, 'a'+byte((i+n)%26))
	}
	return append(b, "$\n"...)
}

// number is the number of a whole line, or 0 if it is not one.
func number(b string) int {
	digits, _, _ := strings.Cut(b, ".")
	n, err := strconv.Atoi(digits)
	if err != nil || b != string(line(n, len(b))) {
		return 0
	}
	return n
}

// numbers are those of the lines, as in "1-4 6 9-10". What is not a whole line
// stands there quoted.
func numbers(content string) string {
	var words []string
	first, last := 0, 0
	end := func() {
		switch {
		case first == 0:
		case first == last:
			words = append(words, strconv.Itoa(first))
		default:
			words = append(words, fmt.Sprintf("%d-%d", first, last))
		}
		first, last = 0, 0
	}
	for l := range strings.Lines(content) {
		n := number(l)
		switch {
		case n == 0:
			end()
			words = append(words, fmt.Sprintf("%.60q", l))
		case first != 0 && n == last+1:
			last = n
		default:
			end()
			first, last = n, n
		}
	}
	end()
	return strings.Join(words, " ")
}

// series is how numbers shows these lines.
func series(ns []int) string {
	var b []byte
	for _, n := range ns {
		b = append(b, line(n, 0)...)
	}
	return numbers(string(b))
}

// content is what a file has, or "" if there is none. One that is compressed is
// read as it was before.
func content(t testing.TB, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return ""
	}
	assert.NoError(t, err)
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		r, err = gzip.NewReader(f)
		assert.NoError(t, err)
	}
	b, err := io.ReadAll(r)
	assert.NoError(t, err)
	return string(b)
}

// wantFile fails the test unless the file has the lines with these numbers.
func wantFile(t testing.TB, path, want string) {
	t.Helper()
	assert.Equal(t, filepath.Base(path), numbers(content(t, path)), want)
}

// rotated are the rotated files, oldest first.
func rotated(t testing.TB, path string) []archive.File {
	t.Helper()
	files, err := (&archive.Archive{Path: path}).Files()
	assert.NoError(t, err)
	return files
}

// wantLog fails the test unless the rotated files and the log have the lines with
// these numbers; " | " is between the files.
func wantLog(t testing.TB, path, want string) {
	t.Helper()
	var parts []string
	for _, c := range contents(t, path) {
		parts = append(parts, numbers(c))
	}
	assert.Equal(t, "log", strings.Join(parts, " | "), want)
}

// contents are what the rotated files have, oldest first, and then the log and
// the files with these names.
func contents(t testing.TB, path string, others ...string) (c []string) {
	t.Helper()
	for _, f := range rotated(t, path) {
		c = append(c, content(t, f.Path))
	}
	for _, name := range append([]string{path}, others...) {
		c = append(c, content(t, name))
	}
	return c
}

// all is what the rotated files and the log have, one behind the other.
func all(t testing.TB, path string) string {
	t.Helper()
	return strings.Join(contents(t, path), "")
}

// wantSorted fails the test unless the log, with its rotated files and others of
// these names, has the lines with these numbers, in order and once. Which file
// comes first is found out: the ranges of their lines must not overlap.
func wantSorted(t testing.TB, path string, others []string, want []int) {
	t.Helper()
	c := contents(t, path, others...)
	slices.Sort(c) // by their first lines
	assert.Equal(t, "all files", numbers(strings.Join(c, "")), series(want))
}
