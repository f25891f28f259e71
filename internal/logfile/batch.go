package logfile

import "log/slog"

// A batch is records one behind the other, oldest first. A Log has two: Append
// fills one under mu while the other is drained under drainMu, and they are
// swapped. So neither waits for the other but for the swap, and under a steady
// load no memory is allocated.
type batch struct {
	data    []byte
	records []record
	next    int // the oldest record that is not done
	off     int // where its bytes begin in data
}

// A record is what a batch knows of each of its records beside the bytes.
type record struct {
	size  int // in data
	level slog.Level
	// What it takes in the journal, with the damaged records before it if it was
	// recovered; see journal.Record. Both are 0 for one that is not there.
	room, numbers int
	recovered     bool
}

func (b *batch) push(line []byte, r record) {
	b.data = append(b.data, line...)
	b.records = append(b.records, r)
}

func (b *batch) empty() bool { return b.next == len(b.records) }

// A chunk is the oldest records of a batch, which are written together.
type chunk struct {
	records       int
	size          int // of their bytes
	room, numbers int // see record
}

// chunk returns the oldest records that have at most size bytes together, but at
// least one: all in the journal, or none of them. A mixture would have an intent
// that tells of records which the journal does not have, and recovery could not
// put what was written together again.
func (b *batch) chunk(size int64) (c chunk) {
	for _, r := range b.records[b.next:] {
		if c.records > 0 && (int64(c.size+r.size) > size || (r.room > 0) != (c.room > 0)) {
			break
		}
		c.add(r)
	}
	return c
}

func (c *chunk) add(r record) {
	c.records++
	c.size += r.size
	c.room += r.room
	c.numbers += r.numbers
}

// whole returns the oldest records that are within the first n bytes: those that
// are in the file after a write that ended early.
func (b *batch) whole(n int) (c chunk) {
	for _, r := range b.records[b.next:] {
		if c.size+r.size > n {
			break
		}
		c.add(r)
	}
	return c
}

// bytes are those of a chunk.
func (b *batch) bytes(c chunk) []byte { return b.data[b.off : b.off+c.size] }

// done takes a chunk off. An empty batch keeps its memory for the next records,
// unless that is much more than they are likely to need: after a large record, or
// after a disk was full.
func (b *batch) done(c chunk, keep int) {
	b.next += c.records
	b.off += c.size
	if b.empty() {
		if cap(b.data) > keep {
			b.data = nil
		}
		b.data, b.records, b.next, b.off = b.data[:0], b.records[:0], 0, 0
	}
}
