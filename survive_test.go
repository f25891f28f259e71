//go:build unix

package spanlog_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// The tests of this file and of survive_linux_test.go are the rows of the table
// in docs/durability.md, and its columns are these policies. Each test logs
// records at Info, then one at Error, then again some at Info, and has a disaster
// happen.
var policies = []struct {
	name string
	file spanlog.File
}{
	{"default", spanlog.File{}},
	{"WriteThrough", spanlog.File{WriteThrough: true}},
	{"SyncEvery", spanlog.File{Sync: spanlog.SyncEvery(syncTime)}},
	{"SyncErrors", spanlog.File{Sync: spanlog.SyncErrors}},
	{"SyncAlways", spanlog.File{Sync: spanlog.SyncAlways}},
}

const syncTime = 50 * time.Millisecond

// untimed is a policy under which nothing is written only because time has passed: what
// SyncEvery syncs, it writes first.
func untimed(file spanlog.File) spanlog.File {
	file.Delay = time.Hour
	if file.Sync == spanlog.SyncEvery(syncTime) {
		file.Sync = spanlog.SyncEvery(time.Hour)
	}
	return file
}

// What survives, in words for the table.
const (
	everything   = "everything"
	untilError   = "all up to the last error"
	untilSync    = "all but the last *d*"
	systemsWill  = "what the system has written: mostly all but the last 30 s"
	untilDelay   = "errors and all before them; all but the last 100 ms"
	inNewFile    = "what waited and what follows, in a new file"
	whatFollows  = "what follows, in a new file"
	untilItFails = "everything, until Handle returns an error"
)

// A disaster is a row of the table: what survives with each policy.
type disaster struct {
	name, test string
	survives   [5]string
}

var disasters = []disaster{
	{"a panic", "TestSurvivesPanic", all(everything)},
	{"`os.Exit`", "TestSurvivesExit", all(everything)},
	{"SIGKILL", "TestSurvivesKill", all(everything)},
	{"out of memory: the kernel's OOM killer", "TestSurvivesOOM", all(everything)},
	{"loss of power, a kernel panic", "TestSurvivesPowerLoss", [5]string{systemsWill, systemsWill, untilSync, untilError, everything}},
	{"a full disk", "TestSurvivesDiskFull", all(untilItFails)},
	{"the directory removed", "TestSurvivesDirectoryGone", [5]string{inNewFile, whatFollows, inNewFile, inNewFile, whatFollows}},
	{"the pod and its disk gone for good: what a sidecar could read", "TestSurvivesPodGone", [5]string{untilDelay, everything, untilDelay, untilDelay, everything}},
}

func all(what string) (row [5]string) {
	for i := range row {
		row[i] = what
	}
	return row
}

// row is the row of the calling test.
func row(t *testing.T) disaster {
	t.Helper()
	i := slices.IndexFunc(disasters, func(d disaster) bool { return d.test == t.Name() })
	if i < 0 {
		t.Fatal("is not in the table")
	}
	return disasters[i]
}

// someRecords is how many records come before the error, and how many after it.
const someRecords = 20

// logSome logs the records, and fails for one that is not acknowledged.
func logSome(h slog.Handler) error {
	for i := range 2*someRecords + 1 {
		level := slog.LevelInfo
		if i == someRecords {
			level = slog.LevelError
		}
		if err := h.Handle(context.Background(), slog.NewRecord(time.Now(), level, strconv.Itoa(i), 0)); err != nil {
			return err
		}
	}
	return nil
}

// numbers are the messages that logSome's first n records have.
func numbers(n int) string {
	var s []string
	for i := range n {
		s = append(s, strconv.Itoa(i))
	}
	return strings.Join(s, " ")
}

// survived is what the next process finds in the file: a logger is opened, which
// recovers what there is to recover, and closed.
func survived(t *testing.T, file spanlog.File) string {
	t.Helper()
	var heard hearing
	l := open(t, &spanlog.Options{OnError: heard.onError}, file)
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if len(heard.errs) > 0 {
		t.Errorf("recovery: %v", &heard)
	}
	return messages(t, content(t, file.Path))
}

// die is what a child does: it logs, and comes to the end that the test wants.
func die(end func()) {
	policy, _ := strconv.Atoi(os.Getenv("TEST_POLICY"))
	file := policies[policy].file
	file.Path = os.Getenv("TEST_FILE")
	// With this delay, nothing is written in time that need not be.
	file.Delay = time.Hour
	l := spanlog.Must(spanlog.New(nil, file))
	if err := logSome(l.Handler()); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("acknowledged")
	end()
}

// testDeath has a child die in a way, with each policy, and wants all that it has
// logged to be there afterwards.
func testDeath(t *testing.T, end func(), died func(status int) bool) {
	if os.Getenv(childVar) != "" {
		die(end)
	}
	for i, p := range policies {
		t.Run(p.name, func(t *testing.T) {
			file := p.file
			file.Path = filepath.Join(t.TempDir(), "app.log")
			stdout, stderr, status := child(t, "die", "TEST_FILE="+file.Path, "TEST_POLICY="+strconv.Itoa(i))
			if !strings.HasPrefix(stdout, "acknowledged\n") || !died(status) {
				t.Fatalf("the child ended with status %d:\n%s%s", status, stdout, stderr)
			}
			assert.Equal(t, "survived", survived(t, file), numbers(2*someRecords+1))
		})
	}
}

func TestSurvivesPanic(t *testing.T) {
	testDeath(t, func() {
		go panic("at the disco") // in another goroutine: nobody can recover it
		select {}
	}, func(status int) bool { return status == 2 })
}

func TestSurvivesExit(t *testing.T) {
	testDeath(t, func() { os.Exit(17) }, func(status int) bool { return status == 17 })
}

