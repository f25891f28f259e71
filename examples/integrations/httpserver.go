package main

import (
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"google.golang.org/grpc"

	"github.com/spanlog/spanlog"
)

// A shop takes orders over HTTP.
type shop struct {
	db      *sql.DB
	payment *grpc.ClientConn
	orders  queue
}

// newShop returns the shop's handler. otelhttp stands outside, so that all within
// it logs in the span of the request. The access log is outside the recovery,
// so that it sees the 500 of a panic.
func newShop(db *sql.DB, payment *grpc.ClientConn, orders queue) http.Handler {
	s := &shop{db, payment, orders}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders/{id}", s.placeOrder)
	mux.HandleFunc("GET /orders/latest", s.latestOrder)
	return otelhttp.NewHandler(accessLog(recovery(mux)), "shop")
}

func (s *shop) placeOrder(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	order, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	user := r.Header.Get("X-User") // the gateway has authenticated it
	spanlog.Add(ctx, "user", user, "order", order)

	if err := saveOrder(ctx, s.db, user, order); err != nil {
		slog.ErrorContext(ctx, "order not saved", spanlog.Err(err))
		http.Error(w, "try again later", http.StatusServiceUnavailable)
		return
	}
	if err := charge(ctx, s.payment, order); err != nil {
		slog.ErrorContext(ctx, "payment failed", spanlog.Err(err))
		http.Error(w, "payment failed", http.StatusBadGateway)
		return
	}
	if err := s.orders.send(ctx, strconv.FormatInt(order, 10)); err != nil {
		slog.WarnContext(ctx, "no mail about the order", spanlog.Err(err))
	}
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintln(w, "order", order, "placed")
}

// latestOrder has a bug: a new customer has no order.
func (s *shop) latestOrder(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	user := r.Header.Get("X-User")
	spanlog.Add(ctx, "user", user)

	orders, err := ordersOf(ctx, s.db, user)
	if err != nil {
		slog.ErrorContext(ctx, "orders not found", spanlog.Err(err))
		http.Error(w, "try again later", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "order", orders[len(orders)-1])
}

// accessLog logs one record per request. It opens the scope that handlers add
// to, so the record has what they know besides: the user, the order.
func accessLog(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		scoped := r.WithContext(spanlog.Scope(r.Context()))
		resp := &response{ResponseWriter: w}
		level, msg := slog.LevelWarn, "request aborted" // unless next returns
		defer func() {
			r.Pattern = scoped.Pattern // otelhttp names the span after it
			slog.Log(scoped.Context(), level, msg,
				"method", r.Method,
				"route", r.Pattern,
				"status", resp.status,
				"bytes", resp.bytes,
				"duration", time.Since(start))
		}()
		next.ServeHTTP(resp, scoped)
		resp.started(http.StatusOK) // the server's answer if next gave none
		level, msg = slog.LevelInfo, "request"
	})
}

// recovery answers a panic with 500. The panic is logged within the request's
// span, which it fails.
func recovery(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		resp := &response{ResponseWriter: w}
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler { // no bug: next wants the connection closed
				panic(v)
			}
			logPanic(r.Context(), v)
			if resp.status != 0 { // half an answer must not pass for a whole one
				panic(http.ErrAbortHandler)
			}
			http.Error(resp, "internal server error", http.StatusInternalServerError)
		}()
		next.ServeHTTP(resp, r)
	})
}
