package pylayout

import (
	"math"
	"testing"
)

func TestPad(t *testing.T) {
	for _, test := range []struct{ spec, value, want string }{
		{"s", "héllo", "héllo"},
		{"8s", "héllo", "   héllo"},
		{"-8s", "héllo", "héllo   "},
		{"3s", "héllo", "héllo"},
		{".2s", "héllo", "hé"},
		{".0s", "héllo", ""},
		{".s", "héllo", ""},
		{"6.2s", "漢字仮名", "    漢字"},
		{"-6.2s", "漢字仮名", "漢字    "},
		{"08s", "abc", "     abc"},
		{"-08s", "abc", "abc     "},
		{"+5s", "abc", "  abc"},
		{"# s", "abc", "abc"},
		{"5s", "", "     "},
		{"4s", "\xff\xfe", "  \xff\xfe"},
		{".1s", "\xff\xfe", "\xff"},
		{"r", "abc", `'abc'`},
		{"r", "it's", `"it's"`},
		{"r", `"it's"`, `'"it\'s"'`},
		{"r", `a\b`, `'a\\b'`},
		{"r", "\n\r\t\x00\x1b\x7f", `'\n\r\t\x00\x1b\x7f'`},
		{"r", "é\u00a0\u200b\u2028🙂\U000e0001", `'é\xa0\u200b\u2028🙂\U000e0001'`},
		{"a", "é漢🙂", `'\xe9\u6f22\U0001f642'`},
		{"r", "\xff\x80", `'\udcff\udc80'`},
		{"r", "\ufffd", "'\ufffd'"},
		{"10.4r", "héllo", "      'hél"},
		{"-12a", "hé", `'h\xe9'     `},
	} {
		spec := mustParseSpec(FieldMessage, test.spec)
		if got := string(spec.Pad([]byte(">"+test.value), 1)); got != ">"+test.want {
			t.Errorf("%%%s of %q: got %q, want %q", test.spec, test.value, got[1:], test.want)
		}
	}
}

func TestAppendInt(t *testing.T) {
	for _, test := range []struct {
		spec string
		n    int64
		want string
	}{
		{"d", 42, "42"},
		{"d", math.MinInt64, "-9223372036854775808"},
		{"5d", -42, "  -42"},
		{"-5d", -42, "-42  "},
		{"05d", -42, "-0042"},
		{"-05d", -42, "-42  "},
		{"+d", 42, "+42"},
		{" d", 42, " 42"},
		{"+ d", 42, "+42"},
		{".4d", -42, "-0042"},
		{"8.4d", 42, "    0042"},
		{"08.4d", 42, "00000042"},
		{".0d", 0, "0"},
		{"x", 255, "ff"},
		{"X", 255, "FF"},
		{"x", -255, "-ff"},
		{"x", math.MinInt64, "-8000000000000000"},
		{"#x", 255, "0xff"},
		{"#X", 255, "0XFF"},
		{"#08x", 255, "0x0000ff"},
		{"#-8x", 255, "0xff    "},
		{"#8.4x", 255, "  0x00ff"},
		{"+#x", 255, "+0xff"},
		{"o", 8, "10"},
		{"#o", 8, "0o10"},
		{"s", -42, "-42"},
		{"+05s", 42, "   42"},
		{"4.1s", 42, "   4"},
		{"r", 42, "42"},
		{"a", 42, "42"},
		{"c", 'A', "A"},
		{"05c", '漢', "    漢"},
		{"-3.0c", 'A', "A  "},
		{"c", -1, "\ufffd"},
		{"c", 0xd800, "\ufffd"},
		{"c", 1 << 40, "\ufffd"},
		{"f", 42, "42.000000"},
		{"09.3f", -42, "-0042.000"},
		{"e", 1234567, "1.234567e+06"},
		{"g", 1234567, "1.23457e+06"},
	} {
		spec := mustParseSpec(FieldLineNo, test.spec)
		if got := string(spec.AppendInt([]byte(">"), test.n)); got != ">"+test.want {
			t.Errorf("%%%s of %d: got %q, want %q", test.spec, test.n, got[1:], test.want)
		}
	}
}

