package benchmarks

import "strings"

// A cause is one thing that a handler does otherwise, and the checks that fail
// because of it, with spaces between.
type cause struct {
	what   string // a sentence in Markdown, without its full stop
	checks string
}

// known returns the causes as spanlogtest.Options wants them. A check that is
// listed with two causes counts for the later one.
func known(causes []cause) map[string]string {
	m := map[string]string{}
	for _, c := range causes {
		for check := range strings.FieldsSeq(c.checks) {
			m[check] = c.what
		}
	}
	return m
}

// What log/slog's own handlers do, and all that write with them.
var (
	elidedJSON = cause{
		"after a group all of whose members are ignored, `slog.JSONHandler` leaves out the comma: `\"msg\":\"m\"\"b\":\"2\"` isn't JSON",
		"groups/elided"}
	elidedText = cause{
		"after a group all of whose members are ignored, `slog.TextHandler` keeps the group's name for the attributes that follow",
		"groups/elided"}
	emptyJSON = cause{
		"`slog.JSONHandler` writes `{}` for a group whose members resolve to empty groups",
		"groups/empty-value"}
	noName = cause{ // true of zapslog, too
		"`WithGroup(\"\")` opens a group without a name; `slog.Logger` doesn't pass the empty name on, wrappers may",
		"groups/no-name"}
	yearsJSON = cause{
		"for a time outside the years 0 to 9999, `slog.JSONHandler` writes an error and the time, one after the other, which isn't JSON",
		"values/time-range"}

	jsonCauses = []cause{elidedJSON, emptyJSON, noName, yearsJSON}
	textCauses = []cause{elidedText, noName}
)

// What wrappers do that add the ids to the record.
var (
	idsInGroup = cause{
		"the ids go into the group that is open, not to the root (golang/go#58243)",
		"slogtest trace/sampled trace/unsampled trace/remote trace/root trace/active trace/in-group " +
			"collision/group"} // in JSON for another reason as well
	sharedRecord = cause{
		"the ids are added to the caller's record without cloning it, so that `!BUG` shows up when the caller, or another handler, adds to it as well",
		"memory/record memory/clones"}
	repeatedIDs = cause{
		"an attribute that bears the name of a trace field stands in the record as well, so the key is there twice (golang/go#59365)",
		"collision/attr collision/same collision/group"}
	onlyRecording = cause{
		"spans that don't record are passed over: unsampled and remote ones, and those that have ended",
		"trace/sampled trace/unsampled trace/remote"}
	loneSpanID = cause{
		"a span id is written even if there is no trace id",
		"trace/partial"}
)

var jsonWrapperCauses = append([]cause{idsInGroup, sharedRecord, repeatedIDs}, jsonCauses...)

var textWrapperCauses = append([]cause{
	idsInGroup, sharedRecord,
	{repeatedIDs.what, "collision/attr collision/same"},
}, textCauses...)

var goSlogCauses = append([]cause{idsInGroup, sharedRecord, repeatedIDs, loneSpanID}, jsonCauses...)

var slogOtelCauses = append([]cause{
	idsInGroup, sharedRecord, repeatedIDs, loneSpanID,
	onlyRecording,
}, jsonCauses...)

var slogContextCauses = []cause{
	onlyRecording, repeatedIDs, loneSpanID, elidedJSON, emptyJSON, yearsJSON,
}

var datadogCauses = append([]cause{
	{"siblings share memory when three groups are open: a record of `l.WithGroup(\"a\")` comes out in the group `b` of another child of `l`, and to derive both at once is a data race", "siblings/groups siblings/mixed concurrent/derive"},
	repeatedIDs,
}, jsonCauses...)

var fanoutCauses = []cause{elidedJSON, emptyJSON, yearsJSON}

// What several back ends do.
var (
	noEmptyKey    = cause{"an attribute with an empty key is left out", "attrs/half-zero"}
	marshalPanic  = cause{"the panic of a `MarshalJSON` method reaches the caller", "values/broken"}
	errorPanic    = cause{"the panic of an `Error` method, of a nil pointer, reaches the caller", "values/nil"}
	roundedLevels = cause{"levels are rounded down to those that have a name: INFO+1 is written as info, ERROR+4 as error", "record/levels"}
)

var tintCauses = []cause{
	{"the message is written as it is, so that a line break in it starts a new line, which can look like any record", "encoding/newline"},
	{"without colours, a value ends at the first byte that isn't UTF-8, and at U+FFFD; the rest is lost", "encoding/unicode encoding/invalid-utf8"},
	{"without colours, ANSI sequences are cut out of keys and values", "encoding/control encoding/keys groups/names values/errors"},
	{"siblings share the memory of the groups' names, which `ReplaceAttr` is given: to derive two at once when three groups are open is a data race", "concurrent/derive"},
}

var charmCauses = []cause{
	{"`WithGroup` sets a field `prefix` and leaves the attributes at the root",
		"slogtest groups/nesting groups/no-name groups/names siblings/groups siblings/attrs siblings/mixed siblings/lengths siblings/parent"},
	{"an empty group is written, without a comma after it: `\"g\":{}\"b\":\"2\"` isn't JSON", "groups/empty groups/empty-value"},
	{"an attribute that is zero is written as `\"\":null`", "attrs/zero groups/elided"},
	{"a group without a key becomes a group with an empty key", "groups/inline values/resolve"},
	errorPanic,
	marshalPanic,
	{"a level without a name is left out", "record/levels"},
}

var phusluCauses = []cause{
	{"siblings write into the same memory: lines that aren't JSON, attributes and groups of other loggers, a data race",
		"siblings/groups siblings/attrs siblings/mixed siblings/lengths concurrent/derive"},
	{"a group of which nothing is left to write panics", "groups/empty groups/empty-value groups/elided"},
	{"`Enabled` is false for all levels but Debug, Info, Warn and Error, so that INFO+1 or ERROR+4 are lost", "enabled/info enabled/monotonic"},
	{"control characters and bytes that aren't UTF-8 are written as they are, which isn't JSON", "encoding/control encoding/invalid-utf8 values/errors"},
	{"keys and names of groups are not escaped: a quote in a key ends it", "encoding/keys groups/names"},
	{"a record without a time is dated to the year 1", "slogtest record/zero-time"},
	{"a `LogValuer` with an empty key that resolves to nil is written as `\"\":null`", "values/resolve"},
	marshalPanic,
}

var zerologCauses = []cause{
	{"`With` before `WithGroup` moves into the group: `With(\"a\", 1).WithGroup(\"g\")` writes `g.a`",
		"slogtest groups/nesting groups/empty siblings/attrs siblings/mixed siblings/lengths siblings/parent"},
	noEmptyKey,
	marshalPanic,
	roundedLevels,
}

var zapCauses = []cause{
	{"a group without attributes is written as `{}`", "groups/empty groups/empty-value groups/elided"},
	noName,
	marshalPanic,
	roundedLevels,
}

var bridgeCauses = []cause{
	{"a group that holds nothing but a group is lost: `WithGroup(\"g\").WithGroup(\"h\")` exports `h`",
		"groups/nesting groups/no-name siblings/groups siblings/mixed trace/unsampled trace/remote trace/root"},
	{"a group without attributes is exported as an empty map", "groups/empty groups/empty-value groups/elided"},
	{"an error becomes the record's exception and not an attribute; of two errors only the last is kept",
		"values/errors"},
	errorPanic,
	noEmptyKey,
	{"a `LogValuer` with an empty key that resolves to a group is lost", "groups/inline"},
	loneSpanID,
}

var newHandlerCauses = []cause{yearsJSON}
