package tracejoin

// Spans: one of a trace, made of what a tracer has reported or, if none has, of what records tell.

import (
	"cmp"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/spanlog/spanlog/internal/logentry"
	"github.com/spanlog/spanlog/internal/wording"
	"github.com/spanlog/spanlog/internal/zipkin"
)

// newSpan makes a span of one that is whole: its ids and its start are in normal form. Tags and
// annotations are in an order that does not depend on the tracer's, so that a trace is the same
// whenever it is joined.
func newSpan(z *zipkin.Span) Span {
	s := Span{
		ID: z.ID, ParentID: z.ParentID, Name: z.Name, Service: z.Service(), Kind: z.Kind,
		Remote: peer(z.RemoteEndpoint), Start: z.Timestamp, Duration: max(z.Duration, 0), Records: []int{},
	}
	if s.Duration > latest-s.Start {
		s.Duration = 0 // nonsense: it would end after the last time that there is
	}
	s.Error, s.Failed = z.Failure()
	for _, key := range slices.Sorted(maps.Keys(z.Tags)) {
		s.Tags = append(s.Tags, logentry.Attr{Key: key, Value: z.Tags[key]})
	}
	for _, a := range z.Annotations {
		s.Annotations = append(s.Annotations, Annotation{usable(a.Timestamp), a.Value})
	}
	slices.SortFunc(s.Annotations, func(a, b Annotation) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Value, b.Value))
	})
	s.Annotations = slices.Compact(s.Annotations) // parts of a span repeat them, and repeats are next to each other
	return s
}

// peer names the other end of a call: its service, or else its address. A port alone is one, too.
func peer(e *zipkin.Endpoint) string {
	if e == nil {
		return ""
	}
	address := cmp.Or(e.IPv4, e.IPv6)
	if e.Port != 0 {
		address = net.JoinHostPort(address, strconv.Itoa(int(e.Port)))
	}
	return cmp.Or(e.ServiceName, address)
}

// inferredSpan is the span of a record that nobody has told of, before its records are added. It
// is a root, since no record says what its span's parent is.
func inferredSpan(e *logentry.Entry) Span {
	return Span{
		ID: e.SpanID, Parent: -1, Name: cmp.Or(title(e.Message), "span "+e.SpanID), Inferred: true, Records: []int{},
	}
}

// infer adds what a record tells of its span: the span lasted at least from its first record to
// its last, and was made by the first service that a record names.
func (s *Span) infer(e *logentry.Entry) {
	s.Service = cmp.Or(s.Service, e.Service)
	times := extent{s.Start, s.end()}
	times.add(usable(e.At))
	s.Start, s.Duration = times.start, times.end-times.start
}

// title is a message as a name: its first line, and not all of a long one.
func title(message string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	return wording.Short(strings.TrimSpace(name), mostTitle)
}
