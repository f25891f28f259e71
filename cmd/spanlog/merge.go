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

const (
	// pause is how long nothing comes before what was printed is to be seen.
	pause = 20 * time.Millisecond
	// patience is how long a log that is followed may be silent, after that, before the
	// others go on without it; at first it may have much to read.
	patience      = 200 * time.Millisecond
	firstPatience = time.Second
)

// A merger merges the lines of logs by time. Within a log they keep their order: one that is
// older than those before it, as what a flight recorder has released is, counts as being of
// their time.
type merger struct {
	feeds  []*feed
	follow bool
	wake   chan struct{} // a line has come, if follow
	silent func() error  // is called when nothing comes for a while

	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// A feed is the lines of one log, on their way.
type feed struct {
	reader *reader
	lines  chan *line
	head   *line // the next line; nil: not known yet
	over   bool
	err    error // of the log; read after lines is closed
	idle   bool  // it was silent for a while
	begun  bool  // it has had a line, or was silent
}

// openMerger opens logs, and reads the lines that a query wants until close or the end of
// ctx. A file that cannot be read is told of, and the others are read.
func openMerger(ctx context.Context, c console, files []string, q *logquery.Query, o logsource.Options) (*merger, error) {
	m := &merger{follow: o.Follow, wake: make(chan struct{}, 1), silent: func() error { return nil }}
	m.ctx, m.cancel = context.WithCancel(ctx)
	for _, file := range files {
		s, err := logsource.Open(file, o)
		if err != nil {
			m.close()
			return nil, err
		}
		m.feeds = append(m.feeds, &feed{reader: &reader{source: s, filter: logquery.NewFilter(q, nil), warn: c.warn, progress: c.progress}, lines: make(chan *line, 256)})
	}
	for _, f := range m.feeds {
		m.done.Go(func() { m.feed(f) })
	}
	return m, nil
}

// close ends the reading.
func (m *merger) close() {
	m.cancel()
	m.done.Wait()
	for _, f := range m.feeds {
		_ = f.reader.source.Close()
	}
}

// each calls do with each line, up to the first error.
func (m *merger) each(do func(*line) error) error {
	for {
		l, err := m.next()
		if errors.Is(err, io.EOF) {
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

func (m *merger) feed(f *feed) {
	defer m.notify()
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

func (m *merger) notify() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// next returns the next line of all logs, or io.EOF.
func (m *merger) next() (*line, error) {
	for {
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

// look finds the next line of a log. It waits for that; but not long, if it is followed.
func (m *merger) look(f *feed) error {
	if f.head != nil || f.over {
		return nil
	}
	select { // as mostly
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
		if paused {
			f.idle, f.begun = true, true
			return nil
		}
		if err := m.silent(); err != nil {
			return err
		}
		switch paused = true; {
		case m.follow && f.begun:
			t.Reset(patience)
		case m.follow:
			t.Reset(firstPatience)
		}
	}
}

func (f *feed) take(l *line, ok bool) error {
	f.idle, f.begun = false, true
	if f.head = l; !ok {
		f.head, f.over = nil, true
		return f.err
	}
	return nil
}
