// Package queue holds what waits for a slow consumer, in order and up to a limit.
//
// It is the queue of spanlog's Async, whose three overflow policies are the three
// ways to put an item here, and whose records at Error and above are the urgent
// ones. Nothing here knows of records.
//
// Many producers put items, in one of three ways, which differ in what becomes of
// an item when there is no room:
//
//	Put      it is refused
//	PutWait  it waits for room, and is refused after a time
//	PutOver  the oldest items are dropped for it
//
// One consumer takes them, and says when it is done with each, so that [Queue.Wait]
// knows what is still under way:
//
//	for {
//		v, ok := q.Take(ctx)
//		if !ok {
//			break
//		}
//		… v …
//		q.Done()
//	}
//
// # Items
//
// No item is lost, and none is there twice. Either the call that puts it returns
// false, or the item comes out once: of Take, of Drop, or as an argument of the
// function that PutOver calls for what it drops. Whoever counts these three and
// the refusals has counted all.
//
// Take returns items in the order in which they were put, be they urgent or not. So
// those of one producer come in its order, and those of two in the order of their
// calls where one call returned before the other began.
//
// # Limits
//
// A limit is a number of items and a number of bytes, and both hold. How many bytes
// an item has is for the caller to say, and must not be negative. What counts is
// what waits: not an item that was taken, though it be not done with, nor one for
// which PutWait waits. An item that is too large for the limit has room in an empty
// queue, by itself, as it would never have any otherwise.
//
// Items are urgent or not. A part of the limit is for urgent ones only, so that
// these are the last to be refused, and none of them is dropped for one that is not
// urgent. They are not taken earlier.
//
// # The end
//
// After [Queue.Close] no item is put, and calls of PutWait that wait return false.
// Items that are there can be taken still; then Take reports that there are none.
// Whoever cannot wait for that ends Take by its context, and has the rest from
// Drop. A queue needs no Close for its memory's sake: it has no goroutine.
package queue
