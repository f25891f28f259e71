//go:build unix

package logsource

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestNamedPipe reads a pipe that has a name, and closes it while nobody writes.
func TestNamedPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	must(t, syscall.Mkfifo(path, 0o600))
	opened := make(chan *os.File)
	go func() {
		w, _ := os.OpenFile(path, os.O_WRONLY, 0)
		_, _ = w.WriteString("a\nb")
		opened <- w
	}()
	s := open(t, path, Options{})
	line, err := s.Next(t.Context())
	must(t, err)
	equal(t, "line", shown(line)+" of "+line.File, "a of "+path)
	w := <-opened
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	line, err = s.Next(ctx)
	must(t, err)
	equal(t, "line", shown(line), "b~")
	_, err = s.Next(ctx)
	equal(t, "error", err, context.Canceled)
	must(t, s.Close())
	must(t, w.Close())
}
