package archive

// Compression, by a way on which a process can die anywhere:
//
//	.app-….log.gz.tmp   written, synced; a leftover is removed by the next round
//	app-….log.gz        renamed, and the directory synced; from here on there is
//	                    a pair, which settle compares
//	app-….log           deleted
//
// So at each moment one of the two names has all of the content, also after a loss
// of power. crash_test.go kills it between all of these, with the tag crashpoint.

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
	"unicode"

	"github.com/spanlog/spanlog/internal/crashpoint"
)

// blockSize is how much is compressed, or compared, before ctx is asked again: a
// few milliseconds of work, so that a shutdown does not wait for a large file.
const blockSize = 128 << 10

// compress compresses the plain files but for the newest, which a reader that was
// behind when the log was moved aside may still read to its end. A file that is
// there compressed as well had its turn in settle: it is either held by a writer
// or not the same, and what is there is not compressed over.
func (r *round) compress(files []File) {
	if !r.Compress {
		return
	}
	for i, f := range files {
		newest := f.Time.Equal(files[len(files)-1].Time)
		if f.Compressed || newest || paired(files, i) {
			continue
		}
		if r.ended() {
			return
		}
		r.note("compressing", f.Path, r.compressOne(f.Path))
	}
}

// compressOne puts a compressed file in the place of a plain one. The plain one
// stays, and stays locked, until the other is whole and safe on disk: content
// first, then its name. Before the rename, a process that dies leaves a temporary
// file to remove, and after it, a pair to settle.
func (r *round) compressOne(path string) error {
	src, err := hold(path)
	if err != nil {
		return err
	}
	defer src.Close()
	info, err := src.Stat()
	if err != nil {
		return err
	}
	to, temp := path+gzSuffix, tempPath(path)
	if _, err := os.Lstat(to); err == nil {
		// The rename would refuse it as well, but only after all the work.
		return &fs.PathError{Op: "make", Path: to, Err: fs.ErrExist}
	}
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|openSafely, 0o600)
	if err != nil {
		return err
	}
	crashpoint.Here("compress-begin")
	err = errors.Join(r.fillTemp(f, src, info), f.Close())
	if err == nil {
		// On some systems, closing a file is a change to it.
		err = os.Chtimes(temp, time.Time{}, info.ModTime())
	}
	if err == nil {
		crashpoint.Here("compress-before-rename")
		err = moveNoReplace(temp, to)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	if err := SyncDir(filepath.Dir(path)); err != nil {
		return err // the file is there twice, which the next round settles
	}
	crashpoint.Here("compress-before-unlink")
	err = src.remove()
	crashpoint.Here("compress-end")
	return err
}

// fillTemp makes a temporary file what the compressed one is to be: content,
// owner and permissions, safe on disk. Until the content is there, the file can be
// read only by us.
func (r *round) fillTemp(f *os.File, src held, info fs.FileInfo) error {
	buf := bufio.NewWriterSize(f, blockSize) // gzip writes some 200 bytes at a time
	z := gzip.NewWriter(buf)
	z.ModTime = info.ModTime()
	z.Name = headerName(info.Name())
	n, err := r.copyBlocks(z, io.LimitReader(src, info.Size()))
	if err != nil {
		return err
	}
	// A writer that takes no lock, because it is not one of ours or the system has
	// none, is seen by what it did to the size.
	switch now, err := src.Stat(); {
	case err != nil:
		return err
	case n != now.Size():
		return errHeld
	}
	if err := z.Close(); err != nil {
		return err
	}
	if err := buf.Flush(); err != nil {
		return err
	}
	if err := TakeOwner(f, info); err != nil {
		return err
	}
	return f.Sync()
}

// copyBlocks copies from a reader to its end, and returns how much that was.
func (r *round) copyBlocks(to io.Writer, from io.Reader) (n int64, err error) {
	for b := make([]byte, blockSize); ; {
		if r.ended() {
			return n, errEnded
		}
		k, err := fill(from, b)
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if _, err := to.Write(b[:k]); err != nil {
			return n, err
		}
		if n == 0 {
			crashpoint.Here("compress-middle")
		}
		n += int64(k)
	}
}

// headerName is the name of the content in a gzip header, from which gunzip -N
// and file managers take it. It is limited to Latin-1; a file with another name is
// compressed without it.
func headerName(name string) string {
	for _, r := range name {
		if r > unicode.MaxLatin1 { // what is not UTF-8 is as well
			return ""
		}
	}
	return name
}
