//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package filelock

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLocks: who gets a lock while another open file has one.
func TestLocks(t *testing.T) {
	type lock func(*os.File) (bool, error)
	for _, test := range []struct {
		name  string
		first lock
		then  lock
		want  bool
	}{
		{"shared, shared", TryShared, TryShared, true},
		{"shared, exclusive", TryShared, TryExclusive, false},
		{"exclusive, shared", TryExclusive, TryShared, false},
		{"exclusive, exclusive", TryExclusive, TryExclusive, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			one, two := open(t, path), open(t, path)
			if ok, err := test.first(one); !ok || err != nil {
				t.Fatal(ok, err)
			}
			if ok, err := test.then(two); ok != test.want || err != nil {
				t.Errorf("got %v, %v", ok, err)
			}
			if err := one.Close(); err != nil {
				t.Fatal(err)
			}
			if ok, err := test.then(two); !ok || err != nil {
				t.Errorf("after the first file was closed: %v, %v", ok, err)
			}
		})
	}
}

// TestChange: one's own lock is turned into the other kind, if nobody minds.
func TestChange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	one, two := open(t, path), open(t, path)
	for _, step := range []struct {
		name string
		lock func(*os.File) (bool, error)
		file *os.File
		want bool
	}{
		{"shared", TryShared, one, true},
		{"shared to exclusive", TryExclusive, one, true},
		{"another's shared", TryShared, two, false},
		{"exclusive to shared", TryShared, one, true},
		{"another's shared now", TryShared, two, true},
		{"exclusive beside it", TryExclusive, one, false},
	} {
		if ok, err := step.lock(step.file); ok != step.want || err != nil {
			t.Errorf("%s: %v, %v", step.name, ok, err)
		}
	}
}

// TestClosed: a lock of what is not open is an error that names the file.
func TestClosed(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "f"))
	_ = f.Close()
	if ok, err := TryShared(f); ok || err == nil {
		t.Errorf("got %v, %v", ok, err)
	}
}

func open(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}
