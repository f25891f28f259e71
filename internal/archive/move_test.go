package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/assert"
)

func TestMoveAside(t *testing.T) {
	for _, test := range []struct {
		name, before string
		now          time.Duration // since epoch
		want, after  string
	}{
		{"the first", "log=x", 5 * time.Second, "5", "5=x"},
		{"an empty one", "log=", 5 * time.Second, "5", "5="},
		{"less than a microsecond is cut off", "log=x", 5*time.Second + 999, "5", "5=x"},
		{"after others", "log=x 1=a 2.gz=b", 5 * time.Second, "5", "1=a 2.gz=b 5=x"},
		{"at the time of another", "log=x 5=a", 5 * time.Second, "app-20261125T032605.123457Z.log", "5=a app-20261125T032605.123457Z.log=x"},
		{"at the time of a compressed one", "log=x 5.gz=a", 5 * time.Second, "app-20261125T032605.123457Z.log", "5.gz=a app-20261125T032605.123457Z.log=x"},
		{"in the microsecond of a compressed one", "log=x 5.gz=a", 5*time.Second + 999, "app-20261125T032605.123457Z.log", "5.gz=a app-20261125T032605.123457Z.log=x"},
		{"the clock was set back", "log=x 1=a 9=b", 5 * time.Second, "app-20261125T032609.123457Z.log", "1=a 9=b app-20261125T032609.123457Z.log=x"},
		{"the clock was set back, the newest is compressed", "log=x 1=a 9.gz=b", -time.Hour, "app-20261125T032609.123457Z.log", "1=a 9.gz=b app-20261125T032609.123457Z.log=x"},
		{"a microsecond after another", "log=x 5=a", 5*time.Second + time.Microsecond, "app-20261125T032605.123457Z.log", "5=a app-20261125T032605.123457Z.log=x"},
		{"a directory is there", "log=x 5=/", 5 * time.Second, "app-20261125T032605.123457Z.log", "5=/ app-20261125T032605.123457Z.log=x"},
		{"a later directory is none of ours", "log=x 9=/", 5 * time.Second, "5", "5=x 9=/"},
		{"a temporary file does not count", "log=x 9.tmp=y", 5 * time.Second, "5", "5=x 9.tmp=y"},
		{"two directories are there", "log=x 5=/ app-20261125T032605.123457Z.log=/", 5 * time.Second, "app-20261125T032605.123458Z.log",
			"5=/ app-20261125T032605.123457Z.log=/ app-20261125T032605.123458Z.log=x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newArchive(t, test.before)
			path, err := a.MoveAside(epoch.Add(test.now).In(time.FixedZone("", 3600)))
			if err != nil {
				t.Fatal(err)
			}
			assert.Equal(t, "path", path, a.path(test.want))
			assert.Equal(t, "files", show(t, a), test.after)
			if err := a.MoveBack(path); err != nil {
				t.Fatal(err)
			}
			assert.Equal(t, "files after MoveBack", sorted(show(t, a)), sorted(test.before))
		})
	}
}

// sorted is a specification with its fields in the order of show.
func sorted(spec string) string {
	return strings.Join(slices.Sorted(strings.FieldsSeq(spec)), " ")
}

func TestMoveAsideLinkInTheWay(t *testing.T) {
	a := newArchive(t, "log=x elsewhere=z")
	link(t, a.path("elsewhere"), a.path("5"))
	path, err := a.MoveAside(epoch.Add(5 * time.Second))
	if err != nil {
		t.Fatal(err)
	}
	assert.Equal(t, "path", filepath.Base(path), "app-20261125T032605.123457Z.log")
	assert.Equal(t, "content", read(t, path), "x")
	assert.Equal(t, "what the link leads to", read(t, a.path("elsewhere")), "z")
}

// TestMoveAsideQuickly: files that were moved aside in the same microsecond, or
// with the clock running backwards, are all there and in order.
func TestMoveAsideQuickly(t *testing.T) {
	for _, test := range []struct {
		name string
		step time.Duration
	}{
		{"the clock stands", 0},
		{"it goes back", -time.Hour},
		{"it is slow", time.Nanosecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newArchive(t, "")
			for i := range 50 {
				arrange(t, a, fmt.Sprintf("log=%d", i))
				if _, err := a.MoveAside(epoch.Add(time.Duration(i) * test.step)); err != nil {
					t.Fatal(err)
				}
			}
			files, err := a.Files()
			if err != nil {
				t.Fatal(err)
			}
			assert.Equal(t, "number of files", len(files), 50)
			for i, f := range files {
				assert.Equal(t, f.Path, read(t, f.Path), fmt.Sprint(i))
			}
		})
	}
}

