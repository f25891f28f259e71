// Package logsource gives the lines of a log, in order, whatever becomes of its
// files while they are read.
//
// A [Source] is a queue of files. The first is read; behind it are those that
// were written later, and the log itself is the last:
//
//	app.log.2.gz ─► app-20261125T032606.123456Z.log ─► app.log
//
// # Open files
//
// What is in the queue is open, and an open file keeps its content: renaming,
// compressing and deleting it changes nothing for its reader. Only what is beyond
// the first 500 files, or beyond what the system lets a process open, is opened by
// name when its turn comes, plain or compressed.
//
// When another file has taken the log's place, what lies between is put in the
// queue: the rotated files that come after the one that was read. That one is found
// among them by its inode, or by its content if it has been compressed meanwhile.
// So no number of rotations between two looks loses a line or repeats one, as long
// as the files have names that are known here and are not deleted before that.
//
// # Following
//
// With Options.Follow, the path is looked at with each poll. After a rotation,
// the old file is read for two more polls, because other processes may write to
// it until they notice. It is read for longer while the new file is empty: the
// program has not turned to that yet.
//
// A log that was cut is read from its beginning again. That it was cut is seen by
// the last bytes that were read, which are not where they were. If it was copied
// before, as logrotate's copytruncate does, what had not been read is taken from
// the copy.
//
// # Limits
//
//   - What was written and is gone before the next look is not seen: in a log that
//     was cut without a copy, and in files that were deleted or have names that are
//     not known.
//   - A copy that is being made while the source is opened counts as a rotated
//     file, so its lines come twice.
//   - If the file that was read is deleted, and not only renamed, the files that
//     are new are told by their names. A number is no such name: then it is by the
//     inode and the time of the last write, which gzip keeps.
//   - Numbered names that are moved more often than a directory can be read three
//     times may be missed, or come in another order.
//
// # Rotated files
//
// These names are known, with and without ".gz", for a log app.log:
//
//	app-20261125T032606.123456Z.log   spanlog
//	app-2026-11-25T03-26-06.123.log   lumberjack
//	app.log.1                         logrotate, newsyslog, Python
//	app.log-20261125                  logrotate: dateext
//	app.log-2026112503
//	app.log-20261125-1795750000
//	app-20261125.log                  logrotate: dateext and extension
//	app.log.20261125-032606           kubelet
//	app.log.2026-11-25                Python: TimedRotatingFileHandler
//	app.log.2026-11-25_03
//	app.log.2026-11-25_03-26
//	app.log.2026-11-25_03-26-06
//
// Names with a time are in its order, and numbers from the highest down. Between
// the two, it is the time of a numbered file's last write that decides.
//
// spanlog's own names are package archive's to know; the others are in rank.go. A name
// that a rotator writes and nobody knows here is not found again: its lines are missing
// with Options.Rotated, and so are those that were not read when it was given.
//
// # How it works
//
// A Source is the first step of the way back, from files to what is shown, for the
// command and for package logindex alike: package logline reads the lines, package
// logquery says which are wanted. [Source.Next] gives a line from the splitter's
// buffer; when there is none it fills that buffer from the first file of the queue
// (fill.go). At the end of the last file it looks what has become of the path
// (follow.go), and puts what has come since into the queue (successors.go,
// rotated.go).
//
// Everything is decided by looking at the file system, at which others work at the
// same time. So each decision is made in an order in which nothing can get lost
// between two looks: the log is opened before its rotated files are listed, a
// directory is listed until it stands still, and what was read is given only if the
// file was not cut while it was read. Where it cannot be sure it looks again. The
// model in model_test.go rotates, cuts, copies and deletes at random, and
// churn_test.go and writer_test.go do so as fast as they can.
package logsource