func TestAppendFloat(t *testing.T) {
	inf, nan, minusZero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	for _, test := range []struct {
		spec string
		f    float64
		want string
	}{
		{"f", 1700000000.123456, "1700000000.123456"},
		{"s", 1700000000.123456, "1700000000.123456"},
		{"r", 3, "3.0"},
		{"a", -0.5, "-0.5"},
		{"s", minusZero, "-0.0"},
		{"s", 1e15, "1000000000000000.0"},
		{"s", 9999999999999998, "9999999999999998.0"},
		{"s", 1e16, "1e+16"},
		{"s", 0.0001, "0.0001"},
		{"s", 0.00001, "1e-05"},
		{"s", 1.5e-300, "1.5e-300"},
		{"s", -inf, "-inf"},
		{"s", nan, "nan"},
		{"6.3s", 12.5, "   12."},
		{"d", 3.9, "3"},
		{"d", -3.9, "-3"},
		{"+d", -0.5, "+0"},
		{"03d", 7, "007"},
		{".3d", 7, "007"},
		{"d", 1e22, "10000000000000000000000"},
		{"d", inf, "inf"},
		{"08.3f", 3.14159, "0003.142"},
		{"+.1f", 3.14159, "+3.1"},
		{" f", 1, " 1.000000"},
		{"-8.2f", -1, "-1.00   "},
		{".0f", 2.5, "2"},
		{"#.0f", 2.5, "2."},
		{"#.0e", 2.5, "2.e+00"},
		{"e", 12345, "1.234500e+04"},
		{".2E", 1e-7, "1.00E-07"},
		{"g", 100000, "100000"},
		{"g", 1000000, "1e+06"},
		{"g", 0.0001, "0.0001"},
		{"g", 0.00001, "1e-05"},
		{".0g", 123, "1e+02"},
		{"#g", 100000, "100000."},
		{"#g", 3.5, "3.50000"},
		{"#g", 0.00035, "0.000350000"},
		{"#.3g", 0, "0.00"},
		{"#.3g", 1e9, "1.00e+09"},
		{"G", 1e-10, "1E-10"},
		{"f", minusZero, "-0.000000"},
		{"F", inf, "INF"},
		{"E", nan, "NAN"},
		{"#g", inf, "inf"},
		{"+f", math.Copysign(nan, -1), "+nan"},
		{"08f", -inf, "-0000inf"},
		{"-6f", inf, "inf   "},
	} {
		spec := mustParseSpec(FieldCreated, test.spec)
		if got := string(spec.AppendFloat([]byte(">"), test.f)); got != ">"+test.want {
			t.Errorf("%%%s of %v: got %q, want %q", test.spec, test.f, got[1:], test.want)
		}
	}
}

func TestAppendBool(t *testing.T) {
	for _, test := range []struct {
		spec  string
		value bool
		want  string
	}{
		{"s", true, "True"},
		{"s", false, "False"},
		{"r", true, "True"},
		{"-6s", true, "True  "},
		{"06s", true, "  True"},
		{".1s", false, "F"},
		{"d", true, "1"},
		{"03d", false, "000"},
		{"#x", true, "0x1"},
		{".1f", true, "1.0"},
	} {
		spec := mustParseSpec(FieldTraceSampled, test.spec)
		if got := string(spec.AppendBool([]byte(">"), test.value)); got != ">"+test.want {
			t.Errorf("%%%s of %v: got %q, want %q", test.spec, test.value, got[1:], test.want)
		}
	}
}

// The zero Spec is %s for every kind of value.
func TestZeroSpec(t *testing.T) {
	var s Spec
	got := s.Pad([]byte("it's "), 0)
	got = s.AppendInt(got, 42)
	got = s.AppendFloat(append(got, ' '), 1)
	got = s.AppendBool(append(got, ' '), true)
	if want := "it's 42 1.0 True"; string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if s.String() != "s" || s.Quotes() {
		t.Errorf("got %q, quotes %v", s, s.Quotes())
	}
}

// A type that does not fit the value formats as %s instead of panicking.
func TestMisfit(t *testing.T) {
	x := Spec{verb: 'x', flags: left, width: 6}
	if got, want := string(x.Pad([]byte("abc"), 0)), "abc   "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := string(x.AppendFloat(nil, 1.5)), "1.5   "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAllocs(t *testing.T) {
	layouts := []string{classic, openTelemetry, basicConfig, everything,
		"%(message)r %(message)-80s %(message)10.3a", "%(lineno)#x %(lineno)08.3f %(lineno)c", "%(created)g %(created)s %(created)#.3e"}
	buf := make([]byte, 0, 4096)
	for _, layout := range layouts {
		ops, err := Parse(layout)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if n := testing.AllocsPerRun(100, func() { buf = r.append(buf[:0], ops) }); n != 0 {
				t.Errorf("%s: got %v allocations, want 0", layout, n)
			}
		}
	}
}

// go test -bench=. ./internal/pylayout
func BenchmarkFormat(b *testing.B) {
	for _, bench := range []struct{ name, layout string }{
		{"classic", classic},
		{"otel", openTelemetry},
		{"asctime", "%(asctime)s"},
		{"message", "%(message)s"},
		{"padded", "%(levelname)-8s"},
		{"created", "%(created)f"},
		{"msecs", "%(msecs)03d"},
	} {
		b.Run("layout="+bench.name, func(b *testing.B) {
			ops, err := Parse(bench.layout)
			if err != nil {
				b.Fatal(err)
			}
			buf := make([]byte, 0, 4096)
			b.ReportAllocs()
			for b.Loop() {
				buf = records[0].append(buf[:0], ops)
			}
		})
	}
}
