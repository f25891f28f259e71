package logindex

// Indexing: the way of a line into the index. It is where the time goes when a large log is
// opened (BenchmarkIndex), so a line takes no allocation, no lock and one reading: what is
// found of it is added to the block that is under way, and published with that.

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
// whenever there is no more for now. All of it is its goroutine's own; others see what is
// published.
type indexer struct {
	index   *Index
	log     *log
	scanner logline.Scanner

	block       block        // the one that is under way; it may be published already, as far as it goes
	blockNumber int          // of that
	end         int64        // of the line before, in its file, with its newline
	line        logline.Head // of the line that is added: here, because it would be allocated for each

	// The record that the next lines may belong to.
	owner      logquery.Owner // what decides that, and the time that logs are merged by
	ownerHead  logline.Head
	ownerBlock int // the number of its block; -1: there was none yet

	// What is not published yet. The slices' memory is used again.
	postings []uint64
	records  []traceRecord
	counts   Counts

	recall  recall // of postings that were made
	settled bool   // all that was there at first is published
}

func newIndexer(x *Index, l *log) *indexer {
	return &indexer{index: x, log: l, scanner: logline.Scanner{Location: x.opts.Location}, ownerBlock: -1}
}

// An idleContext tells when a Source waits for more, and so has given all that there is:
// that is when it asks for Done, and only then. Next is not asked for a line with a timeout
// instead, since that would have it give the beginning of a line that somebody still writes.
type idleContext struct {
	context.Context
	idle func()
}

func (c idleContext) Done() <-chan struct{} {
	c.idle()
	return c.Context.Done()
}

// run reads until the log ends, or ctx.
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
		case x.blockNumber >= maxBlocks:
			x.index.faults.add(fmt.Errorf("index %s: it has too many blocks", x.log.path))
			return
		default:
			x.add(&in)
		}
	}
}

// finish is called when no more comes. It has Wait return also for a log that could not be
// read, or not to its end.
func (x *indexer) finish() {
	x.log.ended.Store(true)
	x.idle()
}

// idle is called when there is no more for now, with each poll of a log that is followed. The
// first time, all that was there is indexed. The block stays open.
func (x *indexer) idle() {
	x.publish(false)
	if !x.settled {
		x.settled = true
		close(x.log.settled)
	}
}

// add takes in a line. First the line's owner is settled, which gives it its trace, and may
// keep it in a block that is full; then its block, which has to know the time before the line.
// Only then can anything be added to that.
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
		x.ownerHead, x.ownerBlock = *h, x.blockNumber
		b.addHead(h)
	} else if b.lines == 0 {
		// The record's own block does not stand for this line.
		b.owner = int32(x.ownerBlock)
		b.addHead(&x.ownerHead)
	}
	if h.Trace.IsValid() {
		// A line that belongs to a record has its trace here, so its block is found, too. Only
		// records count in the summary.
		hash := hashTrace(h.Trace)
		if p := posting(hash, x.blockNumber); !x.recall.has(p) {
			x.postings = append(x.postings, p)
		}
		if !continued {
			x.records = append(x.records, newTraceRecord(h, hash))
		}
	}
	b.add(in.Offset, in.Text)
	b.torn = in.Torn
	x.end = in.Offset + int64(len(in.Text))
	if !in.Torn {
		x.end++
	}
	x.counts.Bytes += int64(len(in.Text)) + 1
}

// place begins another block if a line cannot be in this one. The line may be in another file,
// which may have the same path, or in this one after it was cut: then the line is in front of
// those before. It may not follow them. Or the block is full. The time is the merger's before
// the line.
func (x *indexer) place(in *logsource.Line, continued bool, at int64) {
	b := &x.block
	f := b.file
	switch {
	case f == nil, in.File != f.firstPath, in.Offset < x.end:
		x.publish(true) // before that, the number is not the block's that begins
		f = x.index.files.begin(in.File, x.log.path, x.blockNumber)
	case b.torn, in.Torn, b.full(in.Text, continued, x.index.opts.blockSize), in.Offset > x.end+1: // which may be a carriage return
		x.publish(true)
	default:
		return
	}
	// All before it is published, so that is in the counts. To read them takes no lock: only
	// this goroutine writes them.
	x.block = newBlock(f, in.Offset, x.log.counts.Bytes, at)
}

// count counts a line. What is plain and torn began as a record, and counts as one.
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

// publish lets others see what has been found. The block is closed, or goes on: then what is
// published is a copy of it as it is now, which the next one replaces.
//
// The summaries come after the blocks. Whoever reads a summary before it searches
// ([Index.Describe]) finds at least the records that the summary counts.
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
		x.blockNumber++
		x.block.lines = 0 // it is not to be published again
	}
}
