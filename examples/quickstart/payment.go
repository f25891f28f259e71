package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"

	"github.com/spanlog/spanlog"
)

// A charge is what the shop asks for.
type charge struct {
	Order  int     `json:"order"`
	Card   string  `json:"card"`
	Amount float64 `json:"amount"`
}

var errDeclined = errors.New("card declined")

// payment is the payment service. It prints its address, and serves until its
// standard input ends.
func payment(ctx context.Context) error {
	stop, err := setUp(ctx, "payment", os.Getenv(receiverVar))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(err, stop())
	}
	// otelhttp takes the caller's trace from the headers of the request.
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: otelhttp.NewHandler(http.HandlerFunc(handleCharge), "POST /charge", named)}
	go server.Serve(listener) // ends with Shutdown
	fmt.Println(listener.Addr())

	_, err = io.Copy(io.Discard, os.Stdin)
	return errors.Join(err, server.Shutdown(ctx), stop())
}

func handleCharge(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	var c charge
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := authorize(ctx, c); err != nil {
		slog.ErrorContext(ctx, "payment failed", "order", c.Order, spanlog.Err(err))
		http.Error(w, err.Error(), http.StatusPaymentRequired)
		return
	}
	slog.InfoContext(ctx, "card charged", "order", c.Order, "amount", c.Amount)
	w.WriteHeader(http.StatusNoContent)
}

// authorize asks the bank, which declines one of the cards.
func authorize(ctx context.Context, c charge) error {
	ctx, span := otel.Tracer("payment").Start(ctx, "authorize")
	defer span.End()
	slog.DebugContext(ctx, "asking the bank", "order", c.Order, slog.Group("card", "last4", c.Card[len(c.Card)-4:]))
	if c.Card == declinedCard {
		span.SetStatus(codes.Error, errDeclined.Error())
		return fmt.Errorf("order %d: %w", c.Order, errDeclined)
	}
	return nil
}
