//go:build unix

package logfile

import (
	"os"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/filelock"
)

// TestOpenWhileCut: a file from which another process just cuts off the part of a line is opened
// with the lock that keeps it from being compressed or deleted.
func TestOpenWhileCut(t *testing.T) {
	for _, test := range []struct {
		name  string
		waits int // until it is free
		want  bool
	}{
		{"free", 0, true},
		{"for a moment", 3, true},
		{"a stranger's", 1000, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := options(t).Path
			assert.NoError(t, os.WriteFile(path, nil, 0o600))
			lock := func() (*os.File, bool) {
				f, err := os.OpenFile(path, os.O_RDWR, 0)
				assert.NoError(t, err)
				ok, err := filelock.TryExclusive(f)
				assert.NoError(t, err)
				return f, ok
			}
			other, _ := lock()
			defer func(was func(time.Duration)) { pause = was }(pause)
			waits := test.waits
			pause = func(time.Duration) {
				if waits--; waits == 0 {
					assert.NoError(t, other.Close())
				}
			}
			if waits == 0 {
				assert.NoError(t, other.Close())
			}
			out, err := openOutput(path, 0o600)
			assert.NoError(t, err)
			defer out.file.Close()
			_ = other.Close()
			third, alone := lock()
			defer third.Close()
			assert.Equal(t, "locked", !alone, test.want)
		})
	}
}
