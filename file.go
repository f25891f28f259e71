package spanlog

// The options of the log file, and what is wrong with them. How records get to the disk is
// package logfile's, and there is doc.go to read first; names, periods and retention are
// package archive's, and the journal is package journal's.

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"time"

	"github.com/spanlog/spanlog/internal/journal"
	"github.com/spanlog/spanlog/internal/logfile"
)

// Sizes in bytes, as in 100*spanlog.MiB. All sizes in options are bytes.
const (
	KiB = 1 << 10
	MiB = 1 << 20
	GiB = 1 << 30
)

// File is a sink that appends to a file, and does not lose a record: once Handle
// has returned nil, the record survives the death of the process, be it by
// SIGKILL, a lack of memory, a panic or os.Exit, for the price of a memory copy.
//
// The copy goes into a journal, a hidden file beside the log that is mapped into
// memory: for app.log it is .app.log.journal. From there, records are written to
// the log many at a time, after 100 ms at the latest; one at Error or above is in
// the log before Handle returns. What a process that died has left in its journal
// is written by the next one, or by another one that has the same File open. In
// the log there are whole lines only, each of them once.
//
// Where a file cannot be mapped (on Windows, on a network file system, without
// room for the journal), each record is written before Handle returns. So it is
// in a second process on the same path; it takes the journal over when the first
// one ends. Only the journal's holder rotates, compresses and deletes. On Windows
// processes do not know of each other: there, let only one rotate.
//
// A write that fails, as on a full disk, is reported and tried again, for as long
// as the journal has room; what does not fit any more is counted as dropped, and
// Handle says so. When it works again, what has waited is written. A file that
// somebody has moved or deleted is made again at its path.
//
// None of that is safe from a loss of power: for that see Sync.
//
// Directories on the way to the file are made as needed, with mode 0755 before
// the umask. After shutdown, records are still delivered: the file is opened for
// each. Two Files of one program must not have the same path; [New] refuses the
// second.
type File struct {
	// Path is the file's name. It must not be empty. A relative path is taken
	// from the working directory at the time of New, and a symbolic link is
	// followed then.
	Path string
	// Level is the least level that is written. By default, Options.Level.
	Level slog.Leveler
	// Format is how records are written. By default, JSON.
	Format Formatter
	// Mode is the permission of a file that is made here, before the umask. One
	// that is made in the place of another that this program has had open has that
	// one's. By default, 0600: logs hold secrets. A collector of another user needs
	// more, such as 0640 and a common group.
	Mode fs.FileMode

	// MaxSize is the number of bytes at which the file is rotated: before a
	// record that would make it larger. A record that is larger itself is written
	// whole. Rotated files are named for the time, in UTC: app.log becomes
	// app-20261125T032606.123456Z.log. It must be 4 KiB at least. By default, the size
	// does not matter.
	MaxSize int64
	// Every is when the file is rotated by the clock: [Daily], [Hourly] or
	// [Every]. An empty file is not. By default, the time does not matter.
	Every Period
	// MaxFiles is how many rotated files are kept, the newest ones. By default, any
	// number.
	MaxFiles int
	// MaxAge is how long after the last write to it a rotated file is kept. It must be
	// a minute at least. By default, for ever.
	MaxAge time.Duration
	// MaxTotal is how many bytes the rotated files may have, together with the
	// log itself. It is looked at after each rotation and once a minute, so that there can be
	// more for a moment: up to twice MaxSize. The oldest ones are deleted first. It must be
	// 4 KiB, and MaxSize, at least. By default, any number.
	MaxTotal int64
	// Compress has rotated files compressed with gzip, in the background, but for
	// the newest one: readers may still follow that. By default, they are not.
	Compress bool

	// Sync is when the file is made safe from a loss of power: [SyncNever],
	// [SyncErrors], [SyncAlways] or [SyncEvery]. By default, never.
	Sync SyncPolicy
	// WriteThrough has each record written before Handle returns, without a
	// journal. That costs a system call for each. By default, there is a journal
	// where there can be one.
	WriteThrough bool
	// Delay is how long a record waits in the journal at most. It must be a millisecond
	// at least. By default, 100 ms.
	Delay time.Duration
	// JournalSize is how many bytes may wait: at a third of it they are written
	// without delay, and on a full disk this is what there is room for. It must be
	// from 64 KiB to 1 GiB. By default, 1 MiB.
	JournalSize int
}

func (s File) sinkName() string { return fmt.Sprintf("file sink %q", s.Path) }

