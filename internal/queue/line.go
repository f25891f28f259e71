package queue

// An item is what waits in a line.
type item[T any] struct {
	v      T
	size   int
	number uint64 // how many were put before it, into either line
}

// A line is items of one kind, first in, first out. They are in a ring, which
// grows as needed and is kept then: under a steady load, nothing is allocated.
type line[T any] struct {
	ring []item[T] // its length is zero or a power of two
	// How many were ever taken off, and put on. Where an int has 32 bits these
	// overflow in time, which does no harm as long as they are not compared by
	// size.
	head, tail uint
	bytes      int
}

func (l *line[T]) len() int { return int(l.tail - l.head) }

// at is where the item is that was the i-th to be put on.
func (l *line[T]) at(i uint) *item[T] { return &l.ring[i&uint(len(l.ring)-1)] }

// first is the oldest item. There must be one.
func (l *line[T]) first() *item[T] { return l.at(l.head) }

func (l *line[T]) push(it item[T]) {
	if l.len() == len(l.ring) {
		l.grow()
	}
	*l.at(l.tail) = it
	l.tail++
	l.bytes += it.size
}

// pop takes off the oldest item. There must be one.
func (l *line[T]) pop() item[T] {
	p := l.first()
	it := *p
	*p = item[T]{} // so that the ring does not keep it alive
	l.head++
	l.bytes -= it.size
	return it
}

// smallest is the length of a ring at first.
const smallest = 16

func (l *line[T]) grow() {
	bigger := *l
	bigger.ring = make([]item[T], max(smallest, 2*len(l.ring)))
	for i := l.head; i != l.tail; i++ {
		*bigger.at(i) = *l.at(i)
	}
	*l = bigger
}
