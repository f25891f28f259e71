package spanlog_test

import (
	"errors"
	"log/slog"
	"os"

	"github.com/spanlog/spanlog"
)

type login struct{ User, Password string }

// A quietLogin says itself what is logged of it.
type quietLogin login

func (l quietLogin) LogValue() slog.Value { return slog.StringValue(l.User) }

// Redact goes by the keys of attributes and groups. It does not look into values,
// messages and the texts of errors; a type that has secrets keeps them by a method
// LogValue.
func Example_secretInValue() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{Redact: []string{"password"}, ReplaceAttr: removeTime},
		spanlog.Console{Writer: os.Stdout, Format: spanlog.JSON}))
	defer log.Close()

	l := login{"ann", "hunter2"}
	log.Info("by key", "password", l.Password, slog.Group("login", "password", l.Password))
	log.Info("in a struct", "login", l)
	log.Info("in an error", spanlog.Err(errors.New("password hunter2 is too short")))
	log.Info("with LogValue", "login", quietLogin(l))

	// Output:
	// {"level":"INFO","msg":"by key","password":"[REDACTED]","login":{"password":"[REDACTED]"}}
	// {"level":"INFO","msg":"in a struct","login":{"User":"ann","Password":"hunter2"}}
	// {"level":"INFO","msg":"in an error","error":"password hunter2 is too short"}
	// {"level":"INFO","msg":"with LogValue","login":"ann"}
}
