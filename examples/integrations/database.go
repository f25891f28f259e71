package main

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"

	"github.com/XSAM/otelsql"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	_ "modernc.org/sqlite" // in pure Go
)

// openDatabase returns a database in memory. otelsql stands between database/sql
// and the driver, and makes a span of each query below the span of its context.
func openDatabase(ctx context.Context) (*sql.DB, error) {
	db, err := otelsql.Open("sqlite", ":memory:",
		otelsql.WithAttributes(semconv.DBSystemNameSQLite),
		otelsql.WithSpanOptions(otelsql.SpanOptions{
			// The queries are of interest, and not how connections are kept.
			OmitConnectorConnect: true,
			OmitConnResetSession: true,
			OmitRows:             true,
		}),
	)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // another would have another memory
	if _, err := db.ExecContext(ctx, "CREATE TABLE orders (id INTEGER PRIMARY KEY, user TEXT NOT NULL)"); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func saveOrder(ctx context.Context, db *sql.DB, user string, order int64) error {
	if _, err := db.ExecContext(ctx, "INSERT INTO orders (id, user) VALUES (?, ?)", order, user); err != nil {
		return err
	}
	slog.DebugContext(ctx, "order saved")
	return nil
}

func ordersOf(ctx context.Context, db *sql.DB, user string) ([]int64, error) {
	rows, err := db.QueryContext(ctx, "SELECT id FROM orders WHERE user = ? ORDER BY id", user)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var orders []int64
	for rows.Next() {
		var order int64
		if err := rows.Scan(&order); err != nil {
			return nil, err
		}
		orders = append(orders, order)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	slog.DebugContext(ctx, "orders found", "count", len(orders))
	return orders, nil
}
