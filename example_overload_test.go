package spanlog_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spanlog/spanlog"
)

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
// before, and the panic itself is logged, with its value, its stack and its span.
func ExampleLogger_FlushOnPanic() {
	format := func(dst []byte, e *spanlog.Event) []byte {
		dst = fmt.Append(dst, e.Level == spanlog.LevelFatal, " ", e.Message)
		for a := range e.Attrs() {
			switch a.Key {
			case spanlog.PanicKey:
				dst = fmt.Appendf(dst, ": %v", a.Value)
			case spanlog.StackKey:
				dst = fmt.Appendf(dst, ", in ExampleLogger_FlushOnPanic: %t", strings.Contains(a.Value.String(), "ExampleLogger_FlushOnPanic"))
			}
		}
		return dst
	}
	log := spanlog.Must(spanlog.New(nil,
		spanlog.Async{Sink: spanlog.Console{Writer: os.Stdout, Format: spanlog.FormatFunc(format)}}))
	defer log.Close()
	defer func() { fmt.Println("the panic goes on:", recover()) }() // for the example's sake
	defer log.FlushOnPanic(context.Background())
	log.Info("on the way")
	panic("no more tea")
	// Output:
	// false on the way
	// true panic: no more tea, in ExampleLogger_FlushOnPanic: true
	// the panic goes on: no more tea
}

// What becomes of seven records when four have room, and an error that has a place
// kept for it. One more is with the sink, which is stuck meanwhile.
func ExampleOverflow() {
	for _, overflow := range []spanlog.Overflow{spanlog.DropNewest, spanlog.DropOldest, spanlog.Block} {
		called, stuck, lines := make(chan bool, 10), make(chan bool), []string{}
		out := writeFunc(func(line []byte) (int, error) {
			called <- true
			<-stuck
			lines = append(lines, strings.TrimSpace(string(anySeconds(line))))
			return len(line), nil
		})
		async := spanlog.Async{
			Sink:       spanlog.Writer{Writer: out, Format: spanlog.Pattern("%(message)s")},
			MaxRecords: 5,
			MaxBytes:   spanlog.KiB,
			Overflow:   overflow,
		}
		if overflow == spanlog.Block {
			async.MaxBlock = 10 * time.Millisecond // then it is DropNewest
		}
		log := spanlog.Must(spanlog.New(&spanlog.Options{OnError: func(error) {}}, async))
		log.Info("0")
		<-called
		for i := range 6 {
			log.Info(strconv.Itoa(i + 1))
		}
		log.Error("error")
		close(stuck)
		_ = log.Close()
		fmt.Println(strings.Join(lines, ", "))
	}
	// Output:
	// 0, 1, 2, 3, 4, error, spanlog: 2 records dropped in 0.0s (2 INFO): queue full
	// 0, 3, 4, 5, 6, error, spanlog: 2 records dropped in 0.0s (2 INFO): queue full
	// 0, 1, 2, 3, 4, error, spanlog: 2 records dropped in 0.0s (2 INFO): queue full
}

// What is remembered has a bound. Where there are more messages, the one that was
// not logged for the longest time is forgotten, and its count told before.
func ExampleLimit_memory() {
	out := writeFunc(func(line []byte) (int, error) { return os.Stdout.Write(anySeconds(line)) })
	log := spanlog.Must(spanlog.New(nil, spanlog.Limit{
		Sink:        spanlog.Writer{Writer: out, Format: message},
		First:       1,
		Every:       time.Hour,
		MaxMessages: 2,
	}))
	defer log.Close()
	for _, text := range []string{"tea", "coffee", "tea", "cocoa", "coffee"} {
		log.Info(text) // cocoa takes the place of coffee, which takes that of tea
	}
	// Output:
	// INFO tea
	// INFO coffee
	// INFO cocoa
	// INFO spanlog: "tea" repeated 1 time in 0.0s
	// INFO coffee
}

// How full a queue is, was at most, and can be.
func ExampleQueueStats() {
	called, stuck := make(chan bool, 10), make(chan bool)
	out := writeFunc(func(line []byte) (int, error) { called <- true; <-stuck; return len(line), nil })
	log := spanlog.Must(spanlog.New(nil, spanlog.Async{Sink: spanlog.Writer{Writer: out, Format: message}, MaxRecords: 100}))
	log.Info("with the sink")
	<-called
	log.Info("waits")
	log.Info("waits, too")

	queue := log.Stats().Sinks[0].Queue
	fmt.Println(queue.Records, "records wait, of", queue.RecordLimit, "that can")
	fmt.Println(queue.Bytes, "bytes wait, of", queue.ByteLimit, "that can")
	close(stuck)
	_ = log.Close()
	queue = log.Stats().Sinks[0].Queue
	fmt.Println(queue.Records, "wait at the end,", queue.MaxRecords, "did at most, of", queue.MaxBytes, "bytes")
	// Output:
	// 2 records wait, of 100 that can
	// 27 bytes wait, of 8388608 that can
	// 0 wait at the end, 2 did at most, of 27 bytes
}

// anySeconds makes output the same every time.
func anySeconds(line []byte) []byte {
	return regexp.MustCompile(`in \d+\.\d+s`).ReplaceAll(line, []byte("in 0.0s"))
}
