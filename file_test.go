package spanlog_test

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// content is what the file has, or "" if there is none.
func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(b)
}

// flush has the logger write what it has.
func flush(t *testing.T, l *spanlog.Logger) {
	t.Helper()
	if err := l.Flush(bg); err != nil {
		t.Error(err)
	}
}

// messages are those of JSON lines, in order.
func messages(t *testing.T, lines string) string {
	t.Helper()
	var msgs []string
	for line := range strings.Lines(lines) {
		msgs = append(msgs, parsed(t, line)["msg"].(string))
	}
	return strings.Join(msgs, " ")
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", "app.log")
	l := open(t, nil, spanlog.File{Path: path})
	l.Info("one")
	flush(t, l)
	assert.Equal(t, "flushed", messages(t, content(t, path)), "one")
	l.Debug("no")
	l.Info("two")
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	l.Info("three")
	assert.Equal(t, "after Close", messages(t, content(t, path)), "one two three")

	l = open(t, nil, spanlog.File{Path: path})
	l.Error("four")
	assert.Equal(t, "an error, at once", messages(t, content(t, path)), "one two three four")
}

func TestFileFormat(t *testing.T) {
	dir := t.TempDir()
	asText, asJSON := filepath.Join(dir, "text.log"), filepath.Join(dir, "json.log")
	t.Setenv("SPANLOG_FORMAT", "pretty") // is for consoles
	l := open(t, nil, spanlog.File{Path: asText, Format: spanlog.Text}, spanlog.File{Path: asJSON})
	timeless(l.Handler()).Info("m", "a", 1)
	flush(t, l)
	assert.Equal(t, "Text", content(t, asText), "level=INFO msg=m a=1\n")
	assert.Equal(t, "default", content(t, asJSON), `{"level":"INFO","msg":"m","a":1}`+"\n")
}

func TestFileMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits")
	}
	for _, test := range []struct{ mode, want fs.FileMode }{
		{0, 0o600},
		{0o600, 0o600},
		{0o400, 0o400},
		{0o640, 0o640 &^ umask(t)},
	} {
		path := filepath.Join(t.TempDir(), "app.log")
		open(t, nil, spanlog.File{Path: path, Mode: test.mode}).Info("m")
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != test.want {
			t.Errorf("Mode %v: got %v, want %v", test.mode, info.Mode().Perm(), test.want)
		}
	}

	// What is there keeps its permissions.
	path := filepath.Join(t.TempDir(), "app.log")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, nil, spanlog.File{Path: path}).Info("m")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
}

// umask is found out by making a file.
func umask(t *testing.T) fs.FileMode {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(t.TempDir(), "umask"), os.O_CREATE|os.O_WRONLY, 0o777)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return 0o777 &^ info.Mode().Perm()
}

// TestFileTwice: a path belongs to one File of the program, whatever way it is
// written, until that is closed.
func TestFileTwice(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "logs", "app.log")
	first := open(t, nil, spanlog.File{Path: path})
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "logs"), link); err != nil {
		t.Skip("no links: ", err)
	}
	t.Chdir(dir)
	for _, other := range []string{path, filepath.Join(dir, "logs", ".", "x", "..", "app.log"), filepath.Join(link, "app.log"), filepath.Join("link", "app.log"), filepath.Join("logs", "app.log")} {
		l, err := spanlog.New(nil, spanlog.File{Path: other})
		if err == nil {
			_ = l.Close()
			t.Errorf("%s: no error", other)
			continue
		}
		if !strings.Contains(err.Error(), "Path is open") || !strings.Contains(err.Error(), "file sink") {
			t.Errorf("%s: %v", other, err)
		}
	}
	first.Info("one") // which nothing of that has disturbed
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	second := open(t, nil, spanlog.File{Path: filepath.Join(link, "app.log")})
	second.Info("two")
	flush(t, second)
	first.Info("three") // closed, and still delivered
	assert.Equal(t, "file", messages(t, content(t, path)), "one two three")
}

// TestFileRelative: a relative path is that of the time of New.
func TestFileRelative(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	t.Chdir(one)
	l := open(t, nil, spanlog.File{Path: "app.log"})
	t.Chdir(two)
	l.Info("a")
	if err := l.Reopen(); err != nil {
		t.Error(err)
	}
	l.Info("b")
	_ = l.Close()
	l.Info("c")
	assert.Equal(t, "there", messages(t, content(t, filepath.Join(one, "app.log"))), "a b c")
	assert.Equal(t, "here", content(t, filepath.Join(two, "app.log")), "")
}

// TestReopen: after somebody else has renamed the file.
func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	l := open(t, nil, spanlog.File{Path: path}, spanlog.Console{Writer: new(strings.Builder)})
	l.Info("one")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	if err := l.Reopen(); err != nil { // what waits goes to where the file is now
		t.Error(err)
	}
	l.Info("two")
	flush(t, l)
	assert.Equal(t, "old", messages(t, content(t, path+".1")), "one")
	assert.Equal(t, "new", messages(t, content(t, path)), "two")
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := l.Reopen(); err != nil {
		t.Errorf("after Close: %v", err)
	}
	l.Info("three")
	assert.Equal(t, "closed", messages(t, content(t, path)), "two three")
}

