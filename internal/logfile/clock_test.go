package logfile

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog/internal/archive"
	"github.com/spanlog/spanlog/internal/assert"
)

var (
	hourly = archive.Hourly
	daily  = archive.Daily
)

// toNext sleeps until d before the next boundary.
func toNext(s archive.Schedule, d time.Duration) {
	time.Sleep(time.Until(s.Next(time.Now())) - d)
}

// stamp gives a file the time of the test's clock, as its last write would have
// if the system had that clock.
func stamp(t testing.TB, path string) {
	t.Helper()
	assert.NoError(t, os.Chtimes(path, time.Time{}, time.Now()))
}

// TestClockRotation: the first record of a period is the first of its file.
func TestClockRotation(t *testing.T) {
	for _, mode := range modes {
		for _, every := range []archive.Schedule{daily, hourly, archive.Every(90 * time.Minute)} {
			t.Run(fmt.Sprintf("%s/%v", mode.name, every), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					o := options(t)
					o.WriteThrough, o.Every = mode.through, every
					toNext(every, time.Minute)
					tr := open(t, o)
					tr.add(urgent, 1, 2)
					toNext(every, time.Millisecond)
					tr.add(urgent, 3, 3)
					time.Sleep(time.Millisecond)
					tr.add(urgent, 4, 4)
					wantLog(t, o.Path, "1-3 | 4")
					toNext(every, time.Millisecond)
					tr.add(urgent, 5, 5)
					time.Sleep(time.Millisecond)
					tr.add(urgent, 6, 7)
					wantLog(t, o.Path, "1-3 | 4-5 | 6-7")
					assert.Equal(t, "reports", fmt.Sprint(tr.told()), "[]")
				})
			})
		}
	}
}

// TestClockIdle: the clock's rotation comes without a record, within a tick; an
// empty file is not rotated, however often its time comes.
func TestClockIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.Every = hourly
		toNext(hourly, 10*time.Minute)
		tr := open(t, o)
		tr.add(urgent, 1, 1)
		toNext(hourly, time.Second)
		wantLog(t, o.Path, "1")
		time.Sleep(2*time.Second + time.Millisecond)
		wantLog(t, o.Path, "1 | ")
		time.Sleep(5 * time.Hour)
		wantLog(t, o.Path, "1 | ")
		tr.add(urgent, 2, 2)
		time.Sleep(30 * time.Minute) // its own period is not over
		tr.add(urgent, 3, 3)
		wantLog(t, o.Path, "1 | 2-3")
		time.Sleep(time.Hour)
		wantLog(t, o.Path, "1 | 2-3 | ")
	})
}

// TestClockRestart: the period of a file is that of its last write, so that
// restarts neither put off a rotation nor cause one.
func TestClockRestart(t *testing.T) {
	for _, test := range []struct {
		name  string
		every archive.Schedule
		pause time.Duration
		crash bool
		want  string
	}{
		{"the same hour", hourly, 20 * time.Minute, false, "1-30"},
		{"the next hour", hourly, time.Hour, false, "1-20 | 21-30"},
		{"the next day", hourly, 24 * time.Hour, false, "1-20 | 21-30"},
		{"the same day", daily, 23 * time.Hour, false, "1-30"},
		{"the next midnight", daily, 24 * time.Hour, false, "1-20 | 21-30"},
		{"the same hour, after a crash", hourly, 20 * time.Minute, true, "1-30"},
		{"the next hour, after a crash", hourly, time.Hour, true, "1-20 | 21-30"},
	} {
		for _, mode := range modes {
			t.Run(test.name+"/"+mode.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					o := options(t)
					o.WriteThrough, o.Every, o.Delay = mode.through, test.every, 48*time.Hour
					toNext(test.every, 0)
					time.Sleep(10 * time.Minute)
					tr := open(t, o)
					tr.add(urgent, 1, 10)
					tr.add(calm, 11, 20) // in the journal, if it crashes
					if test.crash {
						tr.crash()
					} else {
						assert.NoError(t, tr.end())
					}
					stamp(t, o.Path)
					time.Sleep(test.pause)
					tr = open(t, o)
					tr.add(urgent, 21, 30)
					wantLog(t, o.Path, test.want)
				})
			})
		}
	}
}

// TestClockRestartIdle: after a restart in a later period, the file is rotated
// even if nothing is logged.
func TestClockRestartIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.Every = hourly
		tr := open(t, o)
		tr.add(urgent, 1, 1)
		assert.NoError(t, tr.end())
		stamp(t, o.Path)
		time.Sleep(2 * time.Hour)
		open(t, o)
		wantLog(t, o.Path, "1")
		time.Sleep(1500 * time.Millisecond)
		wantLog(t, o.Path, "1 | ")
	})
}

// TestClockReopened: a file that was put at the path has its own period.
func TestClockReopened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.Every = hourly
		toNext(hourly, 10*time.Minute)
		assert.NoError(t, os.WriteFile(o.Path+".old", line(100, 0), 0o600))
		stamp(t, o.Path+".old")
		tr := open(t, o)
		time.Sleep(20 * time.Minute)
		tr.add(urgent, 1, 1)
		assert.NoError(t, os.Rename(o.Path+".old", o.Path)) // in its place
		assert.NoError(t, tr.Reopen())
		tr.add(urgent, 2, 2)
		wantLog(t, o.Path, "100 | 2")
	})
}

// TestClockBack: after the clock was set back, files seem to be from the future.
// Names are in the order of the files then as well, and nothing is rotated by a
// time that has been there before.
func TestClockBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.Every, o.MaxSize = hourly, 4096
		tr := open(t, o)
		tr.addLong(urgent, 1000, 1, 6)
		assert.NoError(t, tr.end())
		future := time.Now().Add(6 * time.Hour)
		assert.NoError(t, os.Chtimes(o.Path, time.Time{}, future))
		name := "app-" + future.UTC().Format("20060102T150405.000000Z") + ".log"
		assert.NoError(t, os.Rename(rotated(t, o.Path)[0].Path, filepath.Join(filepath.Dir(o.Path), name)))

		tr = open(t, o)
		tr.add(urgent, 7, 7)
		time.Sleep(3 * time.Hour)
		tr.add(urgent, 8, 8)
		wantLog(t, o.Path, "1-4 | 5-8")
		tr.addLong(urgent, 1000, 9, 14)
		wantLog(t, o.Path, "1-4 | 5-10 | 11-14")
		assert.Equal(t, "reports", fmt.Sprint(tr.told()), "[]")
	})
}

// TestClockAge: files that are too old are deleted without a rotation.
func TestClockAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.MaxSize, o.MaxAge = 4096, time.Hour
		tr := open(t, o)
		tr.addLong(urgent, 1000, 1, 6)
		stamp(t, rotated(t, o.Path)[0].Path)
		time.Sleep(50 * time.Minute)
		wantLog(t, o.Path, "1-4 | 5-6")
		time.Sleep(12 * time.Minute)
		wantLog(t, o.Path, "5-6")
	})
}
