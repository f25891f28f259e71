package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// pageTime is how long a page may take to show what a test waits for.
const pageTime = time.Minute

// browser is one page of a browser without a window.
type browser struct{ ctx context.Context }

// openBrowser starts a browser with a profile of its own. It ends with the test.
func openBrowser(t *testing.T) browser {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(tool(t, "SPANLOG_CHROMIUM")),
		chromedp.WindowSize(1280, 800),
		chromedp.Headless,
		chromedp.NoSandbox, // root can't have one
		chromedp.DisableGPU,
		chromedp.NoFirstRun,
		chromedp.NoDefaultBrowserCheck,
		// It has business on this machine only.
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-extensions", true),
		chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("disable-dev-shm-usage", true), // it is small in containers
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("lang", "en-US"),
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // the browser lives as long as this context
		t.Fatalf("the browser does not start: %v", err)
	}
	return browser{ctx}
}

// do has the page do something.
func (b browser) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, pageTime)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("%v; the page shows:\n%s", err, b.text(t))
	}
}

// text returns what the page shows.
func (b browser) text(t *testing.T) string {
	t.Helper()
	return ask(t, b, chromedp.Text(chromedp.CSS("body")))
}

// ask returns what an action finds out.
func ask[T any](t *testing.T, b browser, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, pageTime)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// screenshot writes a picture of the page to the directory that
// SPANLOG_SCREENSHOTS names, if any.
func (b browser) screenshot(t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("SPANLOG_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture := ask(t, b, chromedp.CaptureScreenshot())
	if err := os.WriteFile(filepath.Join(dir, name), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}
