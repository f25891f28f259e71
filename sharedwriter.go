package spanlog

// The lock around a writer. Each record is one call of Write, and one call is made at a time,
// by all the sinks of a logger that have this writer. Loggers know nothing of each other:
// a writer that two of them have must bear calls at the same time.

import (
	"bytes"
	"io"
	"os"
	"sync"

	"github.com/spanlog/spanlog/internal/stdio"
)

// A sharedWriter is a writer with what all the sinks that write to it share.
type sharedWriter struct {
	w       io.Writer
	out     io.Writer  // what is written to: w, or what stands in for it
	foreign bool       // it may log: it is the program's
	sure    bool       // it neither logs nor panics, so that no deferred call has to unlock
	mu      sync.Mutex // held while the writer is called
	lineWriter
}

func newSharedWriter(w io.Writer) *sharedWriter {
	s := &sharedWriter{w: w, out: w}
	switch w := w.(type) {
	case *os.File:
		s.out, s.sure = stdio.Writer(w), true
	case *bytes.Buffer:
	default:
		s.sure = w == io.Discard
		s.foreign = !s.sure
	}
	return s
}

// lock takes the lock. It reports false where this goroutine would wait for
// itself, or for one that waits for it: within a call of a writer that may log, it
// does not wait for another.
func (s *sharedWriter) lock() bool {
	if s.mu.TryLock() {
		return true
	}
	if s.foreign && countFrames(writerCalls) > 0 {
		return false
	}
	s.mu.Lock()
	return true
}

// call calls f, which calls the writer, in a frame that can be found.
//
//go:noinline
func (s *sharedWriter) call(f func() error) error { return f() }

// A lineWriter writes lines, each with one Write. If one was cut off by an error,
// the next begins on a new line.
type lineWriter struct{ torn bool }

func (l *lineWriter) writeLine(w io.Writer, line []byte) error {
	if l.torn {
		if _, err := w.Write([]byte("\n")); err != nil {
			return err
		}
		l.torn = false
	}
	n, err := w.Write(line)
	if err == nil && n < len(line) {
		err = io.ErrShortWrite
	}
	l.torn = err != nil && n > 0 && n < len(line)
	return err
}

// share returns the writer with its lock. Two sinks of one logger with the same
// writer take turns, even if the writer could not bear otherwise.
func (b *builder) share(w io.Writer) *sharedWriter {
	if !comparable(w) {
		return newSharedWriter(w)
	}
	for _, s := range b.writers {
		if s.w == w {
			return s
		}
	}
	s := newSharedWriter(w)
	b.writers = append(b.writers, s)
	return s
}