func (s File) build(b *builder) (sinkCore, error) {
	if err := s.validate(); err != nil {
		return sinkCore{}, err
	}
	level, format, err := b.levelAndFormat(s.Level, s.Format)
	if err != nil {
		return sinkCore{}, err
	}
	name := s.sinkName()
	c := &fileCore{threshold: newThreshold(level), format: format, stats: newSinkStats(name)}
	// The log tells what has become of records when it knows, which for one that waits in
	// the journal is after handle: another goroutine counts it.
	o := s.logOptions()
	o.Written = c.stats.delivered.addMany
	o.Lost = c.stats.drop
	o.Recovered = func(records int) { c.stats.recovered.Add(uint64(records)) }
	o.Report = func(err error) {
		c.stats.fail(err)
		b.reporter.report(name, err)
	}
	switch err := c.open(s.Path, o); {
	case errors.Is(err, errPathTaken), errors.Is(err, errNotRotatable):
		return sinkCore{}, badField("Path", "%w", err)
	case err != nil:
		return sinkCore{}, badField("Path", "cannot be opened: %w", err)
	}
	c.stats.journal = c.log.State
	// It has no breaker: see sinkCore.setBreaker.
	return sinkCore{core: c, name: name, stats: c.stats, order: -1, tells: true, lines: 1 << c.format, sure: true}, nil
}

// logOptions are the options but for the path and the functions. What is zero here, the
// log has a default for, which File's comments tell.
func (s File) logOptions() logfile.Options {
	o := logfile.Options{
		Mode:    s.Mode,
		MaxSize: s.MaxSize, Every: s.Every.schedule,
		MaxFiles: s.MaxFiles, MaxAge: s.MaxAge, MaxTotal: s.MaxTotal, Compress: s.Compress,
		WriteThrough: s.WriteThrough, JournalSize: s.JournalSize, Delay: s.Delay,
		WriteFrom: slog.LevelError, SyncFrom: s.Sync.from(), SyncEvery: s.Sync.every,
	}
	if o.Mode == 0 {
		o.Mode = 0o600
	}
	return o
}

// validate returns what is wrong with the options, by field.
func (s File) validate() error {
	errs := []error{
		checkNegative("MaxSize", s.MaxSize), checkNegative("MaxTotal", s.MaxTotal), checkNegative("JournalSize", s.JournalSize),
		checkNegative("MaxFiles", s.MaxFiles), checkNegative("MaxAge", s.MaxAge), checkNegative("Delay", s.Delay),
	}
	bad := func(field, problem string, args ...any) { errs = append(errs, badField(field, problem, args...)) }
	if s.Path == "" {
		bad("Path", "is empty")
	} else if os.IsPathSeparator(s.Path[len(s.Path)-1]) {
		bad("Path", "is that of a directory")
	}
	if s.Mode&^fs.ModePerm != 0 {
		bad("Mode", "is %v: want permission bits only", s.Mode)
	}
	// Other rotators count megabytes and days, so small numbers are mistakes.
	bytes := func(field string, n, least, most int64) {
		switch {
		case 0 < n && n < least:
			bad(field, "is %d bytes, less than %d: for megabytes, write %d*spanlog.MiB", n, least, n)
		case n > most:
			bad(field, "is %d bytes, more than %d", n, most)
		}
	}
	bytes("MaxSize", s.MaxSize, 4*KiB, math.MaxInt64)
	bytes("MaxTotal", s.MaxTotal, 4*KiB, math.MaxInt64)
	bytes("JournalSize", int64(s.JournalSize), journal.MinCapacity, journal.MaxCapacity)
	span := func(field string, d, least time.Duration, hint string) {
		if 0 < d && d < least {
			bad(field, "is %v, less than %v%s", d, least, hint)
		}
	}
	span("MaxAge", s.MaxAge, time.Minute, fmt.Sprintf(": for days, write %d*24*time.Hour", s.MaxAge))
	span("Every", s.Every.schedule.Duration(), time.Minute, "")
	span("Delay", s.Delay, time.Millisecond, ": for none, set WriteThrough")
	span("Sync", s.Sync.every, 10*time.Millisecond, ": for each record, take SyncAlways")
	if s.Every.schedule.Duration() < 0 { // also if it was given as 0
		bad("Every", "is not positive")
	}
	if s.Sync.every < 0 { // the same
		bad("Sync", "is not positive")
	}
	if s.MaxTotal > 0 && s.MaxTotal < s.MaxSize {
		bad("MaxTotal", "is %d, less than MaxSize, which is %d", s.MaxTotal, s.MaxSize)
	}
	if s.MaxSize == 0 && s.Every == (Period{}) {
		for _, f := range []struct {
			name string
			set  bool
		}{{"MaxFiles", s.MaxFiles > 0}, {"MaxAge", s.MaxAge > 0}, {"MaxTotal", s.MaxTotal > 0}, {"Compress", s.Compress}} {
			if f.set {
				bad(f.name, "is for rotated files, and there are none without MaxSize or Every")
			}
		}
	}
	return errors.Join(errs...)
}
