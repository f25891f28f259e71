package archive

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestNames has, for logs of all kinds of names, those of their rotated files.
func TestNames(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct{ log, want string }{
		{"app.log", "app-20261125T032600.123456Z.log"},
		{"app", "app-20261125T032600.123456Z"},
		{".log", ".log-20261125T032600.123456Z"},
		{".app.log", ".app-20261125T032600.123456Z.log"},
		{"app.tar.log", "app.tar-20261125T032600.123456Z.log"},
		{"app.", "app-20261125T032600.123456Z."},
		{"app.gz", "app.gz-20261125T032600.123456Z"},
		{"app.GZ", "app.GZ-20261125T032600.123456Z"},
		{"app.log.gz", "app.log.gz-20261125T032600.123456Z"},
		{"app.tmp", "app-20261125T032600.123456Z.tmp"},
		{"app-1.log", "app-1-20261125T032600.123456Z.log"},
		{"my log.json", "my log-20261125T032600.123456Z.json"},
		{"журнал.log", "журнал-20261125T032600.123456Z.log"},
	} {
		a := &Archive{Path: filepath.Join(dir, test.log)}
		n, err := a.naming()
		if err != nil {
			t.Fatal(err)
		}
		path, err := n.rotated(epoch)
		if err != nil {
			t.Errorf("%s: %v", test.log, err)
			continue
		}
		assert.Equal(t, test.log, path, filepath.Join(dir, test.want))
		for name, want := range map[string]kind{
			test.want:                   plain,
			test.want + ".gz":           compressed,
			"." + test.want + ".gz.tmp": temporary,
			test.want + ".gz.gz":        foreign,
			"." + test.want:             foreign,
			test.log:                    foreign,
		} {
			at, got := n.parse(name)
			if got != want || want != foreign && !at.Equal(epoch) {
				t.Errorf("%s: %s is of kind %d at %v, want %d", test.log, name, got, at, want)
			}
		}
		assert.Equal(t, test.log+" temporary", filepath.Base(tempPath(path)), "."+test.want+".gz.tmp")
	}
}

// TestNamesApart: no name of one log's files is one of another log's.
func TestNamesApart(t *testing.T) {
	logs := []string{
		"app.log", "app", "app.gz", "app.GZ", "app.log.gz", "app.tmp", "app.gz.tmp", "app-x.log", "app-.log", "app-.gz",
		".app", ".app.log", ".app.gz", ".app.gz.tmp", ".log", "..log", ".gz", ".tmp", "app.", "-.log", "-",
	}
	owner := map[string]string{}
	for _, log := range logs {
		n, err := (&Archive{Path: filepath.Join(t.TempDir(), log)}).naming()
		if err != nil {
			t.Fatal(err)
		}
		path, err := n.rotated(epoch)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{filepath.Base(path), filepath.Base(path) + ".gz", filepath.Base(tempPath(path))} {
			if other, taken := owner[name]; taken {
				t.Errorf("%s belongs to the logs %s and %s", name, other, log)
			}
			owner[name] = log
		}
	}
	for _, log := range logs {
		n, _ := (&Archive{Path: filepath.Join(t.TempDir(), log)}).naming()
		for name, other := range owner {
			if _, k := n.parse(name); (k != foreign) != (other == log) {
				t.Errorf("to the log %s, %s of the log %s is of kind %d", log, name, other, k)
			}
		}
	}
}

// nearMisses are names that look like those of app.log's files.
var nearMisses = []string{
	"app-backup.log", "app-20261125.log", "app-20261125T032606Z.log", "app-.log", "app-", "app.log.gz", "app.log.1",
	"app-x.log", "app-x-20261125T032606.123456Z.log", "app-20261125T032606.123456Z-20261125T032606.123456Z.log",
	"xapp-20261125T032606.123456Z.log", "app-20261125T032606.123456Z.logs", "app-20261125T032606.123456Z",
	"app-20261125T032606.123456Z.log.bz2", "app-20261125T032606.123456Z.log.gz.tmp", ".app-20261125T032606.123456Z.log",
	".app-20261125T032606.123456Z.log.gz", ".app-20261125T032606.123456Z.log.tmp", ".app-20261125T032606.123456Z.log.gz.tmp~",
	"app-20261325T032606.123456Z.log", "app-20260230T032606.123456Z.log", "app-20261125T242606.123456Z.log",
	"app-20261125T036006.123456Z.log", "app-20261125T032660.123456Z.log", "app-20261125T032606,123456Z.log",
	"app-20261125T032606.12345Z.log", "app-20261125T032606.1234567Z.log", "app-20261125T032606.123456z.log",
	"app-20261125t032606.123456Z.log", "app-20261125T032606.123456+00.log", "app-2026-11-25T03:26:06.123456Z.log",
	"app-+2026125T032606.123456Z.log", "app- 0261125T032606.123456Z.log", "app-20261125T032606.123456Z .log",
	"app-２0261125T032606.123456Z.log", "APP-20261125T032606.123456Z.log.", "app-20261125T032606.123456Z.log.gz.gz",
	".app.log.journal", "app-20261125T032606.12345aZ.log", "app--0261125T032606.123456Z.log",
}

