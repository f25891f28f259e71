package logfile

// What became of a dead process's last write. The journal says what it was to be
// and where; only the file can say how much of it is there. Package journal's doc
// has the reasons, resolve_test.go and resolve_linux_test.go all the cases, among
// them a file whose inode another one has got.

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spanlog/spanlog/internal/journal"
)

// maxSearch is how far behind an intent's offset its content is looked for, among
// what other processes have written. It bounds the memory for that; content that
// lies behind is written again.
const maxSearch = 64 << 20

// resolve finds out what has become of the write that a dead process had begun:
// whether it is done, and if not, how much of it is in the file that is open, for
// the rest to be written behind it. See package journal for why that is so.
func (l *Log) resolve(p *journal.Pending) (part int, done bool) {
	f, current, err := l.find(p.Intent.Target)
	if err != nil {
		l.chores.report(err)
	}
	if f == nil {
		return 0, false // with the file, all that was written is gone
	}
	if !current {
		defer f.Close()
	}
	part, done, err = compare(f, p)
	if err == nil && part > 0 && !current {
		// It was moved in the meantime. What belongs to it goes there.
		_, err = f.Write(p.Content()[part:])
		part, done = 0, err == nil
	}
	if err != nil {
		l.chores.report(fmt.Errorf("what a process that died has left: %w", err))
	}
	return part, done
}

// find returns the file of an intent, wherever it is called in the log's
// directory, and whether it is the one that is open. It is nil if there is none.
// Whoever has moved it, the owner or somebody else, has left it in there mostly.
func (l *Log) find(t journal.Target) (f *os.File, current bool, err error) {
	if err := l.out.stat(); err != nil {
		return nil, false, err
	}
	if l.out.device == t.Device && l.out.inode == t.Inode {
		return l.out.file, true, nil
	}
	dir := filepath.Dir(l.opts.Path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, false, err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if device, inode := identity(info); device != t.Device || inode != t.Inode {
			continue
		}
		f, err := os.OpenFile(filepath.Join(dir, e.Name()), os.O_RDWR|os.O_APPEND|noFollow, 0)
		if err != nil {
			return nil, false, err
		}
		if opened, err := f.Stat(); err != nil || !os.SameFile(info, opened) {
			_ = f.Close()
			continue
		}
		return f, false, nil
	}
	return nil, false, nil
}

// compare looks for the content of an intent in its file: all of it is there, or a
// beginning that ends the file, or anything else, which is nothing. With part above
// 0, the file ends in the middle of the content, and what is missing can follow.
func compare(f *os.File, p *journal.Pending) (part int, done bool, err error) {
	t := p.Intent
	info, err := f.Stat()
	if err != nil {
		return 0, false, err
	}
	size := info.Size()
	if size < t.Offset || !follows(f, t.Target) {
		return 0, false, nil // another file that has got the inode, or one cut off
	}
	have := make([]byte, min(size-t.Offset, maxSearch))
	if _, err := f.ReadAt(have, t.Offset); err != nil {
		return 0, false, err
	}
	if int64(len(have)) >= t.Length && journal.Checksum(have[:t.Length]) == t.Sum {
		return 0, true, nil
	}
	if p.BegunNumbers == 0 {
		return 0, false, cutOff(f, t, have)
	}
	content := p.Content()
	if content == nil {
		return 0, false, nil
	}
	if bytes.HasPrefix(content, have) {
		return len(have), false, nil
	}
	// Others have written in between.
	return 0, bytes.Contains(have, content), nil
}

// follows reports whether the bytes before an intent's offset are the right ones.
func follows(f *os.File, t journal.Target) bool {
	before := make([]byte, t.BeforeLength)
	_, err := f.ReadAt(before, t.Offset-t.BeforeLength)
	return err == nil && journal.Checksum(before) == t.Before
}

// cutOff takes away a part of a record that was too long for the journal. Nobody
// was told that it was written, and if it stayed, another line would follow in
// the middle of it. Whole lines stay: others may have written them in the
// meantime.
func cutOff(f *os.File, t *journal.Intent, have []byte) error {
	end := t.Offset + int64(len(have))
	whole := t.Offset + int64(bytes.LastIndexByte(have, '\n')+1)
	if whole == end {
		return nil
	}
	return cut(f, whole, end)
}
