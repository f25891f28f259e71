package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

func TestQueue(t *testing.T) {
	w := setUp(t)
	tenant, err := baggage.NewMember("tenant", "berlin")
	if err != nil {
		t.Fatal(err)
	}
	bag, err := baggage.New(tenant)
	if err != nil {
		t.Fatal(err)
	}
	ctx, span := caller(t)
	q := make(queue, 1)
	if err := q.send(baggage.ContextWithBaggage(ctx, bag), "17"); err != nil {
		t.Fatal(err)
	}
	close(q)
	q.consume(t.Context(), sendMail) // which knows of the caller by the headers only

	send, process := w.span(trace.SpanKindProducer, "send orders"), w.span(trace.SpanKindConsumer, "process orders")
	w.wantBelow(send, span.SpanContext())
	w.wantBelow(process, send.SpanContext())
	if links := process.Links(); len(links) != 1 || links[0].SpanContext.SpanID() != send.SpanContext().SpanID() {
		t.Errorf("links %v, want one to the span that sent the message", links)
	}
	w.wantIn("message sent", send.SpanContext())
	line := w.wantIn("mail sent", process.SpanContext())
	if got := line.Attr("tenant").String(); got != "berlin" {
		t.Errorf("the consumer logs tenant=%s, want the producer's baggage", got)
	}
}

// TestQueueGoesOn has bad messages before a good one.
func TestQueueGoesOn(t *testing.T) {
	w := setUp(t)
	q := make(queue, 3)
	for _, body := range []string{"panics", "fails", "works"} {
		if err := q.send(t.Context(), body); err != nil {
			t.Fatal(err)
		}
	}
	close(q)
	w.spans.Reset()
	q.consume(t.Context(), func(ctx context.Context, body string) error {
		switch body {
		case "panics":
			panic("boom")
		case "fails":
			return errors.New("no such order")
		}
		slog.InfoContext(ctx, body)
		return nil
	})

	spans := w.spans.Ended()
	if len(spans) != 3 {
		t.Fatalf("spans %q, want three", w.tree())
	}
	w.wantPanic(spans[0], "boom", "TestQueueGoesOn.func1")
	w.wantIn("message not processed", spans[1].SpanContext())
	w.wantIn("works", spans[2].SpanContext())
	var status []codes.Code
	for _, s := range spans {
		status = append(status, s.Status().Code)
	}
	if want := []codes.Code{codes.Error, codes.Error, codes.Unset}; !slices.Equal(status, want) {
		t.Errorf("the spans have the status %v, want %v", status, want)
	}
}

// TestQueueWithoutTrace has a message of a producer that traces nothing.
func TestQueueWithoutTrace(t *testing.T) {
	w := setUp(t)
	message{body: "17"}.process(t.Context(), sendMail)
	process := w.span(trace.SpanKindConsumer, "process orders")
	if process.Parent().IsValid() || len(process.Links()) != 0 {
		t.Errorf("parent %v and links %v, want neither", process.Parent(), process.Links())
	}
	w.wantIn("mail sent", process.SpanContext())
}

// TestQueueFull has a caller who does not wait.
func TestQueueFull(t *testing.T) {
	w := setUp(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := make(queue).send(ctx, "17"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	if got := w.span(trace.SpanKindProducer, "send orders").Status().Code; got != codes.Error {
		t.Errorf("status %s, want Error", got)
	}
	w.None("message sent")
}
