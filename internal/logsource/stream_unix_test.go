//go:build unix

package logsource

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestNamedPipe reads a pipe that has a name, and closes it while nobody writes.
func TestNamedPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	assert.NoError(t, syscall.Mkfifo(path, 0o600))
	opened := make(chan *os.File)
	go func() {
		w, _ := os.OpenFile(path, os.O_WRONLY, 0)
		_, _ = w.WriteString("a\nb")
		opened <- w
	}()
	s := open(t, path, Options{})
	line, err := s.Next(t.Context())
	assert.NoError(t, err)
	assert.Equal(t, "line", shown(line)+" of "+line.File, "a of "+path)
	w := <-opened
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	line, err = s.Next(ctx)
	assert.NoError(t, err)
	assert.Equal(t, "line", shown(line), "b~")
	_, err = s.Next(ctx)
	assert.Equal(t, "error", err, context.Canceled)
	assert.NoError(t, s.Close())
	assert.NoError(t, w.Close())
}
