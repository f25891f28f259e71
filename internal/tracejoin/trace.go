package tracejoin

// The trace: what is joined, in the form that pages and exports have it. Its fields are the keys
// of the JSON, so they are part of what the viewer's scripts and other programs rely on. Lists
// are never null, unless they may be absent.

import "github.com/spanlog/spanlog/internal/logentry"

// Format is the form of a [Trace] as JSON. Within it, names keep their meaning, and there may
// be new ones.
const Format = "spanlog.trace/1"

// A Trace is spans with their records. Its times are in µs since 1970, and its lengths in µs.
// A time before that, or after the year 2262, is taken for none.
type Trace struct {
	Format  string `json:"format"`
	TraceID string `json:"traceId"`
	// Name is that of the first root, or the message of the first record. Spans whose
	// parents are missing are roots only if there are no others.
	Name string `json:"name"`
	// Start and End are those of all that has a time, and Start <= End. They are 0 if
	// nothing has one.
	Start int64 `json:"start"`
	End   int64 `json:"end"`
	// Services are sorted. What differs in letter case is one service, as with Zipkin, in
	// the spelling of the first span.
	Services []string `json:"services"`
	Failed   bool     `json:"failed"` // a span has failed, or there are errors
	Errors   int      `json:"errors"` // records at ERROR or above
	// SpansFrom is where the spans are from, in words; "inferred" if all are, "" if there
	// are none.
	SpansFrom string `json:"spansFrom"`
	// Omitted is how many records are not among the Records, because they are too many: see [Input].
	Omitted int      `json:"omitted,omitempty"`
	Spans   []Span   `json:"spans"`   // depth first, children by their start; then inferred ones by their first record
	Records []Record `json:"records"` // in the order of their times
	Gaps    []Gap    `json:"gaps"`    // what is missing or doubtful, the most important first
}

// A Span is a span with its records.
type Span struct {
	ID       string `json:"id"`
	Parent   int    `json:"parent"` // index in the trace's, less than its own; -1: none
	ParentID string `json:"parentId,omitempty"`
	Depth    int    `json:"depth"`
	Name     string `json:"name"`
	Service  string `json:"service"`
	Kind     string `json:"kind,omitempty"`   // see package zipkin
	Remote   string `json:"remote,omitempty"` // the peer: its service's name, or its address
	Start    int64  `json:"start"`            // 0: unknown
	Duration int64  `json:"duration"`         // 0: unknown, or less than one
	Failed   bool   `json:"failed,omitempty"`
	Error    string `json:"error,omitempty"` // why, if the span says so
	// Inferred is a span that nobody has told of: it is made of its records.
	Inferred bool `json:"inferred,omitempty"`
	// MissingParent is a span that has a parent, but is at the top: nobody has told of the
	// parent, or the span is an ancestor of its own.
	MissingParent bool `json:"missingParent,omitempty"`
	// Skew is how far the span begins before its parent, or ends after it, if that is a
	// sign of two clocks that differ: see [GapClockSkew].
	Skew        int64           `json:"skew,omitempty"`
	Tags        []logentry.Attr `json:"tags,omitempty"` // sorted
	Annotations []Annotation    `json:"annotations,omitempty"`
	Records     []int           `json:"records"`           // indexes of its records; never null
	Omitted     int             `json:"omitted,omitempty"` // how many others it has
}

// end is when a span ended, so far as that is known.
func (s *Span) end() int64 { return s.Start + s.Duration }

// An Annotation is something that happened at a moment of a span.
type Annotation struct {
	At    int64  `json:"at"` // 0: unknown
	Value string `json:"value"`
}

// A Record is a line of the trace: a record, or a line that belongs to one.
type Record struct {
	logentry.Entry
	Span int `json:"span"` // index in the trace's, -1: none
}

// A Gap is something that is missing or doubtful.
type Gap struct {
	Kind    GapKind `json:"kind"`
	Text    string  `json:"text"` // for people
	Spans   []int   `json:"spans,omitempty"`
	Records []int   `json:"records,omitempty"` // without lines that belong to them, and without omitted ones
}

// GapKind is what kind of gap there is.
type GapKind string

// The kinds of gaps, the most important first.
const (
	// GapUnsampled: spans are missing whose records say that they were not sampled.
	GapUnsampled GapKind = "unsampled"
	// GapUnreachable: asking for spans has failed.
	GapUnreachable GapKind = "unreachable"
	// GapUnknown: who was asked has no spans of the trace, and the records do not say why.
	GapUnknown GapKind = "unknown"
	// GapNoSource: nobody was asked for spans.
	GapNoSource GapKind = "no-source"
	// GapUnknownSpans: there are spans, but not all that records are of.
	GapUnknownSpans GapKind = "unknown-spans"
	// GapGone: parts of logs could not be read again.
	GapGone GapKind = "gone"
	// GapMore: there are more lines.
	GapMore GapKind = "more"
	// GapOmitted: there are more records than are told of here.
	GapOmitted GapKind = "omitted"
	// GapMissingParent: spans have parents that are not there.
	GapMissingParent GapKind = "missing-parent"
	// GapClockSkew: clocks of services differ. A span shows that if another service's
	// span has called it and it begins more than 1 ms before that. A server's span also
	// does if it ends more than 1 ms after its client's, unless it takes longer than that,
	// or began after it, or the client has failed: then the client may just not have
	// waited. Consumers work when they like, and show nothing. The differences are only
	// told, not corrected.
	GapClockSkew GapKind = "clock-skew"
	// GapOutside: records are more than 1 ms before or after their spans.
	GapOutside GapKind = "outside"
	// GapNoSpan: records have no span's id.
	GapNoSpan GapKind = "no-span"
	// GapNoTime: spans or records have no time.
	GapNoTime GapKind = "no-time"
)
