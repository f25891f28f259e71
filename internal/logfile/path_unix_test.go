//go:build unix

package logfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// A disturbance is what somebody else does to the log's path while it is open.
type disturbance struct {
	name string
	do   func(path string) error
	// wants are the files afterwards, with what they have: records 1-10 were in
	// the file before, 11-20 were pending or came then.
	wants map[string]string
}

// disturbances are such that a file can be made at the path afterwards.
var disturbances = []disturbance{
	{"moved", func(path string) error { return os.Rename(path, path+".1") },
		map[string]string{"app.log.1": "1-10", "app.log": "11-20"}},
	{"deleted", os.Remove,
		map[string]string{"app.log": "11-20"}},
	{"truncated", func(path string) error { return os.Truncate(path, 0) },
		map[string]string{"app.log": "11-20"}},
	{"truncated in a line", func(path string) error { return os.Truncate(path, 14) },
		map[string]string{"app.log": `1 "00000\n" 11-20`}},
	{"torn by somebody", func(path string) error { return appendText(path, "torn") },
		map[string]string{"app.log": `1-10 "torn\n" 11-20`}},
	{"another file is there", func(path string) error {
		return errors.Join(os.Rename(path, path+".1"), os.WriteFile(path, line(100, 0), 0o600))
	}, map[string]string{"app.log.1": "1-10", "app.log": "100 11-20"}},
	{"another file is there, torn", func(path string) error {
		return errors.Join(os.Rename(path, path+".1"), os.WriteFile(path, []byte("torn"), 0o600))
	}, map[string]string{"app.log.1": "1-10", "app.log": `"torn\n" 11-20`}},
	{"the directory is removed", func(path string) error { return os.RemoveAll(filepath.Dir(path)) },
		map[string]string{"app.log": "11-20"}},
	{"the directory is moved", func(path string) error {
		return os.Rename(filepath.Dir(path), filepath.Dir(path)+".old")
	}, map[string]string{"../logs.old/app.log": "1-10", "app.log": "11-20"}},
}

// TestPathDisturbed: wherever the file goes, records go to the path again, within
// a tick, and are not lost.
func TestPathDisturbed(t *testing.T) {
	for _, mode := range modes {
		for _, d := range disturbances {
			for _, pending := range []bool{false, true} {
				name := mode.name + "/" + d.name
				if pending {
					name += ", with pending records"
				}
				t.Run(name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { testDisturbed(t, d, mode.through, pending) })
				})
			}
		}
	}
}

func testDisturbed(t *testing.T, d disturbance, through, pending bool) {
	o := options(t)
	o.WriteThrough = through
	o.Path = filepath.Join(filepath.Dir(o.Path), "logs", "app.log")
	tr := open(t, o)
	tr.add(calm, 1, 10)
	tr.flush()
	if pending {
		tr.set(func(l *Log) {
			l.write = func(*os.File, []byte) (int, error) { return 0, syscall.EIO }
			l.retry.Min = checkEvery // not before the path is looked at
		})
		for n := 11; n <= 20; n++ {
			if err := tr.Append(line(n, 0), calm); err != nil && !through {
				t.Fatal(err)
			}
		}
	}
	synctest.Wait()
	assert.NoError(t, d.do(o.Path))
	tr.set(func(l *Log) { l.write = (*os.File).Write })
	time.Sleep(1500 * time.Millisecond)
	if !pending {
		tr.add(calm, 11, 20)
		tr.flush()
	}
	for name, want := range d.wants {
		wantFile(t, filepath.Join(filepath.Dir(o.Path), name), want)
	}
	if !through {
		tr.wantState(journaled)
	}
	// What it has left behind must be of no consequence.
	tr.add(calm, 21, 30)
	tr.crash()
	open(t, o)
	wantFile(t, o.Path, d.wants["app.log"][:len(d.wants["app.log"])-len("11-20")]+"11-30")
	for name, want := range d.wants {
		if name != "app.log" {
			o.Path = filepath.Join(filepath.Dir(o.Path), name)
			open(t, o)
			wantFile(t, o.Path, want)
		}
	}
}

