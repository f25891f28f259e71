package pylayout

import (
	"log/slog"
	"math"
	"testing"
	"time"
)

func TestAppendLevelName(t *testing.T) {
	for _, test := range []struct {
		level slog.Level
		want  string
	}{
		{-8, "TRACE"},
		{-4, "DEBUG"},
		{0, "INFO"},
		{4, "WARNING"},
		{8, "ERROR"},
		{12, "CRITICAL"},
		{-9, "DEBUG-5"},
		{-7, "DEBUG-3"},
		{-1, "DEBUG+3"},
		{2, "INFO+2"},
		{5, "WARNING+1"},
		{9, "ERROR+1"},
		{13, "ERROR+5"},
		{math.MaxInt32, "ERROR+2147483639"},
	} {
		if got := string(AppendLevelName(nil, test.level)); got != test.want {
			t.Errorf("level %d: got %s, want %s", test.level, got, test.want)
		}
	}
}

func TestLevelNo(t *testing.T) {
	for _, test := range []struct {
		level slog.Level
		want  int
	}{
		{-8, 5}, {-4, 10}, {0, 20}, {4, 30}, {8, 40}, {12, 50},
		{-7, 6}, {-6, 7}, {-5, 8}, {-2, 15}, {-1, 17}, {2, 25}, {3, 27}, {16, 60},
		{-9, 4}, {-12, 1}, {-13, 1}, {math.MinInt, 1},
	} {
		if got := LevelNo(test.level); got != test.want {
			t.Errorf("level %d: got %d, want %d", test.level, got, test.want)
		}
	}
	for l := slog.Level(-12); l < 100; l++ {
		if LevelNo(l) >= LevelNo(l+1) {
			t.Errorf("level %d is not below %d: %d, %d", l, l+1, LevelNo(l), LevelNo(l+1))
		}
	}
	if LevelNo(math.MaxInt) < LevelNo(1000) {
		t.Errorf("the highest level has number %d", LevelNo(math.MaxInt))
	}
}

func TestTime(t *testing.T) {
	zone := time.FixedZone("", -5*3600)
	for _, test := range []struct {
		time                time.Time
		asctime             string
		created, msecs, rel string
	}{
		{time.Date(2026, 11, 22, 11, 57, 0, 123_456_789, time.UTC), "2026-11-22 11:57:00,123", "1795348620.1234567", "123.0", "123.456789"},
		{time.Date(2026, 11, 22, 6, 57, 0, 999_999_999, zone), "2026-11-22 06:57:00,999", "1795348621.0", "999.0", "999.999999"},
		{time.Date(2026, 11, 22, 11, 57, 0, 999_999, time.UTC), "2026-11-22 11:57:00,000", "1795348620.001", "0.0", "0.999999"},
		{time.Date(1, 1, 1, 0, 0, 0, 7_000_000, time.UTC), "0001-01-01 00:00:00,007", "", "7.0", ""},
		{time.Date(10_000, 1, 1, 0, 0, 0, 70_000_000, time.UTC), "10000-01-01 00:00:00,070", "", "70.0", ""},
		{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "2026-01-02 03:04:05,000", "1767323045.0", "0.0", "-28025575000.0"},
	} {
		start := time.Date(2026, 11, 22, 11, 57, 0, 0, time.UTC)
		if got := string(AppendAsctime(nil, test.time)); got != test.asctime {
			t.Errorf("asctime: got %s, want %s", got, test.asctime)
		}
		if got := string(appendRepr(nil, Created(test.time))); got != test.created && test.created != "" {
			t.Errorf("created: got %s, want %s", got, test.created)
		}
		if got := string(appendRepr(nil, Msecs(test.time))); got != test.msecs {
			t.Errorf("msecs: got %s, want %s", got, test.msecs)
		}
		if got := string(appendRepr(nil, RelativeCreated(test.time, start))); got != test.rel && test.rel != "" {
			t.Errorf("relativeCreated: got %s, want %s", got, test.rel)
		}
	}
}

func TestSourceFile(t *testing.T) {
	for _, test := range []struct{ path, file, module string }{
		{"/src/shop/order.go", "order.go", "order"},
		{"order.go", "order.go", "order"},
		{"a.b/order_test.pb.go", "order_test.pb.go", "order_test.pb"},
		{"order", "order", "order"},
		{".go", ".go", ".go"},
		{"..go", "..go", "..go"},
		{".x.go", ".x.go", ".x"},
		{"order.", "order.", "order"},
		{"src/", "", ""},
		{"", "", ""},
	} {
		if got := Filename(test.path); got != test.file {
			t.Errorf("file of %q: got %q, want %q", test.path, got, test.file)
		}
		if got := Module(test.path); got != test.module {
			t.Errorf("module of %q: got %q, want %q", test.path, got, test.module)
		}
	}
}

func TestAppendFuncName(t *testing.T) {
	for _, test := range []struct{ function, want string }{
		{"main.main", "main"},
		{"example.com/a/b.Foo", "Foo"},
		{"example.com/a/go-b%2ev2.Foo", "Foo"},
		{"main.T.Foo", "Foo"},
		{"main.(*T).Foo", "Foo"},
		{"main.T.Foo-fm", "Foo"},
		{"pkg.Foo[...]", "Foo"},
		{"pkg.Foo[go.shape.struct { a/b.X int }]", "Foo"},
		{"pkg.(*T[...]).Foo", "Foo"},
		{"pkg.T[...].Foo", "Foo"},
		{"pkg.T[a/b.X[c/d.Y]].Foo.func1", "Foo.func1"},
		{"main.main.func1", "main.func1"},
		{"main.main.func1.2", "main.func1.2"},
		{"main.(*T).Foo.func1", "Foo.func1"},
		{"pkg.Foo[...].func1", "Foo.func1"},
		{"main.main.inlined.func3", "inlined.func3"},
		{"main.(*T).P.(*T).P.func1.func2", "P.func1.func2"},
		{"main.main.gowrap1", "main.gowrap1"},
		{"main.walk-range1", "walk"},
		{"main.walk.seq.func2.walk-range1.func3", "walk.func3"},
		{"main.init", "init"},
		{"main.init.0", "init.0"},
		{"main.init.0.func1", "init.0.func1"},
		{"main.glob..func1", "glob..func1"},
		{"main.func1", "func1"},
		{"main.(*T).func1", "func1"},
		{"main.gowrap", "gowrap"},
		{"main.größe", "größe"},
		{"main", "main"},
		{"", ""},
	} {
		if got := string(AppendFuncName([]byte(">"), test.function)); got != ">"+test.want {
			t.Errorf("%s: got %q, want %q", test.function, got[1:], test.want)
		}
	}
}
