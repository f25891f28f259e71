package spanlog_test

import (
	"log/slog"
	"os"

	"github.com/spanlog/spanlog"
)

// What is listed in Redact is never written, at any depth.
func ExampleOptions_redact() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{
		Redact:      []string{"password", "authorization"},
		ReplaceAttr: removeTime,
	}, spanlog.Console{Writer: os.Stdout, Format: spanlog.Text}))
	defer log.Close()

	log.Info("sign in", "user", "ann", "password", "hunter2")
	log.Info("request", slog.Group("header", "Accept", "*/*", "Authorization", "Bearer abc"))
	log.WithGroup("password").Info("a group of the name", "old", "hunter2", "new", "hunter3")

	// Output:
	// level=INFO msg="sign in" user=ann password=[REDACTED]
	// level=INFO msg=request header.Accept=*/* header.Authorization=[REDACTED]
	// level=INFO msg="a group of the name" password.old=[REDACTED] password.new=[REDACTED]
}
