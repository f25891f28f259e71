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
// together have up to Options.TempSize bytes; those that were used last are kept. A
// larger file is decompressed from its beginning whenever the block that is wanted lies
// before the last one that was read: going through it from its end takes a time that
// grows with the square of its size.
package logindex
