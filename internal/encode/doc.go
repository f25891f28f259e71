// Package encode turns strings, numbers, times and slog values into the bytes
// of JSON, of slog's text form and of plain text that is safe on a terminal.
//
// The JSON and text forms are those of [slog.JSONHandler] and
// [slog.TextHandler], byte for byte; the root package's differential tests hold
// them to that. All functions append to dst and return the extended slice, keep
// nothing, and may be called concurrently.
//
// # Where it stands
//
// Package spanlog's encoders know what a line is made of: which fields, in which
// order, within which groups. This package knows how each of them is written. By
// the time that a value comes here the handler has resolved, redacted and replaced
// it, and left out what is empty; only the quick way of attrs.go takes attributes
// as they were logged, and gives back those that need any of that.
//
// # What the callers and this package rely on
//
//   - Whether a comma is needed before a JSON key is told by the byte before it: no
//     value ends in an opening brace, so one stands there only where an object has
//     just been opened. It spares everybody to carry a state along.
//   - Code of the program's (MarshalJSON, MarshalText, Error, String, Format) is
//     called in appendJSONAny, appendTextAny and AnyText only. It may panic, so the
//     first two recover, and who calls AnyText has to; and it may log, so the handler
//     counts the calls for which it runs. An error of package errors or fmt is text,
//     see package rawslog.
//   - A function that has appended something and then finds that it cannot go on
//     gives dst back at its old length. What lies behind that is garbage, and may be.
//
// # To change what is written
//
// What a kind of value looks like is decided in AppendJSONValue and AppendTextValue, and a second
// time in attrs.go, where it is written without asking twice. The differential tests run both ways,
// and compare them with slog's handlers and with each other: a difference from slog has to be on the
// list in differential_test.go, with its reason. What people see is not here but in Pretty and Pattern;
// of them only what makes text safe is.
//
// # Speed
//
// Attributes are where a record's time goes (docs/speed.md has the shares, and how to
// measure a change). Most keys and texts are short plain ASCII, and each is looked at
// and copied in one pass, eight bytes at a time: word.go has the arithmetic. Room is
// asked for once for a key with its value. Functions that are called for each attribute
// are kept small, or split into a usual case and the rest, so that the compiler inlines
// them or need not check bounds; a slice is turned into an array where that tells it
// the length. TestAllocs has nothing allocate.
package encode
