package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/spanlog/spanlog/internal/filelock"
)

// tempDir has temporary files be in a directory of the test.
func tempDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir)
	return dir
}

// TestServeStdin shows what comes on standard input, calls it that, and leaves no file behind.
func TestServeStdin(t *testing.T) {
	dir := tempDir(t)
	r, w := io.Pipe()
	s := serve(t, r, "-")
	fmt.Fprint(w, servedLine)
	s.trace(1, 1)
	fmt.Fprint(w, servedLine)
	s.trace(2, 1)
	for _, page := range []string{"/api/status", "/api/search", "/api/trace/" + servedTrace} {
		if _, body := s.get(s.pages + page); !strings.Contains(body, `:"standard input"`) {
			t.Errorf("%s has no standard input: %s", page, body)
		}
	}
	w.Close()
	s.end()
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if s.errs.Len() > 0 {
		t.Errorf("it says %s", s.errs)
	}
}

// TestSpoolFails tells of a standard input that cannot be read on, and keeps what came before.
func TestSpoolFails(t *testing.T) {
	tempDir(t)
	told := make(chan error, 1)
	s, err := openSpool(io.MultiReader(strings.NewReader(servedLine), iotest.ErrReader(errors.New("it broke"))), func(err error) { told <- err })
	if err != nil {
		t.Fatal(err)
	}
	defer s.remove()
	if err := <-told; err.Error() != "standard input: it broke" {
		t.Errorf("it says %v", err)
	}
	if text, err := os.ReadFile(s.path); err != nil || string(text) != servedLine {
		t.Errorf("the file has %q, %v", text, err)
	}
}

// TestSweep removes the spools that are nobody's any more.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	create := func(name, file string) *os.File {
		t.Helper()
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(filepath.Join(dir, name, file))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	live := create(spoolPrefix+"live", spoolName)
	if ok, err := filelock.TryExclusive(live); !ok || err != nil {
		t.Fatal(ok, err)
	}
	create(spoolPrefix+"dead", spoolName)
	create(spoolPrefix+"foreign", "notes")
	create("foreign", spoolName)
	s, err := createSpool(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.remove()
	if works := !ifLeft(s.path, func() {}); !works {
		t.Skip("there are no locks here")
	}
	s.sweep(dir)
	for name, want := range map[string]bool{"live": true, "dead": false, "foreign": true} {
		if got := !isMissing(filepath.Join(dir, spoolPrefix+name)); got != want {
			t.Errorf("%s: it is there: %v, want %v", name, got, want)
		}
	}
	if isMissing(s.path) || isMissing(filepath.Join(dir, "foreign", spoolName)) {
		t.Error("its own, or what is not a spool, is gone")
	}
}
