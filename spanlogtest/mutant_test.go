package spanlogtest

import (
	"bytes"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMutants proves that each check fails for a handler that breaks its rule,
// and for the right reason.
func TestMutants(t *testing.T) {
	mutants := []struct {
		fault string // of a reference
		check string // must fail
		says  string // and must say this
	}{
		{"groups: only the innermost", "slogtest", `missing group "G"`},
		{"trace: fields in the open group", "trace/sampled", "in slogtest's case 8: no span_id at the root, but there is G.span_id"},
		{"groups: only the innermost", "groups/nesting", `two groups: "g" is missing`},
		{"groups: empty ones written", "groups/empty", `WithGroup and nothing more: "g" should not be there`},
		{"groups: resolved empty ones written", "groups/empty-value", `under WithGroup: "g" should not be there`},
		{"groups: of zero attrs written", "groups/elided", `between others: "g" should not be there`},
		{"groups: not inlined", "groups/inline", `"" should not be there`},
		{"WithGroup: no check of the name", "groups/no-name", `"" should not be there`},
		{"encoding: keys as they are", "groups/names", "line"},
		{"attrs: zero ones written", "groups/empty", `WithGroup and a zero attribute in the record: "g" should not be there`},
		{"WithAttrs: nothing given, nothing kept", "groups/nesting", `WithAttrs without attributes under WithGroup: "g" is missing`},
		{"attrs: zero ones written", "attrs/zero", `between others: "" should not be there`},
		{"attrs: nil ones dropped", "attrs/half-zero", `a nil value: "a" is missing`},
		{"WithAttrs: nothing given, nothing kept", "attrs/none", `after With: "a" is missing`},
		{"WithAttrs: looks at the first", "attrs/none", "the handler panicked: runtime error: index out of range"},
		{"attrs: five at most", "attrs/many", `6 in the record: "key5" is missing`},
		{"values: NaN as it is", "attrs/kinds", "invalid character 'N'"},
		{"values: not resolved", "values/resolve", `in the record: "a" is "spanlogtest.text"`},
		{"values: not resolved in groups", "values/resolve", `in a group: "g.a" is "unresolved"`},
		{"values: not resolved in With", "values/resolve", `in With: "a" is "spanlogtest.text"`},
		{"values: errors as they are", "values/errors", `line 2 of the handler's output`},
		{"values: panics get out", "values/panic", "the handler panicked: LogValue of a test panics"},
		{"values: endless ones resolved", "values/endless", "still busy"},
		{"values: methods of nil pointers called", "values/nil", "the handler panicked: runtime error: invalid memory address"},
		{"values: broken ones lose the record", "values/broken", "Handle returned the error"},
		{"values: broken ones lose what follows", "values/broken", `in the record: "b" is missing`},
		{"values: far times as they are", "values/time-range", "line 2 of the handler's output"},
		{"Handle: keeps the record", "values/in-time", `"g.a" is "after", want "before"`},
		{"lock: held while resolving", "values/that-log", "waiting for a lock"},
		{"record: zero time written", "record/zero-time", "there is a time"},
		{"record: zero PC written", "record/zero-pc", "there is a source"},
		{"record: message trimmed", "record/message", `the message is "", want " "`},
		{"record: levels between lose their number", "record/levels", `the level is written "INFO", and so is level 0`},
		{"Handle: gives up when canceled", "record/canceled", "context canceled"},
		{"Handle: adds to the record", "memory/record", "written into the caller's record"},
		{"Handle: adds to the record", "memory/clones", `"!BUG" should not be there`},
		{"Handle: redacts in place", "memory/groups", "has changed"},
		{"WithAttrs: redacts in place", "memory/with-attrs", "has changed: element 0"},
		{"WithAttrs: appends in place", "memory/with-attrs", "was appended to in place"},
		{"aliasing: groups", "siblings/groups", `child 3, first round: "g0.g1.g2.three" is missing`},
		{"aliasing: attrs", "siblings/attrs", `child 1, first round: "kid" is "two", want "one"`},
		{"aliasing: all", "siblings/mixed", `child 1, first round: "g1.kid" is missing; there is map[four:`},
		{"aliasing: bytes", "siblings/lengths", `child one over a value of`},
		{"aliasing: changes the parent", "siblings/parent", "after deriving"},
		{"Enabled: errors only", "enabled/info", "false for level 0"},
		{"Enabled: standard levels only", "enabled/monotonic", "true for level 0 (INFO) and false for 1 (INFO+1)"},
		{"Enabled: all levels once derived", "enabled/derived", "Enabled is true for level -12"},
		{"encoding: ASCII only", "encoding/unicode", `want "prix: 3 €"`},
		{"encoding: escape as it is", "encoding/control", `invalid character '\x1b'`},
		{"encoding: line breaks as they are", "encoding/newline", `"{\"level\":\"INFO\",\"msg\":\"one"`},
		{"encoding: bytes as they are", "encoding/invalid-utf8", "JSON must be UTF-8"},
		{"encoding: keys as they are", "encoding/keys", "line"},
		{"encoding: cut at 64 KiB", "encoding/large", "unexpected end of JSON input"},
		{"lock: two writes for a record", "concurrent/handle", "line"},
		{"lock: one buffer for all", "concurrent/handle", "line"},
		{"lock: two writes for a record", "concurrent/derived", "line"},
		{"aliasing: one scratch for all", "concurrent/derive", "is missing"},
		{"aliasing: one scratch for groups", "concurrent/derive", "is in the group of worker"},
		{"trace: the first span for ever", "concurrent/handle", "span_id is"},
		{"trace: the first span for ever", "concurrent/derive", "span_id is"},
		{"trace: upper case", "trace/sampled", `trace_id is "0AF7651916CD43DD8448EB211C80319C"`},
		{"trace: recording spans only", "trace/sampled", "an ended span, in a record with attributes: no trace_id"},
		{"trace: sampled spans only", "trace/unsampled", "no trace_id at the root"},
		{"trace: recording spans only", "trace/unsampled", "no trace_id at the root"},
		{"trace: local spans only", "trace/remote", "no trace_id at the root"},
		{"trace: zeros without a span", "trace/none", "trace_id is there"},
		{"trace: zeros for a missing id", "trace/partial", `span_id is "0000000000000000", and there should be none`},
		{"trace: span id alone", "trace/partial", "there should be no trace fields"},
		{"trace: flags are 01 or 00", "trace/flags", `trace_flags is "00", want "03"`},
		{"trace: flags of one digit", "trace/flags", `trace_flags is "0", want "00"`},
		{"trace: fields in the open group", "trace/root", "no trace_id at the root, but there is g.trace_id"},
		{"trace: fields in the group, too", "trace/root", "g.trace_id should not be there"},
		{"trace: the first span for ever", "trace/active", "span_id is"},
		{"collision: groups searched, too", "trace/in-group", `"g.trace_id" is missing`},
		{"collision: attribute repeats the field", "collision/attr", "trace_id stands 2 times at the root"},
		{"collision: attribute wins", "collision/attr", `trace_id is "mine", want "0af7651916cd43dd8448eb211c80319c"`},
		{"collision: group repeats the field", "collision/group", "trace_id stands 2 times at the root"},
		{"collision: equal attribute repeats the field", "collision/same", "trace_id stands 2 times at the root"},
		{"collision: renamed without a span", "collision/no-span", `"trace_id" is missing`},
	}

	killed := map[string]bool{}
	for _, m := range mutants {
		t.Run(m.fault+"/"+m.check, func(t *testing.T) {
			s := newSuite(newReference(m.fault), nil)
			if strings.Contains(m.says, "busy") || strings.Contains(m.says, "waiting") {
				s.limit = 200 * time.Millisecond
			}
			problems := join(s.run(t, checkNamed(t, m.check)))
			if !strings.Contains(problems, m.says) {
				t.Errorf("the check should say %q; it says: %.1000s", m.says, problems)
			}
		})
		killed[m.check] = true
	}
	for _, c := range checks {
		if !killed[c.name] {
			t.Errorf("no mutant for the check %s", c.name)
		}
	}
}

// TestWrapperMutants does the same for the wrappers that are seen most.
func TestWrapperMutants(t *testing.T) {
	for _, m := range []struct {
		name    string
		factory factory
		check   string
		says    string
	}{
		{"fields added to the record", jsonOver(func(h slog.Handler) slog.Handler { return adding{h} }), "trace/root", "no trace_id at the root, but there is g.trace_id"},
		{"fields added to the record", jsonOver(func(h slog.Handler) slog.Handler { return adding{h} }), "collision/attr", "stands 2 times"},
		{"fields added to the record", jsonOver(func(h slog.Handler) slog.Handler { return adding{h} }), "memory/record", "written into the caller's record"},
		{"fields added to the record twice", jsonOver(func(h slog.Handler) slog.Handler { return adding{adding{h}} }), "trace/sampled", "stands 2 times"},
		{"fields added to the record, text", textOver(func(h slog.Handler) slog.Handler { return adding{h} }), "trace/root", "no trace_id at the root, but there is g.trace_id"},
		{"fields added to the record, text", textOver(func(h slog.Handler) slog.Handler { return adding{h} }), "collision/attr", "stands 2 times"},
		{"handler embedded", jsonOver(func(h slog.Handler) slog.Handler { return embedding{h} }), "trace/root", "after With: no trace_id at the root"},
		{"handler embedded", jsonOver(func(h slog.Handler) slog.Handler { return embedding{h} }), "trace/sampled", "after With: no trace_id at the root"},
		{"no fields at all", jsonOver(plain), "trace/sampled", "no trace_id at the root"},
	} {
		t.Run(m.name+"/"+m.check, func(t *testing.T) {
			s := newSuite(m.factory, nil)
			problems := join(s.run(t, checkNamed(t, m.check)))
			if !strings.Contains(problems, m.says) {
				t.Errorf("the check should say %q; it says: %.1000s", m.says, problems)
			}
		})
	}
}

// TestOneFault proves that a fault fails the checks of what is at fault, and no
// others.
func TestOneFault(t *testing.T) {
	const (
		aboutTrace  = "slogtest trace/ collision/"
		aboutGroups = "slogtest groups/ siblings/ trace/"
	)
	add := jsonOver(func(h slog.Handler) slog.Handler { return adding{h} })
	embed := jsonOver(func(h slog.Handler) slog.Handler { return embedding{h} })
	bare := strings.Join(slices.Collect(maps.Keys(stdJSONKnown)), " ")
	for _, c := range []struct {
		name    string
		factory factory
		may     string // beginnings of names of checks
	}{
		{"trace: fields in the open group", nil, aboutTrace},
		{"trace: fields in the group, too", nil, aboutTrace},
		{"trace: zeros without a span", nil, aboutTrace},
		{"trace: recording spans only", nil, "trace/"},
		{"trace: sampled spans only", nil, "trace/"},
		{"trace: local spans only", nil, "trace/"},
		{"groups: only the innermost", nil, aboutGroups},
		{"groups: WithGroup does nothing", nil, aboutGroups},
		{"groups: around what With gave before", nil, aboutGroups},
		// JSON has neither NaN nor years of five digits, other formats do.
		{"values: broken ones dropped", nil, "attrs/kinds values/time-range"},
		{"values: broken ones renamed", nil, "attrs/kinds values/time-range"},
		{"wrapper that adds to the record", add, aboutTrace + " memory/record memory/clones " + bare},
		{"wrapper that embeds", embed, aboutTrace + " " + bare},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.factory == nil {
				c.factory = newReference(c.name)
			}
			for _, check := range checks {
				may := slices.ContainsFunc(strings.Fields(c.may), func(s string) bool { return strings.HasPrefix(check.name, s) })
				if problems := newSuite(c.factory, nil).run(t, check); len(problems) > 0 && !may {
					t.Errorf("%s fails: %.500s", check.name, join(problems))
				}
			}
		})
	}
}

