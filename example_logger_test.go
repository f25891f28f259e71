package spanlog_test

import (
	"bufio"
	"context"
	"errors"
	"expvar"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spanlog/spanlog"
)

// Flush is for the moments at which all that was logged has to be out, and the
// program goes on: before a checkpoint, or at the end of a serverless call.
func ExampleLogger_Flush() {
	log := spanlog.Must(spanlog.New(nil,
		spanlog.Async{Sink: spanlog.Writer{Writer: bufio.NewWriter(os.Stdout), Format: message}}))
	defer log.Close()

	log.Info("call done")
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := log.Flush(ctx); err != nil {
		fmt.Println(err)
	}
	fmt.Println("flushed")

	// Output:
	// INFO call done
	// flushed
}

// Shutdown has a deadline, and keeps it: a sink that is stuck costs its records,
// which are counted, and no more time than there is. The console still delivers
// afterwards.
func ExampleLogger_Shutdown() {
	stuck := make(chan bool)
	pipe := writeFunc(func(line []byte) (int, error) { <-stuck; return len(line), nil })
	log := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}},
		spanlog.Console{Writer: os.Stdout, Format: message},
		spanlog.Async{Sink: spanlog.Writer{Writer: pipe}},
	))
	log.Info("shutting down")
	for log.Stats().Sinks[1].Queue.Records > 0 { // until the sink has it
		time.Sleep(time.Millisecond)
	}
	log.Info("one more")

	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	fmt.Println(log.Shutdown(ctx))
	log.Info("after the end")
	close(stuck)

	// Output:
	// INFO shutting down
	// INFO one more
	// writer sink spanlog_test.writeFunc: close: 1 record left and dropped; the sink has not returned from one more: context deadline exceeded
	// INFO after the end
}

// Close is Shutdown for defer. It may be called again.
func ExampleLogger_Close() {
	log := spanlog.Must(spanlog.New(nil, spanlog.Async{Sink: spanlog.Console{Writer: os.Stdout, Format: message}}))
	log.Info("last words")
	fmt.Println(log.Close(), log.Close())

	// Output:
	// INFO last words
	// <nil> <nil>
}

// logrotate renames the log, and says so with a signal. (A File finds out by itself
// as well, a little later.)
func ExampleLogger_Reopen() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "app.log")
	log := spanlog.Must(spanlog.New(nil, spanlog.File{Path: path, Format: message}))
	defer log.Close()

	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	reopened := make(chan error)
	go func() {
		for range hangups {
			reopened <- log.Reopen()
		}
	}()
	defer close(hangups)

	log.Info("before")
	if err := os.Rename(path, path+".1"); err != nil { // what logrotate does
		panic(err)
	}
	hangups <- syscall.SIGHUP // and kill -HUP
	fmt.Println(<-reopened)
	log.Info("after")
	if err := log.Flush(context.Background()); err != nil {
		fmt.Println(err)
	}

	for _, name := range []string{path + ".1", path} {
		text, _ := os.ReadFile(name)
		fmt.Printf("%s: %s", filepath.Base(name), text)
	}

	// Output:
	// <nil>
	// app.log.1: INFO before
	// app.log: INFO after
}

// Fatal is for the end of a program that cannot go on: it logs, shuts the logger
// down, and exits with status 1. It has no output here, as that would end the
// tests.
func ExampleLogger_Fatal() {
	ctx := context.Background()
	log := spanlog.Must(spanlog.New(nil))
	defer log.Close()

	if _, err := os.ReadFile("shop.conf"); err != nil {
		log.Fatal(ctx, "no configuration", spanlog.Err(err))
	}
}

// What has become of the records, sink by sink. As a string, Stats is JSON: it is
// a variable of package expvar.
func ExampleLogger_Stats() {
	log := spanlog.Must(spanlog.New(nil, spanlog.Sample{Sink: spanlog.Console{Writer: os.Stdout, Format: message}}))
	defer log.Close()
	var _ expvar.Var = log.Stats()
	expvar.Publish("log", expvar.Func(func() any { return log.Stats() })) // new with each request

	log.InfoContext(exampleSpan(), "in a span that is sampled")
	log.InfoContext(requestContext(1), "in one that is not")
	for _, sink := range log.Stats().Sinks {
		fmt.Println(sink.Sink, "delivered", sink.Delivered, "in", sink.Bytes, "bytes")
		for _, d := range sink.Dropped {
			fmt.Println("dropped:", d.Records, d.Level, d.Reason)
		}
	}
	fmt.Println(expvar.Get("log"))

	// Output:
	// INFO in a span that is sampled
	// console sink delivered 1 in 31 bytes
	// dropped: 1 INFO sampled
	// {"sinks":[{"sink":"console sink","delivered":1,"bytes":31,"dropped":[{"level":"INFO","reason":"sampled","records":1}]}]}
}

// A health check wants to know of sinks that keep failing.
func ExampleStats() {
	healthy := func(s spanlog.Stats) error {
		for _, sink := range s.Sinks {
			if sink.BrokenOff {
				return fmt.Errorf("%s: %s", sink.Sink, sink.LastError)
			}
		}
		return nil
	}
	log := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}},
		spanlog.Writer{Writer: writeFunc(func([]byte) (int, error) { return 0, errors.New("connection refused") })}))
	defer log.Close()
	log.Info("order placed")
	fmt.Println(healthy(log.Stats()) == nil)
	for range 10 {
		log.Info("order placed")
	}
	fmt.Println(healthy(log.Stats()) == nil)

	// Output:
	// true
	// false
}

// A Failover's counts are those of its sinks, which have some of their own: the
// first has failed with each record, and is broken off by now.
func ExampleSinkStats() {
	collector := writeFunc(func([]byte) (int, error) { return 0, errors.New("connection refused") })
	log := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}}, spanlog.Failover{Sinks: []spanlog.Sink{
		spanlog.Writer{Writer: collector},
		spanlog.Console{Writer: io.Discard},
	}}))
	defer log.Close()
	for range 10 {
		log.Info("order placed")
	}

	show := func(s spanlog.SinkStats) {
		fmt.Printf("%s: %d delivered, %d of them notices, %d failed over, broken off: %t, last error: %q\n",
			s.Sink, s.Delivered, s.Notices, s.FailedOver, s.BrokenOff, s.LastError)
	}
	stats := log.Stats()
	show(stats.Sinks[0])
	for _, inner := range stats.Sinks[0].Sinks {
		show(inner)
	}

	// Output:
	// failover sink: 11 delivered, 1 of them notices, 0 failed over, broken off: false, last error: ""
	// writer sink spanlog_test.writeFunc: 0 delivered, 0 of them notices, 10 failed over, broken off: true, last error: "connection refused"
	// console sink: 11 delivered, 1 of them notices, 0 failed over, broken off: false, last error: ""
}

// Whoever wants to know of losses leaves out what was left out on purpose.
func ExampleDrops() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}},
		spanlog.Writer{Writer: writeFunc(func([]byte) (int, error) { return 0, errors.New("connection refused") })},
		spanlog.Sample{Sink: spanlog.Writer{Writer: io.Discard}},
	))
	defer log.Close()
	for range 10 {
		log.InfoContext(requestContext(1), "order placed")
	}

	var lost, left uint64
	for _, sink := range log.Stats().Sinks {
		for _, d := range sink.Dropped {
			switch d.Reason {
			case "limited", "sampled", "ended":
				left += d.Records
			default:
				lost += d.Records
			}
		}
	}
	fmt.Println(lost, "lost,", left, "left out")

	// Output:
	// 10 lost, 10 left out
}
