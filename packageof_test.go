package spanlog

import (
	"log/slog"
	"testing"
)

// TestMainPackage: a command is main, and has its path.
func TestMainPackage(t *testing.T) {
	const path = "example.com/acme/shop/cmd/server"
	for _, test := range []struct {
		rules string
		want  slog.Level
	}{
		{"main=debug", slog.LevelDebug},
		{"server=debug", slog.LevelDebug},
		{path + "=debug", slog.LevelDebug},
		{"example.com/acme/shop=debug", slog.LevelDebug},
		{"main=warn, server=debug", slog.LevelDebug},
		{"server=warn, " + path + "=debug", slog.LevelDebug},
		{"cmd=debug", slog.LevelInfo},
	} {
		s, err := parseRules(test.rules)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.rules[s.byPackage("main", path)].level; got != test.want {
			t.Errorf("%s: got %v, want %v", test.rules, got, test.want)
		}
	}
}

// TestPackageOf: the names are those that the linker gives.
func TestPackageOf(t *testing.T) {
	for _, test := range []struct{ function, want, last string }{
		{"main.main", "main", "main"},
		{"fmt.Sprint", "fmt", "fmt"},
		{"net/http.(*Server).Serve", "net/http", "http"},
		{"net/http.HandlerFunc.ServeHTTP", "net/http", "http"},
		{"github.com/acme/shop/db.Open.func1.2", "github.com/acme/shop/db", "db"},
		{"github.com/acme/shop/db.(*Pool[...]).Get.func1", "github.com/acme/shop/db", "db"},
		{"github.com/acme/shop.Map[go.shape.struct { github.com/acme/x.y int }]", "github.com/acme/shop", "shop"},
		{"github.com/acme/db/v2.Open", "github.com/acme/db/v2", "db"},
		{"github.com/acme/v2x.Open", "github.com/acme/v2x", "v2x"},
		{"v2.Open", "v2", "v2"},
		{"gopkg.in/yaml%2ev3.Unmarshal", "gopkg.in/yaml.v3", "yaml.v3"},
		{"example.com/a/b_test.TestX", "example.com/a/b_test", "b_test"},
		{"", "", ""},
	} {
		got := packageOf(test.function)
		if last := lastElement(got); got != test.want || last != test.last {
			t.Errorf("%s: got package %q and element %q, want %q and %q", test.function, got, last, test.want, test.last)
		}
	}
}
