package logsource

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Options say what of a log is read.
type Options struct {
	// Follow has the log followed: at its end, Next waits for more, also if the
	// file is rotated, cut, deleted or not there yet. Standard input, pipes and
	// devices end when they end.
	Follow bool
	// Rotated has the rotated files read first, the oldest before the others.
	Rotated bool
	// Tail is how many of the last lines are read, before those that come when
	// the log is followed. By default, all; if it is negative, none. Only files
	// have it.
	Tail int
	// MaxLine is how many bytes a line may have to be given whole. By default,
	// 16 MiB. For a line as long as that, there has to be memory for two.
	MaxLine int
	// Poll is how often a log that is followed is looked at. By default, every
	// 100 ms.
	Poll time.Duration
}

// A Line is valid until the next call of Next.
type Line struct {
	// Text is without its newline, and without a carriage return before it. It
	// may be empty, and it may have NULs.
	Text []byte
	// File is the path at which the file was opened; it may have another one by
	// now. For standard input it is "-".
	File string
	// Offset is where the line begins in the file, or in what it has compressed.
	Offset int64
	// Torn reports that this is not a whole line: the file ends without a
	// newline, or the line is longer than Options.MaxLine and this is a part of
	// it.
	Torn bool
}

// A Source reads the lines of a log. Only Close may be called while another call
// is under way.
//
// There is no goroutine for files: Next looks at them itself, and waits by a timer.
// So nothing is read ahead of whoever uses it but what fits the buffer.
type Source struct {
	opts  Options
	path  string
	lines splitter

	closed atomic.Bool
	done   chan struct{} // closed by Close
	timer  *time.Timer   // for the next poll; made when it is first needed

	// mu keeps Close from the files while they are used. It is not held while Next
	// waits.
	mu     sync.Mutex
	stream *stream // if it is not a file
	files  []*file // still to be read, the first is being read
	log    string  // where the path leads, if it is a link

	// What is remembered of the last look, to see what is new at the next one.
	known    known       // the rotated files that there were
	unlisted error       // why they are not known
	seen     fs.FileInfo // what was at the path then
	relist   time.Time   // when to look again, even if that is still there
	told     string      // the last error that is to be returned once
}

// A FileError is about one file, which could not be read, or not to its end. Next
// goes on with what comes after that.
type FileError struct {
	Path string
	Err  error
}

// Error has the path once.
func (e *FileError) Error() string {
	if _, ok := errors.AsType[*fs.PathError](e.Err); ok {
		return e.Err.Error() // which has the path
	}
	return "read " + e.Path + ": " + e.Err.Error()
}

func (e *FileError) Unwrap() error { return e.Err }

// Open opens the log at a path. If it is "-", that is standard input. What is
// compressed with gzip is decompressed, whatever its name. A log that is not there
// is an error, unless it is followed, or has rotated files that are to be read. To
// open a named pipe takes until somebody writes to it.
func Open(path string, o Options) (*Source, error) {
	if o.MaxLine <= 0 {
		o.MaxLine = 16 << 20
	}
	if o.Poll <= 0 {
		o.Poll = 100 * time.Millisecond
	}
	s := &Source{
		opts: o, path: path, log: path, done: make(chan struct{}),
		lines: newSplitter(o.MaxLine, readSize),
	}
	stream, err := openStream(path)
	switch {
	case err != nil:
		return nil, err
	case stream == nil:
		err = s.begin()
	case o.Tail != 0:
		stream.close()
		err = &FileError{path, errors.New("the last lines can only be had of a file")}
	}
	if err != nil {
		return nil, err
	}
	if s.stream = stream; stream != nil {
		go stream.pump()
	}
	return s, nil
}

// Next returns the next line. At the end it returns io.EOF, or waits if the log is
// followed.
//
// Once ctx has ended, the error is ctx's. If all that is there has been read by
// then, but for a line that has no newline yet, that is given before, as torn. With
// another ctx, the next call goes on.
//
// A [FileError] is about one file only, and the next call goes on. Once the Source
// is closed, the error is [os.ErrClosed].
func (s *Source) Next(ctx context.Context) (Line, error) {
	if s.closed.Load() {
		return Line{}, os.ErrClosed
	}
	if line, ok := s.line(); ok {
		return line, nil
	}
	for {
		err := s.fill()
		switch {
		case err == errWait:
			if err = s.wait(ctx); err != nil && (s.closed.Load() || !s.lines.finish()) {
				return Line{}, err
			}
		case err != nil:
			return Line{}, err
		case ctx.Err() != nil:
			return Line{}, ctx.Err()
		}
		if line, ok := s.line(); ok {
			return line, nil
		}
	}
}

// line gives a line that is read already.
func (s *Source) line() (Line, bool) {
	text, at, torn, ok := s.lines.next()
	if !ok {
		return Line{}, false
	}
	return Line{Text: text, File: s.name(), Offset: at, Torn: torn}, true
}

// name is the path of what is being read.
func (s *Source) name() string {
	if len(s.files) > 0 {
		return s.files[0].path
	}
	return s.path
}

// errWait says that there is no more for now. It does not leave the package: Next
// waits then.
var errWait = errors.New("nothing there yet")

// wait waits until there may be more: for a file until the next poll, for a stream
// until its goroutine has read something.
func (s *Source) wait(ctx context.Context) error {
	var tick <-chan time.Time
	var blocks <-chan block
	if s.stream != nil {
		blocks = s.stream.blocks
	} else {
		if s.timer == nil {
			s.timer = time.NewTimer(s.opts.Poll)
		} else {
			s.timer.Reset(s.opts.Poll)
		}
		tick = s.timer.C
	}
	select {
	case <-tick:
		return nil
	case s.stream.next = <-blocks:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.done:
		return os.ErrClosed
	}
}

// Close closes the files. If Next waits, it returns. Standard input is not closed;
// a Read of it that is under way goes on.
func (s *Source) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	close(s.done)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stream != nil {
		s.stream.close()
	}
	closeAll(s.files)
	return nil
}
