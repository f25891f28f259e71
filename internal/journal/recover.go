package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// ErrDamaged is the error of Load for a file that is not a journal, or whose
// beginning is damaged.
var ErrDamaged = errors.New("journal: the file is not a journal, or damaged at its beginning")

// A Record is what Load has found in a journal.
type Record struct {
	Line []byte
	// Size is how much of the ring the record and the damaged ones before it
	// take, and Numbers how many they are; the last one of an intent has those
	// behind it, too. They are for Begin and Done.
	Size, Numbers int
}

// Pending is what a dead process has left in its journal.
type Pending struct {
	// Intent is the write that had been begun, of the records Begun, or nil.
	// Whether it has come about, the log has to tell.
	Intent *Intent
	Begun  []Record
	// BegunSize and BegunNumbers are for Done, if it has, or if all of Begun is
	// damaged, so that there is nothing to write anew.
	BegunSize, BegunNumbers int
	// Rest are the records that come after those.
	Rest []Record
	// BegunLost and Lost count the damaged records among and after the begun
	// ones, as far as the numbers of the others tell.
	BegunLost, Lost int
	// Again reports that it is not known any more which records are in the log:
	// Rest may have some that are.
	Again bool
}

// Content is what the intent was to write, or nil if its records are damaged.
func (p *Pending) Content() []byte {
	var content []byte
	for _, r := range p.Begun {
		content = append(content, r.Line...)
	}
	if int64(len(content)) != p.Intent.Length || Checksum(content) != p.Intent.Sum {
		return nil
	}
	return content
}

// Load reads what a dead process has left. Afterwards Begin and Done work, so
// that it can be written to the log as records are that are new; Append does not
// before Map. No length in the file is trusted, and nothing is mapped: whatever
// the file has become, reading it is safe.
func (j *Journal) Load() (*Pending, error) {
	info, err := j.file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() == 0 {
		return new(Pending), nil
	}
	page := make([]byte, headerSize)
	if err := readUpTo(j.file, page, 0); err != nil {
		return nil, err
	}
	h, ok := headerIn(page)
	if !ok {
		switch blank, err := j.blank(page, info.Size()); {
		case err != nil:
			return nil, err
		case blank:
			return new(Pending), nil
		}
		return nil, fmt.Errorf("%w: %s", ErrDamaged, j.path)
	}
	// What has been cut off reads as zeros.
	ring := make([]byte, h.capacity)
	if err := readUpTo(j.file, ring, headerSize); err != nil {
		return nil, err
	}
	j.header = h
	r := &reader{ring: ring, salt: h.salt, newest: newest(order.Uint64(page[newestAt:]))}
	p := j.pending(page, r)
	if info.Size() < headerSize+int64(h.capacity) && r.newest == 0 {
		p.Lost++ // at least
	}
	return p, nil
}

// headerIn returns the static header, of which there are two.
func headerIn(page []byte) (h header, ok bool) {
	for _, at := range []int{headerAt, headerCopyAt} {
		if h, ok = decodeHeader(page[at:][:staticHeaderSize]); ok {
			break
		}
	}
	return h, ok
}

// newestCheckpoint returns the checkpoint that counts, and its slot, or 0 if there is none.
// Damaged reports that there is something in a slot that is none: one that was being written
// has no check word yet.
func newestCheckpoint(page []byte, salt uint64) (newest checkpoint, slot int, damaged bool) {
	for _, at := range []int{slotAt, slotCopyAt} {
		b := page[at:][:slotSize]
		c, ok := decodeCheckpoint(b, salt)
		switch {
		case !ok:
			damaged = damaged || order.Uint64(b) != 0
		case slot == 0 || c.generation > newest.generation:
			newest, slot = c, at
		}
	}
	return newest, slot, damaged
}

// blank reports whether the file is what a process leaves that dies in Map: there
// is no record yet, and nothing but the first checkpoint and a header that lacks
// its first word.
func (j *Journal) blank(page []byte, size int64) (bool, error) {
	clear(page[slotCopyAt:][:slotSize])
	clear(page[headerAt+wordSize:][:staticHeaderSize-wordSize])
	if size < headerSize || size > headerSize+MaxCapacity || !allZero(page) {
		return false, nil
	}
	chunk := make([]byte, 64<<10)
	for off := int64(headerSize); off < size; off += int64(len(chunk)) {
		clear(chunk)
		if err := readUpTo(j.file, chunk, off); err != nil {
			return false, err
		}
		if !allZero(chunk) {
			return false, nil
		}
	}
	return true, nil
}

