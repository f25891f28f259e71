package logfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/filelock"
)

// dieWriting leaves a log whose process has died in a write: lines 1-10 are in
// the file, 11-20 are what was being written, so many thousandths of them there,
// and 21-30 came later.
func dieWriting(t testing.TB, o Options, part int) {
	t.Helper()
	o.Delay = time.Hour
	tr := open(t, o)
	tr.add(calm, 1, 10)
	tr.flush()
	tr.set(func(l *Log) { l.write = faulty([]*fault{{part: part}, {}, {}, {}}) })
	tr.add(calm, 11, 20)
	if tr.Flush() == nil {
		t.Fatal("no failure")
	}
	tr.add(calm, 21, 30)
	tr.crash()
}

// TestResolve: however far a write had come, and whatever has become of the file
// since, its records are there once. If others have written in the middle of it,
// they are there at least once.
func TestResolve(t *testing.T) {
	needJournal(t)
	const (
		none   = 0
		torn   = 333 // 29 bytes of 90: three lines, and two bytes
		lines  = 300
		most   = 999
		wholly = 1000
	)
	move := func(path string) error { return os.Rename(path, path+".1") }
	for _, test := range []struct {
		name      string
		part      int
		meanwhile func(path string) error
		old, log  string
	}{
		{"nothing written", none, nil, "", "1-30"},
		{"torn", torn, nil, "", "1-30"},
		{"some lines", lines, nil, "", "1-30"},
		{"but for a byte", most, nil, "", "1-30"},
		{"all written", wholly, nil, "", "1-30"},

		{"nothing written, moved", none, move, "1-10", "11-30"},
		{"torn, moved", torn, move, "1-20", "21-30"},
		{"some lines, moved", lines, move, "1-20", "21-30"},
		{"all written, moved", wholly, move, "1-20", "21-30"},

		{"nothing written, deleted", none, os.Remove, "", "11-30"},
		{"torn, deleted", torn, os.Remove, "", "11-30"},
		{"all written, deleted", wholly, os.Remove, "", "11-30"},

		{"torn, emptied", torn, func(path string) error { return os.Truncate(path, 0) }, "", "11-30"},
		{"torn, cut off before", torn, func(path string) error { return os.Truncate(path, 45) }, "", "1-5 11-30"},
		{"torn, the rest cut off", torn, func(path string) error { return os.Truncate(path, 90) }, "", "1-30"},
		{"torn, rewritten", torn, func(path string) error {
			return os.WriteFile(path, []byte(strings.Repeat("other\n", 20)), 0)
		}, "", strings.Repeat(`"other\n" `, 20) + "11-30"},

		{"nothing written, others behind", none, other, "", "1-10 100 11-30"},
		{"some lines, others behind", lines, other, "", "1-13 100 11-30"},
		{"torn, others behind", torn, other, "", `1-13 "00000100.$\n" 11-30`},
		{"all written, others behind", wholly, other, "", "1-20 100 21-30"},
		{"all written, moved, others behind", wholly, func(path string) error {
			return errors.Join(move(path), other(path+".1"), other(path))
		}, "1-20 100", "100 21-30"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options(t)
			dieWriting(t, o, test.part)
			if test.meanwhile != nil {
				assert.NoError(t, test.meanwhile(o.Path))
			}
			tr := open(t, o)
			wantFile(t, o.Path, test.log)
			wantFile(t, o.Path+".1", test.old)
			assert.Equal(t, "reports", strings.Join(tr.told(), "; "), "")
			tr.add(urgent, 31, 31) // with no empty line before it
			wantFile(t, o.Path, strings.TrimSuffix(test.log, "30")+"31")
			tr.crash()
			open(t, o)
			wantFile(t, o.Path, strings.TrimSuffix(test.log, "30")+"31")
		})
	}
}

// other is another process that appends line 100, and ends.
func other(path string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(line(100, 0))
	return errors.Join(err, f.Close())
}

