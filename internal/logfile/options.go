package logfile

import (
	"io/fs"
	"log/slog"
	"math"
	"path/filepath"
	"time"

	"github.com/spanlog/spanlog/internal/archive"
)

// Options are what a Log does. Its caller has checked them: package spanlog does so
// in File, whose fields these mostly are, and which says what each is for.
type Options struct {
	Path string      // absolute, and not a symbolic link
	Mode fs.FileMode // of a file that is made; one that follows another has that one's

	MaxSize int64            // bytes at which the file is rotated; 0: none
	Every   archive.Schedule // when it is rotated

	// What becomes of rotated files, as archive.Archive has it.
	MaxFiles int
	MaxAge   time.Duration
	MaxTotal int64
	Compress bool

	// WriteThrough has no journal: Append writes.
	WriteThrough bool
	// JournalSize is how many bytes may wait to be written; 0: 1 MiB. It is the
	// ring's size, which package journal rounds up to whole pages, and without a
	// journal the bound of what waits in memory.
	JournalSize int
	// Delay is how long they wait at most; 0: 100 ms.
	Delay time.Duration
	// WriteFrom is the level from which on a record is in the file, and SyncFrom
	// that from which on it is synced to disk, when Append returns.
	WriteFrom, SyncFrom slog.Level
	// SyncEvery is how often the file is synced if it was written to; 0: never.
	SyncEvery time.Duration

	// Report may log. The other functions count, and must not use the Log: they
	// are called while it is locked. Nil ones are not called.

	// Written is told of records that are in the file now.
	Written func(records, bytes int)
	// Lost is told of a record that was accepted and will never be written.
	Lost func(level slog.Level, err error)
	// Recovered is told of records that a dead process had left, and that are in
	// the file now.
	Recovered func(records int)
	// Report is told of what goes wrong beside Append.
	Report func(error)
}

// Never is for SyncFrom: no level is as high.
const Never = slog.Level(math.MaxInt)

// The defaults are part of what package spanlog promises: they stand in the doc of
// File and in docs/durability.md as well.
const (
	defaultJournal = 1 << 20
	defaultDelay   = 100 * time.Millisecond
)

func (o *Options) setDefaults() {
	if o.JournalSize == 0 {
		o.JournalSize = defaultJournal
	}
	if o.Delay == 0 {
		o.Delay = defaultDelay
	}
	if o.Written == nil {
		o.Written = func(int, int) {}
	}
	if o.Lost == nil {
		o.Lost = func(slog.Level, error) {}
	}
	if o.Recovered == nil {
		o.Recovered = func(int) {}
	}
	if o.Report == nil {
		o.Report = func(error) {}
	}
}

// syncs reports whether the file is ever synced. Then so is its directory, where
// its name is.
func (o *Options) syncs() bool { return o.SyncFrom != Never || o.SyncEvery > 0 }

// journalPath is where the journal is: hidden, so that no collector that looks
// for *.log* takes it for a log.
func (o *Options) journalPath() string {
	dir, base := filepath.Split(o.Path)
	return filepath.Join(dir, "."+base+".journal")
}
