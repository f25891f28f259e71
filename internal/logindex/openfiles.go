package logindex

import (
	"container/list"
	"context"
	"os"
	"sync"

	"github.com/spanlog/spanlog/internal/logsource"
	"github.com/spanlog/spanlog/internal/openshared"
)

// maxOpen is how many files are open at once.
const maxOpen = 256

// openFiles are the files that were used last, and what compressed ones have.
type openFiles struct {
	mu     sync.Mutex
	at     map[*file]*list.Element // of *opened
	recent list.List               // the last used first
	closed bool

	dir   string
	limit int64 // of the temporary files together
	used  int64
}

// opened is a file that is open. Who still reads it when it is closed gets
// os.ErrClosed, and looks for it again.
type opened struct {
	of    *file
	plain *os.File
	zip   *gunzip // nil: it is not compressed
}

func (o *openFiles) init(dir string, limit int64) {
	o.at, o.dir, o.limit = make(map[*file]*list.Element), dir, limit
}

// begin opens the file of a line that has come. That it may be another one by now is seen
// when it is read.
func (o *openFiles) begin(path, log string, block int) *file {
	f := newFile(path, log, block)
	if c, err := o.open(path); err == nil {
		o.put(f, c)
	}
	return f
}

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

// get returns an open file.
func (o *openFiles) get(f *file) (*opened, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if e, ok := o.at[f]; ok {
		o.recent.MoveToFront(e)
		return e.Value.(*opened), nil
	}
	return nil, os.ErrClosed
}

// put keeps an open file in the place of another one.
func (o *openFiles) put(f *file, c *opened) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		o.drop(c)
		return
	}
	c.of = f
	if e, ok := o.at[f]; ok {
		o.remove(e)
	}
	o.at[f] = o.recent.PushFront(c)
	if o.recent.Len() > maxOpen {
		o.remove(o.recent.Back())
	}
}

func (o *openFiles) remove(e *list.Element) {
	c := e.Value.(*opened)
	o.recent.Remove(e)
	delete(o.at, c.of)
	o.drop(c)
}

func (o *openFiles) drop(c *opened) {
	_ = c.plain.Close()
	if c.zip != nil {
		o.used -= c.zip.reserved
		c.zip.reserved = 0
		c.zip.close()
	}
}

// reserve takes room for a temporary file, from others if there is not enough.
func (o *openFiles) reserve(g *gunzip, n int64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if g.reserved+n > o.limit || g.closed.Load() {
		return false
	}
	for e := o.recent.Back(); e != nil && o.used+n > o.limit; {
		before := e.Prev()
		if c := e.Value.(*opened); c.zip != nil && c.zip != g && c.zip.reserved > 0 {
			o.remove(e)
		}
		e = before
	}
	if o.used+n > o.limit {
		return false
	}
	o.used += n
	g.reserved += n
	return true
}

// release gives room back.
func (o *openFiles) release(g *gunzip) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.used -= g.reserved
	g.reserved = 0
}

func (o *openFiles) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for e := o.recent.Front(); e != nil; e = o.recent.Front() {
		o.remove(e)
	}
}

// read reads a block from its open file.
func (o *openFiles) read(ctx context.Context, b *block, buf []byte) error {
	c, err := o.get(b.file)
	if err != nil {
		return err
	}
	return c.read(ctx, b, buf)
}

// read reads a block, and sees whether it is that.
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
