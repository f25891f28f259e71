package logindex

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spanlog/spanlog/internal/logline"
	"github.com/spanlog/spanlog/internal/logquery"
	"github.com/spanlog/spanlog/internal/logsource"
)

// An indexer reads one log. What it has found is published once for each block, and
// whenever there is no more for now.
type indexer struct {
	index   *Index
	log     *log
	scanner logline.Scanner

	block  block
	number int   // of the block
	end    int64 // of the line before, in its file
	owner  logquery.Owner
	line   logline.Head // of the line that is added
	head   logline.Head // of the owner
	owning int          // the owner's block

	// What is not published yet.
	postings []uint64
	records  []traceRecord
	counts   Counts
	recall   recall
	settled  bool
}

func newIndexer(x *Index, l *log) *indexer {
	return &indexer{index: x, log: l, scanner: logline.Scanner{Location: x.opts.Location}, owning: -1}
}

// An idleContext tells when a Source waits for more, and so has given all that there is:
// that is when it asks for Done.
type idleContext struct {
	context.Context
	idle func()
}

func (c idleContext) Done() <-chan struct{} {
	c.idle()
	return c.Context.Done()
}

func (x *indexer) run(ctx context.Context) {
	defer x.finish()
	var idle context.Context = idleContext{ctx, x.idle}
	for {
		in, err := x.log.source.Next(idle)
		switch one, ok := errors.AsType[*logsource.FileError](err); {
		case ctx.Err() != nil:
			return // a line that was cut off by that is none
		case ok:
			x.index.faults.add(one) // the other files are there all the same
		case err != nil:
			if !errors.Is(err, io.EOF) {
				x.index.faults.add(err)
			}
			return
		case x.number >= maxBlocks:
			x.index.faults.add(fmt.Errorf("index %s: it has too many blocks", x.log.path))
			return
		default:
			x.add(&in)
		}
	}
}

func (x *indexer) finish() {
	x.idle()
	x.log.ended.Store(true)
}

// idle is called when there is no more for now.
func (x *indexer) idle() {
	x.publish(false)
	if !x.settled {
		x.settled = true
		close(x.log.settled)
	}
}

func (x *indexer) add(in *logsource.Line) {
	h := &x.line
	x.scanner.Head(in.Text, h)
	before := x.owner.At
	continued := x.owner.Take(h)
	x.place(in, continued, before)
	b := &x.block
	b.atEnd = x.owner.At
	x.count(h, in, continued)
	if !continued {
		x.head, x.owning = *h, x.number
		b.addHead(h)
	} else if b.lines == 0 {
		// The record's own block does not stand for this line.
		b.owner = int32(x.owning)
		b.addHead(&x.head)
	}
	if h.Trace.IsValid() {
		hash := hashTrace(h.Trace)
		if p := posting(hash, x.number); !x.recall.has(p) {
			x.postings = append(x.postings, p)
		}
		if !continued {
			x.records = append(x.records, newTraceRecord(h, hash))
		}
	}
	b.add(in.Offset, in.Text)
	b.single = in.Torn
	x.end = in.Offset + int64(len(in.Text))
	if !in.Torn {
		x.end++
	}
	x.counts.Bytes += int64(len(in.Text)) + 1
}

// place begins another block if a line cannot be in this one.
func (x *indexer) place(in *logsource.Line, continued bool, at int64) {
	b := &x.block
	f := b.file
	switch {
	case f == nil, in.File != f.first, in.Offset < x.end:
		x.publish(true)
		f = x.index.files.begin(in.File, x.log.path, x.number)
	case b.single, in.Torn, b.full(in.Text, continued, x.index.opts.blockSize), in.Offset > x.end+1: // which may be a carriage return
		x.publish(true)
	default:
		return
	}
	x.block = newBlock(f, in.Offset, x.log.counts.Bytes, at)
}

// count counts a line.
func (x *indexer) count(h *logline.Head, in *logsource.Line, continued bool) {
	c := &x.counts
	c.Lines++
	if in.Torn || h.Torn {
		c.Torn++
	}
	if !h.Trace.IsValid() {
		c.WithoutTrace++
	}
	if continued || h.Kind == logline.Plain && !h.Torn {
		return
	}
	c.Records++
	c.Levels.add(h)
}

// publish lets others see what has been found. The block is closed, or goes on.
func (x *indexer) publish(closed bool) {
	if x.block.lines == 0 || !closed && x.counts == (Counts{}) {
		return
	}
	l := x.log
	l.mu.Lock()
	if closed {
		l.blocks = append(l.blocks, x.block)
		l.open = block{}
	} else {
		l.open = x.block
	}
	l.postings.add(x.postings)
	l.counts.add(&x.counts)
	l.mu.Unlock()
	x.index.traces.add(x.records)
	x.postings, x.records, x.counts = x.postings[:0], x.records[:0], Counts{}
	if closed {
		x.number++
		x.block.lines = 0
	}
}
