// Package journal keeps log records safe from the end of the process, at the
// price of a memory copy.
//
// A journal is a file of fixed size that is mapped into memory and shared with
// the kernel. A record that has been copied into it belongs to the kernel: the
// process may be killed at the next instruction, and whoever opens the file next
// finds it. (A power failure is another matter: that is what fsync is for.) The
// records wait there only until their process has written them to the log, which
// it does many at a time. What a dead process has left is written by the next.
//
// # Layout
//
//	0     header: magic, capacity, salt, check word
//	512   checkpoint slot
//	1024  checkpoint slot
//	1536  number of the newest record
//	2048  copy of the header
//	4096  ring
//
// The ring has the records, one behind the other, around its end if need be. A
// position counts the bytes since the beginning; its place is the position modulo
// the capacity. A record is
//
//	commit word   its number (1, 2, 3, …) and a mark
//	length, sum   four bytes each
//	bytes         padded to a multiple of 8
//
// so that no word is ever divided by the end of the ring. The sum is seeded with
// the salt, the number and the length: bytes of an earlier lap or of another
// journal, and bytes that somebody has logged in order to look like a record, do
// not pass.
//
// A checkpoint says how far the log has got: the position and number of the oldest
// record that is not known to be in it. It may have an intent besides: the write
// that is about to be made, with the file's device and inode, the offset, the
// length and checksum of what is written, how many records that are, and the
// checksum of the bytes before the offset. The two slots are written in turn, and
// a generation in each tells which is newer.
//
// # Who does what
//
// Whoever holds the file's lock (flock) owns the log. One goroutine at a time
// appends; one at a time, maybe another, drains:
//
//	append:  word behind the record := 0
//	         bytes, length and sum
//	         commit word                       from here on the record counts
//	         number of the newest record
//	drain:   checkpoint with intent            Begin
//	         write(2) to the log
//	         checkpoint behind those records   Done: from here on their room is free
//
// # Invariants
//
//  1. The word at the position behind the last record is 0. It is cleared before
//     that record is committed, and a new ring has only zeros. So reading ends
//     where writing did, and never goes on into what an earlier lap left.
//  2. A record's commit word is stored after all the rest of it. A process that is
//     killed within Append leaves the word at 0: the record does not exist, and
//     nobody was told that it does.
//  3. The older of the two checkpoints is overwritten, and its check word is
//     cleared first and stored last. So at any time one of them is whole, and it
//     is the newest or the one before.
//  4. The records of an intent stay in the ring until the checkpoint behind it.
//  5. The file's room is allocated before it is mapped, for a store into a hole of
//     a full disk kills the process. A file can still be cut off by somebody. Every
//     store is made where such a fault can be caught; it is an error then.
//  6. Nothing in the file is believed when it is read: each length is bounded by
//     what is there, and each record, checkpoint and header has its checksum.
//
// The number of the newest record tells how many are lost if the end of what was
// written is damaged, or blank. It is stored after the commit word, so it is never
// of a record that does not exist.
//
// Stores are in order for a reader of the same machine: the compiler leaves those
// that matter where they are (word.go), and a process that is killed has made all of
// its stores up to some instruction and none after it. No cache has to be flushed for
// that.
//
// # Why exactly once
//
// Suppose the process dies, and nobody else writes to the log. The newest whole
// checkpoint C tells one of these:
//
//   - C has no intent. Then no write is under way: the next intent was not whole
//     yet, and the write comes after it. All the records from C on, and no others,
//     are missing from the log. They are appended.
//   - C has an intent. Then the write has happened wholly, in part or not at all,
//     and nothing was written after it, since the next write needs another
//     checkpoint. The file is found by device and inode, wherever it is called
//     now, and known by the bytes before the offset. What follows the offset is a
//     beginning of the intent's content, which is in the ring still (4): the rest
//     of it is appended, which may be nothing or all. If the file cannot be found
//     it is deleted, and with it what had been written, so all is appended anew.
//
// In both cases the records after those of C follow, up to the one that was not
// committed. Recovery writes with the same checkpoints: it may be killed as often
// as one likes.
//
// The log is rotated only while no write is under way, so that the file of a write
// that has happened, in whole or in part, is not compressed or deleted by us. An
// intent may be left then of a write that failed before a whole line of it was in
// the file: its records are appended anew, with that file or without it.
//
// Where others write to the log as well, what follows the offset may begin with
// their lines, and the intent's content is looked for behind those. If only part
// of it is found it is written again: then it is at least once. So it is after a
// power failure, which may have kept the log and not the journal, and when both
// checkpoints are damaged.
//
// A record that is too long for the ring is written to the log at once, with an
// intent of no records: if the process dies on the way, what there is of it is cut
// off again, for its caller was not told that it is there.
package journal