// TestMoveAsideOrder: whatever the clock does, sorting the names as text sorts
// the files by age.
func TestMoveAsideOrder(t *testing.T) {
	root := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(root, "")
		if err != nil {
			rt.Fatal(err)
		}
		a := &Archive{Path: filepath.Join(dir, "app.log")}
		last := ""
		for _, step := range rapid.SliceOfN(rapid.Int64Range(-5, 5), 1, 20).Draw(rt, "times") {
			if err := os.WriteFile(a.Path, nil, 0o600); err != nil {
				rt.Fatal(err)
			}
			path, err := a.MoveAside(epoch.Add(time.Duration(step) * time.Microsecond / 2))
			if err != nil {
				rt.Fatal(err)
			}
			if path <= last {
				rt.Errorf("%s after %s", path, last)
			}
			last = path
		}
	})
}

func TestMoveAsideFails(t *testing.T) {
	far := time.Date(9999, 12, 31, 23, 59, 59, 999999e3, time.UTC)
	taken := "log=x"
	for i := range maxTries {
		taken += fmt.Sprintf(" app-20261125T032600.%06dZ.log=/", 123456+i)
	}
	for _, test := range []struct {
		name, before string
		now          time.Time
		want         string
	}{
		{"no log", "1=a", epoch, "app.log"},
		{"the log is a directory", "log=/", epoch, "app.log is not a regular file but d"},
		{"a year of five digits", "log=x", far.Add(time.Second), "10000-01-01 00:00:00"},
		{"after the last time", "log=x app-99991231T235959.999999Z.log=y", epoch, "10000-01-01 00:00:00"},
		{"too many that are not ours", taken, epoch, "exist"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newArchive(t, test.before)
			before := show(t, a)
			path, err := a.MoveAside(test.now)
			wantError(t, err, test.want)
			assert.Equal(t, "path", path, "")
			assert.Equal(t, "files", show(t, a), before)
		})
	}
}

func TestMoveAsideLink(t *testing.T) {
	a := newArchive(t, "elsewhere=z")
	link(t, a.path("elsewhere"), a.Path)
	_, err := a.MoveAside(epoch)
	wantError(t, err, "app.log is not a regular file but L")
	assert.Equal(t, "what the link leads to", read(t, a.Path), "z")
}

func TestMoveBackFails(t *testing.T) {
	for _, test := range []struct{ name, before, path, want string }{
		{"there is a log", "log=x 5=y", "5", "exist"},
		{"there is a directory", "log=/ 5=y", "5", "exist"},
		{"it is gone", "1=y", "5", "app-20261125T032605.123456Z.log"},
		{"not a name of ours", "app-backup.log=y", "app-backup.log", `app-backup.log" is not the path of a rotated file`},
		{"a compressed file", "5.gz=y", "5.gz", "is not the path of a rotated file"},
		{"another directory", "other=/", "other/app-20261125T032605.123456Z.log", "is not the path of a rotated file"},
		{"a directory", "5=/", "5", "is not a regular file but d"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newArchive(t, test.before)
			wantError(t, a.MoveBack(a.path(test.path)), test.want)
			assert.Equal(t, "files", show(t, a), sorted(test.before))
		})
	}
	a := newArchive(t, "log=x 5=y")
	if err := a.MoveBack(a.path("5")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want fs.ErrExist", err)
	}
}

// TestMoveNoReplace: in one step or in two, a rename replaces nothing.
func TestMoveNoReplace(t *testing.T) {
	broken := errors.New("broken")
	for _, way := range []struct {
		name   string
		rename func(from, to string) error
	}{
		{"the system's way", renameExclusive},
		{"without it", func(string, string) error { return errors.ErrUnsupported }},
	} {
		for _, test := range []struct {
			name, before, after string
			want                error
		}{
			{"free", "from=x", "to=x", nil},
			{"a file", "from=x to=y", "from=x to=y", fs.ErrExist},
			{"an empty file", "from=x to=", "from=x to=", fs.ErrExist},
			{"a directory", "from=x to=/", "from=x to=/", fs.ErrExist},
			{"a link to nothing", "from=x to=->nowhere", "from=x to=->nowhere", fs.ErrExist},
			{"a link to itself", "from=x to=->from", "from=x to=->from", fs.ErrExist},
			{"nothing to rename", "other=x", "other=x", fs.ErrNotExist},
		} {
			t.Run(way.name+"/"+test.name, func(t *testing.T) {
				a := newArchive(t, test.before)
				err := moveWith(way.rename, a.path("from"), a.path("to"))
				if !errors.Is(err, test.want) {
					t.Errorf("got %v, want %v", err, test.want)
				}
				if err != nil {
					wantError(t, err, a.path("from"), a.path("to"))
				}
				assert.Equal(t, "files", show(t, a), test.after)
			})
		}
	}
	t.Run("other errors", func(t *testing.T) {
		a := newArchive(t, "from=x")
		err := moveWith(func(string, string) error { return broken }, a.path("from"), a.path("to"))
		if !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		wantError(t, err, a.path("from"), a.path("to"))
		assert.Equal(t, "files", show(t, a), "from=x")
		long := a.path(strings.Repeat("x", 1000))
		if err := moveWith(func(string, string) error { return errors.ErrUnsupported }, a.path("from"), long); err == nil {
			t.Error("got no error for a name that is too long")
		}
		assert.Equal(t, "files", show(t, a), "from=x")
	})
}
