//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package journal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spanlog/spanlog/internal/assert"
)

// errDied is the error of a process that has died on the way.
var errDied = errors.New("died")

// A testLog is a log that is written as doc.go says: the file log in a directory,
// and log.001, log.002 and so on, which it was before.
type testLog struct {
	t   assert.T
	dir string
	// dies is asked before each thing that is done, and reports whether the
	// process dies there. In a write, some of it has been done then.
	dies func() bool
}

func (l *testLog) path() string { return filepath.Join(l.dir, "log") }

// files are the log's files, oldest first.
func (l *testLog) files() []string {
	l.t.Helper()
	old, err := filepath.Glob(l.path() + ".*")
	assert.NoError(l.t, err)
	if _, err := os.Stat(l.path()); err == nil {
		old = append(old, l.path())
	}
	return old
}

// content is what all files have.
func (l *testLog) content() (all []byte) {
	l.t.Helper()
	for _, path := range l.files() {
		b, err := os.ReadFile(path)
		assert.NoError(l.t, err)
		all = append(all, b...)
	}
	return all
}

// rotate gives the file another name.
func (l *testLog) rotate() {
	l.t.Helper()
	if _, err := os.Stat(l.path()); err == nil {
		n := len(l.files()) + 1
		for {
			name := fmt.Sprintf("%s.%03d", l.path(), n)
			if _, err := os.Stat(name); err != nil {
				assert.NoError(l.t, os.Rename(l.path(), name))
				return
			}
			n++
		}
	}
}

// target is where the next write goes.
func (l *testLog) target() Target {
	l.t.Helper()
	assert.NoError(l.t, l.append(l.path(), nil))
	b, err := os.ReadFile(l.path())
	assert.NoError(l.t, err)
	before := b[max(0, len(b)-BeforeMax):]
	device, inode := identity(l.t, l.path())
	return Target{
		Device: device, Inode: inode, Offset: int64(len(b)),
		Before: Checksum(before), BeforeLength: int64(len(before)),
	}
}

func identity(t assert.T, path string) (device, inode uint64) {
	t.Helper()
	info, err := os.Stat(path)
	assert.NoError(t, err)
	st := info.Sys().(*syscall.Stat_t)
	return uint64(st.Dev), uint64(st.Ino) // whatever their types are here
}

// append writes to the end of a file.
func (l *testLog) append(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	assert.NoError(l.t, err)
	defer f.Close()
	if len(b) == 0 {
		return nil
	}
	var died error
	if l.dies() {
		b, died = b[:(len(b)*7+3)%len(b)], errDied
	}
	_, err = f.Write(b)
	assert.NoError(l.t, err)
	return died
}

// find returns the file of a target, wherever it is, and what it has from the
// offset on. There may be none any more.
func (l *testLog) find(t Target) (path string, behind []byte) {
	l.t.Helper()
	for _, path := range l.files() {
		if device, inode := identity(l.t, path); device != t.Device || inode != t.Inode {
			continue
		}
		b, err := os.ReadFile(path)
		assert.NoError(l.t, err)
		if t.Offset > int64(len(b)) || Checksum(b[t.Offset-t.BeforeLength:t.Offset]) != t.Before {
			continue
		}
		return path, b[t.Offset:]
	}
	return "", nil
}

// drain writes the oldest records to the log.
func (l *testLog) drain(j *Journal, records []Record) error {
	l.t.Helper()
	var content []byte
	size, numbers := 0, 0
	for _, r := range records {
		content = append(content, r.Line...)
		size, numbers = size+r.Size, numbers+r.Numbers
	}
	return l.write(j, content, size, numbers)
}

func (l *testLog) write(j *Journal, content []byte, size, numbers int) error {
	l.t.Helper()
	intent := Intent{Target: l.target(), Records: numbers, Length: int64(len(content)), Sum: Checksum(content)}
	if l.dies() {
		return errDied
	}
	assert.NoError(l.t, j.Begin(intent, size))
	if l.dies() {
		return errDied
	}
	if err := l.append(l.path(), content); err != nil {
		return err
	}
	if l.dies() {
		return errDied
	}
	assert.NoError(l.t, j.Done(size, numbers))
	return nil
}

// recover writes what a dead process has left.
func (l *testLog) recover(j *Journal, p *Pending) error {
	l.t.Helper()
	if p.Lost+p.BegunLost > 0 || p.Again {
		l.t.Fatalf("without any damage, there is %s", describe(p, nil))
	}
	if p.Intent != nil {
		if err := l.finish(j, p); err != nil {
			return err
		}
	}
	for rest := p.Rest; len(rest) > 0; {
		n := min(len(rest), 5)
		if err := l.drain(j, rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// finish completes the write that was begun.
func (l *testLog) finish(j *Journal, p *Pending) error {
	l.t.Helper()
	path, have := l.find(p.Intent.Target)
	content := p.Content()
	switch {
	case p.Intent.Records == 0:
		// A record past the ring: its caller does not know that it is there.
		if path != "" {
			assert.NoError(l.t, os.Truncate(path, p.Intent.Offset))
		}
	case path == "":
		return l.drain(j, p.Begun)
	case !bytes.HasPrefix(content, have):
		l.t.Fatalf("behind the offset is %.60q, which does not begin %.60q", have, content)
	default:
		if err := l.append(path, content[len(have):]); err != nil {
			return err
		}
	}
	if l.dies() {
		return errDied
	}
	assert.NoError(l.t, j.Done(p.BegunSize, p.BegunNumbers))
	return nil
}