// TestPathTaken: where something is in the way, the file that is open is used on,
// wherever it is now, and what is in the way stays as it is. That is told now and
// then, and ends when the path is free.
func TestPathTaken(t *testing.T) {
	for _, test := range []struct {
		name string
		put  func(path string) error
		free func(path string) error
	}{
		{"directory", func(path string) error { return os.Mkdir(path, 0o700) }, os.Remove},
		{"link", func(path string) error {
			return errors.Join(os.WriteFile(path+".target", []byte("precious"), 0o600), os.Symlink(path+".target", path))
		}, os.Remove},
		{"dangling link", func(path string) error { return os.Symlink(path+".none", path) }, os.Remove},
		{"pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }, os.Remove},
		{"file instead of the directory", func(path string) error {
			dir := filepath.Dir(path)
			return errors.Join(os.Rename(dir, dir+".old"), os.WriteFile(dir, nil, 0o600))
		}, func(path string) error { return os.Remove(filepath.Dir(path)) }},
	} {
		for _, mode := range modes {
			t.Run(test.name+"/"+mode.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					o := options(t)
					o.WriteThrough = mode.through
					o.Path = filepath.Join(filepath.Dir(o.Path), "logs", "app.log")
					tr := open(t, o)
					tr.add(calm, 1, 10)
					tr.flush()
					old := o.Path + ".1"
					assert.NoError(t, os.Rename(o.Path, old))
					assert.NoError(t, test.put(o.Path))
					if test.name == "file instead of the directory" {
						old = filepath.Join(filepath.Dir(o.Path)+".old", "app.log.1")
					}
					tr.add(calm, 11, 20)
					time.Sleep(10 * time.Second)
					tr.add(calm, 21, 30)
					time.Sleep(10 * time.Second)
					wantFile(t, old, "1-30")
					if n := len(tr.told()); n == 0 || n > 20 {
						t.Errorf("%d reports in 20 seconds: %q", n, tr.told())
					}
					if test.name == "link" {
						assert.Equal(t, "target", content(t, o.Path+".target"), "precious")
					}
					if _, err := os.Lstat(o.Path + ".none"); err == nil {
						t.Error("the link is followed")
					}
					assert.NoError(t, test.free(o.Path))
					time.Sleep(2 * time.Second)
					tr.add(calm, 31, 40)
					tr.flush()
					wantFile(t, o.Path, "31-40")
					wantFile(t, old, "1-30")
					if !mode.through {
						tr.wantState(journaled)
					}
				})
			})
		}
	}
}

// TestPathDeletedAndTaken: with the file gone as well, records wait.
func TestPathDeletedAndTaken(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		synctest.Test(t, func(t *testing.T) {
			tr := open(t, o)
			tr.add(urgent, 1, 10)
			assert.NoError(t, errors.Join(os.Remove(o.Path), os.Mkdir(o.Path, 0o700)))
			var waits *KeptError
			if err := tr.Append(line(11, 0), urgent); !errors.As(err, &waits) {
				t.Errorf("got %v", err)
			}
			time.Sleep(10 * time.Second)
			if n := len(tr.told()); n == 0 || n > 40 {
				t.Errorf("%d reports in 10 seconds: %q", n, tr.told())
			}
			assert.NoError(t, os.Remove(o.Path))
			time.Sleep(2 * time.Second)
			tr.add(urgent, 12, 12)
			wantFile(t, o.Path, "11-12")
		})
	})
}

// TestPathIsNoFile: what is there when the log is opened.
func TestPathIsNoFile(t *testing.T) {
	for _, test := range []struct {
		name string
		put  func(path string) error
		want string // of the error
	}{
		{"directory", func(path string) error { return os.Mkdir(path, 0o700) }, "is a directory"},
		{"link", func(path string) error { return os.Symlink(path+".target", path) }, "symbolic links"},
		{"directory is a file", func(path string) error {
			return errors.Join(os.Remove(filepath.Dir(path)), os.WriteFile(filepath.Dir(path), nil, 0o600))
		}, "not a directory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options(t)
			assert.NoError(t, test.put(o.Path))
			l, err := Open(o)
			if err == nil {
				_ = l.Close(t.Context())
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), filepath.Dir(o.Path)) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestPathPipe: a pipe takes records one by one, whole.
func TestPathPipe(t *testing.T) {
	o := options(t)
	assert.NoError(t, syscall.Mkfifo(o.Path, 0o600))
	if l, err := Open(o); err == nil {
		_ = l.Close(t.Context())
		t.Error("opened a pipe that nobody reads")
	}
	reader, err := os.OpenFile(o.Path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	assert.NoError(t, err)
	defer reader.Close()
	tr := open(t, o)
	tr.wantState("write-through: the file is a device or a pipe")
	broken := false
	tr.set(func(l *Log) {
		l.write = func(f *os.File, b []byte) (int, error) {
			if !broken && len(b) > 10 { // once, after a part
				broken = true
				n, err := f.Write(b[:10])
				return n, errors.Join(err, syscall.EIO)
			}
			return f.Write(b)
		}
	})
	_ = tr.Append(line(1, 100), calm)
	tr.flush()
	tr.add(calm, 2, 3)
	b := make([]byte, 1000)
	n, err := reader.Read(b)
	assert.NoError(t, err)
	assert.Equal(t, "pipe", numbers(string(b[:n])), "1-3")
	assert.NoError(t, tr.Reopen())
	if _, err := os.Lstat(o.journalPath()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a journal beside a pipe: %v", err)
	}
}
