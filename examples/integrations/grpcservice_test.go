package main

import (
	"testing"

	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestGRPC(t *testing.T) {
	w := setUp(t)
	conn, stop, err := startPayment()
	if err != nil {
		t.Fatal(err)
	}
	ctx, span := caller(t)
	if err := charge(ctx, conn, 17); err != nil {
		t.Error(err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}

	client, server := w.span(trace.SpanKindClient, "Payment/Charge"), w.span(trace.SpanKindServer, "Payment/Charge")
	w.wantBelow(client, span.SpanContext())
	w.wantBelow(server, client.SpanContext())
	w.wantIn("card charged", server.SpanContext())
	line := w.wantIn("call", server.SpanContext())
	for key, want := range map[string]string{"logger": "Payment", "method": "Charge", "code": "OK", "card": "*1111"} {
		if got := line.Attr(key).String(); got != want {
			t.Errorf("the access log has %s=%s, want %s", key, got, want)
		}
	}
}

func TestGRPCRecovery(t *testing.T) {
	w := setUp(t)
	conn, stop, err := startPayment()
	if err != nil {
		t.Fatal(err)
	}
	ctx, _ := caller(t)
	err = charge(ctx, conn, 18) // has no card
	if got := status.Convert(err); got.Code() != codes.Internal || got.Message() != "internal error" {
		t.Errorf("the client has %v, want Internal and no detail of the panic", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}

	server := w.span(trace.SpanKindServer, "Payment/Charge")
	w.wantPanic(server, "runtime error: invalid memory address or nil pointer dereference", "integrations.payment.Charge")
	if got := w.wantIn("call", server.SpanContext()).Attr("code").String(); got != "Internal" {
		t.Errorf("the access log has code=%s, want Internal", got)
	}
}
