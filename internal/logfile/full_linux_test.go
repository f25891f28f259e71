package logfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/wording"
)

// wantWhole fails the test if there is anything in the file but the lines from 1
// on and, at its end, the beginning of the next one, of size bytes.
func wantWhole(t testing.TB, path string, size int) {
	t.Helper()
	c := content(t, path)
	end := strings.LastIndexByte(c, '\n') + 1
	n := strings.Count(c, "\n")
	assert.Equal(t, "whole lines", numbers(c[:end]), fmt.Sprintf("1-%d", n))
	if !strings.HasPrefix(string(line(n+1, size)), c[end:]) {
		t.Errorf("the file ends in %q, which is not the beginning of line %d", c[end:], n+1)
	}
}

// TestDiskFull: what there is room for waits, an urgent record says that it does,
// what there is no room for is an error. With room on the disk, all that waits is
// written without any further call, in order, once.
func TestDiskFull(t *testing.T) {
	const size = 1000
	inModes(t, func(t *testing.T, o Options) {
		o.Path = smallDisk(t, "size=512k").Path
		synctest.Test(t, func(t *testing.T) {
			tr := open(t, o)
			tr.add(calm, 1, 10)
			tr.flush()
			free := occupy(t, o, 0)
			accepted := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
			kept, refused := 0, 0
			for n := 11; n <= 300; n++ {
				level := calm
				if n == 20 || n == 40 {
					level = urgent
				}
				err := tr.Append(line(n, size), level)
				var waits *KeptError
				switch {
				case errors.As(err, &waits):
					kept++
					fallthrough
				case err == nil:
					accepted = append(accepted, n)
				case !errors.Is(err, syscall.ENOSPC):
					t.Fatalf("line %d: %v", n, err)
				default:
					refused++
				}
				if !o.WriteThrough && (waits != nil) != (level == urgent) && refused == 0 {
					t.Errorf("line %d of level %v: %v", n, level, err)
				}
				if n%50 == 0 {
					time.Sleep(time.Second) // and tried again
					wantWhole(t, o.Path, size)
				}
			}
			if kept == 0 || refused == 0 || len(accepted) < 60 {
				t.Fatalf("%d records are accepted, %d of them kept, %d refused", len(accepted), kept, refused)
			}
			if len(tr.told("no space")) == 0 {
				t.Error("a full disk is not reported")
			}
			free()
			time.Sleep(2 * time.Second)
			wantFile(t, o.Path, series(accepted))
			written, _, lost := tr.counts()
			assert.Equal(t, "written", written, len(accepted))
			assert.Equal(t, "lost", lost, 0) // of those that were accepted
			tr.add(calm, 301, 310)
			assert.NoError(t, tr.end())
			wantFile(t, o.Path, series(accepted)+" 301-310")
		})
	})
}

// TestDiskFullAlone: an urgent record that fails is tried again even if nothing
// else is logged.
func TestDiskFullAlone(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		o.Path = smallDisk(t, "size=256k").Path
		synctest.Test(t, func(t *testing.T) {
			tr := open(t, o)
			free := occupy(t, o, 0)
			var waits *KeptError
			if err := tr.Append(line(1, 0), urgent); !errors.As(err, &waits) || !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("got %v", err)
			}
			time.Sleep(5 * time.Second)
			free()
			time.Sleep(2 * time.Second)
			wantFile(t, o.Path, "1")
		})
	})
}

// TestDiskFullAtRotation: where no new file can be made, the old one keeps its
// name, and takes the records.
func TestDiskFullAtRotation(t *testing.T) {
	o := smallDisk(t, "size=1m,nr_inodes=4") // the directory, the log, its journal, and ballast
	o.MaxSize = 4096
	synctest.Test(t, func(t *testing.T) {
		tr := open(t, o)
		tr.wantState(journaled)
		assert.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(o.Path), "ballast"), nil, 0o600))
		tr.addLong(calm, 1000, 1, 20)
		tr.flush()
		wantLog(t, o.Path, "1-20")
		synctest.Wait()
		assert.Equal(t, "reports", len(tr.told("rotate", "no space")), 1)
		time.Sleep(500 * time.Millisecond)
		tr.add(urgent, 21, 22)
		assert.Equal(t, "reports before the back-off is over", len(tr.told()), 1)
		assert.NoError(t, os.Remove(filepath.Join(filepath.Dir(o.Path), "ballast")))
		time.Sleep(time.Second)
		tr.add(urgent, 23, 23)
		wantLog(t, o.Path, "1-22 | 23")
		assert.Equal(t, "reports in the end", len(tr.told()), 1)
	})
}

