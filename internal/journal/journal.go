package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"

	"github.com/spanlog/spanlog/internal/crashpoint"
	"github.com/spanlog/spanlog/internal/filelock"
)

// ErrHeld is the error of Acquire while another process has the journal.
var ErrHeld = errors.New("journal: another process has it")

// ErrNoMap is the error of Map where a file cannot be mapped, or must not be
// because another machine may see it.
var ErrNoMap = errors.New("journal: files cannot be mapped here")

// A Journal keeps records safe from the end of the process until they are in
// the log.
//
// Append, HasRoom and Used may be called by one goroutine at a time, Begin and Done
// by another one at the same time, and all other methods by nobody beside.
type Journal struct {
	path string
	file *os.File

	header header
	ring   []byte // the mapped ring; nil while it is not mapped
	mem    []byte // the whole mapping

	// The writer's: where the next record goes.
	head    uint64 // its position: how many bytes of records came before it
	place   int    // that in the ring
	nextSeq uint64

	// The drainer's: the newest checkpoint, and where its slot is.
	last    checkpoint
	slot    int
	encoded [slotSize]byte // scratch: the checksum makes it escape

	tail atomic.Uint64 // last.pos, for the writer
}

// Acquire opens the journal's file, makes it if need be, and takes its lock. The
// lock makes this process the log's owner: it alone has a journal, and moves,
// compresses and deletes files. The error is ErrHeld if another process has it.
func Acquire(path string) (*Journal, error) {
	for range 100 { // more than one is rare; see TestManyOpeners
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|noFollow, 0o600)
		if err != nil {
			return nil, err
		}
		j := &Journal{path: path, file: f}
		if err := j.lock(); err != nil {
			_ = f.Close()
			return nil, err
		}
		if j.InPlace() {
			return j, nil
		}
		// Its last holder has removed it between our opening and locking it.
		_ = f.Close()
	}
	return nil, fmt.Errorf("journal: %s is replaced all the time", path)
}

func (j *Journal) lock() error {
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &os.PathError{Op: "open", Path: j.path, Err: errors.New("is not a regular file")}
	}
	ok, err := filelock.TryExclusive(j.file)
	switch {
	case err != nil:
		return err
	case !ok:
		return ErrHeld
	}
	return nil
}

// InPlace reports whether the file is still the one at its path, and as long as
// it was made: then the next process finds the records in it.
func (j *Journal) InPlace() bool {
	ours, err := j.file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(j.path)
	return err == nil && os.SameFile(ours, there) && ours.Size() >= int64(len(j.mem))
}

// Map makes the ring, of at least capacity bytes, and maps it: from now on Append
// works. What was in the file is gone. On an error the journal still holds its
// lock, and Map may be tried again. A capacity above MaxCapacity is refused before
// anything else is done.
func (j *Journal) Map(capacity int) error {
	if capacity > MaxCapacity {
		return fmt.Errorf("journal: a capacity of %d bytes is more than %d", capacity, MaxCapacity)
	}
	capacity = (max(capacity, MinCapacity) + pageSize - 1) &^ (pageSize - 1)
	var random [wordSize]byte
	_, _ = rand.Read(random[:]) // never fails
	h := header{capacity: uint64(capacity), salt: order.Uint64(random[:])}
	if err := j.Clear(); err != nil {
		return err
	}
	mem, err := mapFile(j.file, headerSize+capacity)
	if err != nil {
		return errors.Join(err, j.file.Truncate(0)) // take no room in vain
	}
	j.header, j.mem, j.ring = h, mem, mem[headerSize:]
	j.head, j.place, j.nextSeq = 0, 0, 1
	j.last, j.slot = checkpoint{}, slotAt
	if err := j.begin(); err != nil {
		j.unmap()
		return err
	}
	return nil
}

// begin writes the first checkpoint and the headers: the file is a journal as
// soon as it has one of them.
func (j *Journal) begin() (err error) {
	defer j.guard(debug.SetPanicOnFault(true), &err)
	if err := j.write(checkpoint{seq: 1}); err != nil {
		return err
	}
	b := j.header.encode()
	for _, at := range []int{headerAt, headerCopyAt} {
		copy(j.mem[at+wordSize:], b[wordSize:])
		store(j.mem, at, order.Uint64(b[:]))
	}
	return nil
}

// Clear empties the file, which is kept for its lock.
func (j *Journal) Clear() error {
	j.unmap()
	return j.file.Truncate(0)
}

// Mapped reports whether Append works.
func (j *Journal) Mapped() bool { return j.ring != nil }

// Capacity is the size of the ring in bytes.
func (j *Journal) Capacity() int { return len(j.ring) }

// Used is how much of the ring is taken.
func (j *Journal) Used() int { return int(j.head - j.tail.Load()) }

