package logindex

// Open files: what blocks are read from. An open file keeps its content when it is renamed or
// deleted, so those that were used last stay open. But a directory may have more rotated files
// than a process may open, and what is decompressed takes room: both have a limit, and what
// was not used for longest gives way.

import (
	"container/list"
	"context"
	"os"
	"sync"

	"github.com/spanlog/spanlog/internal/logsource"
	"github.com/spanlog/spanlog/internal/openshared"
)

// maxOpen is how many files are open at once, in all logs. The sources of the logs have others
// open, up to 500 each (package logsource).
const maxOpen = 256

// openFiles are the files that were used last, and what compressed ones have.
type openFiles struct {
	mu     sync.Mutex
	byFile map[*file]*list.Element // of *opened; the same as in recent
	recent list.List               // the last used first
	closed bool                    // nothing stays open from then on

	dir   string // of the temporary files; never changed
	limit int64  // of the temporary files together, in bytes; never changed
	used  int64  // the sum of what they have reserved, up to the limit
}

// opened is a file that is open. Who still reads it when it is closed gets
// os.ErrClosed, and looks for it again.
type opened struct {
	of    *file // set once it is among the openFiles
	plain *os.File
	zip   *gunzip // nil: it is not compressed
}

func (o *openFiles) init(dir string, limit int64) {
	o.byFile, o.dir, o.limit = make(map[*file]*list.Element), dir, limit
}

// begin opens the file of a line that has come. That it could not be opened, or is another one
// by now, does not matter yet: it is looked for when it is read.
func (o *openFiles) begin(path, log string, block int) *file {
	f := newFile(path, log, block)
	if c, err := o.open(path); err == nil {
		o.put(f, c)
	}
	return f
}

// open opens what is at a path. What is compressed is told by its first bytes, as in package
// logsource: a file may have been compressed since its lines were read, or lack the ending.
func (o *openFiles) open(path string) (*opened, error) {
	f, err := openshared.Open(path)
	if err == nil {
		err = checkRegular(f)
		if err != nil {
			_ = f.Close()
		}
	}
	if err != nil {
		return nil, err
	}
	c := &opened{plain: f}
	if logsource.IsGzip(f) {
		c.zip = newGunzip(f, o)
	}
	return c, nil
}

// get returns a file if it is open, and remembers that it was used. The error is os.ErrClosed.
func (o *openFiles) get(f *file) (*opened, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if e, ok := o.byFile[f]; ok {
		o.recent.MoveToFront(e)
		return e.Value.(*opened), nil
	}
	return nil, os.ErrClosed
}

// put keeps a file open, in the place of the one that f had open before. From then on, c is not
// the caller's to close.
func (o *openFiles) put(f *file, c *opened) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		o.drop(c)
		return
	}
	c.of = f
	if e, ok := o.byFile[f]; ok {
		o.remove(e)
	}
	o.byFile[f] = o.recent.PushFront(c)
	if o.recent.Len() > maxOpen {
		o.remove(o.recent.Back())
	}
}

// remove closes one of the files that are kept. o.mu is held.
func (o *openFiles) remove(e *list.Element) {
	c := e.Value.(*opened)
	o.recent.Remove(e)
	delete(o.byFile, c.of)
	o.drop(c)
}

// drop closes a file that is not, or not any more, among those that are kept, and gives back
// what it has reserved. It does not wait for who reads it. o.mu is held.
func (o *openFiles) drop(c *opened) {
	_ = c.plain.Close()
	if c.zip != nil {
		o.used -= c.zip.reserved
		c.zip.reserved = 0
		c.zip.close()
	}
}

// reserve takes room for n more bytes of a temporary file, and reports whether it has. If there
// is not enough, others are closed with what they have decompressed, those that were used
// longest ago first. A file that needs more than the limit alone takes nothing from others.
func (o *openFiles) reserve(g *gunzip, n int64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if g.reserved+n > o.limit || g.closed.Load() {
		return false
	}
	for e := o.recent.Back(); e != nil && o.used+n > o.limit; {
		before := e.Prev() // while e is still in the list
		if c := e.Value.(*opened); c.zip != nil && c.zip != g && c.zip.reserved > 0 {
			o.remove(e)
		}
		e = before
	}
	if o.used+n > o.limit { // files that are being looked at by try are not in the list
		return false
	}
	o.used += n
	g.reserved += n
	return true
}

// release gives back all that a file has reserved.
func (o *openFiles) release(g *gunzip) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.used -= g.reserved
	g.reserved = 0
}

// close closes all files. Those that are opened after that are closed at once.
func (o *openFiles) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for e := o.recent.Front(); e != nil; e = o.recent.Front() {
		o.remove(e)
	}
}

// read reads a block from its open file. There are three kinds of errors, and no difference
// between them to [Index.read]: the file is not open, cannot be read, or is another one.
func (o *openFiles) read(ctx context.Context, b *block, buf []byte) error {
	c, err := o.get(b.file)
	if err != nil {
		return err
	}
	return c.read(ctx, b, buf)
}

// read reads a block, and sees whether it is that. Many may read a plain file at once; of a
// compressed one, it is one's turn at a time.
func (c *opened) read(ctx context.Context, b *block, buf []byte) (err error) {
	if c.zip != nil {
		err = c.zip.readAt(ctx, buf, b.offset)
	} else if len(buf) > 0 {
		_, err = c.plain.ReadAt(buf, b.offset)
	}
	if err == nil && !b.is(buf) {
		err = errGone
	}
	return err
}

// try opens a file if it has the first block of the one that is looked for, and the block
// that is wanted.
func (o *openFiles) try(ctx context.Context, path string, first, b *block, buf []byte) (*opened, error) {
	c, err := o.open(path)
	if err != nil {
		return nil, err
	}
	// What is compressed takes long to read up to the block. Mostly, its beginning says
	// already that it is not the one.
	if c.zip != nil && first.offset < b.offset {
		err = c.read(ctx, first, make([]byte, first.size))
	}
	if err == nil {
		err = c.read(ctx, b, buf)
	}
	if err != nil {
		o.mu.Lock()
		o.drop(c)
		o.mu.Unlock()
		return nil, err
	}
	return c, nil
}
