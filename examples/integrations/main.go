// Integrations follows traces across the boundaries that services have: HTTP,
// gRPC, database/sql and a message queue. A customer orders from a shop, which
// stores the order, has a payment service charge the card, and tells a mailer
// about it. Two requests meet bugs that panic, one on each side of gRPC.
//
// All runs in this one process. Set ZIPKIN_ENDPOINT to
// http://localhost:9411/api/v2/spans to see the traces there.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/baggage"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/telemetry"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "integrations:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	service := spanlog.Service{Name: "shop"}
	shutdown, err := telemetry.Start(ctx, telemetry.Options{Service: service, Zipkin: os.Getenv("ZIPKIN_ENDPOINT")})
	if err != nil {
		return err
	}
	defer shutdown(ctx)
	log, err := spanlog.New(&spanlog.Options{
		Service: service,
		Level:   slog.LevelDebug,
		Baggage: []string{"tenant"}, // from the customer, across all boundaries
	}, spanlog.Console{Format: spanlog.Pretty})
	if err != nil {
		return err
	}
	defer log.Close()
	slog.SetDefault(log.Logger)

	address, stop, err := startServices(ctx)
	if err != nil {
		return err
	}
	customer := customer{shop: "http://" + address}
	return errors.Join(
		customer.request(ctx, http.MethodPost, "/orders/17", "jo"),
		customer.request(ctx, http.MethodPost, "/orders/18", "jo"),
		customer.request(ctx, http.MethodGet, "/orders/latest", "sam"),
		stop(),
	)
}

// startServices starts the shop and what it needs, and returns the address of
// the shop. What it started, stop stops, each after those that use it.
func startServices(ctx context.Context) (address string, stop func() error, err error) {
	db, err := openDatabase(ctx)
	if err != nil {
		return "", nil, err
	}
	payment, stopPayment, err := startPayment()
	if err != nil {
		return "", nil, errors.Join(err, db.Close())
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, errors.Join(err, stopPayment(), db.Close())
	}
	orders := make(queue, 10)
	mailed := make(chan struct{})
	go func() {
		orders.consume(spanlog.With(ctx, spanlog.NameKey, "mailer"), sendMail)
		close(mailed)
	}()
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler:           newShop(db, payment, orders),
		BaseContext: func(net.Listener) context.Context { // of all requests
			return spanlog.With(ctx, spanlog.NameKey, "shop")
		},
	}
	go server.Serve(listener) // ends with Shutdown

	return listener.Addr().String(), func() error {
		err := server.Shutdown(ctx)
		close(orders)
		<-mailed
		return errors.Join(err, stopPayment(), db.Close())
	}, nil
}

// A customer sends requests to the shop. Its traces begin here.
type customer struct{ shop string }

func (c customer) request(ctx context.Context, method, path, user string) error {
	ctx, span := otel.Tracer("customer").Start(ctx, "customer")
	defer span.End()
	tenant, err := baggage.NewMember("tenant", "berlin")
	if err != nil {
		return err
	}
	bag, err := baggage.New(tenant)
	if err != nil {
		return err
	}
	ctx = baggage.ContextWithBaggage(ctx, bag)
	ctx = spanlog.With(ctx, spanlog.NameKey, "customer")

	req, err := http.NewRequestWithContext(ctx, method, c.shop+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("X-User", user)
	// The transport makes a span of the request, and sends its context along.
	client := http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport)}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	slog.InfoContext(ctx, "answered", "status", resp.StatusCode)
	return nil
}
