package main

import (
	"context"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// A message has headers beside its body, as those of Kafka, NATS and AMQP have.
// They carry the trace and the baggage from one side to the other.
type message struct {
	headers propagation.MapCarrier
	body    string
}

// A queue of orders, in memory. Its spans have the names, kinds and attributes
// of OpenTelemetry's conventions for messaging.
type queue chan message

// send puts a message into the queue.
func (q queue) send(ctx context.Context, body string) error {
	ctx, span := otel.Tracer("queue").Start(ctx, "send orders",
		trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(
			semconv.MessagingSystemKey.String("memory"),
			semconv.MessagingDestinationName("orders"),
			semconv.MessagingOperationName("send"),
			semconv.MessagingOperationTypeSend,
		))
	defer span.End()

	m := message{headers: propagation.MapCarrier{}, body: body}
	otel.GetTextMapPropagator().Inject(ctx, m.headers)
	select {
	case q <- m:
		slog.DebugContext(ctx, "message sent")
		return nil
	case <-ctx.Done():
		span.SetStatus(codes.Error, ctx.Err().Error())
		return ctx.Err()
	}
}

// consume has handle process each message until the queue is closed.
func (q queue) consume(ctx context.Context, handle func(ctx context.Context, body string) error) {
	for m := range q {
		m.process(ctx, handle)
	}
}

// process makes a span for the processing of one message. By the conventions it
// is linked to the span that sent the message. It may be that span's child as
// well if there is one message only, and then there is one trace to read, in
// Zipkin too, which has no links. A batch has many senders and no such parent:
// its span has a trace of its own, and a link for each message.
func (m message) process(ctx context.Context, handle func(ctx context.Context, body string) error) {
	ctx = otel.GetTextMapPropagator().Extract(ctx, m.headers)
	ctx, span := otel.Tracer("queue").Start(ctx, "process orders",
		trace.WithSpanKind(trace.SpanKindConsumer),
		trace.WithLinks(trace.LinkFromContext(ctx)),
		trace.WithAttributes(
			semconv.MessagingSystemKey.String("memory"),
			semconv.MessagingDestinationName("orders"),
			semconv.MessagingOperationName("process"),
			semconv.MessagingOperationTypeProcess,
		))
	defer span.End()
	defer func() {
		if v := recover(); v != nil { // the next message may be better
			logPanic(ctx, v)
		}
	}()

	if err := handle(ctx, m.body); err != nil {
		slog.ErrorContext(ctx, "message not processed", spanlog.Err(err))
		span.RecordError(err)
		span.SetStatus(codes.Error, err.Error())
	}
}

// sendMail is what the mailer does with a message.
func sendMail(ctx context.Context, order string) error {
	slog.InfoContext(ctx, "mail sent", "subject", fmt.Sprintf("Your order %s", order))
	return nil
}
