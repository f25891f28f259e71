package spanlog_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spanlog/spanlog"
)

// slog throws away what a handler returns. OnError hears of each record that a sink
// did not take, while the other sinks have it.
func ExampleOptions_onError() {
	full := writeFunc(func([]byte) (int, error) { return 0, errors.New("no space left on device") })
	log := spanlog.Must(spanlog.New(&spanlog.Options{
		OnError: func(err error) { fmt.Println("OnError:", err) },
	},
		spanlog.Console{Writer: os.Stdout, Format: message},
		spanlog.Writer{Writer: full},
	))
	log.Info("order placed")

	// Output:
	// INFO order placed
	// OnError: writer sink spanlog_test.writeFunc: no space left on device
}

// Which sink it was, and why: a full queue is no failure of the sink behind it.
func ExampleSinkError() {
	stuck := make(chan bool)
	out := writeFunc(func(line []byte) (int, error) { <-stuck; return len(line), nil })
	log := spanlog.Must(spanlog.New(&spanlog.Options{
		OnError: func(err error) {
			var failed *spanlog.SinkError
			switch {
			case !errors.As(err, &failed):
				fmt.Println("not a sink's:", err)
			case errors.Is(err, spanlog.ErrDropped):
				fmt.Println("not tried:", failed.Sink)
			case errors.Is(err, spanlog.ErrClosed):
				fmt.Println("too late:", failed.Sink)
			default:
				fmt.Println("failed:", failed.Sink, failed.Err)
			}
		},
	}, spanlog.Async{Sink: spanlog.Writer{Writer: out}, MaxRecords: 1}))

	log.Info("with the sink")
	for log.Stats().Sinks[0].Queue.Records > 0 { // until the sink has it
		time.Sleep(time.Millisecond)
	}
	log.Info("in the queue")
	log.Info("one too many")
	close(stuck)
	_ = log.Close()
	log.Info("after the end")

	// Output:
	// not tried: writer sink spanlog_test.writeFunc
	// too late: writer sink spanlog_test.writeFunc
}

// A handler's own error is for whoever calls Handle by hand.
func ExampleHandler_Handle() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}},
		spanlog.Writer{Writer: writeFunc(func([]byte) (int, error) { panic("oops") })}))
	defer log.Close()

	r := slog.NewRecord(time.Now(), slog.LevelInfo, "order placed", 0)
	r.AddAttrs(slog.Int("order", 17))
	fmt.Println(log.Handler().Handle(context.Background(), r))

	// Output:
	// writer sink spanlog_test.writeFunc: panic: oops
}
