package logfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// The tests in this file bear the names of loggers in which they fail. That of
// directories that become read-only is TestLumberjackReadOnlyDirectory.

// TestLumberjackOversizeRecord: a record that is longer than a file may be is
// written whole, in a file of its own.
func TestLumberjackOversizeRecord(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		o.MaxSize = 4096
		tr := open(t, o)
		for n, size := range []int{100, 5000, 100, 50000, 3 * ringSize, 100} {
			assert.NoError(t, tr.Append(line(n+1, size), calm))
		}
		tr.flush()
		wantLog(t, o.Path, "1 | 2 | 3 | 4 | 5 | 6")
	})
}

// TestTimberjackOversizeRecord: it is so for an urgent record as well, and as the
// first one of the log.
func TestTimberjackOversizeRecord(t *testing.T) {
	o := options(t)
	o.MaxSize = 4096
	tr := open(t, o)
	assert.NoError(t, tr.Append(line(1, 5000), urgent))
	assert.NoError(t, tr.Append(line(2, 4096), urgent)) // exactly
	assert.NoError(t, tr.Append(line(3, 10), urgent))
	wantLog(t, o.Path, "1 | 2 | 3")
}

// TestLumberjackQuickRotations: many rotations in no time lose nothing. The time
// of the test stands still.
func TestLumberjackQuickRotations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { testQuickRotations(t) })
}

// TestPhusluSameSecondNames: no two files that are rotated in the same second, or
// at the same moment, have the same name.
func TestPhusluSameSecondNames(t *testing.T) { testQuickRotations(t) }

func testQuickRotations(t *testing.T) {
	o := options(t)
	o.MaxSize = 4096
	tr := open(t, o)
	var want []string
	for n := 1; n <= 51; n++ {
		assert.NoError(t, tr.Append(line(n, 4000), urgent))
		want = append(want, fmt.Sprint(n))
	}
	wantLog(t, o.Path, strings.Join(want, " | "))
	assert.Equal(t, "rotated files", len(rotated(t, o.Path)), 50)
}

// TestLumberjackExternalMove: a file that somebody moves or deletes is not written
// to for ever.
func TestLumberjackExternalMove(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be moved")
	}
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		tr := open(t, o)
		tr.add(urgent, 1, 10)
		assert.NoError(t, os.Rename(o.Path, o.Path+".1"))
		time.Sleep(checkEvery)
		tr.add(urgent, 11, 20)
		assert.NoError(t, os.Remove(o.Path))
		tr.add(urgent, 21, 30) // that a file is deleted is seen at once
		wantFile(t, o.Path+".1", "1-10")
		wantFile(t, o.Path, "21-30")
	})
}

// TestLumberjackCopytruncateSparse: after somebody has copied the file and cut it
// off, it goes on at its beginning, and not behind a hole.
func TestLumberjackCopytruncateSparse(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		o.MaxSize = 1 << 20
		tr := open(t, o)
		tr.add(calm, 1, 10)
		tr.flush()
		b, err := os.ReadFile(o.Path)
		assert.NoError(t, errors.Join(err, os.WriteFile(o.Path+".1", b, 0o600), os.Truncate(o.Path, 0)))
		tr.add(calm, 11, 20)
		tr.flush()
		wantFile(t, o.Path+".1", "1-10")
		wantFile(t, o.Path, "11-20")
	})
}

// TestLumberjackCloseWaitsForCompression: when Close returns, there is either the
// file or its compressed form, and no goroutine that is still at it.
func TestLumberjackCloseWaitsForCompression(t *testing.T) {
	o := options(t)
	slow := slowToCompress(t, o.Path)
	o.Compress = true
	tr := open(t, o)
	tr.add(calm, 1, 1)
	assert.NoError(t, tr.Close(t.Context())) // without a deadline: it may take long on a machine that is busy
	if _, err := os.Lstat(slow); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
	names, err := filepath.Glob(filepath.Join(filepath.Dir(o.Path), "*.gz*"))
	assert.NoError(t, err)
	assert.Equal(t, "compressed", fmt.Sprint(names), fmt.Sprintf("[%s.gz]", slow))
}

// TestLumberjackGoroutineLeak: no goroutine is left of a log that is closed. Nor
// is a file.
func TestLumberjackGoroutineLeak(t *testing.T) {
	o := options(t)
	o.MaxSize, o.Compress = 4096, true
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	for n := 1; n <= 20; n++ {
		tr := begin(t, o)
		assert.NoError(t, tr.Log.open())
		assert.NoError(t, tr.Append(line(n, 3000), calm))
		assert.NoError(t, tr.end())
		assert.Equal(t, "files", openFiles(t), files)
	}
	for runtime.NumGoroutine() > goroutines { // or the test never ends
		runtime.Gosched()
	}
	assert.Equal(t, "all", numbers(all(t, o.Path)), "1-20")
}

// openFiles is how many files the process has open, or 0 where nobody knows.
func openFiles(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}

// TestScheduleSurvivesRestart: a program that is restarted before every rotation
// still has it.
func TestScheduleSurvivesRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.Every = daily
		toNext(daily, -12*time.Hour)
		for n := 1; n <= 6; n++ {
			tr := open(t, o)
			tr.add(calm, n, n)
			assert.NoError(t, tr.end())
			stamp(t, o.Path)
			time.Sleep(8 * time.Hour) // 12:00, 20:00, 4:00, …
		}
		wantLog(t, o.Path, "1-2 | 3-5 | 6")
	})
}

// TestPhusluRegularFileAtPath: a file that is there is gone on with, and one that
// merely looks like ours is let alone.
func TestPhusluRegularFileAtPath(t *testing.T) {
	o := options(t)
	o.MaxSize, o.MaxFiles, o.Compress = 4096, 1, true
	dir := filepath.Dir(o.Path)
	foreign := []string{"app-.log", "app-backup.log", "app-20261125.log", "app-20261125T032606.123456Z.log.bak", "app-20261125T032606.1234567Z.log", "app.log.1", "app.log.gz", ".app.log.swp", "app"}
	for _, name := range foreign {
		assert.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("precious"), 0o600))
	}
	assert.NoError(t, os.WriteFile(o.Path, line(1, 0), 0o600))
	tr := open(t, o)
	tr.addLong(urgent, 1000, 2, 20)
	assert.NoError(t, tr.end())
	wantLog(t, o.Path, "14-17 | 18-20")
	for _, name := range foreign {
		b, err := os.ReadFile(filepath.Join(dir, name))
		assert.Equal(t, name, fmt.Sprintf("%s, %v", b, err), "precious, <nil>")
	}
}

// TestPeersTotal: nobody else caps what all files have together.
func TestPeersTotal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.MaxSize, o.MaxTotal = 4096, 14000
		tr := open(t, o)
		for n := 1; n <= 100; n++ {
			assert.NoError(t, tr.Append(line(n, 1000), urgent))
			synctest.Wait()
			total := int64(len(content(t, o.Path)))
			for _, f := range rotated(t, o.Path) {
				total += f.Size
			}
			if total > o.MaxTotal+3000 { // what the log has got since its rotation
				t.Errorf("after %d records: %d bytes", n, total)
			}
		}
		wantLog(t, o.Path, "85-88 | 89-92 | 93-96 | 97-100")
	})
}
