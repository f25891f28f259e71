package archive

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/filelock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// epoch is the time from which the names in the tests count: the file 7 is the
// one that was moved aside 7 s after it.
var epoch = time.Date(2026, 11, 25, 3, 26, 0, 123456e3, time.UTC)

// newArchive returns the archive of a log in a directory of its own, with the
// files of the specification: see arrange.
func newArchive(t testing.TB, spec string) *Archive {
	t.Helper()
	a := &Archive{Path: filepath.Join(t.TempDir(), "app.log")}
	arrange(t, a, spec)
	return a
}

// path is that of a file in the short form of the tests: "log", "7", "7.gz" or
// "7.tmp". Any other name is itself.
func (a *Archive) path(short string) string {
	n, err := a.naming()
	if err != nil {
		panic(err)
	}
	if short == "log" {
		return a.Path
	}
	number, ext, _ := strings.Cut(short, ".")
	sec, err := strconv.Atoi(number)
	if err != nil {
		return filepath.Join(n.dir, short)
	}
	path, err := n.rotated(epoch.Add(time.Duration(sec) * time.Second))
	if err != nil {
		panic(err)
	}
	switch ext {
	case "gz":
		return path + ".gz"
	case "tmp":
		return filepath.Join(n.dir, "."+filepath.Base(path)+".gz.tmp")
	}
	return path
}

// arrange makes files as in "log=x 1=y 2.gz=z", where the content of those that
// end in gz is compressed. There, a content that begins with "raw:" is written
// as it is, and of one that begins with "cut:", the end is missing. A content
// that begins with "->" is the target of a link, and "/" makes a directory.
func arrange(t testing.TB, a *Archive, spec string) {
	t.Helper()
	for field := range strings.FieldsSeq(spec) {
		short, content, _ := strings.Cut(field, "=")
		path := a.path(short)
		var err error
		switch {
		case content == "/":
			err = os.Mkdir(path, 0o755)
		case strings.HasPrefix(content, "->"):
			err = os.Symlink(content[2:], path)
		default:
			if raw, ok := strings.CutPrefix(content, "raw:"); ok {
				content = raw
			} else if cut, ok := strings.CutPrefix(content, "cut:"); ok {
				content = zip(cut)
				content = content[:len(content)-1]
			} else if strings.HasSuffix(short, ".gz") {
				content = zip(content)
			}
			err = os.WriteFile(path, []byte(content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

var longName = regexp.MustCompile(`^(\.?)app-20261125T03(26|27)(\d\d)\.123456Z\.log`)

// show is the opposite of arrange: all that there is in the directory, in order.
func show(t testing.TB, a *Archive) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(a.Path))
	if err != nil {
		t.Fatal(err)
	}
	var fields []string
	for _, e := range entries {
		path := filepath.Join(filepath.Dir(a.Path), e.Name())
		short := e.Name()
		if m := longName.FindStringSubmatch(short); m != nil {
			minute, _ := strconv.Atoi(m[2])
			second, _ := strconv.Atoi(m[3])
			short = strconv.Itoa((minute-26)*60+second) + strings.Replace(short[len(m[0]):], ".gz.tmp", ".tmp", 1)
		} else if path == a.Path {
			short = "log"
		}
		content := "/"
		switch e.Type() {
		case fs.ModeSymlink:
			target, err := os.Readlink(path)
			if err != nil {
				t.Fatal(err)
			}
			content = "->" + target
		case 0:
			content = read(t, path)
			if strings.HasSuffix(short, ".gz") {
				if plain, err := unzip(content); err == nil {
					content = plain
				} else {
					content = "broken"
				}
			}
		}
		fields = append(fields, short+"="+content)
	}
	slices.Sort(fields)
	return strings.Join(fields, " ")
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func zip(content string) string {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	_, _ = io.WriteString(z, content) // a buffer takes everything
	_ = z.Close()
	return buf.String()
}

func unzip(content string) (string, error) {
	z, err := gzip.NewReader(strings.NewReader(content))
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(z)
	return string(b), err
}

// tend is Tend, which must end well and leave nothing for later.
func tend(t testing.TB, a *Archive) {
	t.Helper()
	again, err := a.Tend(t.Context())
	if again || err != nil {
		t.Fatalf("Tend: got %v, %v", again, err)
	}
}

// wantError checks that an error has all that its text must have.
func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("got the error %v, want one with %q", err, part)
		}
	}
}

// writing locks a file as a writer of the log does, until done is called.
func writing(t testing.TB, path string) (done func()) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	ok, err := filelock.TryShared(f)
	if err != nil || !ok {
		t.Fatalf("TryShared: %v, %v", ok, err)
	}
	other, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if free, err := filelock.TryExclusive(other); free && err == nil {
		t.Skip("there are no locks here")
	}
	return func() { f.Close() }
}

