package logindex

// Compressed files, read at any place. gzip can only be read from its beginning. So what is
// decompressed on the way to a place is kept in a temporary file, from which all before that
// place can be had; and where there is no room for one, the way is gone again.

import (
	"bufio"
	"compress/gzip"
	"context"
	"io"
	"math"
	"os"
	"sync/atomic"
)

// chunk is how much is decompressed at once.
const chunk = 256 << 10

// A gunzip reads a compressed file at any place. What it has decompressed it keeps in a
// temporary file, as long as there is room. It is one of the openFiles' and closed by them,
// also while somebody reads it.
type gunzip struct {
	source *os.File // the opened one's, who closes it
	files  *openFiles
	closed atomic.Bool

	reserved int64 // for the temporary file; guarded by the mu of files

	// turn is of who reads, and guards what follows. To decompress takes long, so one has to be
	// able to give up waiting for it: it is a channel.
	turn chan struct{}
	zip  *gzip.Reader // nil: the next reading begins at the source's beginning
	pos  int64        // up to where the source is decompressed
	temp *os.File     // has all up to pos; nil: nothing is kept
	name string       // of the temporary file, if it still has one
	full bool         // there was no room, or no temporary file: it is not tried again
	buf  []byte       // for a chunk
}

func newGunzip(source *os.File, files *openFiles) *gunzip {
	return &gunzip{source: source, files: files, turn: make(chan struct{}, 1)}
}

// readAt reads all of b, or returns an error. If the file was closed while it was read, what was
// read does not count, and the error is os.ErrClosed.
func (g *gunzip) readAt(ctx context.Context, b []byte, offset int64) error {
	select {
	case g.turn <- struct{}{}:
		defer g.release()
	case <-ctx.Done():
		return ctx.Err()
	}
	if g.closed.Load() {
		return os.ErrClosed
	}
	err := g.advance(ctx, offset, offset+int64(len(b)), b)
	if g.temp != nil && err == nil && len(b) > 0 {
		_, err = g.temp.ReadAt(b, offset)
	}
	if g.closed.Load() {
		return os.ErrClosed
	}
	return err
}

// release ends a turn. If the file was closed meanwhile, the temporary one is removed: either
// close has got the turn and has done so, or it has left that to this. As closed is set before
// close tries for the turn, and is looked at here after it is given up, one of the two sees it.
func (g *gunzip) release() {
	<-g.turn
	if g.closed.Load() {
		g.close()
	}
}

// advance decompresses up to an end, if that is not done yet. If there is no temporary file by
// then, b has what is from offset on. With one, b is left alone.
//
// If the temporary file gets too large on the way, the way begins anew without one: what was
// kept may have had some of b.
func (g *gunzip) advance(ctx context.Context, offset, end int64, b []byte) error {
	if g.zip == nil || g.temp == nil && g.pos > offset {
		if err := g.restart(); err != nil {
			return err
		}
	}
	for g.pos < end {
		if err := ctx.Err(); err != nil {
			return err
		}
		buf := g.buf
		if g.temp == nil { // what is beyond would be lost
			buf = buf[:min(int64(len(buf)), end-g.pos)]
		}
		n, err := g.zip.Read(buf)
		if g.temp != nil && !g.keep(buf[:n]) {
			g.dropTemp()
			g.zip = nil
			return g.advance(ctx, offset, end, b) // once at most, as it is full now
		}
		if at := g.pos - offset; g.temp == nil && at+int64(n) > 0 && at < int64(len(b)) {
			copy(b[max(at, 0):], buf[max(-at, 0):n])
		}
		g.pos += int64(n)
		if err == io.EOF && g.pos >= end {
			return nil
		}
		if err != nil && g.pos < end { // it is damaged, or another file; an error behind the end does not matter
			g.zip = nil
			g.dropTemp()
			return err
		}
	}
	return nil
}

// restart begins at the source's beginning. Without a temporary file it is slower, and no error.
// On Unix the file has no name from the first moment on, so nothing is left of it however the
// process ends.
func (g *gunzip) restart() error {
	zip, err := gzip.NewReader(bufio.NewReaderSize(io.NewSectionReader(g.source, 0, math.MaxInt64), chunk))
	if err != nil {
		return err
	}
	g.zip, g.pos = zip, 0
	if g.buf == nil {
		g.buf = make([]byte, chunk)
	}
	g.dropTemp()
	if g.full {
		return nil
	}
	temp, err := os.CreateTemp(g.files.dir, "spanlog-")
	if err != nil {
		g.full = true
		return nil
	}
	g.temp = temp
	if os.Remove(temp.Name()) != nil {
		g.name = temp.Name() // on Windows, where it is removed when it is closed
	}
	return nil
}

// keep writes what comes next to the temporary file, and reports whether there was room.
func (g *gunzip) keep(b []byte) bool {
	if !g.files.reserve(g, int64(len(b))) {
		g.full = true
		return false
	}
	if _, err := g.temp.WriteAt(b, g.pos); err != nil {
		g.full = true
		return false
	}
	return true
}

// dropTemp gives up the temporary file, and its room.
func (g *gunzip) dropTemp() {
	if g.temp != nil {
		g.removeTemp()
		g.files.release(g)
	}
}

// removeTemp is dropTemp for when the room is given back already: that takes the files' lock.
func (g *gunzip) removeTemp() {
	if g.temp != nil {
		_ = g.temp.Close()
		g.temp = nil
		if g.name != "" {
			_ = os.Remove(g.name)
			g.name = ""
		}
	}
}

// close is called with the files locked, and so must not wait: who reads removes the temporary
// file at the end. Its room, and the source, are the business of openFiles.drop.
func (g *gunzip) close() {
	g.closed.Store(true)
	select {
	case g.turn <- struct{}{}:
		g.removeTemp()
		<-g.turn
	default:
	}
}
