package pylayout

import (
	"reflect"
	"strings"
	"testing"
)

// The layouts that people bring along.
const (
	classic       = "[%(levelname)s] %(asctime)s - %(message)s"
	openTelemetry = "%(asctime)s %(levelname)s [%(name)s] [%(filename)s:%(lineno)d] [trace_id=%(otelTraceID)s span_id=%(otelSpanID)s resource.service.name=%(otelServiceName)s trace_sampled=%(otelTraceSampled)s] - %(message)s"
	basicConfig   = "%(levelname)s:%(name)s:%(message)s"
	everything    = "%(asctime)s.%(msecs)03d %(created)f %(relativeCreated)d %(levelname)-8s %(levelno)s %(name)s %(pathname)s %(filename)s %(module)s %(funcName)s:%(lineno)d %(process)d %(processName)s %(otelTraceSampled)s %(message)s %(trace)s %(attrs)s 100%%"
)

func TestFormat(t *testing.T) {
	for _, test := range []struct{ layout, want string }{
		{classic, "[INFO] 2026-11-22 11:57:00,123 - order placed"},
		{openTelemetry, "2026-11-22 11:57:00,123 INFO [shop.checkout] [order.go:42] [trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 resource.service.name=shop trace_sampled=True] - order placed"},
		{basicConfig, "INFO:shop.checkout:order placed"},
		{"%(levelname)-8s|%(levelname)8s|%(levelname).1s|", "INFO    |    INFO|I|"},
		{"%(asctime)s.%(msecs)03d %(created)f %(created)s", "2026-11-22 11:57:00,123.123 1795348620.123456 1795348620.123456"},
		{"%(asctime).19s %(asctime)25s|", "2026-11-22 11:57:00   2026-11-22 11:57:00,123|"},
		{"%(pathname)s %(filename)s %(module)s %(funcName)s:%(lineno)05d", "/src/shop/checkout/order.go order.go order Place:00042"},
		{"%(process)d %(processName)s %(relativeCreated)d %(relativeCreated).1f", "4711 MainProcess 1123 1123.5"},
		{"%(message)s %(trace)s %(attrs)s", "order placed trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 total=9.90 currency=EUR"},
		{"%%%(levelno)d%% %(otelTraceSampled)s %(otelTraceSampled)d", "%20% True 1"},
		{"%(message)r %(name)20r", "'order placed'      'shop.checkout'"},
	} {
		if got, err := records[0].format(test.layout); err != nil || got != test.want {
			t.Errorf("%s:\n got %q, %v\nwant %q", test.layout, got, err, test.want)
		}
	}
}

func TestParse(t *testing.T) {
	s, width8 := Spec{verb: 's'}, Spec{verb: 's', flags: left, width: 8}
	for _, test := range []struct {
		layout string
		want   []Op
	}{
		{"%(message)s", []Op{{Field: FieldMessage, Spec: s}}},
		{"a%(message)sb", []Op{{Literal: "a"}, {Field: FieldMessage, Spec: s}, {Literal: "b"}}},
		{"50%% é%%%(message)s%%", []Op{{Literal: "50% é%"}, {Field: FieldMessage, Spec: s}, {Literal: "%"}}},
		{"%(levelname)-8s%(name)s", []Op{{Field: FieldLevelName, Spec: width8}, {Field: FieldName, Spec: s}}},
		{"%(lineno)i", []Op{{Field: FieldLineNo, Spec: Spec{verb: 'd'}}}},
		{"%(lineno)hu", []Op{{Field: FieldLineNo, Spec: Spec{verb: 'd'}}}},
		{"%(message).s", []Op{{Field: FieldMessage, Spec: Spec{verb: 's', flags: precise}}}},
		{"%(created)+ 0#-12.3LG", []Op{{Field: FieldCreated, Spec: Spec{verb: 'G', flags: plus | space | zero | alternate | left | precise, width: 12, precision: 3}}}},
	} {
		got, err := Parse(test.layout)
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", test.layout, got, err, test.want)
		}
	}
}

