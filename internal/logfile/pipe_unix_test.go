//go:build unix

package logfile

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestPipe: a log that is a named pipe takes lines while somebody reads it. That
// nobody does is an error, not a reason to wait.
func TestPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	o := Options{Path: path, Mode: 0o600, WriteFrom: slog.LevelError, SyncFrom: Never}
	if _, err := Open(o); !errors.Is(err, unix.ENXIO) {
		t.Fatalf("without a reader: %v", err)
	}
	reader, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	l, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Append([]byte("one\n"), slog.LevelInfo); err != nil {
		t.Error(err)
	}
	if line, err := bufio.NewReader(reader).ReadString('\n'); err != nil || line != "one\n" {
		t.Errorf("the reader has %q, %v", line, err)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	var kept *KeptError
	if err := l.Append([]byte("two\n"), slog.LevelInfo); !errors.As(err, &kept) || !errors.Is(err, unix.EPIPE) {
		t.Errorf("after the reader has gone: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := l.Close(ctx); err == nil {
		t.Error("Close does not tell that a line is lost")
	}
}
