// Package logline reads one line of a log, written by any of the usual loggers, and says
// what is in it.
//
// A line is one of three kinds. [JSON] is an object that encoding/json would take. [Text]
// is pairs of key=value, as [slog.TextHandler] and logfmt encoders write them. All else is
// [Plain]: stack traces, panics, what a program prints, and torn lines.
//
// A byte order mark and colours in front of a line, and colours and the line's end behind
// it, do not count. An object whose members are objects is read as if its keys were
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
package logline
