// Package spanlogtest helps to test programs that log and handlers that they
// log to.
//
// # Programs
//
// A [Recorder] keeps what was logged, together with the span in which it was
// logged:
//
//	rec := spanlogtest.New(t)
//	shop := NewShop(rec.Logger())
//	shop.Order(ctx, "tea")
//
//	order := rec.One("order placed")     // exactly one, or the test fails
//	order.Attr("item.name").String()     // "tea"
//	rec.AssertInSpan("order placed", span)
//	rec.None("payment failed")
//
// The records of a test that fails are in its output. A goroutine that logs when its
// test is over neither panics nor writes into another test.
//
// [Recorder.Sink] puts it behind a whole spanlog pipeline, to test what options and
// decorators do to records.
//
// # Handlers
//
// [TestHandler] runs a conformance suite on any [log/slog.Handler]. It
// includes testing/slogtest, and adds what that leaves out and where handlers
// have been seen to fail: trace fields that end up in groups, siblings that
// overwrite each other, values that panic, output that can be forged. See the
// example of TestHandler for the few lines that it takes: [ParseJSON] and [ParseText]
// read what the handler has written.
//
// A handler may do one thing otherwise and be right in all else: each check is about
// one rule, says which one that is, and where it is written. Where log/slog does not
// state a rule, the check's source says that it is this suite's own. What the handlers
// in use make of the checks is a table in benchmarks/README.md.
//
// # Checks
//
// These are the names of the checks, for go test -run and for [Options].Known, each with
// its rule. Those of trace and collision are left out with [Options].NoTrace.
//
//   - slogtest: all cases of testing/slogtest hold, whatever span is active
//   - groups/nesting: WithGroup qualifies all later attributes, in the order of the
//     calls, and like a group attribute does
//   - groups/empty: a group without attributes is left out, however it comes about and
//     however deep it is
//   - groups/empty-value: a group whose members resolve to empty groups is left out as
//     well
//   - groups/elided: a group all of whose members are ignored is left out, and what
//     stands before and after it is as if it had never been
//   - groups/inline: the members of a group without a key stand where the group stands
//   - groups/no-name: WithGroup with an empty name changes nothing
//   - groups/names: names given to WithGroup are escaped as keys are
//   - attrs/zero: an attribute whose key and value are both zero is ignored, and its
//     neighbours are not
//   - attrs/half-zero: an attribute is kept if only its key or only its value is zero
//   - attrs/none: WithAttrs without attributes changes nothing
//   - attrs/many: all attributes arrive, however many there are
//   - attrs/kinds: values of every kind arrive; none makes the handler panic, lose the
//     record, or spoil the attributes beside it
//   - values/resolve: LogValuers are resolved wherever they stand, as often as it takes
//   - values/errors: the text of an error arrives, whatever characters are in it
//   - values/panic: a LogValue method that panics doesn't take the program or the record
//     with it
//   - values/endless: a LogValuer that always resolves to another doesn't hang the
//     program
//   - values/nil: nil pointers whose methods panic don't take the program or the record
//     with them; what is written for them is left open
//   - values/broken: a value that can't be encoded doesn't take the program or the
//     record with it; what is written for it is left open
//   - values/time-range: a time that RFC 3339 has no form for doesn't spoil the record
//   - values/in-time: LogValuers in a record are resolved before Handle returns
//   - values/that-log: a LogValuer may log to the same handler: no lock is held while
//     values are resolved
//   - record/zero-time: a record without a time has no time field
//   - record/zero-pc: a record without a program counter has no source field
//   - record/message: the message arrives as it is, and may be empty
//   - record/levels: different levels, also those without a name of their own, can be
//     told apart
//   - record/canceled: a record is handled even if its context has been canceled
//   - memory/record: Handle doesn't add to the record it gets, so the caller may add to
//     it, or hand it to another handler
//   - memory/clones: clones of one record, each with attributes of its own, don't mix
//   - memory/groups: the attributes of a group belong to the caller; neither Handle nor
//     WithAttrs changes them
//   - memory/with-attrs: WithAttrs doesn't change the slice it gets, nor what lies
//     behind its end
//   - siblings/groups: handlers derived from one parent by WithGroup don't see each
//     other's groups
//   - siblings/attrs: handlers derived from one parent by WithAttrs don't see each
//     other's attributes
//   - siblings/mixed: handlers derived from one parent by WithAttrs and WithGroup in
//     turn don't see each other's additions
//   - siblings/lengths: attributes of siblings don't mix, whatever the length of what
//     they share
//   - siblings/parent: to derive a handler changes nothing for the handler that it
//     derives from
//   - enabled/info: the handler under test is enabled for Info and above
//   - enabled/monotonic: a handler that is enabled for a level is enabled for all higher
//     ones, also those without a name of their own
//   - enabled/derived: WithAttrs and WithGroup don't change the levels that a handler is
//     enabled for
//   - encoding/unicode: text outside ASCII arrives as it is
//   - encoding/control: control characters, quotes and backslashes arrive as they are,
//     so they must be escaped
//   - encoding/newline: a line break in a message or a value doesn't start a new record
//   - encoding/invalid-utf8: bytes that are not UTF-8 don't spoil the record, in which
//     valid text beside them is kept
//   - encoding/keys: keys and names of groups are escaped as values are
//   - encoding/large: a large record arrives whole
//   - concurrent/handle: concurrent calls of Handle each put out their own record, whole
//     and once, with their own span
//   - concurrent/derived: derived handlers may be used concurrently with each other
//   - concurrent/derive: handlers may be derived from one parent concurrently
//   - trace/sampled: a record that is logged with a span has the span's ids at the root,
//     also when the span has ended
//   - trace/unsampled: a span that isn't sampled counts like any other
//   - trace/remote: a span context from another process counts like a span
//   - trace/none: a record that is logged without a span has no trace fields
//   - trace/partial: an id of zeros is never written, and a span id not without a trace
//     id
//   - trace/flags: trace flags are a bit field, written as two hexadecimal digits
//   - trace/root: trace fields stand at the root, once, whatever groups and attributes
//     the logger has
//   - trace/active: the ids are those of the call's context, not of an earlier call or
//     of the place where the logger was made
//   - trace/in-group: an attribute in a group is left alone, even if its key is that of
//     a trace field
//   - collision/attr: with a span active, an attribute named like a trace field neither
//     repeats the field nor takes its place
//   - collision/group: with a span active, a group named like a trace field doesn't
//     repeat the field
//   - collision/same: an attribute that equals the trace field, as a second wrapper
//     would add it, doesn't repeat the field
//   - collision/no-span: without a span, an attribute named like a trace field is an
//     attribute like any other
package spanlogtest
