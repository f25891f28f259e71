package main

import (
	"slices"
	"testing"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

func TestDatabase(t *testing.T) {
	w := setUp(t)
	db, err := openDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w.spans.Reset() // the table is made
	ctx, span := caller(t)
	if err := saveOrder(ctx, db, "jo", 17); err != nil {
		t.Error(err)
	}
	if orders, err := ordersOf(ctx, db, "jo"); err != nil || !slices.Equal(orders, []int64{17}) {
		t.Errorf("orders %v, %v, want 17", orders, err)
	}

	for name, query := range map[string]string{
		"sql.conn.exec":  "INSERT INTO orders (id, user) VALUES (?, ?)",
		"sql.conn.query": "SELECT id FROM orders WHERE user = ? ORDER BY id",
	} {
		s := w.span(trace.SpanKindClient, name)
		w.wantBelow(s, span.SpanContext())
		attrs := map[string]string{}
		for _, a := range s.Attributes() {
			attrs[string(a.Key)] = a.Value.AsString()
		}
		if attrs["db.system.name"] != "sqlite" || attrs["db.query.text"] != query {
			t.Errorf("span %s has %v, want sqlite and %q", name, attrs, query)
		}
	}
	if tree := w.tree(); len(tree) != 2 {
		t.Errorf("spans %q, want one for each query", tree)
	}
	w.wantIn("order saved", span.SpanContext())
	w.wantIn("orders found", span.SpanContext())
}

func TestDatabaseError(t *testing.T) {
	w := setUp(t)
	db, err := openDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx, span := caller(t)
	if err := saveOrder(ctx, db, "jo", 17); err != nil {
		t.Fatal(err)
	}
	w.spans.Reset()
	if err := saveOrder(ctx, db, "jo", 17); err == nil {
		t.Error("an order was saved twice")
	}
	s := w.span(trace.SpanKindClient, "sql.conn.exec")
	w.wantBelow(s, span.SpanContext())
	if s.Status().Code != codes.Error {
		t.Errorf("the span of a query that failed has the status %s, want Error", s.Status().Code)
	}
}
