// Package logindex indexes logs in one pass, follows them, and answers questions about
// them while it still indexes.
//
// # Blocks
//
// A log is cut into blocks of whole lines, of some 128 KiB of decoded text each. Of a
// block, the index has where it is, the times and the highest level of its records, and
// a checksum. Nothing is kept of single lines but a posting of eight bytes for each
// trace that a block has: a part of the id's hash, and the block's number. Whatever is
// asked for, the blocks that may have it are read again, and their lines judged one by
// one. So a hash that two traces share costs time, and is never seen.
//
// # Which lines belong together
//
// A line that is no record, such as that of a stack trace, belongs to the record before
// it in its log. It has that one's trace and span, and is found if that one is. Only
// lines before the first record that has a time are judged by themselves.
//
// Answers have the lines of a log in its own order. Between logs it is the time that
// decides: that of the record, or of one before it in its log if that is later. Among
// equals, the log that was named first comes first.
//
// # Files that change
//
// A block is read through a file that was opened when its first line came, and stays
// open; so renaming and deleting do not matter. The files that were used last stay open,
// up to 256. Another one is looked for at its path, and then among the files whose names
// look like those of the log's rotated files, plain or compressed.
//
// Whatever is read is compared with the block's checksum, so that lines are either those
// that were indexed, or reported as gone: because the file was cut without a copy, or
// deleted when it was not open any more.
//
// # Compressed files
//
// There is no way into the middle of a gzip file. The first question that needs a block
// of one has it decompressed up to there, into a temporary file that has no name, from
// which this block and those before it are had at once from then on. All of these files
// together have up to 1 GiB; those that were used last are kept. A larger file is
// decompressed from its beginning whenever the block that is wanted lies before the last
// one that was read: going through it from its end takes a time that grows with the
// square of its size.
//
// # Summaries of traces
//
// What a list of traces shows and sorts by is counted while the records go by: their
// number, times and levels, for the newest traces, and of the others for some that failed
// and for the slowest. It is what the index has of memory that grows with the number of
// traces, so it is bounded. Names and services are not kept: they are read again for the
// few traces that a page shows.
//
// # How it works
//
// Each log has a goroutine, its indexer, which is the only one that writes to it:
//
//	package logsource   gives a line, whatever becomes of the files
//	indexer.go          finds the line's head, the record that it belongs to, and its block
//	block.go            the block takes it in: place, checksum, times, level
//	postings.go         gets a posting of its trace, unless the block has that one already
//	summary.go          gets what a record adds to the summary of its trace
//	indexer.publish     lets others see all of that, a block at a time or when there is no more
//
// Questions are answered by the goroutines of those who ask. All questions are one kind
// of search, and differ in where it begins and when it stops: a page (search.go), what
// comes then (tail.go), the lines of a trace (trace.go) and what its first records say
// (traces.go). A search goes through all logs at once:
//
//	index.go            takes a view of each log, as it is at that moment
//	walk.go             goes from block to block of a view, over those that cannot have anything
//	query.go            says so, by what is known of a block, and then by its text as a whole
//	file.go             reads the block again, from wherever its file is by now
//	openfiles.go        … of which it has those open that were used last
//	gunzip.go           … and decompresses them
//	package logquery    judges the lines, from the block's first on
//	search.go           takes from all walks the line that is the next in time
//	cursor.go           writes down how far each walk has come, for the next page
//
// # Locks
//
// A log's mu is held for as long as it takes to publish a block or to take a view, and never
// while anything is read: a view needs no lock, because closed blocks do not change and the
// open one is copied. Files are shared by all questions. To look for a file, and to
// decompress one, is one question's turn at a time; others wait until their context ends.
// Nobody waits for a turn who holds openFiles.mu.
//
// # What shows it
//
// TestModel and FuzzSearch compare all answers with those of a plain implementation that has
// all lines in a slice, while logs are rotated, compressed and written to. TestFilesThatChange
// has what can become of a file, TestConcurrent asks everything at once, and TestMemory and
// BenchmarkIndex hold the index to its size and speed.
package logindex
