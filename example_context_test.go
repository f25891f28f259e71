package spanlog_test

import (
	"context"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel/baggage"

	"github.com/spanlog/spanlog"
)

// Attributes that ride on the context are on every record logged with it, at the
// root, whatever groups the logger has open.
func ExampleWith() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime},
		spanlog.Console{Writer: os.Stdout, Format: spanlog.Text}))
	defer log.Close()

	ctx := spanlog.With(context.Background(), "request", "r-17", "tenant", "acme")

	db := log.WithGroup("db")
	db.InfoContext(ctx, "query", "rows", 3)
	// A new value for a key is that of the new context only.
	db.InfoContext(spanlog.With(ctx, "tenant", "globex"), "query", "rows", 4)
	db.InfoContext(ctx, "commit")

	// Output:
	// level=INFO msg=query request=r-17 tenant=acme db.rows=3
	// level=INFO msg=query request=r-17 tenant=globex db.rows=4
	// level=INFO msg=commit request=r-17 tenant=acme
}

// Middleware opens a scope; what deeper code finds out is then on the
// middleware's own records, too.
func ExampleScope() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime},
		spanlog.Console{Writer: os.Stdout, Format: spanlog.Text}))
	defer log.Close()

	authenticate := func(ctx context.Context) {
		spanlog.Add(ctx, "user", "ann")
	}
	handle := func(ctx context.Context) {
		log.InfoContext(ctx, "order placed", "items", 2)
	}

	ctx := spanlog.Scope(context.Background()) // once per request
	authenticate(ctx)
	handle(ctx)
	log.InfoContext(ctx, "request done", "status", 200)

	// Output:
	// level=INFO msg="order placed" user=ann items=2
	// level=INFO msg="request done" user=ann status=200
}

// Outside of a scope there is nothing to add to, and Add does nothing.
func ExampleAdd() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime},
		spanlog.Console{Writer: os.Stdout, Format: spanlog.Text}))
	defer log.Close()

	outside := context.Background()
	spanlog.Add(outside, "user", "ann")
	log.InfoContext(outside, "no scope")

	ctx := spanlog.Scope(outside)
	spanlog.Add(ctx, "user", "ann", "attempts", 1)
	spanlog.Add(ctx, "attempts", 2) // a key that is there gets the new value
	log.InfoContext(ctx, "in a scope")

	// Output:
	// level=INFO msg="no scope"
	// level=INFO msg="in a scope" user=ann attempts=2
}

// requestID is the key under which some middleware keeps the id of a request.
type requestID struct{}

// What the context carries anyway is on every record.
func ExampleOptions_fromContext() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{
		FromContext: func(ctx context.Context, dst []slog.Attr) []slog.Attr {
			if id, ok := ctx.Value(requestID{}).(string); ok {
				dst = append(dst, slog.String("request", id))
			}
			return dst
		},
		ReplaceAttr: removeTime,
	}, spanlog.Console{Writer: os.Stdout, Format: spanlog.Text}))
	defer log.Close()

	ctx := context.WithValue(context.Background(), requestID{}, "r-17")
	log.WithGroup("db").InfoContext(ctx, "query", "rows", 3)
	log.Info("elsewhere")

	// Output:
	// level=INFO msg=query request=r-17 db.rows=3
	// level=INFO msg=elsewhere
}

// Baggage comes from callers, and can be anything: what is listed is written, and
// nothing else.
func ExampleOptions_baggage() {
	log := spanlog.Must(spanlog.New(&spanlog.Options{
		Baggage:     []string{"tenant"},
		ReplaceAttr: removeTime,
	}, spanlog.Console{Writer: os.Stdout, Format: spanlog.Text}))
	defer log.Close()

	// In a program, a propagator takes it from the request's headers.
	sent, err := baggage.Parse("tenant=acme,mood=good")
	if err != nil {
		panic(err)
	}
	ctx := baggage.ContextWithBaggage(context.Background(), sent)
	log.InfoContext(ctx, "order placed", "order", 17)

	// Output:
	// level=INFO msg="order placed" tenant=acme order=17
}
