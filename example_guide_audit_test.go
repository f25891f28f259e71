package spanlog_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spanlog/spanlog"
)

// An audit log beside the console: rules let only the logger audit in, Pinned keeps
// WithLevel from letting in more, and SyncAlways has each record on disk when the
// call returns.
func Example_audit() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "audit.log")

	log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime},
		spanlog.Console{Writer: os.Stdout, Format: message},
		spanlog.File{
			Path:  path,
			Level: spanlog.Pinned(spanlog.Levels("off, audit=info")),
			Sync:  spanlog.SyncAlways,
		}))
	defer log.Close()

	audit := log.With(spanlog.NameKey, "audit")
	log.Error("out of tea")
	audit.Info("price changed", "by", "ann")
	log.DebugContext(spanlog.WithLevel(context.Background(), slog.LevelDebug), "price read")

	file, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	fmt.Print("audit.log: ", string(file))

	// Output:
	// ERROR out of tea
	// INFO price changed
	// DEBUG price read
	// audit.log: {"level":"INFO","msg":"price changed","logger":"audit","by":"ann"}
}

// slog.Logger throws the error of a record away. A program that must not go on
// without its record asks the handler.
func Example_auditError() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}},
		spanlog.Writer{Writer: writeFunc(func([]byte) (int, error) { return 0, os.ErrPermission })}))
	defer log.Close()

	record := slog.NewRecord(time.Now(), slog.LevelInfo, "price changed", 0)
	record.Add("by", "ann")
	if err := log.Handler().Handle(context.Background(), record); err != nil {
		fmt.Println("the price stays as it is:", err)
	}

	// Output:
	// the price stays as it is: writer sink spanlog_test.writeFunc: permission denied
}
