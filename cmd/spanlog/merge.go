package main

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/spanlog/spanlog/internal/logquery"
	"github.com/spanlog/spanlog/internal/logsource"
)

// The times that a merger waits. They are a matter of what people notice: nothing depends on them but
// the order of lines that come late.
const (
	// pause is how long nothing comes before what was printed is to be seen. A writer of many
	// lines is never silent for as long, so they go out in large blocks.
	pause = 20 * time.Millisecond
	// patience is how long a log that is followed may be silent, after that, before the
	// others go on without it; at first it may have much to read.
	patience      = 200 * time.Millisecond
	firstPatience = time.Second
)

// A merger merges the lines of logs by time. Within a log they keep their order: one that is
// older than those before it, as what a flight recorder has released is, counts as being of
// their time.
//
// Each log is read in a goroutine of its own, and waits where the reader of all comes to it. Logs
// that end are merged exactly. Of those that are followed, nobody knows what is to come: one that
// is silent for a while is not waited for, and if it has an older line later, that comes late.
type merger struct {
	feeds  []*feed // in the order in which they were named
	follow bool
	wake   chan struct{} // a line has come, if follow
	silent func() error  // is called when nothing comes for a while; its error ends the merging

	warning sync.Mutex // of warn: several logs may have trouble at once
	told    bool       // that a file could not be read; guarded by warning

	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// A feed is the lines of one log, on their way. What is below lines belongs to who calls next.
type feed struct {
	reader *reader
	lines  chan *line // closed at the end of the log
	head   *line      // the next line; nil: not known yet
	over   bool
	err    error // of the log; read after lines is closed
	idle   bool  // it was silent for a while
	begun  bool  // it has had a line, or was silent
}

// openMerger opens logs, and reads the lines that a query wants until close, which has to be
// called, or the end of ctx. That a log cannot be opened is an error; a rotated file that cannot be
// read is told of, and the others are read.
func openMerger(ctx context.Context, c console, files []string, q *logquery.Query, o logsource.Options) (*merger, error) {
	m := &merger{follow: o.Follow, wake: make(chan struct{}, 1), silent: func() error { return nil }}
	m.ctx, m.cancel = context.WithCancel(ctx)
	// All are opened before any is read: a path that is wrong is told before lines hide it.
	for _, file := range files {
		s, err := logsource.Open(file, o)
		if err != nil {
			m.close()
			return nil, err
		}
		r := &reader{source: s, filter: logquery.NewFilter(q, nil), progress: c.progress}
		r.warn = func(err error) { m.warn(c, err) }
		m.feeds = append(m.feeds, &feed{reader: r, lines: make(chan *line, 256)})
	}
	for _, f := range m.feeds {
		m.done.Go(func() { m.feed(f) })
	}
	return m, nil
}

// warn tells of a file that cannot be read, and remembers that.
func (m *merger) warn(c console, err error) {
	m.warning.Lock()
	defer m.warning.Unlock()
	c.warn(err)
	m.told = true
}

// close ends the reading. The sources are closed once nobody is in them any more.
func (m *merger) close() {
	m.cancel()
	m.done.Wait()
	for _, f := range m.feeds {
		_ = f.reader.source.Close()
	}
}

// each calls do with each line, up to the first error. If the lines are all that could be read,
// but not all that there are, the error is errTold.
func (m *merger) each(do func(*line) error) error {
	for {
		l, err := m.next()
		if errors.Is(err, io.EOF) {
			m.warning.Lock()
			defer m.warning.Unlock()
			if m.told {
				return errTold
			}
			return nil
		}
		if err == nil {
			err = do(l)
		}
		if err != nil {
			return err
		}
	}
}

// feed reads a log to its end, ahead of what is printed as far as the channel has room.
func (m *merger) feed(f *feed) {
	defer m.notify() // after lines is closed: next looks why it was woken
	defer close(f.lines)
	for {
		l, err := f.reader.next(m.ctx)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				f.err = err
			}
			return
		}
		select {
		case f.lines <- l:
			m.notify()
		case <-m.ctx.Done():
			f.err = m.ctx.Err()
			return
		}
	}
}

// notify wakes next, if it waits. One waiting note is enough for any number of lines.
func (m *merger) notify() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// next returns the next line of all logs, or io.EOF. Of lines of the same time, that of the log
// that was named first comes first. It waits only if no log has a line.
func (m *merger) next() (*line, error) {
	for {
		// Logs are few: all are looked at for each line, and no order of them has to be kept up.
		var first *feed
		running := false
		for _, f := range m.feeds {
			if err := m.look(f); err != nil {
				return nil, err
			}
			running = running || !f.over
			if f.head != nil && (first == nil || f.head.at < first.head.at) {
				first = f
			}
		}
		switch {
		case first != nil:
			l := first.head
			first.head = nil
			return l, nil
		case !running:
			return nil, io.EOF
		}
		if err := m.silent(); err != nil {
			return nil, err
		}
		select { // all are silent
		case <-m.wake:
		case <-m.ctx.Done():
			return nil, m.ctx.Err()
		}
	}
}

// look finds the next line of a log. It waits for that, because it may be the oldest of all; but
// not long, if the log is followed. Before it waits in earnest, what was printed is to be seen.
func (m *merger) look(f *feed) error {
	if f.head != nil || f.over {
		return nil
	}
	// Mostly there is a line; and of a log that was found silent, nothing else is expected than what
	// is there.
	select {
	case l, ok := <-f.lines:
		return f.take(l, ok)
	default:
	}
	if m.follow && f.idle {
		return nil
	}
	t := time.NewTimer(pause)
	defer t.Stop()
	for paused := false; ; {
		select {
		case l, ok := <-f.lines:
			return f.take(l, ok)
		case <-m.ctx.Done():
			return m.ctx.Err()
		case <-t.C:
		}
		if paused { // it was silent twice: the others go on until it has something
			f.idle, f.begun = true, true
			return nil
		}
		if err := m.silent(); err != nil {
			return err
		}
		// A log that has an end is waited for without a timer, for as long as a pipe takes.
		switch paused = true; {
		case m.follow && f.begun:
			t.Reset(patience)
		case m.follow:
			t.Reset(firstPatience)
		}
	}
}

// take has a line as the next one, or the log's end and error.
func (f *feed) take(l *line, ok bool) error {
	f.idle, f.begun = false, true
	if f.head = l; !ok {
		f.head, f.over = nil, true
		return f.err
	}
	return nil
}
