package zipkin

import (
	"reflect"
	"strings"
	"testing"
)

func TestNormalTraceID(t *testing.T) {
	for _, tt := range []struct{ id, want, err string }{
		{"1", "0000000000000001", ""},
		{"463ac35c9f6413ad", "463ac35c9f6413ad", ""},
		{"000000000000000000000000000000ab", "00000000000000ab", ""},
		{"0000000000000001463ac35c9f6413ad", "0000000000000001463ac35c9f6413ad", ""},
		{"1463ac35c9f6413ad", "0000000000000001463ac35c9f6413ad", ""},
		{"", "", "missing"},
		{"0000", "0000", "all zeros"},
		{"AB", "AB", "not lower-case hex"},
		{"0x1", "0x1", "not lower-case hex"},
		{strings.Repeat("1", 33), strings.Repeat("1", 33), "too many digits"},
	} {
		got, err := normalTraceID(tt.id)
		if got != tt.want || message(err) != tt.err {
			t.Errorf("normalTraceID(%q) = %q, %q, want %q, %q", tt.id, got, message(err), tt.want, tt.err)
		}
	}
}

func TestNormal(t *testing.T) {
	const id = "000000000000000a"
	for _, tt := range []struct {
		name string
		in   Span
		want Span
		err  string
	}{
		{"ids are padded", Span{TraceID: "a", ID: "a", ParentID: "b"}, Span{TraceID: id, ID: id, ParentID: "000000000000000b"}, ""},
		{"own parent", Span{TraceID: "a", ID: "a", ParentID: id}, Span{TraceID: id, ID: id}, ""},
		{"parent of zeros", Span{TraceID: "a", ID: "a", ParentID: "0000000000000000"}, Span{TraceID: id, ID: id}, ""},
		{"names in lower case", Span{TraceID: "a", ID: "a", Name: "GET", LocalEndpoint: &Endpoint{ServiceName: "Shop"}}, Span{TraceID: id, ID: id, Name: "get", LocalEndpoint: &Endpoint{ServiceName: "shop"}}, ""},
		{"empty endpoint", Span{TraceID: "a", ID: "a", RemoteEndpoint: &Endpoint{}}, Span{TraceID: id, ID: id}, ""},
		{"empty and absent", Span{TraceID: "a", ID: "a", Tags: map[string]string{}, Annotations: []Annotation{}}, Span{TraceID: id, ID: id}, ""},
		{"no trace id", Span{ID: "a"}, Span{}, `traceId: "": missing`},
		{"no id", Span{TraceID: "a"}, Span{}, `id: "": missing`},
		{"long id", Span{TraceID: "a", ID: "12345678901234567"}, Span{}, `id: "12345678901234567": too many digits`},
		{"bad parent", Span{TraceID: "a", ID: "a", ParentID: "x"}, Span{}, `parentId: "x": not lower-case hex`},
		{"bad kind", Span{TraceID: "a", ID: "a", Kind: "client"}, Span{}, `kind: "client": want CLIENT, SERVER, PRODUCER or CONSUMER`},
		{"negative timestamp", Span{TraceID: "a", ID: "a", Timestamp: -1}, Span{}, `timestamp: "-1": negative`},
		{"negative duration", Span{TraceID: "a", ID: "a", Duration: -1}, Span{}, `duration: "-1": negative`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.in.normal()
			if message(err) != tt.err {
				t.Fatalf("error %q, want %q", message(err), tt.err)
			}
			if err == nil && !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestNormalKeepsCallersEndpoint guards the promise that nothing of the
// caller's is written to.
func TestNormalKeepsCallersEndpoint(t *testing.T) {
	e := &Endpoint{ServiceName: "Shop"}
	if _, err := (Span{TraceID: "a", ID: "a", LocalEndpoint: e}).normal(); err != nil || e.ServiceName != "Shop" {
		t.Errorf("endpoint is %+v, error %v", e, err)
	}
}

func TestFieldErrorCutsLongValues(t *testing.T) {
	err := fieldError("id", strings.Repeat("x", 1000), errTooLong)
	if n := len(err.Error()); n > 120 {
		t.Errorf("message has %d bytes: %v", n, err)
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
