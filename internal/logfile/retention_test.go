package logfile

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// The tests in this file show what docs/retention.md computes.

// diskUse is how many bytes all files beside a log have, with the log itself.
func diskUse(t testing.TB, path string) (size int64) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	assert.NoError(t, err)
	for _, e := range entries {
		info, err := e.Info()
		if os.IsNotExist(err) {
			continue // deleted since
		}
		assert.NoError(t, err)
		size += info.Size()
	}
	return size
}

// noise is a line that no compression makes smaller.
func noise(random *rand.Rand, size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(' ' + random.IntN(224))
	}
	b[size-1] = '\n'
	return b
}

// TestRetentionDisk: all that a log has on the disk stays below what the guide says, before
// each write and when all is tended; and it is not far below.
func TestRetentionDisk(t *testing.T) {
	const maxSize, record = 4096, 1000
	const journalFile = ringSize + 4096
	for _, test := range []struct {
		name   string
		change func(*Options)
		most   int64 // without the journal
	}{
		{"MaxFiles", func(o *Options) { o.MaxFiles = 3 }, (3 + 2) * maxSize},
		{"MaxFiles, compressed", func(o *Options) { o.MaxFiles, o.Compress = 3, true }, (3 + 2) * maxSize},
		{"MaxTotal", func(o *Options) { o.MaxTotal = 20000 }, 20000 + 2*maxSize},
		{"MaxTotal, compressed", func(o *Options) { o.MaxTotal, o.Compress = 20000, true }, 20000 + 2*maxSize},
	} {
		t.Run(test.name, func(t *testing.T) {
			needJournal(t)
			synctest.Test(t, func(t *testing.T) {
				o := options(t)
				o.MaxSize = maxSize
				test.change(&o)
				tr := begin(t, o)
				var peak int64
				tr.Log.write = func(f *os.File, b []byte) (int, error) {
					peak = max(peak, diskUse(t, o.Path)) // a round of tending may be under way
					return f.Write(b)
				}
				tr.start()
				random := rand.New(rand.NewPCG(1, 2))
				for range 100 {
					assert.NoError(t, tr.Append(noise(random, record), urgent))
					synctest.Wait()
					peak = max(peak, diskUse(t, o.Path))
					if n := len(rotated(t, o.Path)); o.MaxFiles > 0 && n > o.MaxFiles {
						t.Fatalf("%d rotated files are kept", n)
					}
				}
				peak -= journalFile
				if peak > test.most || peak < test.most-2*maxSize {
					t.Errorf("at most %d bytes beside the journal, want up to %d", peak, test.most)
				}
				assert.Equal(t, "reports", fmt.Sprint(tr.told()), "[]")
			})
		})
	}
}

// TestRetentionAge: with a clock and an age, no record is older than the two together and the
// minute in which it is looked for old files, also if the program is quiet; with a size alone,
// what is in the log itself may be as old as it likes.
func TestRetentionAge(t *testing.T) {
	const step = 57 * time.Second // between two records
	for _, test := range []struct {
		name   string
		change func(*Options)
		most   time.Duration // 0: there is no limit
	}{
		{"Hourly", func(o *Options) { o.Every = hourly }, 3*time.Hour + time.Minute + 3*time.Second},
		{"MaxSize", func(o *Options) { o.MaxSize = 1 << 20 }, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := options(t)
				o.MaxAge = 2 * time.Hour
				test.change(&o)
				toNext(hourly, 0)
				begin := time.Now()
				tr := open(t, o)
				oldest := time.Duration(0)
				for n := 1; n <= 840; n++ {
					if n <= 480 { // then nothing is logged any more
						tr.add(urgent, n, n)
						stamp(t, o.Path)
					}
					time.Sleep(step)
					first, _, _ := strings.Cut(all(t, o.Path), "\n")
					if n := number(first + "\n"); n > 0 {
						oldest = max(oldest, time.Since(begin)-time.Duration(n-1)*step)
					}
				}
				switch end := all(t, o.Path); {
				case test.most == 0:
					assert.Equal(t, "what is left", numbers(end), "1-480")
				case end != "":
					t.Errorf("records %s are left", numbers(end))
				case oldest > test.most || oldest < test.most-5*time.Minute:
					t.Errorf("the oldest record was %v old, want up to %v", oldest, test.most)
				}
			})
		})
	}
}

// TestJournalHasWritten: records are in the journal's file for a while after they are in the
// log, until others take their room, and are gone with the file when the log is closed.
func TestJournalHasWritten(t *testing.T) {
	needJournal(t)
	o := options(t)
	tr := open(t, o)
	tr.add(calm, 1, 10)
	tr.flush()
	b, err := os.ReadFile(o.journalPath())
	assert.NoError(t, err)
	for n := 1; n <= 10; n++ {
		if !bytes.Contains(b, line(n, 0)) {
			t.Errorf("line %d is not there", n)
		}
	}
	assert.NoError(t, tr.end())
	if _, err := os.Lstat(o.journalPath()); !os.IsNotExist(err) {
		t.Errorf("the journal is still there: %v", err)
	}
}

// TestRestoredJournal: a journal that was copied earlier than its log, as a backup may do,
// has its records written once more. Without it there is nothing of the kind.
func TestRestoredJournal(t *testing.T) {
	for _, test := range []struct {
		name, want string
		with       bool
	}{
		{"with the journal", "1-10 1-10", true},
		{"without", "1-10", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			needJournal(t)
			o := options(t)
			o.Delay = time.Hour
			tr := open(t, o)
			tr.add(calm, 1, 10)
			journal, err := os.ReadFile(o.journalPath())
			assert.NoError(t, err)
			tr.flush()
			log, err := os.ReadFile(o.Path)
			assert.NoError(t, err)

			restored := options(t)
			assert.NoError(t, os.WriteFile(restored.Path, log, 0o600))
			if test.with {
				assert.NoError(t, os.WriteFile(restored.journalPath(), journal, 0o600))
			}
			open(t, restored).flush()
			wantFile(t, restored.Path, test.want)
		})
	}
}
