package logsource

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestCloseWhileWaiting: Next returns, whatever it waits for.
func TestCloseWhileWaiting(t *testing.T) {
	dir := t.TempDir()
	there := put(t, dir, "app.log", "a\nb")
	for _, test := range []struct{ name, path string }{
		{"a file", there},
		{"a file that is not there", filepath.Join(dir, "none.log")},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := open(t, test.path, Options{Follow: true})
				ended := make(chan error)
				go func() {
					for {
						if _, err := s.Next(context.Background()); err != nil {
							ended <- err
							return
						}
					}
				}()
				time.Sleep(time.Second)
				assert.NoError(t, s.Close())
				assert.Equal(t, "error", <-ended, os.ErrClosed)
			})
		})
	}
}

// TestCloseStdin: Next returns, though the Read of standard input goes on.
func TestCloseStdin(t *testing.T) {
	r, w, err := os.Pipe()
	assert.NoError(t, err)
	old := os.Stdin
	os.Stdin = r
	s, err := Open("-", Options{})
	os.Stdin = old
	assert.NoError(t, err)
	_, err = w.WriteString("a\nb")
	assert.NoError(t, err)
	line, err := s.Next(t.Context())
	assert.NoError(t, err)
	assert.Equal(t, "line", shown(line)+" of "+line.File, "a of -")
	ended := make(chan error)
	go func() {
		_, err := s.Next(context.Background())
		ended <- err
	}()
	assert.NoError(t, s.Close())
	assert.Equal(t, "error", <-ended, os.ErrClosed)
	assert.NoError(t, w.Close()) // or else the Read would never end
	assert.NoError(t, r.Close())
}

// TestCloseWhileReading is for the race detector.
func TestCloseWhileReading(t *testing.T) {
	path := put(t, t.TempDir(), "app.log", strings.Repeat("a line of some length\n", 100_000))
	for n := range 20 {
		s := open(t, path, Options{Follow: true})
		ended := make(chan error)
		go func() {
			lines := 0
			for {
				if _, err := s.Next(context.Background()); err != nil {
					ended <- err
					return
				}
				if lines++; lines == 5000*n {
					go s.Close()
				}
			}
		}()
		if n == 0 {
			assert.NoError(t, s.Close())
		}
		assert.Equal(t, "error", <-ended, os.ErrClosed)
	}
}
