package tracejoin

// Parts: what tracers report of one span in several pieces, and several spans that they report
// under one id. The two look the same, and only service and kind tell them apart. Package zipkin
// keeps all as it came.

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spanlog/spanlog/internal/ordering"
	"github.com/spanlog/spanlog/internal/zipkin"
)

// whole puts together what was reported in parts: by a tracer that reports a span when it
// begins and again when it ends, or twice because an answer got lost. Ids, and starts, are in
// normal form then, and the order of the input makes no difference.
//
// Parts are of one span if they have the same id, service and kind. Without a kind, a part is
// of the first span of its id and service. All others with one id stay apart: they are the two
// halves of a shared span, or something odd of which nothing should be lost. So do those whose id
// is none, as they have nothing in common.
func whole(spans []zipkin.Span) []zipkin.Span {
	byID := make(map[string][]zipkin.Span, len(spans))
	var ids []string
	for _, s := range spans {
		s.TraceID = "" // it is one trace, however the spans write its id
		s = s.NormalIDs()
		s.Timestamp = usable(s.Timestamp)
		if byID[s.ID] == nil {
			ids = append(ids, s.ID)
		}
		byID[s.ID] = append(byID[s.ID], s)
	}
	out := make([]zipkin.Span, 0, len(spans))
	for _, id := range ids {
		parts := byID[id]
		slices.SortFunc(parts, compareParts)
		if _, ok := zipkin.NormalID(id); ok {
			parts = merge(parts)
		}
		out = append(out, parts...)
	}
	return out
}

// merge puts the parts with one id together. Those without a kind are last, so that the span that
// they are of is there by then.
func merge(parts []zipkin.Span) []zipkin.Span {
	if len(parts) == 1 {
		return parts
	}
	type half struct{ service, kind string }
	places := make(map[half]int)  // in spans
	first := make(map[string]int) // the same, of the first span of a service: for parts without a kind
	var spans [][]zipkin.Span     // the parts of each span
	for _, p := range parts {
		h := half{strings.ToLower(p.Service()), p.Kind}
		if p.IsServerHalf() {
			h.kind = "SERVER" // also if only the flag says so
		}
		i, ok := places[h]
		if !ok && h.kind == "" {
			i, ok = first[h.service]
		}
		if ok {
			spans[i] = append(spans[i], p)
			continue
		}
		i = len(spans)
		spans = append(spans, []zipkin.Span{p})
		places[h] = i
		if _, ok := first[h.service]; !ok {
			first[h.service] = i
		}
	}
	out := make([]zipkin.Span, len(spans))
	for i, parts := range spans {
		out[i] = join(parts)
	}
	return out
}

// join makes one span of its parts, which are in the order of compareParts: with the earliest
// start, the longest duration, all tags and annotations, and what the first one that has it has
// of all else. Where tags disagree, the value that sorts last is as good as any, and always the
// same one. No part is written to.
func join(parts []zipkin.Span) zipkin.Span {
	s := parts[0]
	if len(parts) == 1 {
		return s
	}
	s.Tags = make(map[string]string)
	s.Annotations = nil
	for _, p := range parts {
		if s.Timestamp == 0 || p.Timestamp != 0 && p.Timestamp < s.Timestamp {
			s.Timestamp = p.Timestamp
		}
		s.Duration = max(s.Duration, p.Duration)
		s.ParentID, s.Name, s.Kind = cmp.Or(s.ParentID, p.ParentID), cmp.Or(s.Name, p.Name), cmp.Or(s.Kind, p.Kind)
		s.Shared = s.Shared || p.Shared
		if peer(s.RemoteEndpoint) == "" {
			s.RemoteEndpoint = p.RemoteEndpoint
		}
		s.Annotations = append(s.Annotations, p.Annotations...)
		for key, value := range p.Tags {
			s.Tags[key] = max(s.Tags[key], value)
		}
	}
	return s
}

// compareParts orders parts with one id, so that the same ones are always in the same order:
// those with a kind before those without, the client's half before the server's, then by start.
// What it does not compare (durations, tags, annotations) makes no difference to join.
func compareParts(a, b zipkin.Span) int {
	return cmp.Or(
		ordering.Bools(a.Kind == "" && !a.Shared, b.Kind == "" && !b.Shared),
		ordering.Bools(a.Shared, b.Shared),
		ordering.Bools(a.Timestamp == 0, b.Timestamp == 0),
		cmp.Compare(a.Timestamp, b.Timestamp),
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Service(), b.Service()),
		cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.ParentID, b.ParentID),
		cmp.Compare(peer(a.RemoteEndpoint), peer(b.RemoteEndpoint)),
	)
}