func TestParseError(t *testing.T) {
	for _, test := range []struct{ layout, want string }{
		{"", `layout "": no field: write at least one, such as %(message)s`},
		{"no field", `layout "no field": no field: write at least one, such as %(message)s`},
		{"%%(message)s", `no field`},
		{"é [%(levelnme)s]", `layout "é [%(levelnme)s]": position 5: unknown field "levelnme" (did you mean "levelname"?)`},
		{"%(LevelName)s", `position 2: unknown field "LevelName" (did you mean "levelname"?)`},
		{"%(level)s", `did you mean "levelname"?`},
		{"%(trace_id)s", `did you mean "otelTraceID"?`},
		{"%(zebra)s", `unknown field "zebra" (the fields are asctime, levelname, levelno,`},
		{"%()s", `unknown field "" (the fields are`},
		{"%((name))s", `unknown field "(name)" (did you mean "name"?)`},
		{"%(message )s", `unknown field "message " (did you mean "message"?)`},
		{"%(threadName)s", `position 2: field "threadName" of Python has no meaning in Go: goroutines have no names`},
		{"%(exc_info)s", `field "exc_info" of Python has no meaning in Go: an error is an attribute: see %(attrs)s`},
		{"%(msg)s", `messages are no templates: write %(message)s`},
		{"a %(message", `position 2: missing ")" after "%(message"`},
		{"%(a(b)s", `missing ")" after "%(a(b)s"`},
		{"%(message)", `position 10: missing type of field "message": write %(message)s`},
		{"%(message)-10", `position 13: missing type of field "message"`},
		{"%(message)l", `position 11: missing type of field "message"`},
		{"%(message)y", `position 10: unsupported type "y" in "%(message)y": is the s missing in %(message)s?`},
		{"%(name) - %(message)s", `position 10: unsupported type "%" in "%(name) - %": is the s missing in %(name)s?`},
		{"%(name)é", `unsupported type "é" in "%(name)é"`},
		{"%(name)5%", `unsupported type "%"`},
		{"%(name)\x00", `unsupported type "\x00"`},
		{"%(lineno)lld", `position 10: unsupported type "l"`},
		{"%(lineno)b", `unsupported type "b"`},
		{"%(message)d", `position 10: type "d" does not fit field "message", which is a text: write %(message)s`},
		{"%(message)c", `type "c" does not fit field "message"`},
		{"%(created)x", `type "x" does not fit field "created", which is a float: write %(created)s`},
		{"%(message)*s", `position 10: width "*" takes its value from a tuple, and fields have names: write a number`},
		{"%(created).*f", `position 11: precision "*" takes its value from a tuple`},
		{"%(message)9999999s", `position 10: width 9999999 is too big: the limit is 1000000`},
		{"%(message).99999999999999999999s", `position 11: precision 99999999999999999999 is too big`},
		{"%(message)s %", `position 12: "%" at the end: write %% for a percent sign`},
		{"100% %(message)s", `position 3: "%" without a field: write %% for a percent sign or %(name)s for a field, not "% "`},
		{"%s %(message)s", `"%" without a field`},
		{"%5% %(message)s", `"%" without a field`},
	} {
		ops, err := Parse(test.layout)
		if err == nil || ops != nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s:\n got %v, %v\nwant %s", test.layout, ops, err, test.want)
		}
	}
}

func TestOpString(t *testing.T) {
	for _, test := range []struct {
		op   Op
		want string
	}{
		{Op{Literal: "100% é"}, "100%% é"},
		{Op{Field: FieldMessage}, "%(message)s"},
		{Op{Field: FieldCreated, Spec: mustParseSpec(FieldCreated, "- +0#12.3LG")}, "%(created)#0- +12.3G"},
		{Op{Field: FieldMessage, Spec: mustParseSpec(FieldMessage, ".s")}, "%(message).0s"},
		{Op{Field: 99}, "%(Field(99))s"},
	} {
		if got := test.op.String(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

// Parse never panics, and what it accepts can be written down again.
func FuzzParse(f *testing.F) {
	for _, layout := range []string{classic, openTelemetry, basicConfig, everything, "%(created)+ 0#-12.3LG", "%(name) - %", "%((a)", "é%\xff"} {
		f.Add(layout)
	}
	f.Fuzz(func(t *testing.T, layout string) {
		ops, err := Parse(layout)
		if err != nil {
			return
		}
		var again strings.Builder
		for _, op := range ops {
			again.WriteString(op.String())
		}
		reparsed, err := Parse(again.String())
		if err != nil {
			t.Fatalf("%q does not parse: %v", again.String(), err)
		}
		if !reflect.DeepEqual(reparsed, ops) {
			t.Fatalf("%q:\n got %+v\nwant %+v", again.String(), reparsed, ops)
		}
		if len(layout) < 50 { // widths stay small enough to format
			for _, r := range records {
				r.append(nil, ops)
			}
		}
	})
}
