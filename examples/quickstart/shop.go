package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/zipkin"
)

const (
	endpointVar  = "ZIPKIN_ENDPOINT"     // set by whoever has a Zipkin
	receiverVar  = "QUICKSTART_RECEIVER" // set for the payment service
	spansPath    = "/api/v2/spans"
	declinedCard = "4000000000000002"
)

// shop is the shop, and what starts the rest.
func shop(ctx context.Context) error {
	endpoint, stopReceiver, err := receiver()
	if err != nil {
		return err
	}
	defer stopReceiver()
	stop, err := setUp(ctx, "shop", endpoint)
	if err != nil {
		return err
	}
	address, stopPayment, err := startPayment(ctx, endpoint)
	if err != nil {
		return errors.Join(err, stop())
	}

	var failed trace.TraceID
	for i, card := range []string{"4111111111111111", declinedCard, "5555555555554444"} {
		id, err := placeOrder(ctx, address, charge{Order: 17 + i, Card: card, Amount: 12.50 * float64(i+1)})
		if err != nil {
			failed = id
		}
	}

	// Stopping sends the last spans and lines, so that they can be read back.
	if err := errors.Join(stopPayment(), stop()); err != nil {
		return err
	}
	fmt.Printf("\nThe request that failed, from %s and %s:\n\n", strings.TrimSuffix(endpoint, spansPath), logFile)
	return printTrace(ctx, os.Stdout, strings.TrimSuffix(endpoint, spansPath), logFile, failed.String())
}

// placeOrder is one request to the shop. It returns the request's trace.
func placeOrder(ctx context.Context, payment string, c charge) (trace.TraceID, error) {
	ctx, span := otel.Tracer("shop").Start(ctx, "place order", trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()
	ctx = spanlog.With(ctx, "order", c.Order) // on every record of the request

	slog.InfoContext(ctx, "order received", "amount", c.Amount)
	if err := pay(ctx, payment, c); err != nil {
		slog.WarnContext(ctx, "order put on hold", spanlog.Err(err))
		span.SetStatus(codes.Error, err.Error())
		return span.SpanContext().TraceID(), err
	}
	slog.InfoContext(ctx, "order placed")
	return span.SpanContext().TraceID(), nil
}

// client sends the trace along with each request, and makes a span of it.
var client = http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport, named)}

func pay(ctx context.Context, payment string, c charge) error {
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+payment+"/charge", bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	reason, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("payment: %s: %s", resp.Status, bytes.TrimSpace(reason))
	}
	return nil
}

// startPayment runs the payment service as a process of its own. It ends with
// its standard input, whatever becomes of this one.
func startPayment(ctx context.Context, endpoint string) (address string, stop func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, self, "payment")
	cmd.Env = append(cmd.Environ(), receiverVar+"="+endpoint)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() error { return errors.Join(stdin.Close(), cmd.Wait()) }
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("payment did not say where it listens: %w", err), stop())
	}
	return strings.TrimSpace(line), stop, nil
}

// receiver is where the spans go: the server in ZIPKIN_ENDPOINT, or one within
// this program.
func receiver() (endpoint string, stop func(), err error) {
	if endpoint := os.Getenv(endpointVar); endpoint != "" {
		return endpoint, func() {}, nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: new(zipkin.Store).Handler()}
	go server.Serve(listener) // ends with Close
	return "http://" + listener.Addr().String() + spansPath, func() { _ = server.Close() }, nil
}
