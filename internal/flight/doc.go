// Package flight holds the records of traces until it is known whether anybody needs them,
// in memory that is bounded: by trace and in total.
//
// It is the memory of spanlog's FlightRecorder, which says when a trace is in trouble, and
// to whom its records go. Here, a record is its lines, as they would be written, and a value
// that says what it is. Nothing here knows of levels, sinks or formats.
//
// # The states of a trace
//
//	holding     Put holds. Ends with its last local root, or if nothing is heard of it.
//	   │ Release
//	releasing   Put holds, behind what is being delivered. Does not end.
//	   │ Next, when there is nothing more
//	open        Put refuses. Ends if nothing is heard of it.
//
// While a trace is releasing, one goroutine delivers what it gets from Release and then from
// Next, and what comes meanwhile waits: so no record overtakes an older one
// (TestNothingOvertakes). Once nothing is left the trace is open, and Put says false: its
// records are to be delivered as they come. An open trace outlives its last root by the idle
// time, for goroutines that are late.
//
// # Memory
//
// What counts is what is reserved: the arrays with their unused ends, the maps' share, what
// the values refer to elsewhere as far as the caller says, and what has been handed out and is
// not delivered yet. TestMemory compares the sum with the heap. Records of a trace lie in two
// buffers, one for the values and one for all the lines, so that many of them are few
// objects. What a trace leaves behind when it ends goes to the next one: under a steady load
// nothing is allocated (TestAllocs).
//
// If there is no room, first what ended traces have left behind goes, then whole traces, the
// one that was not used for the longest time before the others. A trace that is too large
// loses its oldest records. Nothing goes without a word: the caller's function is told of
// each record that nobody gets, and why; and a Batch says how many went before it.
//
// # Locks
//
// Traces are spread over shards by the last byte of their id, each with a lock, a part of the
// limit, and a ring of its traces by last use. Everything else about a trace is within its
// shard, so no call holds two locks. Trace ids are random (W3C Trace Context asks for it), so
// shards fill alike; where they do not, as with ids that somebody makes up, one shard's traces
// go earlier, and the limit holds all the same.
//
// model_test.go does the same to a table and to a simple model of it, and compares after every
// step.
package flight
