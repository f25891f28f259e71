package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A progress tells on a terminal how much is read, where that takes long and nothing else is
// to be seen: a search that finds nothing in a large log looks like one that hangs. It is a line
// that is written over, and gone in the end.
//
// A nil *progress is one that nobody sees, as where standard error is no terminal. Its methods do
// nothing then, but for what they are given to do.
type progress struct {
	out   io.Writer // where the lines go: they take the progress's place
	err   io.Writer // the terminal
	bytes atomic.Int64
	total int64 // 0: not known
	begun time.Time

	mu     sync.Mutex // what is written to the terminal does not mix
	shown  bool       // the line is there
	latest time.Time  // when a line was written
	stop   chan struct{}
	done   sync.WaitGroup
}

const (
	progressAfter = time.Second // nothing is told of what is done by then, or while lines come
	progressEvery = 250 * time.Millisecond
)

// newProgress returns the progress for a console, of reading about total bytes; 0 is for not known. It
// is nil where nobody would see it: in a file or a pipe, what is written over would stay. Otherwise
// its goroutine runs until end.
func newProgress(c console, total int64) *progress {
	if !isTerminal(c.err) {
		return nil
	}
	now := time.Now()
	p := &progress{out: c.out, err: c.err, total: total, begun: now, latest: now, stop: make(chan struct{})}
	p.done.Go(p.run)
	return p
}

// read counts bytes that were read. All logs count together.
func (p *progress) read(n int) {
	if p != nil {
		p.bytes.Add(int64(n))
	}
}

// writer is where lines are to be written that would go to out otherwise.
func (p *progress) writer(out io.Writer) io.Writer {
	if p == nil {
		return out
	}
	return p
}

// Write writes lines in the place of the progress. Both are often the same terminal.
func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hide()
	p.latest = time.Now()
	return p.out.Write(b)
}

// aside calls write, which writes to the terminal, while the progress is not there.
func (p *progress) aside(write func()) {
	if p == nil {
		write()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hide()
	write()
}

// end ends it, and leaves nothing of it on the terminal. It is to be called once.
func (p *progress) end() {
	if p == nil {
		return
	}
	close(p.stop)
	p.done.Wait()
	p.hide()
}

// run tells until end. It counts by its own clock, so that who reads has an addition to do and no
// more.
func (p *progress) run() {
	t := time.NewTicker(progressEvery)
	defer t.Stop()
	before := int64(0)
	for {
		select {
		case <-p.stop:
			return
		case now := <-t.C:
			n := p.bytes.Load()
			p.tell(now, n, n > before)
			before = n
		}
	}
}

// tell shows how much is read, unless lines come, which show that as well, or nothing does, as at
// the end of a log that is followed. Where there is more than total, that was an estimate.
func (p *progress) tell(now time.Time, bytes int64, goesOn bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !goesOn || now.Sub(p.latest) < progressAfter {
		p.hide()
		return
	}
	rate := bytesText(float64(bytes) / now.Sub(p.begun).Seconds())
	read := bytesText(float64(bytes))
	if bytes <= p.total {
		part := float64(bytes) / float64(p.total)
		fmt.Fprintf(p.err, "\r\x1b[2m%s %3.0f%%  %s of %s, %s/s\x1b[0m\x1b[K", bar(part), 100*part, read, bytesText(float64(p.total)), rate)
	} else {
		fmt.Fprintf(p.err, "\r\x1b[2m%s read, %s/s\x1b[0m\x1b[K", read, rate)
	}
	p.shown = true
}

// hide removes the line, if it is there. p.mu is held.
func (p *progress) hide() {
	if p.shown {
		fmt.Fprint(p.err, "\r\x1b[K")
		p.shown = false
	}
}

// bar is a part of a whole as a picture, of one width, so that what follows it stays in place.
func bar(part float64) string {
	const width = 24
	n := int(part * width)
	return strings.Repeat("█", n) + strings.Repeat("░", width-n)
}

// bytesText is a number of bytes in words, in powers of ten, as disks and networks have them. Rates
// are of the same kind.
func bytesText(n float64) string {
	unit := "B"
	// It ends with the largest unit, of which there may be thousands.
	for _, larger := range []string{"kB", "MB", "GB", "TB"} {
		if n < 1000 {
			break
		}
		n, unit = n/1000, larger
	}
	if n < 10 && unit != "B" {
		return fmt.Sprintf("%.1f %s", n, unit)
	}
	return fmt.Sprintf("%.0f %s", n, unit)
}
