package zipkin

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spanlog/spanlog/internal/ordering"
)

// Span is a span in Zipkin's v2 JSON form. The names, the units and what may
// be absent are those of https://zipkin.io/zipkin-api/zipkin2-api.yaml. What that has
// besides is left out when JSON is read.
//
// A copy shares its endpoints, annotations and tags. Nobody writes to those.
type Span struct {
	TraceID        string            `json:"traceId"`            // 16 or 32 lower-case hex digits
	ID             string            `json:"id"`                 // 16 lower-case hex digits
	ParentID       string            `json:"parentId,omitempty"` // empty: the trace starts here
	Name           string            `json:"name,omitempty"`
	Kind           string            `json:"kind,omitempty"`      // CLIENT, SERVER, PRODUCER, CONSUMER; empty: inside one program
	Timestamp      int64             `json:"timestamp,omitempty"` // start, µs since 1970; 0: unknown
	Duration       int64             `json:"duration,omitempty"`  // µs; 0: unknown
	Debug          bool              `json:"debug,omitempty"`
	Shared         bool              `json:"shared,omitempty"` // the server's half of a span whose id the client made
	LocalEndpoint  *Endpoint         `json:"localEndpoint,omitempty"`
	RemoteEndpoint *Endpoint         `json:"remoteEndpoint,omitempty"`
	Annotations    []Annotation      `json:"annotations,omitempty"`
	Tags           map[string]string `json:"tags,omitempty"`
}

// Endpoint is a node of the network: the program that made the span, or its
// peer.
type Endpoint struct {
	ServiceName string `json:"serviceName,omitempty"`
	IPv4        string `json:"ipv4,omitempty"`
	IPv6        string `json:"ipv6,omitempty"`
	Port        uint16 `json:"port,omitempty"`
}

// Annotation is something that happened at a moment of the span.
type Annotation struct {
	Timestamp int64  `json:"timestamp"` // µs since 1970
	Value     string `json:"value"`
}

// Service returns the name of the service that made the span, or "".
func (s Span) Service() string {
	if s.LocalEndpoint == nil {
		return ""
	}
	return s.LocalEndpoint.ServiceName
}

// Failure reports whether the span has failed, and what it says of that, which may be nothing.
// Zipkin's sign is the tag "error", whatever its value; OpenTelemetry's is its status, which not
// every exporter repeats as that tag.
func (s Span) Failure() (text string, failed bool) {
	text, failed = s.Tags["error"]
	if s.Tags["otel.status_code"] == "ERROR" {
		text, failed = cmp.Or(text, s.Tags["otel.status_description"]), true
	}
	return text, failed
}

// IsServerHalf reports whether s is the server's half of a span, if it is a shared one. Not
// every tracer sets the flag; a server's span that has the id of a client's is one all the same.
func (s *Span) IsServerHalf() bool { return s.Shared || s.Kind == "SERVER" }

// memory is about how many bytes of memory a span takes in a store. Text that is there twice
// counts twice, as it was decoded twice.
func (s *Span) memory() int64 {
	const own, each = 256, 48 // a span with its place in the store; a tag or an annotation
	n := own + len(s.TraceID) + len(s.ID) + len(s.ParentID) + len(s.Name)
	for _, e := range []*Endpoint{s.LocalEndpoint, s.RemoteEndpoint} {
		if e != nil {
			n += each + len(e.ServiceName) + len(e.IPv4) + len(e.IPv6)
		}
	}
	for _, a := range s.Annotations {
		n += each + len(a.Value)
	}
	for key, value := range s.Tags {
		n += each + len(key) + len(value)
	}
	return int64(n)
}

// normal returns s as Zipkin stores it: ids padded, names in lower case, a
// span that claims to be its own parent made a root. The error of a span that
// Zipkin refuses names the field and its value.
//
// What s points to is not written to.
func (s Span) normal() (Span, error) {
	var err error
	if s.TraceID, err = normalTraceID(s.TraceID); err != nil {
		return s, fieldError("traceId", s.TraceID, err)
	}
	if s.ID, err = normalID(s.ID); err != nil {
		return s, fieldError("id", s.ID, err)
	}
	// Some tracers write "no parent" as a parent of zeros.
	if strings.Trim(s.ParentID, "0") == "" {
		s.ParentID = ""
	} else if s.ParentID, err = normalID(s.ParentID); err != nil {
		return s, fieldError("parentId", s.ParentID, err)
	}
	if s.ParentID == s.ID {
		s.ParentID = ""
	}
	switch s.Kind {
	case "", "CLIENT", "SERVER", "PRODUCER", "CONSUMER":
	default:
		return s, fieldError("kind", s.Kind, errKind)
	}
	if s.Timestamp < 0 {
		return s, fieldError("timestamp", fmt.Sprint(s.Timestamp), errNegative)
	}
	if s.Duration < 0 {
		return s, fieldError("duration", fmt.Sprint(s.Duration), errNegative)
	}
	// Empty and absent are the same in JSON; one form of both makes repeats
	// equal.
	if len(s.Annotations) == 0 {
		s.Annotations = nil
	}
	if len(s.Tags) == 0 {
		s.Tags = nil
	}
	s.Name = strings.ToLower(s.Name)
	s.LocalEndpoint = s.LocalEndpoint.normal()
	s.RemoteEndpoint = s.RemoteEndpoint.normal()
	return s, nil
}

// NormalIDs returns s with its ids in normal form, and its parent left out if it has none; what is
// no id stays as it is. It is for spans that came past a [Store], which would refuse what is
// mended here: a file may have ids in upper case.
func (s Span) NormalIDs() Span {
	if id, err := normalTraceID(strings.ToLower(s.TraceID)); err == nil {
		s.TraceID = id
	}
	s.ID, _ = NormalID(s.ID)
	s.ParentID, _ = NormalID(s.ParentID)
	if strings.Trim(s.ParentID, "0") == "" || s.ParentID == s.ID {
		s.ParentID = ""
	}
	return s
}

// normal returns e with its service's name in lower case, the way Zipkin keeps
// it. It copies e when there is something to change.
func (e *Endpoint) normal() *Endpoint {
	if e == nil || *e == (Endpoint{}) {
		return nil
	}
	c := *e
	c.ServiceName = strings.ToLower(c.ServiceName)
	return &c
}

// compare orders the spans of a trace by their start. A span that doesn't say when it started
// comes after those that do, and the ids settle the rest, so that the order
// doesn't depend on who reported first. Of a shared span, the client's half is first.
func compare(a, b Span) int {
	return cmp.Or(
		ordering.Bools(a.Timestamp == 0, b.Timestamp == 0),
		cmp.Compare(a.Timestamp, b.Timestamp),
		cmp.Compare(a.ID, b.ID),
		ordering.Bools(a.Shared, b.Shared),
	)
}
