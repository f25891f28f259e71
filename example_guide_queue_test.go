package spanlog_test

import (
	"context"
	"fmt"
	"os"

	"go.opentelemetry.io/otel/propagation"

	"github.com/spanlog/spanlog"
)

// The trace goes over a queue in the headers of its messages. In a program, the
// propagator is that of otel.GetTextMapPropagator.
func Example_messageQueue() {
	log := spanlog.Must(spanlog.New(nil, spanlog.Console{Writer: os.Stdout, Format: shortIDs}))
	defer log.Close()
	tracer, propagator := countingTracer(), propagation.TraceContext{}

	// The producer.
	ctx, span := tracer.Start(context.Background(), "send")
	headers := propagation.MapCarrier{}
	propagator.Inject(ctx, headers)
	log.InfoContext(ctx, "sent")
	span.End()
	fmt.Println(headers)

	// The consumer, in another process. Its context knows nothing of the message.
	ctx = propagator.Extract(context.Background(), headers)
	log.InfoContext(ctx, "received")
	ctx, span = tracer.Start(ctx, "process")
	log.InfoContext(ctx, "processed")
	span.End()

	// Output:
	// trace=01 span=01 sent
	// map[traceparent:00-01000000000000000000000000000001-0100000000000001-01]
	// trace=01 span=01 received
	// trace=01 span=02 processed
}
