package spanlog_test

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/spanlog/spanlog"
)

// Without an Async, a record is written when the call returns, and the call takes
// as long as the sink does. With one, it takes no longer than the queue.
func Example_waiting() {
	ready := make(chan bool, 1)
	slow := writeFunc(func(line []byte) (int, error) {
		<-ready // as a pipe whose reader takes its time
		return os.Stdout.Write(line)
	})
	withoutTime := &slog.HandlerOptions{ReplaceAttr: removeTime}
	for _, sink := range []spanlog.Sink{
		spanlog.Console{Writer: slow, Format: message},
		spanlog.Writer{Writer: slow, Format: message},
		spanlog.Relay{Handler: slog.NewTextHandler(slow, withoutTime)},
		spanlog.Failover{Sinks: []spanlog.Sink{spanlog.Writer{Writer: slow, Format: message}, spanlog.Console{}}},
	} {
		log := spanlog.Must(spanlog.New(nil, sink))
		ready <- true
		log.Info("written")
		fmt.Printf("%T: the call has returned\n", sink)
		_ = log.Close()
	}

	log := spanlog.Must(spanlog.New(nil, spanlog.Async{Sink: spanlog.Writer{Writer: slow, Format: message}}))
	log.Info("written")
	fmt.Println("spanlog.Async: the call has returned")
	ready <- true
	_ = log.Close() // delivers what is in the queue

	// Output:
	// INFO written
	// spanlog.Console: the call has returned
	// INFO written
	// spanlog.Writer: the call has returned
	// level=INFO msg=written
	// spanlog.Relay: the call has returned
	// INFO written
	// spanlog.Failover: the call has returned
	// spanlog.Async: the call has returned
	// INFO written
}