// pending finds the newest checkpoint, and the records that it has not.
func (j *Journal) pending(page []byte, r *reader) *Pending {
	p := new(Pending)
	j.last, j.slot, p.Again = newestCheckpoint(page, j.header.salt)
	if j.slot == 0 {
		// A lap of records is there, but not which of them are in the log.
		p.Again = true
		pos, seq := r.oldest()
		j.last, j.slot = checkpoint{pos: pos, seq: seq, end: pos}, slotAt
		p.Rest, p.Lost = r.walk(pos, seq, 0)
		return p
	}
	c := j.last
	if c.hasIntent {
		p.Intent = &c.intent
		p.BegunSize, p.BegunNumbers = int(c.end-c.pos), c.intent.Records
		p.Begun, p.BegunLost = r.walk(c.pos, c.seq, c.seq+uint64(c.intent.Records))
		p.closeBegun()
		c.pos, c.seq = c.end, c.seq+uint64(c.intent.Records)
	}
	p.Rest, p.Lost = r.walk(c.pos, c.seq, 0)
	return p
}

// closeBegun gives the last record that was begun what the damaged ones behind it
// take, so that those of Rest follow on it, whether the intent is done or all of
// it is begun anew.
func (p *Pending) closeBegun() {
	if len(p.Begun) == 0 {
		return
	}
	last := &p.Begun[len(p.Begun)-1]
	size, numbers := p.BegunSize, p.BegunNumbers
	for _, r := range p.Begun {
		size -= r.Size
		numbers -= r.Numbers
	}
	last.Size += size
	last.Numbers += numbers
}

// A reader finds records in the bytes of a ring.
type reader struct {
	ring   []byte
	salt   uint64
	newest uint64 // the number of the newest record, or 0 if that is not known
}

// walk returns the records from a position and number on, up to the number end,
// or to the last one if that is 0, and how many of them are damaged.
func (r *reader) walk(pos, seq, end uint64) (records []Record, lost int) {
	from, first := pos, seq // what is behind the last record found
	for end == 0 || seq < end {
		line, ok := r.record(pos, seq)
		if !ok {
			if pos, seq, ok = r.next(pos, seq, end); !ok {
				break
			}
			line, _ = r.record(pos, seq)
		}
		pos += uint64(RecordSize(len(line)))
		seq++
		lost += int(seq-first) - 1
		records = append(records, Record{Line: line, Size: int(pos - from), Numbers: int(seq - first)})
		from, first = pos, seq
	}
	switch {
	case end > 0:
		lost += int(end - first)
	case r.newest >= first && r.newest-first < uint64(len(r.ring)/recordHeader):
		lost += int(r.newest-first) + 1
	case r.word(from) != 0:
		lost++ // the word behind the last record is 0; see doc.go
	}
	return records, lost
}

// next finds the next record that is whole, within a lap from pos.
func (r *reader) next(pos, seq, end uint64) (uint64, uint64, bool) {
	most := seq + uint64(len(r.ring)/recordHeader)
	if end > 0 {
		most = min(most, end-1)
	}
	for p := pos + wordSize; p < pos+uint64(len(r.ring)); p += wordSize {
		if s := sequence(r.word(p)); seq < s && s <= most {
			if _, ok := r.record(p, s); ok {
				return p, s, true
			}
		}
	}
	return 0, 0, false
}

// oldest is the place of the record with the least number of all that are whole,
// and its number. It is a position, too, for what is written to the checkpoints
// from then on.
func (r *reader) oldest() (pos, seq uint64) {
	for p := uint64(0); p < uint64(len(r.ring)); p += wordSize {
		if s := sequence(r.word(p)); s != 0 && (seq == 0 || s < seq) {
			if _, ok := r.record(p, s); ok {
				pos, seq = p, s
			}
		}
	}
	return pos, max(seq, 1)
}

func (r *reader) word(pos uint64) uint64 {
	return order.Uint64(r.ring[pos%uint64(len(r.ring)):])
}

// record is the record at a position, if it has the number and is whole.
func (r *reader) record(pos, seq uint64) ([]byte, bool) {
	if r.word(pos) != commitWord(seq) {
		return nil, false
	}
	word := r.word(pos + wordSize)
	n := word >> 32
	if n > uint64(len(r.ring)-recordHeader-wordSize) {
		return nil, false
	}
	line := make([]byte, n)
	rest := copy(line, r.ring[(pos+recordHeader)%uint64(len(r.ring)):])
	copy(line[rest:], r.ring)
	return line, recordSum(r.salt, seq, line) == uint32(word)
}

// SetAside gives a damaged journal another name, for somebody to look at, and
// returns it. The journal must be closed and acquired anew. The time in the name is
// written as in those of rotated files (package archive), in UTC.
func (j *Journal) SetAside() (string, error) {
	name := fmt.Sprintf("%s.damaged-%s", j.path, time.Now().UTC().Format("20060102T150405.000000Z"))
	if _, err := os.Lstat(name); err == nil {
		return "", &os.PathError{Op: "rename", Path: name, Err: os.ErrExist}
	}
	return name, os.Rename(j.path, name)
}

// readUpTo fills b from an offset as far as the file goes.
func readUpTo(f io.ReaderAt, b []byte, off int64) error {
	if _, err := f.ReadAt(b, off); err != nil && err != io.EOF {
		return err
	}
	return nil
}

func allZero(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c != 0 })
}