// TestDiskFullAfterRotation: a file that was made and takes nothing is like any
// other one.
func TestDiskFullAfterRotation(t *testing.T) {
	o := smallDisk(t, "size=256k")
	o.MaxSize = 4096
	synctest.Test(t, func(t *testing.T) {
		tr := open(t, o)
		tr.addLong(urgent, 1000, 1, 4) // one page, so that the next line needs another
		free := occupy(t, o, 0)
		tr.addLong(calm, 1000, 5, 20)
		if err := tr.Flush(); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("got %v", err)
		}
		time.Sleep(3 * time.Second)
		free()
		time.Sleep(3 * time.Second)
		wantLog(t, o.Path, "1-4 | 5-8 | 9-12 | 13-16 | 17-20")
	})
}

// TestDiskFullAtCompression: what cannot be compressed stays as it is, until it
// can.
func TestDiskFullAtCompression(t *testing.T) {
	o := smallDisk(t, "size=256k")
	o.MaxSize = 4096
	synctest.Test(t, func(t *testing.T) {
		tr := open(t, o)
		tr.addLong(urgent, 1000, 1, 12)
		assert.NoError(t, tr.end())
		free := occupy(t, o, 0)
		o.Compress = true
		tr = open(t, o)
		time.Sleep(time.Second)
		if len(tr.told("compressing", "no space")) == 0 {
			t.Errorf("reports: %q", tr.told())
		}
		wantLog(t, o.Path, "1-4 | 5-8 | 9-12")
		free()
		time.Sleep(2 * time.Minute)
		wantLog(t, o.Path, "1-4 | 5-8 | 9-12")
		files := rotated(t, o.Path)
		assert.Equal(t, "rotated files", len(files), 2)
		assert.Equal(t, "the older is compressed", files[0].Compressed, true)
		left, err := filepath.Glob(filepath.Join(filepath.Dir(o.Path), ".*.tmp"))
		assert.Equal(t, "temporary files", fmt.Sprint(left, err), "[] <nil>")
	})
}

// TestDiskFullAtOpen: what a dead process has left waits in its journal, before
// all that is new.
func TestDiskFullAtOpen(t *testing.T) {
	for _, end := range []string{"opened until there is room", "closed before", "crashed before"} {
		t.Run(end, func(t *testing.T) {
			o := smallDisk(t, "size=256k")
			synctest.Test(t, func(t *testing.T) {
				tr := open(t, o)
				tr.addLong(calm, 500, 1, 30)
				tr.crash()
				free := occupy(t, o, 3000)

				tr = open(t, o)
				tr.wantState("write-through")
				synctest.Wait()
				if len(tr.told("a process that died has left", "no space")) == 0 {
					t.Errorf("reports: %q", tr.told())
				}
				switch end {
				case "closed before":
					err := tr.end()
					if err == nil || !strings.Contains(err.Error(), " left in the journal") {
						t.Errorf("Close: got %v", err)
					}
				case "crashed before":
					tr.crash()
				default:
					var waits *KeptError
					if err := tr.Append(line(31, 0), calm); !errors.As(err, &waits) {
						t.Errorf("a new record: got %v", err)
					}
				}
				free()
				if end == "opened until there is room" {
					time.Sleep(3 * time.Second)
					tr.wantState(journaled)
					_, recovered, _ := tr.counts()
					assert.Equal(t, "recovered", recovered, 30)
					tr.add(urgent, 32, 32)
					wantFile(t, o.Path, "1-32")
					return
				}
				tr = open(t, o)
				tr.add(urgent, 31, 31)
				wantFile(t, o.Path, "1-31")
			})
		})
	}
}

// TestDiskFullAtOpenAlone: it is tried again without any call, with a journal or
// without one.
func TestDiskFullAtOpenAlone(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.name, func(t *testing.T) {
			o := smallDisk(t, "size=256k")
			synctest.Test(t, func(t *testing.T) {
				tr := open(t, o)
				tr.add(calm, 1, 1000)
				tr.crash()
				free := occupy(t, o, 0)
				o.WriteThrough = mode.through
				open(t, o)
				free()
				time.Sleep(2 * time.Second)
				wantFile(t, o.Path, "1-1000")
			})
		})
	}
}

