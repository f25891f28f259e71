package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// What is logged. It varies with the number of the record, so that nothing can be
// written once and copied from then on.
var (
	errRefused = errors.New("connection refused")
	errWrapped = wrappedErrors(8)
	epoch      = time.Date(2026, 1, 2, 3, 4, 5, 678_901_234, time.UTC)
	stack      = goStack(32)
	longText   = strings.Repeat("The quick brown fox jumps over the lazy dog. ", 7)[:300]
	bodies     = plainTexts(8, 1024)
	hangul     = []string{"결제가 완료되었습니다", "재고가 부족합니다", "주문이 취소되었습니다", "배송이 시작되었습니다"}
	german     = []string{"Grüße aus Köln", "Straße gesperrt", "Überweisung möglich", "Äpfel für Jörg"}
	emoji      = []string{"🚀 gestartet", "🔥🔥", "👩‍👩‍👧 family", "✅ done"}
)

type point struct {
	X    int    `json:"x"`
	Y    int    `json:"y"`
	Name string `json:"name"`
}

func wrappedErrors(n int) []error {
	errs := make([]error, n)
	for i := range errs {
		errs[i] = fmt.Errorf("charge card %d: %w", i, errRefused)
	}
	return errs
}

// goStack has the form of a stack trace, with n frames.
func goStack(n int) string {
	var b strings.Builder
	b.WriteString("goroutine 18 [running]:\n")
	for i := range n {
		fmt.Fprintf(&b, "example.com/shop.(*Till).pay%d(...)\n\t/src/shop/till.go:%d\n", i, 100+i)
	}
	return b.String()
}

// plainTexts returns n strings of ASCII without anything to escape.
func plainTexts(n, length int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = strings.Repeat(fmt.Sprintf("line %d of a plain text with commas, and dots. ", i), length/40+1)[:length]
	}
	return texts
}

// spanContexts returns contexts with a recording span of the SDK each.
func spanContexts(n int) ([]context.Context, error) {
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.AlwaysSample())).Tracer("speed")
	ctxs := make([]context.Context, n)
	for i := range ctxs {
		ctx, span := tracer.Start(context.Background(), "work")
		if !span.IsRecording() {
			return nil, errors.New("the SDK's spans do not record")
		}
		ctxs[i] = ctx
	}
	return ctxs, nil
}
