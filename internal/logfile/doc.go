// Package logfile appends records to a log file, and does not lose them.
//
// A [Log] takes records one by one. It has a copy of each in memory, in order,
// and another one in its journal (see package journal), which outlives the
// process. A goroutine drains: it writes what has gathered to the file, many
// records with one write(2). So, mostly, a record costs its caller two memory
// copies, and is in the file a little later.
//
//	Append ─► filling ─┐ swap        write(2)
//	      └─► journal  └─► draining ─────────► app.log ─ rotate ─► app-….log
//
// Where no journal can be had, and for records that cannot wait, Append drains
// itself: they are in the file when it returns. What is drained comes from memory,
// whatever the journal's file has become; the journal is read by the next process
// only.
//
// # Owners
//
// A process that has the journal's lock owns the log. It alone rotates,
// compresses and deletes. Others write through, and each looks every second
// whether the lock has become free. Whoever gets it first writes what the last
// owner has left, then goes on as the owner. In the code, Log.journal is not nil
// for the owner, and Log.ring is not nil while records go into the journal as
// well: an owner without a map, or with WriteThrough, has the one and not the
// other.
//
// # What holds
//
//   - Records are in the file in the order in which they were accepted, behind
//     those that a dead process had left.
//   - A record is in one of the two batches from when it is accepted until it is
//     in the file. Its room in the journal is given back after that, never before.
//   - What goes into one write is all in the journal, or none of it is: then one
//     intent says all about the write.
//   - A line is written with one write, to a file opened with O_APPEND, so lines of
//     several processes do not mix. Where a write ends early all the same, on a full
//     disk or by a kill, the rest follows directly or the part is cut off again; if
//     neither can be, it gets a line end, and is a line of its own.
//   - While a write is under way, or has failed on its way, the file is not
//     changed for another one. So what journal.Intent says stays true until the
//     write is done or given up.
//
// # Trouble
//
// A write that fails leaves all records where they are, and is tried again with
// back-off, for as long as they have room: in the journal, or as much beside it.
// Meanwhile Append accepts what fits; its error is a [KeptError] for a record that
// should have been in the file by now, and nil for one that may wait in the journal.
// What goes wrong beside Append (rotation, compression, the journal) is told to
// Options.Report, and costs speed or space, no record.
//
// # Where what is
//
//	log.go      a Log: Append, Flush, Reopen, and the state that all share
//	batch.go    records in memory, and which of them go into one write
//	drain.go    from memory to the file: who writes, and how far
//	write.go    one write, with its intent, and what becomes of one that fails
//	path.go     whether the open file is the one that it should be
//	output.go   the open file itself: locks, torn lines
//	rotate.go   when it is moved aside, and how
//	own.go      becoming the owner, and having a journal
//	resolve.go  what became of a dead process's last write
//	keeper.go   the goroutine that drains and looks after the rest
//	chores.go   what is done in the background: reports, rotated files
//	close.go    the end, and lines that come after it
//	recover.go  all of that for a log that no program opens: spanlog recover
//
// The tests break a disk, a path or a process at every step: fault_test.go has
// writes fail, full_linux_test.go fills a disk, path_unix_test.go moves files away,
// and crash_test.go and pair_test.go hold one process and two to a model. Real
// kills are in package crashtest.
package logfile
