// Package tracejoin joins the spans of a trace with its log records, by their ids and by
// nothing else.
//
// # What comes in, and what comes out
//
// Spans are those of package zipkin, lines those of package logindex. Both may be incomplete,
// and may contradict each other: a span was not sampled, or is not there yet; a log was cut;
// clocks differ; a tracer reports a span in two parts. A [Trace] has all of it in the form that
// the viewer's page and the exports show, and nothing in it is guessed. Times are as they were
// reported. What is missing or doubtful is a [Gap], which says so in words; a span that only
// records tell of is there, and says that it is inferred.
//
// # The way of a span, and of a line
//
// Everything in a trace refers to spans and records by their index in it. So spans are put into
// their final order before records are added, and records have theirs before anything is said
// of them:
//
//	spans   parts.go    puts together what was reported in parts, with ids in normal form
//	        zipkin.Tree orders them by their calls
//	        span.go     makes a span of each, depth first
//	lines   order.go    brings them into the order of their times
//	        logentry    makes an entry of each
//	        join.go     finds the span that it belongs to, or infers one
//	        keep.go     decides whether there is room for it
//	both    join.go     sums up: name, start, end, services, errors
//	        gaps.go     tells what is missing or doubtful (and sampled.go, skew.go, words.go)
//	        keep.go     leaves out the records that there was no room for
//
// For a list of traces, sum.go goes the way of the spans and sums up, so that the list says of a
// trace what its page says.
//
// # What may be relied on
//
// For spans that have an id, their order makes no difference, nor does it that some come twice
// (TestOrderOfSpans). Each line is one record, and of one span at most. A span's parent is in
// front of it. Every time lies within the trace's. check_test.go has all that holds of any
// trace, and TestJoinAnything and FuzzJoin hold all traces to it; the cases in testdata show
// what comes of which input, with the words of the gaps.
package tracejoin
