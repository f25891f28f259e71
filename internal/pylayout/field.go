package pylayout

import (
	"fmt"
	"strings"
)

// A Field is a value of the record that a layout can name.
type Field uint8

// The fields. The comment tells which of Spec's methods formats the value: a text
// goes to [Spec.Pad], an integer to [Spec.AppendInt], a float to [Spec.AppendFloat]
// and a bool to [Spec.AppendBool].
const (
	FieldNone Field = iota // no field: the op is a literal

	// Those of Python's LogRecord.
	FieldAsctime         // text: see AppendAsctime
	FieldLevelName       // text: see AppendLevelName
	FieldLevelNo         // integer: see LevelNo
	FieldName            // text: the logger's name
	FieldMessage         // text
	FieldFilename        // text: see Filename
	FieldPathname        // text: the source file with its path
	FieldLineNo          // integer
	FieldFuncName        // text: see AppendFuncName
	FieldModule          // text: see Module
	FieldProcess         // integer: the process id
	FieldProcessName     // text
	FieldCreated         // float: see Created
	FieldMsecs           // float: see Msecs
	FieldRelativeCreated // float: see RelativeCreated

	// Those that opentelemetry-python adds. Without a span the ids are "0" and
	// sampled is false.
	FieldTraceID      // text: otelTraceID
	FieldSpanID       // text: otelSpanID
	FieldTraceSampled // bool: otelTraceSampled
	FieldServiceName  // text: otelServiceName

	// Those of spanlog.
	FieldTrace // text: the trace fields together
	FieldAttrs // text: the attributes

	fieldCount
)

// fields holds every field's name in a layout and the kind of its value.
var fields = [fieldCount]struct {
	name string
	kind kind
}{
	FieldNone:            {"", text},
	FieldAsctime:         {"asctime", text},
	FieldLevelName:       {"levelname", text},
	FieldLevelNo:         {"levelno", integer},
	FieldName:            {"name", text},
	FieldMessage:         {"message", text},
	FieldFilename:        {"filename", text},
	FieldPathname:        {"pathname", text},
	FieldLineNo:          {"lineno", integer},
	FieldFuncName:        {"funcName", text},
	FieldModule:          {"module", text},
	FieldProcess:         {"process", integer},
	FieldProcessName:     {"processName", text},
	FieldCreated:         {"created", float},
	FieldMsecs:           {"msecs", float},
	FieldRelativeCreated: {"relativeCreated", float},
	FieldTraceID:         {"otelTraceID", text},
	FieldSpanID:          {"otelSpanID", text},
	FieldTraceSampled:    {"otelTraceSampled", boolean},
	FieldServiceName:     {"otelServiceName", text},
	FieldTrace:           {"trace", text},
	FieldAttrs:           {"attrs", text},
}

// foreign holds Python's other fields and why a Go record has none.
var foreign = map[string]string{
	"thread":     "goroutines have no numbers",
	"threadName": "goroutines have no names",
	"taskName":   "goroutines have no names",
	"exc_info":   "an error is an attribute: see %(attrs)s",
	"exc_text":   "an error is an attribute: see %(attrs)s",
	"stack_info": "a stack is an attribute: see %(attrs)s",
	"msg":        "messages are no templates: write %(message)s",
	"args":       "messages are no templates: see %(attrs)s",
}

// aliases holds what other libraries call a field, for the suggestion.
var aliases = map[string]Field{
	"date":      FieldAsctime,
	"datetime":  FieldAsctime,
	"time":      FieldAsctime,
	"timestamp": FieldAsctime,
	"level":     FieldLevelName,
	"severity":  FieldLevelName,
	"logger":    FieldName,
	"file":      FieldFilename,
	"line":      FieldLineNo,
	"func":      FieldFuncName,
	"function":  FieldFuncName,
	"pid":       FieldProcess,
	"trace_id":  FieldTraceID,
	"traceid":   FieldTraceID,
	"span_id":   FieldSpanID,
	"spanid":    FieldSpanID,
	"service":   FieldServiceName,
}

// String returns the field's name in a layout, "" for FieldNone.
func (f Field) String() string {
	if f < fieldCount {
		return fields[f].name
	}
	return fmt.Sprintf("Field(%d)", uint8(f))
}

// kind returns the type of the field's value, which decides the types of a spec.
func (f Field) kind() kind { return fields[f].kind }

// lookup returns the field with the name, or an error that helps to find it.
func lookup(name string) (Field, error) {
	for f := FieldNone + 1; f < fieldCount; f++ {
		if fields[f].name == name {
			return f, nil
		}
	}
	if why, ok := foreign[name]; ok {
		return FieldNone, fmt.Errorf("field %q of Python has no meaning in Go: %s", name, why)
	}
	if f := similar(name); f != FieldNone {
		return FieldNone, fmt.Errorf("unknown field %q (did you mean %q?)", name, f)
	}
	var known []string
	for _, f := range fields[1:] {
		known = append(known, f.name)
	}
	return FieldNone, fmt.Errorf("unknown field %q (the fields are %s)", name, strings.Join(known, ", "))
}

// similar returns the field that was probably meant by name: an alias, or the
// nearest name with at most one edit per three letters. FieldNone: no idea.
func similar(name string) Field {
	// Case is the commonest slip: Python itself mixes levelname and funcName.
	name = strings.ToLower(name)
	if f, ok := aliases[name]; ok {
		return f
	}
	best, limit := FieldNone, len(name)/3+1
	for f := FieldNone + 1; f < fieldCount; f++ {
		if d := distance(name, strings.ToLower(fields[f].name)); d < limit {
			best, limit = f, d
		}
	}
	return best
}

// distance returns how many bytes to insert, delete or replace to get from a
// to b (Levenshtein), with one row of the table kept at a time.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
