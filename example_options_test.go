package spanlog_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spanlog/spanlog"
)

// What each record is to say of the program.
func ExampleOptions_attrs() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{
		Service:     spanlog.Service{Name: "shop", Version: "1.4.2", Env: "production", Host: "web-1"},
		Attrs:       []slog.Attr{slog.String("region", "eu-central-1")},
		ReplaceAttr: removeTime,
	}, spanlog.Console{Writer: os.Stdout, Format: spanlog.Text}))
	defer log.Close()

	log.WithGroup("db").Info("connected", "pool", 4)

	// Output:
	// level=INFO msg=connected service.name=shop service.version=1.4.2 deployment.environment.name=production host.name=web-1 region=eu-central-1 db.pool=4
}

// Where a record was made. ReplaceAttr can make its file's path a short one.
func ExampleOptions_addSource() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{
		AddSource: true,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if src, ok := a.Value.Any().(*slog.Source); ok && a.Key == slog.SourceKey {
				return slog.String(a.Key, filepath.Base(src.File)) // and src.Line, which changes with this file
			}
			return removeTime(groups, a)
		},
	}, spanlog.Console{Writer: os.Stdout, Format: spanlog.Text}))
	defer log.Close()

	log.Info("order placed")

	// Output:
	// level=INFO source=example_options_test.go msg="order placed"
}

// ReplaceAttr is slog's, and sees slog's keys: the schema has not renamed them yet.
// It is called once for an attribute, however many sinks there are.
func ExampleOptions_replaceAttr() {
	calls := 0
	log := spanlog.Must(spanlog.New(&spanlog.Options{
		Schema: spanlog.SchemaDatadog,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			switch {
			case a.Key == slog.LevelKey:
				a.Value = slog.StringValue(strings.ToLower(a.Value.String()))
			case len(groups) == 1 && groups[0] == "card" && a.Key == "number":
				calls++
				a.Value = slog.StringValue("…" + a.Value.String()[12:])
			}
			return removeTime(groups, a)
		},
	},
		spanlog.Console{Writer: os.Stdout, Format: spanlog.JSON},
		spanlog.Console{Writer: os.Stdout, Format: spanlog.Text}))
	defer log.Close()

	log.Info("paid", slog.Group("card", "number", "4111111111111111"))
	fmt.Println("calls:", calls)

	// Output:
	// {"level":"info","message":"paid","card":{"number":"…1111"}}
	// level=info message=paid card.number=…1111
	// calls: 1
}
