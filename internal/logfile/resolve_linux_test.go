package logfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// replaceSame deletes a file and makes another one that has the same inode, which
// some file systems give away again at once.
func replaceSame(t testing.TB, path, content string) {
	t.Helper()
	info, err := os.Stat(path)
	assert.NoError(t, err)
	_, want := identity(info)
	assert.NoError(t, os.Remove(path))
	for i := range 500 {
		name := filepath.Join(filepath.Dir(path), fmt.Sprintf("attempt%d", i))
		assert.NoError(t, os.WriteFile(name, []byte(content), 0o600))
		info, err := os.Stat(name)
		assert.NoError(t, err)
		if _, got := identity(info); got == want {
			assert.NoError(t, os.Rename(name, path))
			return
		}
	}
	t.Skip("inodes are not given away again here")
}

// TestInodeReused: another file that has got the inode of an intent's is not
// taken for it. It loses nothing, and all records are written anew.
func TestInodeReused(t *testing.T) {
	needJournal(t)
	var long strings.Builder
	for n := 101; n <= 120; n++ {
		long.Write(line(n, 0))
	}
	for _, test := range []struct{ name, content, before string }{
		{"empty", "", ""},
		{"short", string(line(101, 0)), "101 "},
		{"long", long.String(), "101-120 "},
		{"torn", long.String() + "torn", `101-120 "torn\n" `},
	} {
		for _, part := range []int{0, 333, 1000} {
			t.Run(fmt.Sprintf("%s, %d/1000 written", test.name, part), func(t *testing.T) {
				o := options(t)
				dieWriting(t, o, part)
				replaceSame(t, o.Path, test.content)
				open(t, o)
				wantFile(t, o.Path, test.before+"11-30")
			})
		}
		t.Run(test.name+", after a long record at its beginning", func(t *testing.T) {
			o := options(t)
			dieLong(t, o, 500, 0)
			replaceSame(t, o.Path, test.content)
			tr := open(t, o)
			tr.add(urgent, 1, 1)
			want := test.before + "1"
			if test.name == "torn" {
				// The end of it may be what there is of our record.
				want = "101-120 1"
			}
			wantFile(t, o.Path, want)
		})
	}
}

// TestInodeReusedRunning: a file is open, so its inode cannot be given away. That
// of one that is rotated and deleted can.
func TestInodeReusedRunning(t *testing.T) {
	o := options(t)
	o.MaxSize = 4096
	tr := open(t, o)
	for n := 1; n <= 50; n++ {
		assert.NoError(t, tr.Append(line(n, 1000), urgent))
		for _, f := range rotated(t, o.Path) {
			assert.NoError(t, errors.Join(os.Remove(f.Path), os.WriteFile(f.Path+".foreign", []byte("foreign\n"), 0o600)))
		}
	}
	foreign, err := filepath.Glob(filepath.Join(filepath.Dir(o.Path), "*.foreign"))
	assert.NoError(t, err)
	assert.Equal(t, "rotations", len(foreign), 12)
	for _, name := range foreign {
		assert.Equal(t, name, content(t, name), "foreign\n")
	}
	wantFile(t, o.Path, "49-50")
}
