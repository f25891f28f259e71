package spanlog_test

import (
	"fmt"
	"os"
	"time"

	"github.com/spanlog/spanlog"
)

// A message repeats itself a hundred times while the sink is stuck. Within the
// Async, the Limit comes too late: the queue is full of that message. Around the
// Async, it keeps it out, and there is room for others.
func Example_limitAroundAsync() {
	for _, around := range []bool{false, true} {
		called, stuck := make(chan bool, 20), make(chan bool)
		var sink spanlog.Sink = spanlog.Writer{Format: message, Writer: writeFunc(func(line []byte) (int, error) {
			called <- true
			<-stuck
			return os.Stdout.Write(anySeconds(line))
		})}
		if around {
			sink = spanlog.Limit{First: 2, Every: time.Hour, Sink: spanlog.Async{MaxRecords: 8, Sink: sink}}
		} else {
			sink = spanlog.Async{MaxRecords: 8, Sink: spanlog.Limit{First: 2, Every: time.Hour, Sink: sink}}
		}
		fmt.Println("Limit around Async:", around)
		log := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}}, sink))
		log.Info("start")
		<-called
		for range 100 {
			log.Warn("cache miss")
		}
		log.Info("order placed")
		close(stuck)
		_ = log.Close()
	}
	// Output:
	// Limit around Async: false
	// INFO start
	// WARNING cache miss
	// WARNING cache miss
	// WARNING spanlog: 94 records dropped in 0.0s (1 INFO, 93 WARN): queue full
	// WARNING spanlog: "cache miss" repeated 5 times in 0.0s
	// Limit around Async: true
	// INFO start
	// WARNING cache miss
	// WARNING cache miss
	// INFO order placed
	// WARNING spanlog: "cache miss" repeated 98 times in 0.0s
}
