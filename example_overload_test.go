package spanlog_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"time"

	"github.com/spanlog/spanlog"
)

// message is a format for the examples below.
var message = spanlog.Pattern("%(levelname)s %(message)s")

// The console is given records by a goroutine of its own. However long it takes,
// the program goes on; what does not fit into the queue is counted, and told.
func ExampleAsync() {
	called, stuck := make(chan bool, 10), make(chan bool)
	console := writeFunc(func(line []byte) (int, error) {
		called <- true
		<-stuck // as a pipe that nobody reads
		return os.Stdout.Write(anySeconds(line))
	})
	log := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}},
		spanlog.Async{
			Sink:       spanlog.Console{Writer: console, Format: message},
			MaxRecords: 8,
		}))
	log.Info("heartbeat")
	<-called
	for range 99 {
		log.Info("heartbeat")
	}
	log.Error("the last one")
	fmt.Println("the program goes on")

	close(stuck)
	_ = log.Close()
	dropped := log.Stats().Sinks[0].Dropped[0]
	fmt.Println(dropped.Level, dropped.Reason, dropped.Records > 90)
	// Output:
	// the program goes on
	// INFO heartbeat
	// INFO heartbeat
	// INFO heartbeat
	// INFO heartbeat
	// INFO heartbeat
	// INFO heartbeat
	// INFO heartbeat
	// INFO heartbeat
	// ERROR the last one
	// WARNING spanlog: 92 records dropped in 0.0s (92 INFO): queue full
	// INFO full true
}

// Records go to the second sink while the first one fails.
func ExampleFailover() {
	collector := writeFunc(func(line []byte) (int, error) { return 0, errors.New("connection refused") })
	log := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}},
		spanlog.Failover{Sinks: []spanlog.Sink{
			spanlog.Writer{Writer: collector},
			spanlog.Console{Writer: os.Stdout, Format: message},
		}}))
	defer log.Close()
	for i := range 6 {
		log.Info(fmt.Sprint("order ", i))
	}
	// Output:
	// INFO order 0
	// INFO order 1
	// INFO order 2
	// INFO order 3
	// INFO order 4
	// WARNING spanlog: writer sink spanlog_test.writeFunc is broken off: connection refused; records go to console sink
	// INFO order 5
}

// Of each message, two pass in ten seconds. The rest is counted, and told then, or
// at the end.
func ExampleLimit() {
	out := writeFunc(func(line []byte) (int, error) { return os.Stdout.Write(anySeconds(line)) })
	log := spanlog.Must(spanlog.New(nil,
		spanlog.Limit{
			Sink:  spanlog.Writer{Writer: out, Format: message},
			First: 2,
			Every: 10 * time.Second,
		}))
	for range 500 {
		log.Warn("cache miss")
	}
	log.Info("request done")
	_ = log.Close()
	// Output:
	// WARNING cache miss
	// WARNING cache miss
	// INFO request done
	// WARNING spanlog: "cache miss" repeated 498 times in 0.0s
}

// A goroutine that panics ends the program. What is in a queue then is delivered
// before, and the panic itself is logged, with its span.
func ExampleLogger_FlushOnPanic() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime},
		spanlog.Async{Sink: spanlog.Console{Writer: os.Stdout, Format: message}}))
	defer log.Close()
	defer func() { slog.Debug("the panic goes on", "value", recover()) }() // for the example's sake
	defer log.FlushOnPanic(context.Background())
	log.Info("on the way")
	panic("no more")
	// Output:
	// INFO on the way
	// FATAL panic
}

// anySeconds makes output the same every time.
func anySeconds(line []byte) []byte {
	return regexp.MustCompile(`in \d+\.\d+s`).ReplaceAll(line, []byte("in 0.0s"))
}