func TestSurvivesKill(t *testing.T) {
	testDeath(t, func() {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}, killed)
}

// TestSurvivesFullQueue: a process is killed while the queue in front of another sink is full. What
// waits there is gone with it, and the file has everything.
func TestSurvivesFullQueue(t *testing.T) {
	const waits, logged = 64, 500
	if os.Getenv(childVar) != "" {
		stuck := spanlog.Writer{Writer: writeFunc(func([]byte) (int, error) { select {} })}
		l := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}},
			spanlog.Async{Sink: stuck, MaxRecords: waits},
			spanlog.File{Path: os.Getenv("TEST_FILE"), Delay: time.Hour}))
		for i := range logged {
			l.Info(strconv.Itoa(i))
		}
		for _, s := range l.Stats().Sinks {
			if q := s.Queue; q != nil && q.Records > 0 && len(s.Dropped) > 0 {
				fmt.Println("the queue is full")
			}
		}
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	file := spanlog.File{Path: filepath.Join(t.TempDir(), "app.log")}
	stdout, stderr, status := child(t, "log", "TEST_FILE="+file.Path)
	if stdout != "the queue is full\n" || !killed(status) {
		t.Fatalf("the child ended with status %d:\n%s%s", status, stdout, stderr)
	}
	assert.Equal(t, "survived", survived(t, file), numbers(logged))
}

// killed reports whether an exit status is that of a process that got a signal.
func killed(status int) bool { return status == -1 }

// TestSurvivesDirectoryGone: what is in the files that were deleted is gone, but
// no more than that.
func TestSurvivesDirectoryGone(t *testing.T) {
	r := row(t)
	for i, p := range policies {
		t.Run(p.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "logs")
			file := untimed(p.file)
			file.Path = filepath.Join(dir, "app.log")
			l := open(t, nil, file)
			l.Info("written")
			flush(t, l)
			l.Info("waiting")
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			l.Info("after")
			flush(t, l)
			want := "waiting after"
			if r.survives[i] == whatFollows { // nothing ever waits
				want = "after"
			}
			assert.Equal(t, "new file", messages(t, content(t, file.Path)), want)
			// The journal is made again as well: its first second without it
			// costs speed only.
			assert.Eventually(t, "the state is that of before", func() bool {
				return l.Stats().Sinks[0].Journal == map[bool]string{false: "journal", true: "write-through"}[file.WriteThrough]
			})
		})
	}
}

// TestSurvivesPodGone: what another process could read of the log at once.
func TestSurvivesPodGone(t *testing.T) {
	r := row(t)
	for i, p := range policies {
		t.Run(p.name, func(t *testing.T) {
			file := untimed(p.file)
			file.Path = filepath.Join(t.TempDir(), "app.log")
			l := open(t, nil, file)
			if err := logSome(l.Handler()); err != nil {
				t.Fatal(err)
			}
			want := numbers(2*someRecords + 1)
			if r.survives[i] == untilDelay {
				want = numbers(someRecords + 1)
			}
			assert.Equal(t, "at once", messages(t, content(t, file.Path)), want)

			file.Path = filepath.Join(t.TempDir(), "app.log")
			file.Delay = 0 // the default
			l = open(t, nil, file)
			if err := logSome(l.Handler()); err != nil {
				t.Fatal(err)
			}
			assert.Eventually(t, "everything is there after the delay", func() bool {
				return messages(t, content(t, file.Path)) == numbers(2*someRecords+1)
			})
		})
	}
}

// TestDurabilityTable: the table in the documentation is the one above, and each
// of its rows has its test.
func TestDurabilityTable(t *testing.T) {
	var table strings.Builder
	table.WriteString("| |")
	for _, p := range policies {
		fmt.Fprintf(&table, " `%s` |", map[string]string{"default": "File{}", "SyncEvery": "SyncEvery(d)"}[p.name]+map[bool]string{true: p.name}[p.name != "default" && p.name != "SyncEvery"])
	}
	table.WriteString("\n|-|-|-|-|-|-|\n")
	sources := ""
	for _, name := range []string{"survive_test.go", "survive_linux_test.go"} {
		sources += content(t, name)
	}
	for _, d := range disasters {
		fmt.Fprintf(&table, "| [%s](../%s) |", d.name, sourceOfTest(t, d.test))
		for _, cell := range d.survives {
			fmt.Fprintf(&table, " %s |", cell)
		}
		table.WriteString("\n")
	}
	const begin, end = "<!-- table: written by go test -run DurabilityTable -update . -->\n", "<!-- end of table -->"
	path := filepath.Join("docs", "durability.md")
	before, rest, _ := strings.Cut(content(t, path), begin)
	got, after, ok := strings.Cut(rest, end)
	if !ok {
		t.Fatalf("%s has no place for the table", path)
	}
	if *update {
		if err := os.WriteFile(path, []byte(before+begin+table.String()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	assert.Equal(t, path, got, table.String())
}

// sourceOfTest is the file that has the test.
func sourceOfTest(t *testing.T, name string) string {
	t.Helper()
	for _, file := range []string{"survive_test.go", "survive_linux_test.go"} {
		if strings.Contains(content(t, file), "\nfunc "+name+"(t *testing.T)") {
			return file
		}
	}
	t.Errorf("there is no test %s", name)
	return ""
}

// mount mounts something for a test, which is skipped where that is not allowed.
func mount(t *testing.T, args ...string) {
	t.Helper()
	target := args[len(args)-1]
	if out, err := exec.Command("mount", args...).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: mount %s: %v: %s", strings.Join(args, " "), err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", target).CombinedOutput(); err != nil {
			t.Errorf("umount %s: %v: %s", target, err, out)
		}
	})
}
