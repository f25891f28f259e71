package zipkin

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// request sends one request to the store and returns the answer.
func request(s *Store, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

func TestIntake(t *testing.T) {
	const (
		contentType = "Content-Type"
		encoding    = "Content-Encoding"
		json        = "application/json"
	)
	type header []string
	for _, tt := range []struct {
		name   string
		header header
		body   string
		code   int
		want   string // the message, without its newline
	}{
		{"one span", header{contentType, json}, `[{"traceId":"1","id":"2"}]`, 202, ""},
		{"charset", header{contentType, "application/json; charset=utf-8"}, `[{"traceId":"1","id":"2"}]`, 202, ""},
		{"no span", header{contentType, json}, ` [ ] `, 202, ""},
		{"unknown field", header{contentType, json}, `[{"traceId":"1","id":"2","v3":{}}]`, 202, ""},
		{"gzip", header{contentType, json, encoding, "gzip"}, zipped(`[{"traceId":"1","id":"2"}]`), 202, ""},
		{"no type", nil, `[]`, 400, `Content-Type: "": want application/json`},
		{"form", header{contentType, "application/x-www-form-urlencoded"}, `[]`, 400, `Content-Type: "application/x-www-form-urlencoded": want application/json`},
		{"deflate", header{contentType, json, encoding, "deflate"}, `[]`, 400, `Content-Encoding: "deflate": want gzip`},
		{"not gzip", header{contentType, json, encoding, "gzip"}, `[{"traceId":"1","id":"2"}]`, 400, "gzip: gzip: invalid header"},
		{"cut gzip", header{contentType, json, encoding, "gzip"}, zipped(`[{"traceId":"1","id":"2"}]`)[:30], 400, "span 0: JSON: unexpected EOF"},
		{"empty", header{contentType, json}, "", 400, "JSON: empty: want an array of spans"},
		{"object", header{contentType, json}, `{"traceId":"1","id":"2"}`, 400, "JSON: {: want an array of spans"},
		{"null", header{contentType, json}, `null`, 400, "JSON: <nil>: want an array of spans"},
		{"unclosed", header{contentType, json}, `[{"traceId":"1","id":"2"}`, 400, "JSON: unexpected EOF"},
		{"more after it", header{contentType, json}, `[] []`, 400, "JSON: something follows the array"},
		{"no JSON", header{contentType, json}, `<spans/>`, 400, "JSON: invalid character '<' looking for beginning of value"},
		{"cut after it", header{contentType, json, encoding, "gzip"}, zipped(`[]`)[:25], 400, "JSON: unexpected EOF"},
		{"array in it", header{contentType, json}, `[[]]`, 400, "span 0: JSON array: want a span"},
		{"null span", header{contentType, json}, `[null]`, 400, `span 0: traceId: "": missing`},
		{"no id", header{contentType, json}, `[{"traceId":"1","id":"2"},{"traceId":"1"}]`, 400, `span 1: id: "": missing`},
		{"upper case", header{contentType, json}, `[{"traceId":"ABC","id":"2"}]`, 400, `span 0: traceId: "ABC": not lower-case hex`},
		{"wrong kind", header{contentType, json}, `[{"traceId":"1","id":"2","kind":"LOCAL"}]`, 400, `span 0: kind: "LOCAL": want CLIENT, SERVER, PRODUCER or CONSUMER`},
		{"number as text", header{contentType, json}, `[{"traceId":"1","id":"2","timestamp":"now"}]`, 400, "span 0: timestamp: JSON string can't be int64"},
		{"number as id", header{contentType, json}, `[{"traceId":1,"id":"2"}]`, 400, "span 0: traceId: JSON number can't be string"},
		{"large port", header{contentType, json}, `[{"traceId":"1","id":"2","localEndpoint":{"port":70000}}]`, 400, "span 0: localEndpoint.port: JSON number 70000 can't be uint16"},
		{"large body", header{contentType, json}, "[" + strings.Repeat(" ", 300) + "]", 413, "body: more than 200 bytes"},
		{"large after gzip", header{contentType, json, encoding, "gzip"}, zipped("[" + strings.Repeat(" ", 300) + "]"), 413, "body: more than 200 bytes"},
		{"too many spans", header{contentType, json}, `[{"traceId":"1","id":"2"},{"traceId":"1","id":"3"},{"traceId":"1","id":"4"}]`, 413, "too many spans: more than 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := Store{MaxSpans: 2, MaxBody: 200}
			w := request(&s, "POST", "/api/v2/spans", tt.body, tt.header...)
			if got := strings.TrimSuffix(w.Body.String(), "\n"); w.Code != tt.code || got != tt.want {
				t.Errorf("%d %q, want %d %q", w.Code, got, tt.code, tt.want)
			}
			if w.Code != http.StatusAccepted && s.Len() != 0 {
				t.Errorf("refused, yet %d spans are stored", s.Len())
			}
		})
	}
}