// TestReopenFails: the file stays open as it was.
func TestReopenFails(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file's directory cannot be renamed")
	}
	dir := filepath.Join(t.TempDir(), "logs")
	path := filepath.Join(dir, "app.log")
	other := filepath.Join(t.TempDir(), "other.log")
	l := open(t, nil, spanlog.File{Path: path}, spanlog.File{Path: other})
	l.Info("one")
	if err := os.Rename(dir, dir+".old"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // in the directory's place
		t.Fatal(err)
	}
	flush(t, l)
	before := openFiles(t)
	err := l.Reopen()
	if err == nil || !strings.Contains(err.Error(), "app.log") || strings.Contains(err.Error(), "other.log") || !strings.Contains(err.Error(), "reopen") {
		t.Errorf("got %v", err)
	}
	if after := openFiles(t); after != before {
		t.Errorf("%d files are open, %d were before", after, before)
	}
	l.Info("two")
	flush(t, l)
	assert.Equal(t, "file", messages(t, content(t, filepath.Join(dir+".old", "app.log"))), "one two")
	assert.Equal(t, "the other", messages(t, content(t, other)), "one two")
}

// TestFileFull: a write that fails is an error of Handle. The record waits; what
// waits for ever is counted in the end.
func TestFileFull(t *testing.T) {
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip(err)
	}
	var heard hearing
	other := filepath.Join(t.TempDir(), "app.log")
	l := open(t, &spanlog.Options{OnError: heard.onError}, spanlog.File{Path: full}, spanlog.File{Path: other})
	err := l.Handler().Handle(bg, slog.NewRecord(noon, slog.LevelInfo, "m", 0))
	if err == nil || !strings.Contains(err.Error(), `file sink "/dev/full"`) || len(heard.errs) != 1 {
		t.Errorf("got %v; OnError was told %v", err, heard.errs)
	}
	if s := l.Stats().Sinks[0]; s.Delivered != 0 || len(s.Dropped) != 0 || !strings.Contains(s.LastError, "no space") {
		t.Errorf("before Close: %+v", s)
	}
	ctx, cancel := context.WithTimeout(bg, 2*time.Second)
	defer cancel()
	if err := l.Shutdown(ctx); err == nil || !strings.Contains(err.Error(), "1 record lost") {
		t.Errorf("Shutdown returns %v", err)
	}
	assert.Equal(t, "the other", messages(t, content(t, other)), "m")
	s := l.Stats().Sinks[0]
	if s.Delivered != 0 || len(s.Dropped) != 1 || s.Dropped[0] != (spanlog.Drops{Level: slog.LevelInfo, Reason: "error", Records: 1}) {
		t.Errorf("after Close: %+v", s)
	}
}

// TestFileConcurrent: all lines are whole, also while the file is reopened and
// the logger closed.
func TestFileConcurrent(t *testing.T) {
	const workers, each = 4, 100
	path := filepath.Join(t.TempDir(), "app.log")
	l := open(t, nil, spanlog.File{Path: path})
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			log := l.With("worker", w)
			for i := range each {
				log.Info("m", "i", i, "text", strings.Repeat("x", 100*w))
			}
		})
	}
	for range 5 {
		if err := l.Reopen(); err != nil {
			t.Error(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	next := make([]float64, workers)
	lines := 0
	for line := range strings.Lines(content(t, path)) {
		rec := parsed(t, line)
		w := int(rec["worker"].(float64))
		if rec["i"] != next[w] {
			t.Fatalf("worker %d: got record %v, want %v", w, rec["i"], next[w])
		}
		next[w]++
		lines++
	}
	if lines != workers*each {
		t.Errorf("%d lines, want %d", lines, workers*each)
	}
	if d := l.Stats().Sinks[0].Delivered; d != workers*each {
		t.Errorf("%d records counted, want %d", d, workers*each)
	}
}

// TestFileFirst: files are served before other sinks, whatever their order.
func TestFileFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	before := "nothing was written"
	l := open(t, nil, spanlog.Console{Writer: writeFunc(func(b []byte) (int, error) {
		before = content(t, path)
		return len(b), nil
	})}, spanlog.File{Path: path})
	l.Error("m")
	assert.Equal(t, "in the file when the console is written", messages(t, before), "m")
}

// TestReopenMakesDirectories: what has been taken away is made again.
func TestReopenMakesDirectories(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	l := open(t, nil, spanlog.File{Path: filepath.Join(dir, "app.log")})
	if err := os.RemoveAll(dir); err != nil {
		t.Skip("an open file keeps its directory here:", err)
	}
	if err := l.Reopen(); err != nil {
		t.Fatal(err)
	}
	l.Info("after")
	flush(t, l)
	if data, err := os.ReadFile(filepath.Join(dir, "app.log")); err != nil || !strings.Contains(string(data), "after") {
		t.Errorf("%q, %v", data, err)
	}
}
