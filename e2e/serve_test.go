package e2e_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/spanlog/spanlog/internal/zipkin"
)

// serve starts spanlog serve at a port, with more arguments.
func serve(t *testing.T, port int, args ...string) {
	t.Helper()
	cmd := exec.Command(buildCommand(t), append([]string{"serve", "-listen", "127.0.0.1:" + strconv.Itoa(port)}, args...)...)
	p, err := startProcess("spanlog serve", cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	if err := p.wait(func(ctx context.Context) error { return get(ctx, loopback(port)+"/api/status") }); err != nil {
		t.Fatal(err)
	}
}

// A joinedTrace is what the command's page of a trace is made of.
type joinedTrace struct {
	SpansFrom string
	Spans     []struct {
		ID, ParentID, Name, Service string
		Start, Duration             int64
		Failed, Inferred            bool
		Records                     []int
	}
	Records []struct {
		Message, SpanID string
		Span            int
	}
	Gaps []struct{ Kind, Text string }
}

// askJSON reads an answer.
func askJSON(t *testing.T, address string, v any) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", address, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}

// TestServeZipkin has the command show the trace of a real Zipkin: the same spans, with the
// records of the log under them, and in its list.
func TestServeZipkin(t *testing.T) {
	z := sharedZipkin(t)
	q := runQuickstart(t, z)
	spans := z.waitTrace(t, q.failed, 4)
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	serve(t, port, "-zipkin", z.URL, q.file)
	var got joinedTrace
	askJSON(t, loopback(port)+"/api/trace/"+q.failed, &got)
	if got.SpansFrom != z.URL || len(got.Gaps) > 0 || len(got.Spans) != len(spans) {
		t.Fatalf("got %+v", got)
	}
	for _, s := range got.Spans {
		i := slices.IndexFunc(spans, func(other zipkin.Span) bool { return other.ID == s.ID })
		if i < 0 || s.ParentID != spans[i].ParentID || s.Name != spans[i].Name || s.Service != spans[i].Service() || s.Start != spans[i].Timestamp || s.Duration != spans[i].Duration || s.Inferred {
			t.Errorf("span %+v is not Zipkin's", s)
		}
	}
	records := 0
	for _, l := range q.lines {
		if l.TraceID != q.failed {
			continue
		}
		records++
		if !slices.ContainsFunc(got.Records, func(r struct {
			Message, SpanID string
			Span            int
		}) bool {
			return r.Message == l.Message && r.SpanID == l.SpanID && r.Span >= 0 && got.Spans[r.Span].ID == l.SpanID
		}) {
			t.Errorf("record %+v is not under its span", l)
		}
	}
	if records == 0 || len(got.Records) != records {
		t.Errorf("%d records, want %d", len(got.Records), records)
	}

	var list struct {
		Trouble string
		Traces  []struct {
			TraceID, Name string
			Spans         int
			Failed        bool
		}
	}
	askJSON(t, loopback(port)+"/api/traces", &list)
	if list.Trouble != "" || len(list.Traces) < 2 {
		t.Fatalf("got %+v", list)
	}
	for i, row := range list.Traces {
		if failed := i == 0; row.Failed != failed || (row.TraceID == q.failed) != failed || row.Spans != 4 || row.Name != "place order" {
			t.Errorf("row %d of the list is %+v", i, row)
		}
	}
}

// TestZipkinLogsButton follows Zipkin's way from a trace to its logs: its button lands on the
// command's page of the trace, and from there a link leads back.
func TestZipkinLogsButton(t *testing.T) {
	b := openBrowser(t)
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	z := startZipkin(t, "ZIPKIN_UI_LOGS_URL="+loopback(port)+"/trace/{traceId}")
	q := runQuickstart(t, z)
	z.waitTrace(t, q.failed, 4)
	serve(t, port, "-zipkin", z.URL, q.file)
	b.open(t, z, q.failed)

	b.do(t,
		chromedp.Click(element(`button[normalize-space()="Span table"]/following-sibling::button`)), // the menu
		chromedp.Click(element(`a[normalize-space()="View Logs"]`)),
	)
	// It is in a tab of its own, whose title is that of the trace once it is shown.
	page := loopback(port) + "/trace/" + q.failed
	eventually(t, "the page that the button leads to", func() bool {
		tabs, err := chromedp.Targets(b.ctx)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(tabs, func(tab *target.Info) bool { return tab.URL == page && tab.Title == "place order · spanlog" })
	})
	b.do(t, chromedp.Navigate(page), chromedp.WaitVisible(element(`h1[contains(.,"place order")]`)))
	text := b.text(t)
	for _, want := range []string{q.failed, "4 spans from " + z.URL, "payment failed", "order put on hold", "asking the bank"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not show %q:\n%s", want, text)
		}
	}
	b.do(t,
		chromedp.Click(element(`a[normalize-space()="In Zipkin"]`)),
		chromedp.WaitVisible(element(`h6[text()="shop: place order"]`)),
	)
}
