//go:build unix

package crashtest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A recorder takes down what would be a test's failures.
type recorder struct {
	testing.TB
	failures strings.Builder
}

func (r *recorder) Helper()                      {}
func (r *recorder) Error(args ...any)            { fmt.Fprintln(&r.failures, args...) }
func (r *recorder) Errorf(f string, args ...any) { fmt.Fprintf(&r.failures, f+"\n", args...) }

// lines are records, each given as "gen.g.n", whole and with an end. A word that
// is no such thing stands for itself; in it, ~ is a line's end.
func lines(t testing.TB, words string) []byte {
	t.Helper()
	var b bytes.Buffer
	for w := range strings.FieldsSeq(words) {
		var gen, g, n int
		if k, err := fmt.Sscanf(w, "%d.%d.%d", &gen, &g, &n); k != 3 || err != nil {
			b.WriteString(strings.ReplaceAll(w, "~", "\n"))
			continue
		}
		fmt.Fprintf(&b, `{"time":"now","level":"INFO","gen":%d,"g":%d,"n":%d,"text":"abc","sum":%d}`+"\n", gen, g, n, checksum("abc"))
	}
	return b.Bytes()
}

// write writes a file, compressed if its name says so.
func write(t testing.TB, dir, name string, content []byte) {
	t.Helper()
	if strings.HasSuffix(name, ".gz") {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		content = b.Bytes()
	}
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Rotated files, in order.
const (
	first  = "app-20261125T032606.000001Z.log"
	second = "app-20261125T032606.000002Z.log"
)

// TestBook shows that nothing that can be wrong with a log is overlooked. Of
// writer 0 of generation 1, three records were taken.
func TestBook(t *testing.T) {
	type files map[string]string
	for _, test := range []struct {
		name  string
		files files
		want  string // "" if all is well
	}{
		{"all there", files{first + ".gz": "1.0.0", second: "1.0.1", logName: "1.0.2"}, ""},
		{"one that was not acknowledged", files{logName: "1.0.0 1.0.1 1.0.2 1.0.3"}, ""},
		{"one that was never begun", files{logName: "1.0.0 1.0.1 1.0.2 1.0.3 1.0.4"}, "invented: generation 1 writer 0 record 4 at app.log:5"},
		{"a writer that does not exist", files{logName: "1.0.0 1.0.1 1.0.2 1.7.0 1.7.1"}, "invented: generation 1 writer 7"},
		{"the last is missing", files{logName: "1.0.0 1.0.1"}, "missing: generation 1 writer 0 records 2 to 2 of 3; 1 is at app.log:2, 3 at nowhere"},
		{"all are missing", files{logName: ""}, "missing: generation 1 writer 0 records 0 to 2"},
		{"one is missing", files{first: "1.0.0", logName: "1.0.2"}, "missing: generation 1 writer 0 records 1 to 1 of 3; 0 is at " + first + ":1, 2 at app.log:1"},
		{"twice in a file", files{logName: "1.0.0 1.0.1 1.0.1 1.0.2"}, "twice: generation 1 writer 0 record 1: at app.log:2 and app.log:3"},
		{"twice in two files", files{first: "1.0.0 1.0.1", logName: "1.0.1 1.0.2"}, "twice: generation 1 writer 0 record 1: at " + first + ":2 and app.log:1"},
		{"one that was not acknowledged twice", files{logName: "1.0.0 1.0.1 1.0.2 1.0.3 1.0.3"}, "twice: generation 1 writer 0 record 3"},
		{"out of order in a file", files{logName: "1.0.0 1.0.2 1.0.1"}, "order: generation 1 writer 0 record 2 comes after 0"},
		{"files out of order", files{first: "1.0.2", logName: "1.0.0 1.0.1"}, "order: app.log begins with generation 1 writer 0 record 0, but 2"},
		{"generations out of order", files{first: "2.0.0", logName: "1.0.0 1.0.1 1.0.2"}, "order: app.log has generation 1 writer 0, but generation 2"},
		{"no end", files{logName: "1.0.0 1.0.1 1.0.2 x"}, "app.log:4: the last line has no end"},
		{"no end of a rotated file", files{first: "1.0.0 x", logName: "1.0.1 1.0.2"}, first + ":2: the last line has no end"},
		{"a blank line", files{logName: "1.0.0 ~ 1.0.1 1.0.2"}, "app.log:2: is blank"},
		{"half a line", files{logName: `1.0.0 {"time":~ 1.0.1 1.0.2`}, "app.log:2: unexpected end of JSON"},
		{"two lines in one", files{logName: "1.0.0 {} 1.0.1 1.0.2"}, "app.log:2: invalid character"},
		{"NUL bytes", files{logName: "1.0.0 1.0.1 1.0.2 \x00\x00~"}, "app.log:4: has a NUL byte"},
		{"another line", files{logName: "1.0.0 {}~ 1.0.1 1.0.2"}, "app.log:2: something is missing"},
		{"a text that was changed", files{logName: `1.0.0 1.0.1 1.0.2 {"level":"","gen":1,"g":0,"n":3,"text":"a","sum":0}~`}, "app.log:4: the text is not"},
		{"plain and compressed", files{first: "1.0.0", first + ".gz": "1.0.0", logName: "1.0.1 1.0.2"}, first + ".gz is there, and " + first},
		{"a journal", files{logName: "1.0.0 1.0.1 1.0.2", ".app.log.journal": ""}, ".app.log.journal is left behind"},
		{"a temporary file", files{logName: "1.0.0 1.0.1 1.0.2", "." + first + ".gz.tmp": ""}, ".gz.tmp is left behind"},
		{"a damaged journal", files{logName: "1.0.0 1.0.1 1.0.2", ".app.log.journal.damaged-1": ""}, "damaged-1 is left behind"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, words := range test.files {
				write(t, dir, name, lines(t, words))
			}
			b, r := newBook(), &recorder{TB: t}
			b.readDir(dir)
			b.checkOrder(false)
			b.checkTaken(account{{1, 0}: 3})
			b.report(r)
			if got := r.failures.String(); (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestBookMayTear: as many half lines are allowed as there were kills, and not
// one more; other lines that are wrong are not.
func TestBookMayTear(t *testing.T) {
	for _, test := range []struct {
		words string
		want  string
	}{
		{`{"time":"2026-~`, ""},
		{`{~`, ""},
		{`{"time":"2026-~ {"ti~`, "app.log:2: unexpected end"},
		{`abc~`, "app.log:1: invalid character"},
		{`{"time":"2026-`, "app.log:1: the last line has no end"},
	} {
		b, r := newBook(), &recorder{TB: t}
		b.mayTear = 1
		b.read(logName, bytes.NewReader(lines(t, test.words)))
		b.report(r)
		if got := r.failures.String(); (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.words, got, test.want)
		}
	}
}

// TestBookTiles: the files of a stream follow one another in some order.
func TestBookTiles(t *testing.T) {
	for _, test := range []struct {
		name  string
		files []string
		want  string
	}{
		{"in order", []string{"1.0.0 1.0.1", "1.0.2 1.1.0"}, ""},
		{"in another order", []string{"1.0.2", "1.0.0 1.0.1"}, ""},
		{"with a gap", []string{"1.0.0 1.0.1", "1.0.3"}, "from record 1 to 3"},
		{"without the first", []string{"1.0.1"}, "from record -1 to 1"},
		{"one within another", []string{"1.0.0 1.0.2", "1.0.1"}, "from record 2 to 1"},
	} {
		b, r := newBook(), &recorder{TB: t}
		for i, words := range test.files {
			b.read(fmt.Sprint(i), bytes.NewReader(lines(t, words)))
		}
		b.problems = nil // those within a file
		b.checkTiles()
		b.report(r)
		if got := r.failures.String(); (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// TestFollower shows what a follower makes of a log that is rotated in front of
// its eyes. Each step is a file's content, a rename or a removal, with a round
// after each.
func TestFollower(t *testing.T) {
	for _, test := range []struct {
		name  string
		steps []string
		live  int
		want  string
	}{
		{"rotated", []string{"app.log= 1.0.0", first + "<app.log", "app.log= 1.0.1 1.0.2"}, 3, ""},
		{"moved", []string{"app.log= 1.0.0", "app.moved-1<app.log", "app.log= 1.0.1 1.0.2"}, 3, ""},
		{"compressed", []string{"app.log= 1.0.0", first + "<app.log", first + ".gz= 1.0.0", "-" + first, "app.log= 1.0.1 1.0.2"}, 3, ""},
		{"compressed before", []string{first + ".gz= 1.0.0", "app.log= 1.0.1 1.0.2"}, 2, ""},
		{"compressed, with less in it", []string{"app.log= 1.0.0 1.0.1", first + "<app.log", first + ".gz= 1.0.0", "-" + first, "app.log= 1.0.2"}, 3, "has 1 lines, but had 2"},
		{"a line in two parts", []string{"app.log= {", `app.log= {"x":1}~ 1.0.0 1.0.1 1.0.2`}, 3, "something is missing"},
		{"a line that stays in part", []string{"app.log= 1.0.0 1.0.1 1.0.2 {"}, 3, "the last line has no end"},
		{"a part in a file that is deleted", []string{"app.log= 1.0.0 1.0.1 1.0.2 {", first + "<app.log", "-" + first}, 3, "the last line has no end"},
		{"deleted unseen", []string{"app.log= 1.0.0", first + "<app.log", "app.log= 1.0.2"}, 2, "missing: generation 1 writer 0 records 1 to 1"},
		{"there twice", []string{first + "= 1.0.0 1.0.1", "app.log= 1.0.1 1.0.2"}, 3, "twice"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			w := follower{dir: dir, book: newBook()}
			for _, step := range test.steps {
				if name, words, ok := strings.Cut(step, "= "); ok {
					write(t, dir, name, lines(t, words))
				} else if to, from, ok := strings.Cut(step, "<"); ok {
					if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
						t.Fatal(err)
					}
				} else if err := os.Remove(filepath.Join(dir, step[1:])); err != nil {
					t.Fatal(err)
				}
				w.round()
			}
			if w.book.records != test.live {
				t.Errorf("%d records were read while they were written, want %d", w.book.records, test.live)
			}
			w.end()
			w.book.checkAll(account{{1, 0}: 3})
			r := &recorder{TB: t}
			w.book.report(r)
			if got := r.failures.String(); (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestChild: a child that does not end as it is to, or complains, is noticed.
func TestChild(t *testing.T) {
	few := task{Writers: 2, Records: 5, Size: 10}
	many := task{Writers: 2, Records: endless, Size: 10}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		do   task
		end  func(*child)
		want string
	}{
		{"ends", few, (*child).mustEnd, ""},
		{"ends but is to be killed", few, (*child).mustBeKilled, "generation 0 was not killed: exit status 0 after 10 records"},
		{"is killed", many, func(c *child) { c.await(taken(10)); c.kill(); c.mustBeKilled() }, ""},
		{"is killed but is to end", many, func(c *child) { c.await(taken(10)); c.kill(); c.mustEnd() }, "signal: killed"},
		{"is stopped", many, func(c *child) { c.await(taken(10)); c.stop(); c.mustEnd() }, ""},
		{"cannot open the log", task{Dir: file}, (*child).mustEnd, "New: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.do.Dir == "" {
				test.do.Dir = t.TempDir()
			}
			r := &recorder{TB: t}
			c := start(r, test.do, "")
			test.end(c)
			if got := r.failures.String(); (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if test.do.Records == few.Records && c.total != 10 {
				t.Errorf("%d records were taken, want 10", c.total)
			}
		})
	}
}