func join(problems []problem) string {
	var b strings.Builder
	for _, p := range problems {
		b.WriteString(p.String() + "\n")
	}
	return b.String()
}

func checkNamed(t *testing.T, name string) check {
	t.Helper()
	i := slices.IndexFunc(checks, func(c check) bool { return c.name == name })
	if i < 0 {
		t.Fatalf("there is no check %q", name)
	}
	return checks[i]
}

// TestCorrect runs the suite on handlers that keep the rules.
func TestCorrect(t *testing.T) {
	stdTimes := map[string]string{
		"values/time-range": "slog.JSONHandler writes two strings for a time after the year 9999",
	}
	for _, c := range []struct {
		name    string
		factory factory
		opts    *Options
	}{
		{"reference", newReference(""), nil},
		{"naive over JSON", jsonOver(func(h slog.Handler) slog.Handler { return naive{next: h} }), &Options{Known: stdTimes}},
		{"naive over text", textOver(func(h slog.Handler) slog.Handler { return naive{next: h} }), nil},
		{"naive over naive", jsonOver(func(h slog.Handler) slog.Handler { return naive{next: naive{next: h}} }), &Options{Known: stdTimes}},
		{"JSON", jsonOver(plain), &Options{NoTrace: true, Known: stdJSONKnown}},
		{"JSON with source", sourced, &Options{NoTrace: true, Known: stdJSONKnown}},
		{"Text", textOver(plain), &Options{NoTrace: true, Known: stdTextKnown}},
		{"Multi", multi, &Options{NoTrace: true, Known: stdJSONKnown}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			TestHandler(t, c.factory, c.opts)
		})
	}
}

