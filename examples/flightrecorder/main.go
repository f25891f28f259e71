// Flightrecorder is a service that logs every detail of what fails, and of nothing else. It
// serves 1,000 requests, of which three fail: one logs an error, one has a span whose status
// is Error, and one takes too long. requests.log then has the records at Info of all
// requests, and those at Debug of these three. At the end stands the story of one of them.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/telemetry"
)

const (
	logFile  = "requests.log"
	requests = 1000
	workers  = 20
	steps    = 5 // of a request, each with a record at Debug
)

// What is wrong with the requests that fail.
const (
	declined = 217 // logs an error
	lost     = 518 // only its span says that it has failed
	late     = 904 // takes longer than slow
	slow     = 250 * time.Millisecond
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "flightrecorder:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) (err error) {
	shutdown, err := telemetry.Start(ctx, telemetry.Options{Service: spanlog.Service{Name: "shop"}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shutdown(ctx)) }()
	if err := os.Remove(logFile); err != nil && !os.IsNotExist(err) {
		return err
	}
	log, err := spanlog.New(nil, spanlog.FlightRecorder{
		Sink: spanlog.File{Path: logFile, Level: slog.LevelInfo},
		Slow: slow,
	})
	if err != nil {
		return err
	}
	serve(ctx, log.Logger)
	stats := log.Stats().Sinks[0]
	if err := log.Close(); err != nil {
		return err
	}
	return report(out, stats)
}

// serve handles all requests, some of them at a time.
func serve(ctx context.Context, log *slog.Logger) {
	numbers := make(chan int)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for n := range numbers {
				handle(ctx, log, n)
			}
		})
	}
	for n := range requests {
		numbers <- n
	}
	close(numbers)
	wg.Wait()
}

// handle is one request: a span, and what a service logs in it.
func handle(ctx context.Context, log *slog.Logger, n int) {
	ctx, span := otel.Tracer("shop").Start(ctx, "order")
	defer span.End()
	for step := range steps {
		log.DebugContext(ctx, "step done", "order", n, "step", step)
	}
	switch n {
	case declined:
		log.ErrorContext(ctx, "card declined", "order", n)
	case lost:
		span.SetStatus(codes.Error, "parcel lost")
	case late:
		time.Sleep(slow)
	}
	log.InfoContext(ctx, "order handled", "order", n)
}

// A line is what report reads of a record.
type line struct {
	Time  time.Time
	Level string
	Msg   string
	Trace string `json:"trace_id"`
	Order int
	Step  int
}

// report tells what is in the log, and prints the trace of the order that was late.
func report(out io.Writer, stats spanlog.SinkStats) error {
	f, err := os.Open(logFile)
	if err != nil {
		return err
	}
	defer f.Close()
	levels, traces := make(map[string]int), make(map[string][]line)
	debugged, reasons, story := make(map[int]int), 0, ""
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return err
		}
		traces[l.Trace] = append(traces[l.Trace], l)
		if strings.HasPrefix(l.Msg, "spanlog: ") {
			reasons++
			continue
		}
		levels[l.Level]++
		if l.Level == "DEBUG" {
			debugged[l.Order]++
		}
		if l.Order == late {
			story = l.Trace
		}
	}
	fmt.Fprintf(out, "%d requests; %s has %d records at INFO, %d at ERROR, %d at DEBUG, and %d that say why\n",
		requests, logFile, levels["INFO"], levels["ERROR"], levels["DEBUG"], reasons)
	fmt.Fprintf(out, "records at DEBUG by order: %v\n", debugged)
	fmt.Fprintf(out, "not needed: %v; still held: %d\n\n", stats.Dropped, stats.Recorder.Records)
	fmt.Fprintf(out, "trace_id=%s\n", story)
	for _, l := range traces[story] {
		fmt.Fprintf(out, "%s %-5s %s\n", l.Time.Format("15:04:05.000"), l.Level, l.Msg)
	}
	return nil
}
