package spanlog_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/spanlog/spanlog"
)

// broker is a client for a message broker, which can be down.
type broker struct{ down atomic.Bool }

func (b *broker) Write(line []byte) (int, error) {
	return len(line), b.WriteEntry(context.Background(), spanlog.Entry{Line: line})
}

// WriteEntry sends records of one trace under one key, which keeps them in order.
func (b *broker) WriteEntry(_ context.Context, e spanlog.Entry) error {
	if b.down.Load() {
		return errors.New("no broker")
	}
	fmt.Printf("key=%.8s %s", e.Span.TraceID(), e.Line)
	return nil
}

// Records go to a broker, and to a file while that does not take them. None of that
// makes the program wait.
func Example_fallback() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "fallback.log")

	kafka := new(broker)
	log := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}},
		spanlog.Async{Sink: spanlog.Failover{Sinks: []spanlog.Sink{
			spanlog.Writer{Writer: kafka, Format: message},
			spanlog.File{Path: path, Format: message},
		}}}))
	for i, down := range []bool{false, true, false} {
		kafka.down.Store(down)
		log.InfoContext(exampleSpan(), fmt.Sprint("order ", i))
		if err := log.Flush(context.Background()); err != nil { // so that it is sent now
			fmt.Println(err)
		}
	}
	_ = log.Close()
	file, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	fmt.Print("file: ", string(file))
	s := log.Stats().Sinks[0]
	fmt.Println(s.Delivered, "delivered,", s.Sinks[0].FailedOver, "of them elsewhere,", len(s.Dropped), "dropped")

	// Output:
	// key=4bf92f35 INFO order 0
	// key=4bf92f35 INFO order 2
	// file: INFO order 1
	// 3 delivered, 1 of them elsewhere, 0 dropped
}
