package logfile

import (
	"errors"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// A syncing counts what is synced.
type syncing struct {
	mu sync.Mutex
	synced
	err error
}

type synced struct {
	files, dirs int
	// content is what the file had when it was last synced.
	content string
}

// saw is what was synced by now.
func (s *syncing) saw() synced {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.synced
}

// fail has syncs fail with err, or not any more.
func (s *syncing) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// watch has a log that is not open yet tell what it syncs.
func watch(t testing.TB, tr *trial) *syncing {
	s := new(syncing)
	tr.fsync = func(f *os.File) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.files++
		if s.err == nil {
			s.content = content(t, f.Name())
		}
		return s.err
	}
	tr.syncDir = func(dir string) error {
		assert.Equal(t, "directory", dir, filepath.Dir(tr.opts.Path))
		s.mu.Lock()
		defer s.mu.Unlock()
		s.dirs++
		return s.err
	}
	return s
}

// watched opens a log that tells what it syncs from then on.
func watched(t testing.TB, o Options) (*trial, *syncing) {
	t.Helper()
	tr := begin(t, o)
	s := watch(t, tr)
	tr.start()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.synced = synced{dirs: s.dirs} // what was there before may be synced
	return tr, s
}

// TestSyncPolicy: a record from a level on is on disk when Append returns, with
// all before it; below that, nothing is synced.
func TestSyncPolicy(t *testing.T) {
	for _, mode := range modes {
		for _, test := range []struct {
			name         string
			from         slog.Level
			calm, urgent int // syncs after one of each
			dirs         int
		}{
			{"never", Never, 0, 0, 0},
			{"errors", urgent, 0, 1, 1},
			{"always", math.MinInt, 1, 2, 1},
		} {
			t.Run(mode.name+"/"+test.name, func(t *testing.T) {
				o := options(t)
				o.WriteThrough, o.SyncFrom, o.Delay = mode.through, test.from, time.Hour
				tr, s := watched(t, o)
				tr.add(calm, 1, 1)
				assert.Equal(t, "syncs after a calm record", s.saw().files, test.calm)
				tr.add(urgent, 2, 2)
				assert.Equal(t, "syncs after an urgent record", s.saw().files, test.urgent)
				if s.saw().files > 0 {
					assert.Equal(t, "on disk", numbers(s.saw().content), "1-2")
				}
				assert.Equal(t, "syncs of the directory", s.saw().dirs, test.dirs)
				tr.add(calm, 3, 3)
				tr.flush()
				if test.from != Never {
					assert.Equal(t, "on disk after Flush", numbers(s.saw().content), "1-3")
				}
				before := s.saw().files
				tr.flush()
				assert.Equal(t, "syncs with nothing to sync", s.saw().files, before)
				assert.NoError(t, tr.end())
				assert.Equal(t, "syncs at Close", s.saw().files, before)
				tr.add(urgent, 4, 4)
				if test.from != Never {
					assert.Equal(t, "on disk after Close", numbers(s.saw().content), "1-4")
				}
			})
		}
	}
}

// TestSyncEvery: synced at the interval if something was written, and not
// otherwise.
func TestSyncEvery(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		synctest.Test(t, func(t *testing.T) {
			o.SyncEvery = 10 * time.Second
			tr, s := watched(t, o)
			time.Sleep(61 * time.Second)
			assert.Equal(t, "syncs of an idle log", s.saw().files, 0)
			tr.add(calm, 1, 1)
			tr.add(urgent, 2, 2)
			time.Sleep(8 * time.Second)
			assert.Equal(t, "syncs before the interval is over", s.saw().files, 0)
			time.Sleep(2 * time.Second)
			assert.Equal(t, "syncs", s.saw().files, 1)
			assert.Equal(t, "on disk", numbers(s.saw().content), "1-2")
			time.Sleep(time.Minute)
			assert.Equal(t, "syncs of what is synced", s.saw().files, 1)
			tr.add(calm, 3, 3)
			time.Sleep(11 * time.Second)
			assert.Equal(t, "on disk", numbers(s.saw().content), "1-3")
		})
	})
}

