package spanlog_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
)

// TestJournalMemory: the journal is in memory as a whole from the start, as pages of its file,
// and no more of it is there later.
func TestJournalMemory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	l := open(t, nil, spanlog.File{Path: path, JournalSize: 4 * spanlog.MiB})
	if state := l.Stats().Sinks[0].Journal; state != "journal" {
		t.Skip("SKIPPED: ", state)
	}
	for _, when := range []string{"at the start", "later"} {
		if kib := residentKiB(t, ".app.log.journal"); kib != 4096+4 {
			t.Errorf("%s: %d KiB of the journal are in memory, want all of its 4100", when, kib)
		}
		for range 1000 {
			l.Info("m", "text", strings.Repeat("x", 1000))
		}
		flush(t, l)
	}
}

// residentKiB is how much of a mapped file the process has in memory.
func residentKiB(t *testing.T, base string) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip("SKIPPED: ", err)
	}
	_, mapping, ok := strings.Cut(string(b), base+"\n")
	if !ok {
		t.Fatalf("%s is not mapped", base)
	}
	_, rss, _ := strings.Cut(mapping, "\nRss:")
	kib, err := strconv.Atoi(strings.Fields(rss)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kib
}