// sourced returns a slog.JSONHandler that writes the source.
func sourced(tb testing.TB) (slog.Handler, func() []map[string]any) {
	var buf bytes.Buffer
	h := slog.NewJSONHandler(&buf, &slog.HandlerOptions{AddSource: true, Level: slog.LevelDebug})
	return h, func() []map[string]any { return ParseJSON(tb, buf.Bytes()) }
}

// multi returns a slog.MultiHandler of two, and takes the results of one.
func multi(tb testing.TB) (slog.Handler, func() []map[string]any) {
	var one, two bytes.Buffer
	h := slog.NewMultiHandler(slog.NewJSONHandler(&one, nil), slog.NewTextHandler(&two, nil))
	return h, func() []map[string]any { return ParseJSON(tb, one.Bytes()) }
}

var stdTextKnown = map[string]string{
	"groups/elided":  "slog.TextHandler keeps the prefix of an elided group for what follows",
	"groups/no-name": "slog.Logger checks for the empty name, slog.TextHandler does not",
}

var stdJSONKnown = map[string]string{
	"groups/elided":      "slog.JSONHandler leaves out the comma after an elided group",
	"groups/empty-value": "slog.JSONHandler writes {} for a group whose members resolve to empty groups",
	"groups/no-name":     "slog.Logger checks for the empty name, slog.JSONHandler does not",
	"values/time-range":  "slog.JSONHandler writes two strings for a time after the year 9999",
}