// TestSyncRecovered: what a dead process has left is synced like anything else.
func TestSyncRecovered(t *testing.T) {
	needJournal(t)
	for _, test := range []struct {
		name  string
		from  slog.Level
		every time.Duration
		want  string
	}{
		{"never", Never, 0, ""},
		{"errors", urgent, 0, "1-10"},
		{"every second", Never, time.Second, "1-10"},
	} {
		for _, full := range []bool{false, true} {
			if full {
				test.name += ", the disk full at first"
			}
			t.Run(test.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					o := options(t)
					o.SyncFrom, o.SyncEvery, o.Delay = test.from, test.every, time.Hour
					tr := open(t, o)
					tr.add(calm, 1, 10)
					tr.crash()
					o.Delay = 0
					tr = begin(t, o)
					s := watch(t, tr)
					if full {
						tr.write = func(*os.File, []byte) (int, error) { return 0, syscall.ENOSPC }
					}
					tr.start()
					if full {
						tr.set(func(l *Log) { l.write = (*os.File).Write })
					}
					time.Sleep(3 * time.Second)
					if full && test.every == 0 && test.from != Never {
						tr.flush()
					}
					assert.Equal(t, "on disk", numbers(s.saw().content), test.want)
				})
			})
		}
	}
}

// TestSyncRotation: before a file is left, it is synced, and its directory after
// the new one is there.
func TestSyncRotation(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		o.SyncEvery, o.MaxSize = time.Hour, 4096
		tr, s := watched(t, o)
		assert.Equal(t, "syncs of the directory at Open", s.saw().dirs, 1)
		order := ""
		fsync, syncDir := tr.fsync, tr.syncDir
		tr.set(func(l *Log) {
			l.fsync = func(f *os.File) error {
				order += "file "
				info, err := f.Stat()
				assert.NoError(t, err)
				assert.Equal(t, "size of what is synced", info.Size(), 4000)
				return fsync(f)
			}
			l.syncDir = func(dir string) error {
				order += "directory "
				return syncDir(dir)
			}
		})
		tr.addLong(urgent, 1000, 1, 5)
		assert.Equal(t, "syncs at a rotation", order, "file directory ")
		tr.addLong(urgent, 1000, 6, 9)
		assert.Equal(t, "syncs of files", s.saw().files, 2)
		wantLog(t, o.Path, "1-4 | 5-8 | 9")
		tr.set(func(l *Log) { l.fsync = (*os.File).Sync })
	})
}

// TestSyncFails: the caller is told that the record may not be on disk yet, which
// is then tried again.
func TestSyncFails(t *testing.T) {
	o := options(t)
	o.SyncFrom = urgent
	tr, s := watched(t, o)
	s.fail(syscall.EIO)
	var waits *KeptError
	if err := tr.Append(line(1, 0), urgent); !errors.As(err, &waits) || !errors.Is(err, syscall.EIO) {
		t.Errorf("Append: got %v", err)
	}
	if err := tr.Flush(); !errors.Is(err, syscall.EIO) {
		t.Errorf("Flush: got %v", err)
	}
	wantFile(t, o.Path, "1")
	s.fail(nil)
	tr.flush()
	assert.Equal(t, "on disk", numbers(s.saw().content), "1")
}

// TestSyncGroup: of goroutines that wait at the same time, one syncs for all.
func TestSyncGroup(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		const many = 16
		o.SyncFrom = urgent
		tr := open(t, o)
		syncs := 0
		began := make(chan bool)
		tr.set(func(l *Log) {
			l.fsync = func(*os.File) error {
				if syncs++; syncs == 1 {
					<-began // the others come while the first syncs
				}
				return nil
			}
		})
		done := make(chan error)
		for n := 1; n <= many; n++ {
			go func() { done <- tr.Append(line(n, 0), urgent) }()
		}
		for tr.accepted() < many {
			runtime.Gosched()
		}
		close(began)
		for range many {
			assert.NoError(t, <-done)
		}
		tr.set(func(l *Log) {
			if syncs > 2 {
				t.Errorf("%d syncs for %d records", syncs, many)
			}
			l.fsync = (*os.File).Sync
		})
	})
}