// TestDiskFullForJournal: without room for a journal, records are written at once,
// and there is a journal as soon as there is room.
func TestDiskFullForJournal(t *testing.T) {
	o := smallDisk(t, "size=256k")
	free := occupy(t, o, 16<<10)
	synctest.Test(t, func(t *testing.T) {
		tr := open(t, o)
		tr.wantState("write-through: allocate")
		tr.add(calm, 1, 10)
		wantFile(t, o.Path, "1-10")
		time.Sleep(10 * time.Second)
		assert.Equal(t, "reports", len(tr.told("no journal", "no space")), 1)
		free()
		time.Sleep(1500 * time.Millisecond)
		tr.wantState(journaled)
		tr.add(calm, 11, 20)
		wantFile(t, o.Path, "1-10")
		time.Sleep(time.Second)
		wantFile(t, o.Path, "1-20")
		assert.Equal(t, "reports in the end", len(tr.told()), 1)
	})
}

// TestDiskFullReopen: of a line that was cut off, nothing stays in a file that is
// left.
func TestDiskFullReopen(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		o.Path = smallDisk(t, "size=256k").Path
		synctest.Test(t, func(t *testing.T) {
			tr := open(t, o)
			tr.add(urgent, 1, 10)
			free := occupy(t, o, 0)
			for n := 11; n <= 20; n++ {
				_ = tr.Append(line(n, 1000), urgent)
			}
			assert.NoError(t, os.Rename(o.Path, o.Path+".1"))
			if err := tr.Reopen(); err != nil {
				t.Logf("Reopen: %v", err)
			}
			free()
			time.Sleep(2 * time.Second)
			got := numbers(content(t, o.Path+".1") + content(t, o.Path))
			assert.Equal(t, "both files", got, "1-20")
			wantNoTail(t, o.Path+".1")
		})
	})
}

// wantNoTail fails the test if the file's last line has no end.
func wantNoTail(t testing.TB, path string) {
	t.Helper()
	if c := content(t, path); c != "" && !strings.HasSuffix(c, "\n") {
		t.Errorf("%s ends in a torn line: %q", filepath.Base(path), c[strings.LastIndexByte(c, '\n')+1:])
	}
}

// TestDiskFullAtClose: what is in the journal is left there for the next process;
// what is not is tried until the deadline, and counted as lost.
func TestDiskFullAtClose(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		o.Path = smallDisk(t, "size=256k").Path
		synctest.Test(t, func(t *testing.T) {
			tr := open(t, o)
			tr.add(urgent, 1, 10)
			free := occupy(t, o, 0)
			for n := 11; n <= 20; n++ {
				_ = tr.Append(line(n, 1000), urgent)
			}
			before := time.Now()
			err := tr.end()
			took := time.Since(before)
			if !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("Close: got %v", err)
			}
			// A page takes some lines more.
			written, _, lost := tr.counts()
			left := 20 - written
			wantNoTail(t, o.Path)
			wantFile(t, o.Path, fmt.Sprintf("1-%d", written))
			free()
			if o.WriteThrough {
				if err == nil || !strings.Contains(err.Error(), wording.Count(left, "record")+" lost") || strings.Contains(err.Error(), "compression") {
					t.Errorf("Close: got %v", err)
				}
				assert.Equal(t, "lost", lost, left)
				assert.Equal(t, "until the deadline", took, 10*time.Second)
				return
			}
			if err == nil || !strings.Contains(err.Error(), wording.Count(left, "record")+" left in the journal") {
				t.Errorf("Close: got %v", err)
			}
			assert.Equal(t, "lost", lost, 0)
			assert.Equal(t, "waited", took, 0)
			open(t, o)
			wantFile(t, o.Path, "1-20")
		})
	})
}

// TestDiskFullAfterClose: a line that was cut off is taken away again, for its
// caller is told that it is lost.
func TestDiskFullAfterClose(t *testing.T) {
	o := smallDisk(t, "size=256k")
	tr := open(t, o)
	tr.add(calm, 1, 10)
	assert.NoError(t, tr.end())
	free := occupy(t, o, 0)
	if err := tr.Append(line(11, 8000), calm); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	wantFile(t, o.Path, "1-10")
	free()
	tr.add(calm, 12, 12)
	wantFile(t, o.Path, "1-10 12")
}
