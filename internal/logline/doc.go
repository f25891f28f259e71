// Package logline reads one line of a log, written by any of the usual loggers, and says
// what is in it.
//
// A line is one of three kinds. [JSON] is an object that encoding/json would take. [Text]
// is pairs of key=value, as [slog.TextHandler] and logfmt encoders write them. All else is
// [Plain]: stack traces, panics, what a program prints, and torn lines.
//
// A byte order mark and colours in front of a line, and colours and the line's end behind
// it, do not count. What the runtime of a container puts in front, its name say, is a prefix
// (prefix.go): what it says are attributes, and what follows is read as if it stood alone. A
// Plain line keeps it. An object whose members are objects is read as if its keys were
// dotted: {"trace":{"id":…}} is {"trace.id":…}. Arrays are values.
//
// # Which keys mean what
//
// The table in names.go has the names, by meaning and in order of precedence. Letter case,
// and underscores or hyphens between the words of a name, make no difference: trace_id is
// traceId, TraceID and TRACE-ID too.
//
//   - Of several names, the one that comes first in the table wins, wherever it is in the
//     line. Each meaning is settled by itself: the trace may come from one family of names,
//     and the span from another.
//   - Of several spellings or repeats of one name, the first in the line wins. Loggers write
//     their own fields before those of the program.
//   - A name whose value can't be used claims nothing: a level that is no level, an id of
//     zeros, a time before 1973 as a number. The next one gets its turn.
//   - What has been used is not among a record's attributes. All else is, so that nothing
//     gets lost: names that came second, repeats, and values that could not be used. A
//     traceparent always is, since it says more than its ids.
//
// # Torn lines
//
// A line that begins as an object but is not one, because it was cut off or another
// process wrote into it, is Plain, and its message is the whole line. [Head].Torn is set,
// and the rest of the Head has what stands before the damage, in complete values only. A
// Text line that ends within quotes is torn in the same way. If a Text line ends within a
// value that has no quotes, there is no telling.
//
// # Hostile lines
//
// Nothing in a line makes this package panic, or take more than time and memory that are
// proportional to the line's length. But nothing is made safe for a terminal or a page:
// texts have whatever characters the line has.
//
// # How it works
//
// A line is read once, from front to back, by one of two readers: object.go for JSON, text.go
// for pairs. Neither decodes a value: they find where it ends (value.go) and look up its key
// (lookup.go). A key that is a name claims its role for its value (claim.go), which is only then
// decoded and parsed (decode.go, time.go, level.go, id.go). What is claimed last is decided when
// the line is over, as some names need another one beside them (record.go).
//
// [Scanner.Head] and [Scanner.Parse] are the same reading. Parse gathers all attributes besides,
// and takes those that were used out of them in the end. Head skips what is unknown, and has a
// memory of the keys of the last lines (seenkey.go): it is for indexing and filtering, where
// each line of a large log goes through it.
//
// Places in a line are indexes. A function that finds the end of something takes the line and
// the place where it begins, and returns the place behind it, or -1 if it is not there or not
// whole; so a torn line comes to an end at once, with what was claimed before.
//
// # To have more understood
//
// A name is a row in names.go, with what it means, where it ranks, and the loggers that have it.
// A name of a level is a word in level.go, a scale of numbers a form there. A form of time or id
// is a case in time.go or id.go: that it could not be anything else is harder than to read it, as
// each value that is taken is one that no longer stands among the attributes. All of these have
// a table in their test; times, levels and ids have a twin in reference_values_test.go, with which
// the fuzz tests compare.
//
// # Tests
//
// What spanlog itself writes, in each of its schemas, is read back as it was logged (TestSchemas).
// reference_test.go is a second reader, made of encoding/json and package time and as simple as
// can be. The fuzz and property tests compare with it, and the tests of each file have tables.
package logline
