package logfile

import "log/slog"

// A batch is records one behind the other, oldest first.
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
	// recovered; see journal.Record.
	room, numbers int
	recovered     bool
}

func (b *batch) push(line []byte, r record) {
	b.data = append(b.data, line...)
	b.records = append(b.records, r)
}

func (b *batch) empty() bool { return b.next == len(b.records) }

// A span is the oldest records of a batch that are written together.
type span struct {
	records       int
	size          int // of their bytes
	room, numbers int // see record
}

// span returns the oldest records that have at most size bytes together, but at
// least one: all in the journal, or none of them.
func (b *batch) span(size int64) (s span) {
	for _, r := range b.records[b.next:] {
		if s.records > 0 && (int64(s.size+r.size) > size || (r.room > 0) != (s.room > 0)) {
			break
		}
		s.add(r)
	}
	return s
}

func (s *span) add(r record) {
	s.records++
	s.size += r.size
	s.room += r.room
	s.numbers += r.numbers
}

// whole returns the oldest records that are within the first n bytes.
func (b *batch) whole(n int) (s span) {
	for _, r := range b.records[b.next:] {
		if s.size+r.size > n {
			break
		}
		s.add(r)
	}
	return s
}

// bytes are those of a span.
func (b *batch) bytes(s span) []byte { return b.data[b.off : b.off+s.size] }

// done takes the span off. An empty batch keeps its memory for the next records,
// unless that is much more than they are likely to need.
func (b *batch) done(s span, keep int) {
	b.next += s.records
	b.off += s.size
	if b.empty() {
		if cap(b.data) > keep {
			b.data = nil
		}
		b.data, b.records, b.next, b.off = b.data[:0], b.records[:0], 0, 0
	}
}
