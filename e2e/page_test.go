package e2e_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestZipkinPage opens the order that failed on Zipkin's own page, as somebody
// would who follows the trace id of a log line: the spans of both services are
// there, and in each the lines that were logged in it.
func TestZipkinPage(t *testing.T) {
	b := openBrowser(t)
	z := sharedZipkin(t)
	q := runQuickstart(t, z)
	z.waitTrace(t, q.failed, 4)
	b.open(t, z, q.failed)

	tests := []struct{ span, annotation string }{
		{"shop: place order", `order received: {"amount":25,"log.severity":"INFO","logger":"shop","order":18}`},
		{"shop: place order", `order put on hold: {"error":"payment: 402 Payment Required: order 18: card declined",`},
		{"payment: post /charge", `payment failed: {"error":"order 18: card declined","log.severity":"ERROR",`},
	}
	for _, test := range tests {
		b.do(t,
			chromedp.Click(element(`div[text()="`+test.span+`"]`)),
			chromedp.WaitVisible(element(`td[starts-with(text(),'`+test.annotation+`')]`)),
		)
	}
	text := b.text(t)
	for _, want := range []string{q.failed, "shop: post /charge", "payment: authorize"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not show %q:\n%s", want, text)
		}
	}
	b.screenshot(t, "zipkin.png")
}

// open opens Zipkin's page of a trace.
func (b browser) open(t *testing.T, z *zipkinServer, trace string) {
	t.Helper()
	b.do(t,
		chromedp.EmulateViewport(1280, 880),
		chromedp.Navigate(z.URL+"/zipkin/traces/"+trace),
		chromedp.WaitVisible(element(`h6[text()="shop: place order"]`)),
	)
}

// element finds an element of a page by XPath.
func element(path string) chromedp.Search { return chromedp.Search("//" + path) }
