// Package spanlogtest helps to test programs that log and handlers that they
// log to.
//
// # Programs
//
// A [Recorder] keeps what was logged, together with the span in which it was
// logged:
//
//	rec := spanlogtest.New(t)
//	shop := NewShop(rec.Logger())
//	shop.Order(ctx, "tea")
//
//	order := rec.One("order placed")     // exactly one, or the test fails
//	order.Attr("item.name").String()     // "tea"
//	rec.AssertInSpan("order placed", span)
//	rec.None("payment failed")
//
// [Recorder.Sink] puts it behind a whole spanlog pipeline.
//
// # Handlers
//
// [TestHandler] runs a conformance suite on any [log/slog.Handler]. It
// includes testing/slogtest, and adds what that leaves out and where handlers
// have been seen to fail: trace fields that end up in groups, siblings that
// overwrite each other, values that panic, output that can be forged. See the
// example of TestHandler for the few lines that it takes.
package spanlogtest