func TestRead(t *testing.T) {
	var s Store
	mustAdd(t, &s,
		Span{TraceID: "a", ID: "1", Name: "get", Kind: "SERVER", Timestamp: 5, Duration: 2, LocalEndpoint: &Endpoint{ServiceName: "shop", IPv4: "10.0.0.1", Port: 80}},
		Span{TraceID: "a", ID: "2", ParentID: "1", Timestamp: 6, Annotations: []Annotation{{7, "retry"}}, Tags: map[string]string{"k": "v"}},
		Span{TraceID: "b", ID: "3", LocalEndpoint: &Endpoint{ServiceName: "cart"}},
	)
	const (
		a = `[{"traceId":"000000000000000a","id":"0000000000000001","name":"get","kind":"SERVER","timestamp":5,"duration":2,` +
			`"localEndpoint":{"serviceName":"shop","ipv4":"10.0.0.1","port":80}},` +
			`{"traceId":"000000000000000a","id":"0000000000000002","parentId":"0000000000000001","timestamp":6,` +
			`"annotations":[{"timestamp":7,"value":"retry"}],"tags":{"k":"v"}}]`
		b = `[{"traceId":"000000000000000b","id":"0000000000000003","localEndpoint":{"serviceName":"cart"}}]`
	)
	for _, tt := range []struct {
		target string
		code   int
		want   string
	}{
		{"/api/v2/trace/a", 200, a},
		{"/api/v2/trace/000000000000000000000000000000Aa", 404, "trace 000000000000000000000000000000aa: not found"},
		{"/api/v2/trace/0000000000000000000000000000000A", 200, a},
		{"/api/v2/trace/xyz", 400, `trace id: "xyz": not lower-case hex`},
		{"/api/v2/trace/", 404, "404 page not found"},
		{"/api/v2/traces", 200, "[" + b + "," + a + "]"},
		{"/api/v2/traces?limit=1", 200, "[" + b + "]"},
		{"/api/v2/traces?serviceName=Shop", 200, "[" + a + "]"},
		{"/api/v2/traces?serviceName=shop&limit=1", 200, "[" + a + "]"},
		{"/api/v2/traces?serviceName=none", 200, "[]"},
		{"/api/v2/traces?limit=0", 400, `limit: "0": want a positive number`},
		{"/api/v2/traces?minDuration=5", 400, "minDuration: not supported: want limit or serviceName"},
		{"/api/v2/services", 200, `["cart","shop"]`},
		{"/health", 200, `{"status":"UP"}`},
		{"/api/v2/spans", 405, "Method Not Allowed"},
		{"/", 404, "404 page not found"},
	} {
		w := request(&s, "GET", tt.target, "")
		if got := strings.TrimSuffix(w.Body.String(), "\n"); w.Code != tt.code || got != tt.want {
			t.Errorf("GET %s = %d %s\nwant %d %s", tt.target, w.Code, got, tt.code, tt.want)
		}
		if got := w.Header().Get("Content-Type"); w.Code == 200 && got != "application/json" {
			t.Errorf("GET %s has type %q", tt.target, got)
		}
	}
}

func TestReadEmpty(t *testing.T) {
	for target, want := range map[string]string{"/api/v2/traces": "[]\n", "/api/v2/services": "[]\n"} {
		if got := request(new(Store), "GET", target, "").Body.String(); got != want {
			t.Errorf("GET %s = %q, want %q", target, got, want)
		}
	}
}
