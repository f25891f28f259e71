// Package zipkin is a small Zipkin server that keeps its spans in memory, and a client that
// asks a server for the spans of a trace. It speaks the part of Zipkin's v2 HTTP API that a
// program needs to send spans and to look at them again: the quickstart, the companion command
// and the tests run the server in place of the real one.
//
// # The way of a span
//
//	POST /api/v2/spans   handler.go  a [Store] has a handler at Zipkin's paths
//	                     intake.go   reads the body up to its limits, span by span
//	                     span.go     brings a span into normal form, or refuses it
//	                     store.go    keeps it with its trace, and forgets others if need be
//	[Store.Trace]        store.go    returns the spans of a trace in the order of their start
//	[Tree]               tree.go     puts them in the order of calls
//
// [Fetch], [FetchMany] and [ReadSpans] are the other way to get spans: from a server or a file
// (fetch.go). Package spantree prints a tree in a terminal; package tracejoin joins it with log
// records, and knows more of what may be wrong with spans: it puts together what was reported
// in parts.
//
// # Normal form
//
// One id can be spelled in several ways, and here ids are compared as texts. So what is in a
// store is in one form: ids in lower case, and as long as Zipkin has them; names in lower case;
// what is empty left out. What Zipkin would refuse is refused, with the field and its value,
// since a program that works with this server is to work with the real one. Whoever asks a store
// may spell the id of a trace as it likes. Spans that came past a store have [Span.NormalIDs].
//
// # What may be relied on
//
// Not on what spans say of each other. They come from any program: ids may be there many times,
// parents may be missing or lead round in a circle, and halves of a call may disagree. A tree
// has each span once all the same (TestTreeHoldsEverySpan), in a time that does not grow with
// the square of their number (TestTreeOneID).
//
// All that comes from outside has a limit: the body of a request, before and after it is
// decompressed; the spans of a request; the spans of a store, their memory, and how many of a
// trace have one id; what is read of an answer or a file. FuzzIntake posts anything.
//
// Strings in a span have whatever characters somebody has sent. They are made safe by whoever
// shows them.
package zipkin
