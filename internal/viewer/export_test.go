package viewer

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/tracejoin"
)

// TestExport has an export be the same trace. Only in HTML is anything of it escaped.
func TestExport(t *testing.T) {
	const hostile = "</script><script>alert(1)</script><!-- \u2028"
	w := newWorld(t, recordOf(1, "INFO", hostile, 1), Spans{})
	resp, exported := w.get("/trace/" + traceOf(1) + "/trace.json")
	if want := `attachment; filename="trace-` + traceOf(1) + `.json"`; resp.Header.Get("Content-Disposition") != want {
		t.Errorf("it is %s", resp.Header.Get("Content-Disposition"))
	}
	_, answered := w.get("/api/trace/" + traceOf(1))
	want := decode(t, answered)
	if want.Records[0].Message != hostile {
		t.Errorf("got %+v", want.Records[0])
	}
	for name, body := range map[string][]byte{"answered": answered, "exported": exported} {
		if got := decode(t, body); !reflect.DeepEqual(got, want) || !bytes.Contains(body, []byte("<script>")) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, body, answered)
		}
	}
	_, page := w.get("/trace/" + traceOf(1) + "/trace.html")
	if n := bytes.Count(page, []byte("</script")); n != 2 {
		t.Errorf("%d scripts end, want 2", n)
	}
	if bytes.Contains(page, []byte("<!-- ")) {
		t.Error("a comment begins")
	}
	_, data, _ := strings.Cut(string(page), `<script type="application/json" id="trace">`)
	data, _, _ = strings.Cut(data, "</script>")
	if got := decode(t, []byte(data)); !reflect.DeepEqual(got, want) || strings.ContainsAny(data, "<>&\u2028") {
		t.Errorf("the page has\n%s\nwant\n%s", data, answered)
	}
	for _, kind := range []string{"script", "style"} {
		m := regexp.MustCompile(`(?s)<` + kind + `(?: type="module")?>(.*?)</` + kind + `>`).FindSubmatch(page)
		if want := kind + "-src '" + string(sum(m[1])) + "'"; !strings.Contains(strings.ReplaceAll(string(page), "&#43;", "+"), want) {
			t.Errorf("the policy does not have %s", want)
		}
	}
}

func decode(t *testing.T, body []byte) (got tracejoin.Trace) {
	t.Helper()
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return got
}

// A client is a response that does what it is told to.
type client struct {
	*httptest.ResponseRecorder
	written  func(part []byte) error
	deadline time.Time // of the next part
	after    time.Time // the one that was set last
}

func (c *client) Write(part []byte) (int, error) {
	if err := c.written(part); err != nil {
		return 0, err
	}
	c.deadline = time.Time{}
	return c.ResponseRecorder.Write(part)
}

func (c *client) SetWriteDeadline(t time.Time) error {
	c.deadline, c.after = t, t
	return nil
}

// TestExportTurns has an export wait for one that is made, until whoever wants it has gone.
func TestExportTurns(t *testing.T) {
	w := newWorld(t, recordOf(1, "INFO", "order", 1), Spans{})
	handler := w.Handler()
	get := func(ctx context.Context, ext string, written func([]byte) error) *client {
		c := &client{ResponseRecorder: httptest.NewRecorder(), written: written}
		handler.ServeHTTP(c, httptest.NewRequestWithContext(ctx, "GET", "/trace/"+traceOf(1)+"/trace."+ext, nil))
		return c
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	others := 0
	for _, ext := range []string{"json", "html"} {
		first := get(t.Context(), ext, func([]byte) error {
			for _, ext := range []string{"json", "html"} {
				others++
				waiting := get(gone, ext, func([]byte) error { return nil })
				if waiting.Body.Len() > 0 {
					t.Errorf("another one was made: %s", waiting.Body)
				}
			}
			return nil
		})
		if first.Body.Len() == 0 || others == 0 {
			t.Errorf("%s: got %d bytes, while %d others waited", ext, first.Body.Len(), others)
		}
	}
	get(t.Context(), "json", func([]byte) error {
		w.end()
		if c := get(context.Background(), "json", func([]byte) error { return nil }); c.Code != http.StatusServiceUnavailable {
			t.Errorf("at the end, got %d: %s", c.Code, c.Body)
		}
		return nil
	})
}

// TestExportStalls has a client that reads nothing keep no others from their turn: each part has a deadline,
// and after the first error there is no other part.
func TestExportStalls(t *testing.T) {
	var log strings.Builder
	for n := range 100 {
		log.WriteString(recordOf(n, "INFO", strings.Repeat("x", writeBuffer), 1))
	}
	w := newWorld(t, log.String(), Spans{})
	handler := w.Handler()
	for _, reads := range []bool{true, false, true} {
		parts := 0
		c := &client{ResponseRecorder: httptest.NewRecorder()}
		c.written = func([]byte) error {
			parts++
			if c.deadline.IsZero() {
				t.Error("a part has no deadline")
			}
			if reads {
				return nil
			}
			return os.ErrDeadlineExceeded
		}
		handler.ServeHTTP(c, httptest.NewRequestWithContext(t.Context(), "GET", "/trace/"+traceOf(1)+"/trace.json", nil))
		if reads && parts < 100 || !reads && parts != 1 {
			t.Errorf("%d parts are written to a client that reads: %t", parts, reads)
		}
		if !c.after.IsZero() {
			t.Error("the deadline stays for the next request of the connection")
		}
	}
}
