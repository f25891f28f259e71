package viewer

import (
	"bytes"
	"testing"
)

// TestPassword: the password in the address of a Zipkin server is on no page, and in no error
// and no export.
func TestPassword(t *testing.T) {
	w := newWorld(t, recordOf(1, "INFO", "received", 1), Spans{Zipkin: "http://me:hunter2@127.0.0.1:1"})
	for _, path := range []string{"/", "/api/status", "/api/search", "/api/traces", "/api/trace/" + traceOf(1), "/trace/" + traceOf(1), "/trace/" + traceOf(1) + "/trace.json", "/trace/" + traceOf(1) + "/trace.html"} {
		resp, body := w.get(path)
		if resp.StatusCode != 200 || bytes.Contains(body, []byte("hunter2")) {
			t.Errorf("%s: %s\n%s", path, resp.Status, body)
		}
	}
	if _, body := w.get("/api/status"); !bytes.Contains(body, []byte("http://127.0.0.1:1")) {
		t.Errorf("the address is not shown at all: %s", body)
	}
}