func TestNearMisses(t *testing.T) {
	n, _ := (&Archive{Path: filepath.Join(t.TempDir(), "app.log")}).naming()
	for _, name := range nearMisses {
		if at, k := n.parse(name); k != foreign {
			t.Errorf("%s is of kind %d at %v", name, k, at)
		}
		assert.Equal(t, "oracle on "+name, isOurs(name), false)
	}
}

var ours = regexp.MustCompile(`^(?:app-(\d{8}T\d{6}\.\d{6})Z\.log(?:\.gz)?|\.app-(\d{8}T\d{6}\.\d{6})Z\.log\.gz\.tmp)$`)

// isOurs says whether a name is that of a file of app.log's, by other means than
// the package's: the digits are put into a date, which must not change them.
func isOurs(name string) bool {
	m := ours.FindStringSubmatch(name)
	if m == nil {
		return false
	}
	digits := strings.NewReplacer("T", "", ".", "").Replace(m[1] + m[2])
	num := func(from, to int) int {
		n, _ := strconv.Atoi(digits[from:to]) // they are digits
		return n
	}
	y, mo, d, h, mi, s := num(0, 4), num(4, 6), num(6, 8), num(8, 10), num(10, 12), num(12, 14)
	at := time.Date(y, time.Month(mo), d, h, mi, s, 0, time.UTC)
	return at.Year() == y && int(at.Month()) == mo && at.Day() == d && at.Hour() == h && at.Minute() == mi && at.Second() == s
}

// foreignName draws names: any, near misses, and those of ours with a few
// characters changed.
func foreignName() *rapid.Generator[string] {
	char := rapid.SampledFrom([]rune("app-.logzZT0123456789+,~ xX\n'é"))
	return rapid.Custom(func(t *rapid.T) string {
		switch rapid.IntRange(0, 3).Draw(t, "way") {
		case 0:
			return rapid.SampledFrom(nearMisses).Draw(t, "near miss")
		case 1:
			return rapid.StringMatching(`\.?(app|App|ap|appp)-?[-0-9TZ.x]{0,25}(\.log)?(\.gz)?(\.tmp)?`).Draw(t, "name")
		}
		name := []rune(rapid.SampledFrom([]string{
			"app-20261125T032606.123456Z.log", "app-20261125T032606.123456Z.log.gz", ".app-20261125T032606.123456Z.log.gz.tmp",
		}).Draw(t, "name"))
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			i := rapid.IntRange(0, len(name)-1).Draw(t, "at")
			switch c := char.Draw(t, "character"); rapid.IntRange(0, 2).Draw(t, "change") {
			case 0:
				name[i] = c
			case 1:
				name = append(name[:i], append([]rune{c}, name[i:]...)...)
			case 2:
				name = append(name[:i], name[i+1:]...)
			}
		}
		return string(name)
	}).Filter(func(name string) bool {
		return name != "" && name != "." && name != ".." && name != "app.log" && !isOurs(name)
	})
}

// TestForeignFiles: whatever else there is in the directory stays as it is, even
// where nothing of ours is to be kept.
func TestForeignFiles(t *testing.T) {
	root := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(root, "")
		if err != nil {
			rt.Fatal(err)
		}
		a := &Archive{Path: filepath.Join(dir, "app.log"), MaxFiles: 1, MaxAge: 1, MaxTotal: 1, Compress: true}
		foreign := map[string]bool{}
		for _, name := range rapid.SliceOfN(foreignName(), 1, 20).Draw(rt, "names") {
			path := filepath.Join(dir, name)
			if os.WriteFile(path, []byte(name), 0o600) == nil { // the system may not like it
				foreign[path] = true
			}
		}
		for i := range 3 {
			if err := os.WriteFile(a.Path, []byte("ours"), 0o600); err != nil {
				rt.Fatal(err)
			}
			if _, err := a.MoveAside(epoch.Add(time.Duration(i))); err != nil {
				rt.Fatal(err)
			}
		}
		if again, err := a.Tend(t.Context()); again || err != nil {
			rt.Fatal(again, err)
		}
		for path := range foreign {
			b, err := os.ReadFile(path)
			if err != nil || string(b) != filepath.Base(path) {
				rt.Errorf("got %q, %v", b, err)
			}
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != len(foreign) {
			rt.Errorf("got %v, %v, want %d files", entries, err, len(foreign))
		}
	})
}

// TestNamesInOrder: as text, names sort by their time.
func TestNamesInOrder(t *testing.T) {
	n, _ := (&Archive{Path: filepath.Join(t.TempDir(), "app.log")}).naming()
	last := time.Date(9999, 12, 31, 23, 59, 59, 999999e3, time.UTC)
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		return time.UnixMicro(rapid.Int64Range(0, last.UnixMicro()).Draw(t, "µs")).In(time.FixedZone("", 3600))
	})
	rapid.Check(t, func(rt *rapid.T) {
		x, y := moment.Draw(rt, "x"), moment.Draw(rt, "y")
		p, err := n.rotated(x)
		if err != nil {
			rt.Fatal(err)
		}
		q, err := n.rotated(y)
		if err != nil {
			rt.Fatal(err)
		}
		assert.Equal(rt, p+" and "+q, strings.Compare(p, q), x.Compare(y))
		at, _ := n.parse(filepath.Base(p))
		assert.Equal(rt, p, at.Equal(x), true)
	})
	for _, at := range []time.Time{last.Add(time.Microsecond), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)} {
		_, err := n.rotated(at)
		wantError(t, err, at.String(), "year of four digits")
	}
}
