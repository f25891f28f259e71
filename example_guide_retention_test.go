package spanlog_test

import (
	"log/slog"
	"os"

	"github.com/spanlog/spanlog"
)

// A user is logged as a number, which means something only as long as the program's
// database knows it.
type user struct{ id, name, email string }

func (u user) LogValue() slog.Value { return slog.StringValue(u.id) }

// What is never written need not be deleted: a type says what of it may be seen, and keys of
// personal data are listed once.
func Example_person() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{
		Redact:      []string{"email", "phone", "address"},
		ReplaceAttr: removeTime,
	}, spanlog.Console{Writer: os.Stdout, Format: spanlog.Text}))
	defer log.Close()

	ann := user{"u-4711", "Ann", "ann@example.org"}
	log.Info("order placed", "user", ann, "order", 17)
	log.Info("mail sent", slog.Group("to", "user", ann, "Email", ann.email))

	// Output:
	// level=INFO msg="order placed" user=u-4711 order=17
	// level=INFO msg="mail sent" to.user=u-4711 to.Email=[REDACTED]
}
