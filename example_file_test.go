package spanlog_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spanlog/spanlog"
)

// A log file for production: rotated every day and at 100 MiB, compressed, and
// kept for four weeks unless that is more than 10 GiB. A record at Error or above
// is safe from a loss of power when the call returns.
func ExampleFile() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	log := spanlog.Must(spanlog.New(nil, spanlog.File{
		Path:     filepath.Join(dir, "app.log"),
		MaxSize:  100 * spanlog.MiB,
		Every:    spanlog.Daily,
		MaxAge:   28 * 24 * time.Hour,
		MaxTotal: 10 * spanlog.GiB,
		Compress: true,
		Sync:     spanlog.SyncErrors,
	}))
	defer log.Close()

	log.Info("order placed", "order", 17)
	// By now the record survives the end of the process; soon, or when that is
	// asked for, it is in the file.
	if err := log.Flush(context.Background()); err != nil {
		fmt.Println(err)
	}
	s := log.Stats().Sinks[0]
	fmt.Println("delivered:", s.Delivered)

	// Output:
	// delivered: 1
}

// Rotated files are named for the time and in order; all but the newest are
// compressed.
func ExampleFile_rotation() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime}, spanlog.File{
		Path:     filepath.Join(dir, "app.log"),
		MaxSize:  4 * spanlog.KiB,
		Compress: true,
	}))
	text := string(bytes.Repeat([]byte("x"), 1000))
	for i := range 10 {
		log.Info("m", "i", i, "text", text)
	}
	if err := log.Close(); err != nil { // waits for compression
		fmt.Println(err)
	}

	files, _ := filepath.Glob(filepath.Join(dir, "app*"))
	for _, name := range files {
		data, _ := os.ReadFile(name)
		if filepath.Ext(name) == ".gz" {
			z, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				panic(err)
			}
			data, _ = io.ReadAll(z)
		}
		fmt.Println(filepath.Ext(name), bytes.Count(data, []byte("\n")), "records")
	}

	// Output:
	// .gz 3 records
	// .gz 3 records
	// .log 3 records
	// .log 1 records
}

// Whoever wants each record in the file when the call returns, whatever its level,
// has it written through.
func ExampleFile_writeThrough() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "app.log")

	log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime}, spanlog.File{Path: path, WriteThrough: true}))
	defer log.Close()

	log.Log(context.Background(), slog.LevelInfo, "order placed")
	line, _ := os.ReadFile(path)
	fmt.Print(string(line))

	// Output:
	// {"level":"INFO","msg":"order placed"}
}

// A log for a collector of another user's, which wants lines soon, with room for
// what a full disk cannot take for a while. It is rotated every six hours, and a
// week of that is kept.
func ExampleFile_collector() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "app.log")

	log := spanlog.Must(spanlog.New(nil, spanlog.File{
		Path:        path,
		Level:       slog.LevelWarn,
		Format:      message,
		Mode:        0o640, // and a group that the collector is in
		Every:       spanlog.Every(6 * time.Hour),
		MaxFiles:    28,
		Sync:        spanlog.SyncEvery(time.Second),
		Delay:       10 * time.Millisecond,
		JournalSize: 4 * spanlog.MiB,
	}))
	log.Info("not for the file")
	log.Warn("low on tea")
	_ = log.Close()
	text, _ := os.ReadFile(path)
	fmt.Print(string(text))

	// Output:
	// WARNING low on tea
}

// When a File is rotated by the clock.
func ExampleEvery() {
	for _, period := range []spanlog.Period{{}, spanlog.Daily, spanlog.Hourly, spanlog.Every(15 * time.Minute)} {
		fmt.Println(period)
	}

	// Output:
	// never
	// daily
	// hourly
	// every 15m
}

// What a loss of power takes is up to Sync, and so is what a record costs. The end
// of the process takes nothing with any of these.
func ExampleSyncPolicy() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	for name, sync := range map[string]spanlog.SyncPolicy{
		"debug.log": spanlog.SyncNever,              // what the system has not written yet
		"app.log":   spanlog.SyncEvery(time.Second), // the records of the last second
		"error.log": spanlog.SyncErrors,             // those after the last error
		"audit.log": spanlog.SyncAlways,             // nothing
	} {
		log := spanlog.Must(spanlog.New(nil, spanlog.File{Path: filepath.Join(dir, name), Sync: sync}))
		log.Info("order placed")
		if err := log.Close(); err != nil {
			fmt.Println(err)
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.log"))
	fmt.Println(len(files), "logs")

	// Output:
	// 4 logs
}