// TestResolveRotated: the file is found under its rotated name as well.
func TestResolveRotated(t *testing.T) {
	needJournal(t)
	o := options(t)
	dieWriting(t, o, 333)
	assert.NoError(t, os.Rename(o.Path, filepath.Join(filepath.Dir(o.Path), "app-20261125T032606.123456Z.log")))
	open(t, o)
	wantLog(t, o.Path, "1-20 | 21-30")
}

// dieLong leaves a log whose process has died in writing a record that is too
// long for the journal: nobody was told that it is there.
func dieLong(t testing.TB, o Options, part int, before int) {
	t.Helper()
	tr := open(t, o)
	tr.add(urgent, 1, before)
	tr.set(func(l *Log) { l.write = faulty([]*fault{{part: part}, {}, {}, {}}) })
	if tr.Append(line(11, 2*ringSize), calm) == nil {
		t.Fatal("no failure")
	}
	tr.crash()
}

// TestResolveLong: what there is of a long record is taken away again, and
// nothing else ever is.
func TestResolveLong(t *testing.T) {
	needJournal(t)
	for _, test := range []struct {
		name      string
		part      int
		before    int
		meanwhile func(path string) error
		want      string // to the first quoted character
		ends      string
	}{
		{"nothing written", 0, 10, nil, "1-10", ""},
		{"torn", 500, 10, nil, "1-10", ""},
		{"torn in an empty file", 500, 0, nil, "", ""},
		{"all written", 1000, 10, nil, "1-11", ""},
		{"moved", 500, 10, func(path string) error { return os.Rename(path, path+".1") }, "", ""},
		{"deleted", 500, 10, os.Remove, "", ""},
		{"emptied", 500, 10, func(path string) error { return os.Truncate(path, 0) }, "", ""},
		// What others have written in the meantime is acknowledged.
		{"nothing written, others behind", 0, 10, other, "1-10 100", ""},
		{"torn, others behind", 1, 10, func(path string) error {
			return errors.Join(appendText(path, "\n"), other(path), other(path))
		}, "1-10 ", " 100 100"},
		{"torn, another file", 500, 0, func(path string) error {
			return os.WriteFile(path, line(100, 0), 0) // the same one, for us
		}, "100", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options(t)
			dieLong(t, o, test.part, test.before)
			if test.meanwhile != nil {
				assert.NoError(t, test.meanwhile(o.Path))
			}
			tr := open(t, o)
			got := numbers(content(t, o.Path))
			if !strings.HasPrefix(got, test.want) || !strings.HasSuffix(got, test.ends) || test.ends == "" && got != test.want {
				t.Errorf("got %s, want %s … %s", got, test.want, test.ends)
			}
			tr.add(urgent, 200, 200)
			assert.Equal(t, "and then", numbers(content(t, o.Path)), strings.TrimPrefix(got+" 200", " "))
			if old := content(t, o.Path+".1"); old != "" {
				assert.Equal(t, "moved", numbers(old), "1-10")
			}
		})
	}
}

func appendText(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// TestResolveLongShared: while another process has the file open, nothing is
// taken away, and the lock that says that we have it open is kept.
func TestResolveLongShared(t *testing.T) {
	needJournal(t)
	o := options(t)
	dieLong(t, o, 500, 10)
	f, err := os.OpenFile(o.Path, os.O_APPEND|os.O_RDWR, 0)
	assert.NoError(t, err)
	defer f.Close()
	if ok, err := filelock.TryShared(f); !ok || err != nil {
		t.Skip("no locks: ", err)
	}
	tr := open(t, o)
	tr.add(urgent, 12, 12)
	got := numbers(content(t, o.Path))
	if !strings.HasPrefix(got, `1-10 "000011.`) || !strings.HasSuffix(got, " 12") {
		t.Errorf("got %s", got)
	}
	if alone, err := filelock.TryExclusive(f); alone || err != nil {
		t.Errorf("the log holds no lock: %t, %v", alone, err)
	}
}
