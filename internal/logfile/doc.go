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
// A process that has the journal's lock owns the log. It alone rotates,
// compresses and deletes. Others write through, and each looks every second
// whether the lock has become free.
package logfile