// HasRoom reports whether records that take size bytes of the ring, by
// [RecordSize], fit now. The word behind the last record is always kept.
func (j *Journal) HasRoom(size int) bool { return j.Used()+size+wordSize <= len(j.ring) }

// Append adds a record, for which there must be room. When it returns nil, the
// record outlives the process. An error is a fault of the mapping, because the
// file has been cut off, or has no room on its disk after all: the journal is of
// no more use then.
func (j *Journal) Append(record []byte) (err error) {
	defer j.guard(debug.SetPanicOnFault(true), &err)
	seq, size := j.nextSeq, RecordSize(len(record))
	at := j.place
	end := j.wrap(at + size)
	*wordAt(j.ring, end) = 0 // here reading ends; see doc.go
	j.put(j.wrap(at+recordHeader), record)
	word := uint64(len(record))<<32 | uint64(recordSum(j.header.salt, seq, record))
	*wordAt(j.ring, j.wrap(at+wordSize)) = word
	crashpoint.Here("before-commit")
	commit(j.ring, at, commitWord(seq))
	*wordAt(j.mem, newestAt) = newestWord(seq)
	crashpoint.Here("after-commit")
	j.head, j.place, j.nextSeq = j.head+uint64(size), end, seq+1
	return nil
}

// wrap is a place in the ring that may be up to a lap too far. A position has its
// place without a division this way.
func (j *Journal) wrap(place int) int {
	if place >= len(j.ring) {
		place -= len(j.ring)
	}
	return place
}

// put copies b to a place, around the end of the ring if need be.
func (j *Journal) put(place int, b []byte) {
	if crashpoint.Enabled {
		half := b[:len(b)/2]
		n := copy(j.ring[place:], half)
		copy(j.ring, half[n:])
		crashpoint.Here("mid-copy")
	}
	if n := copy(j.ring[place:], b); n < len(b) {
		copy(j.ring, b[n:])
	}
}

// Begin notes what is about to be written to the log. size is how much of the
// ring its records take.
func (j *Journal) Begin(intent Intent, size int) error {
	c := j.last
	c.generation++
	c.hasIntent, c.intent, c.end = true, intent, c.pos+uint64(size)
	crashpoint.Here("before-intent")
	defer crashpoint.Here("after-intent")
	return j.write(c)
}

// Done notes that the oldest records are in the log, and frees their room: size
// bytes of the ring, and as many numbers. With what was begun, that is all or
// part of it.
func (j *Journal) Done(size, numbers int) error {
	c := j.last
	crashpoint.Here("before-cursor")
	defer crashpoint.Here("after-cursor")
	return j.write(checkpoint{generation: c.generation + 1, pos: c.pos + uint64(size), seq: c.seq + uint64(numbers)})
}

// write makes c the newest checkpoint. It takes the place of the one before the
// last, so that at any time there is a whole one.
func (j *Journal) write(c checkpoint) (err error) {
	if !c.hasIntent {
		c.end = c.pos
	}
	b := &j.encoded
	c.encode(b, j.header.salt)
	slot := slotAt + slotCopyAt - j.slot
	if j.mem != nil {
		if err := j.storeSlot(slot, b[:]); err != nil {
			return err
		}
	} else if _, err := j.file.WriteAt(b[:], int64(slot)); err != nil {
		return err
	}
	j.last, j.slot = c, slot
	j.tail.Store(c.pos)
	return nil
}

func (j *Journal) storeSlot(slot int, b []byte) (err error) {
	defer j.guard(debug.SetPanicOnFault(true), &err)
	store(j.mem, slot, 0) // not valid until all of it is there
	copy(j.mem[slot+wordSize:], b[wordSize:])
	store(j.mem, slot, order.Uint64(b))
	return nil
}

// guard, deferred, makes an error of a fault in the mapping.
func (j *Journal) guard(before bool, err *error) {
	debug.SetPanicOnFault(before)
	v := recover()
	if v == nil {
		return
	}
	if _, ok := v.(interface{ Addr() uintptr }); !ok {
		panic(v)
	}
	*err = fmt.Errorf("journal: fault in the mapped file: %v", v)
}

// Close gives up the lock. With remove, the file is deleted as well, which is
// right if all its records are in the log.
func (j *Journal) Close(remove bool) error {
	j.unmap()
	remove = remove && j.InPlace()
	if runtime.GOOS == "windows" { // where no open file can be removed
		defer j.remove(remove)
	} else {
		j.remove(remove) // while it is locked
	}
	return j.file.Close()
}

// remove deletes the file if it is to be. One that stays is empty, and does not
// matter.
func (j *Journal) remove(really bool) {
	if really {
		_ = os.Remove(j.path)
	}
}

func (j *Journal) unmap() {
	if j.mem != nil {
		unmapFile(j.mem)
		j.mem, j.ring = nil, nil
	}
}
