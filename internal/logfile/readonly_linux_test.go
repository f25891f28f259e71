package logfile

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestReadOnlyDirectory: a file that can be written is, without a journal, and is
// never rotated. With the directory writable again, all is as it should be.
func TestReadOnlyDirectory(t *testing.T) {
	o := options(t)
	o.MaxSize = 4096
	assert.NoError(t, os.WriteFile(o.Path, line(1, 0), 0o600))
	thaw := freeze(t, filepath.Dir(o.Path))
	synctest.Test(t, func(t *testing.T) {
		tr := open(t, o)
		tr.wantState("write-through: open ")
		tr.addLong(calm, 1000, 2, 20)
		wantLog(t, o.Path, "1-20")
		time.Sleep(time.Minute)
		assert.Equal(t, "reports", len(tr.told()), 1)
		assert.Equal(t, "reports of the journal", len(tr.told("no journal", "not permitted"))+len(tr.told("no journal", "permission denied")), 1)
		thaw()
		time.Sleep(1500 * time.Millisecond)
		tr.wantState(journaled)
		tr.add(urgent, 21, 22)
		wantLog(t, o.Path, "1-20 | 21-22")
	})
}

// TestLumberjackReadOnlyDirectory: where a directory becomes read-only, others
// lose half of the lines. Here the old file is kept, that is told once for each
// attempt, and with the directory writable again it is rotated.
func TestLumberjackReadOnlyDirectory(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		o.MaxSize, o.Every = 4096, hourly
		synctest.Test(t, func(t *testing.T) {
			tr := open(t, o)
			tr.add(urgent, 1, 1)
			thaw := freeze(t, filepath.Dir(o.Path))
			for n := 2; n <= 200; n++ {
				assert.NoError(t, tr.Append(line(n, 1000), calm))
				if n%20 == 0 {
					time.Sleep(time.Second)
				}
			}
			time.Sleep(time.Minute)
			tr.flush()
			wantLog(t, o.Path, "1-200")
			// After 1, 2, 4 … seconds it is tried again.
			if n := len(tr.told("rotate")); n < 5 || n > 8 {
				t.Errorf("%d reports in 70 seconds: %q", n, tr.told())
			}
			thaw()
			time.Sleep(time.Minute)
			tr.add(urgent, 201, 201)
			wantLog(t, o.Path, "1-200 | 201")
		})
	})
}
