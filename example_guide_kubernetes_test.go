package spanlog_test

import (
	"log/slog"
	"os"
	"strings"

	"github.com/spanlog/spanlog"
)

// Container runtimes cut lines that are longer than 16 KiB. Texts that can be long are cut
// here instead, where the rest of the record stays whole; a few bytes, for the example's sake.
func Example_longValues() {
	const most = 12
	short := func(_ []string, a slog.Attr) slog.Attr {
		if a.Value.Kind() == slog.KindString && len(a.Value.String()) > most {
			a.Value = slog.StringValue(strings.ToValidUTF8(a.Value.String()[:most], "") + "…")
		}
		return removeTime(nil, a)
	}
	log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: short}, spanlog.Console{Writer: os.Stdout, Format: spanlog.JSON}))
	defer log.Close()

	log.Info("declined", "order", 17, "answer", "no money, no credit", slog.Group("bank", "name", "Gebrüder Bärle"))
	log.Info("cut within a letter", "text", "ein Böse wicht")

	// Output:
	// {"level":"INFO","msg":"declined","order":17,"answer":"no money, no…","bank":{"name":"Gebrüder B…"}}
	// {"level":"INFO","msg":"cut within a…","text":"ein Böse wi…"}
}