// link makes a symbolic link, where that is possible.
func link(t testing.TB, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Skip(err)
	}
}

func TestFiles(t *testing.T) {
	a := newArchive(t, "log=x 3=aaa 1=a 2.gz=bb 4=/ 5.tmp=x 6.gz=/ 7=a 7.gz=a other=y")
	mtime := epoch.Add(time.Hour)
	if err := os.Chtimes(a.path("1"), mtime, mtime); err != nil {
		t.Fatal(err)
	}
	files, err := a.Files()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, fmt.Sprintf("%s@%v/%d/%v", filepath.Base(f.Path), f.Time.Sub(epoch), f.Size, f.Compressed))
	}
	zipped := func(s string) int { return len(zip(s)) }
	assert.Equal(t, "files", strings.Join(got, "\n"), fmt.Sprintf(`app-20261125T032601.123456Z.log@1s/1/false
app-20261125T032602.123456Z.log.gz@2s/%d/true
app-20261125T032603.123456Z.log@3s/3/false
app-20261125T032607.123456Z.log@7s/1/false
app-20261125T032607.123456Z.log.gz@7s/%d/true`, zipped("bb"), zipped("a")))
	if !files[0].ModTime.Equal(mtime) {
		t.Errorf("ModTime: got %v, want %v", files[0].ModTime, mtime)
	}
	assert.Equal(t, "directory of the path", filepath.Dir(files[0].Path), filepath.Dir(a.Path))
}

func TestFilesLinks(t *testing.T) {
	a := newArchive(t, "log=x 1=a elsewhere=z")
	link(t, a.path("elsewhere"), a.path("2"))
	link(t, a.path("nowhere"), a.path("3"))
	files, err := a.Files()
	if err != nil || len(files) != 1 || files[0].Path != a.path("1") {
		t.Errorf("got %v, %v", files, err)
	}
}

// TestBadPath: every method says what is wrong with the path.
func TestBadPath(t *testing.T) {
	for _, test := range []struct{ name, path, want string }{
		{"none", "", `path of the log "" is not absolute`},
		{"relative", "app.log", `path of the log "app.log" is not absolute`},
		{"no directory", filepath.Join(t.TempDir(), "none", "app.log"), "none"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := &Archive{Path: test.path}
			_, err := a.Files()
			wantError(t, err, test.want)
			_, err = a.MoveAside(epoch)
			wantError(t, err, test.want)
			wantError(t, a.MoveBack(filepath.Join(filepath.Dir(test.path), "app-20261125T032606.123456Z.log")), test.want)
			_, err = a.Tend(t.Context())
			wantError(t, err, test.want)
		})
	}
}

func TestSyncDir(t *testing.T) {
	dir := t.TempDir()
	if err := SyncDir(dir); err != nil {
		t.Error(err)
	}
	if !unlinkOpen {
		return // does nothing
	}
	wantError(t, SyncDir(filepath.Join(dir, "none")), "none")
}
