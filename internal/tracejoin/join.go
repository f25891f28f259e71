package tracejoin

// Joining: from spans and lines to a trace. The steps of [Join] have an order that matters, since
// each one uses what those before it have found.

import (
	"log/slog"
	"math"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logentry"
	"github.com/spanlog/spanlog/internal/logindex"
	"github.com/spanlog/spanlog/internal/zipkin"
)

// Input is what is known of a trace.
type Input struct {
	ID    trace.TraceID
	Lines []logindex.Line // the trace's, in order
	More  bool            // there are more lines than these
	Gone  []logindex.Gone // parts of logs that could not be read again
	Spans []zipkin.Span   // the trace's, in any order; whatever trace they name
	// From is where spans were asked for, in words for people, such as
	// "http://localhost:9411" or "spans.json"; "": nobody was asked.
	From string
	// Err is that of asking. With zipkin.ErrUnknownTrace, the server has no such trace.
	Err error
	// MaxText is how many bytes the texts of a record have; 0: as many as there are.
	MaxText int
	// MaxRecords is about how many bytes the records have together as JSON; 0: as many as there
	// are. If that is not enough for all, there are the first ones, and in an eighth of it
	// besides, later ones at ERROR and above. The others count in all that is said of the trace.
	MaxRecords int
}

// Join joins spans and records. Every line is one of the records, and belongs to the span with
// its id. Of the two halves of a shared span it is the one of the record's service, and the
// server's if that does not tell. Records are in the order of their times. A span that only
// records tell of is inferred from them.
//
// Nothing that in leads to is written to. Join lets go of a line's text as soon as it has the
// record, so that a long trace is in memory only once if the caller keeps no lines
// (TestJoinLetsGo).
func Join(in Input) *Trace {
	in.Lines = inOrder(in.Lines)
	j := newJoiner(&in)
	j.addSpans()
	j.addRecords()
	j.summarize()
	j.addGaps()
	j.leaveOut()
	return j.t
}

func newJoiner(in *Input) *joiner {
	return &joiner{
		in: in,
		t: &Trace{
			Format: Format, TraceID: in.ID.String(),
			Services: []string{}, Spans: []Span{}, Records: make([]Record, 0, len(in.Lines)), Gaps: []Gap{},
		},
		homes:    make(map[home]int),
		spelling: make(map[string]string),
		keeps:    newKeeper(in.MaxRecords),
	}
}

// A joiner is what it takes to join one trace.
type joiner struct {
	in    *Input // with the lines in their order: a line's index is that of its record
	t     *Trace
	known int // how many spans are not inferred: they come first

	homes    map[home]int      // index of the span that has the records
	server   []bool            // by index of a known span: whether it is the server's half of a shared one
	owner    []int             // by index of a record: that of the one that it belongs to, or its own
	keeps    keeper            // of records
	spelling map[string]string // of services, by their name in lower case
}

// A home is where records belong: the span's id, and the service in lower case, or "" for
// those whose service has no span with that id. Services are compared in lower case because
// Zipkin keeps them so, whatever the logs of the same program write.
type home struct{ id, service string }

// addSpans adds the known spans in the order of the tree. Trees can be too deep for recursion
// (TestDeep), so there is a stack of those that are still to come.
func (j *joiner) addSpans() {
	type place struct {
		node          *zipkin.Node
		parent, depth int
	}
	var stack []place
	push := func(nodes []*zipkin.Node, parent, depth int) { // the last one first, as the first is to be on top
		for _, n := range slices.Backward(nodes) {
			stack = append(stack, place{n, parent, depth})
		}
	}
	push(zipkin.Tree(whole(j.in.Spans)), -1, 0)
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		s := newSpan(&p.node.Span)
		s.Parent, s.Depth, s.MissingParent = p.parent, p.depth, p.node.MissingParent
		s.Service = j.service(s.Service)
		if s.Parent >= 0 {
			s.Skew = abs(skew(&j.t.Spans[s.Parent], &s))
		}
		i := len(j.t.Spans)
		j.t.Spans = append(j.t.Spans, s)
		j.server = append(j.server, p.node.Span.IsServerHalf())
		j.offer(home{s.ID, ""}, i)
		j.offer(home{s.ID, strings.ToLower(s.Service)}, i)
		push(p.node.Children, i, p.depth+1)
	}
	j.known = len(j.t.Spans)
}

// offer makes a span the one that has the records of a home, if it is the first or the first
// server's half: that is where a call is worked on, while the client waits for it.
func (j *joiner) offer(h home, span int) {
	if now, ok := j.homes[h]; !ok || j.server[span] && !j.server[now] {
		j.homes[h] = span
	}
}

// addRecords adds the records, and the spans that only they tell of.
//
// A line that belongs to a record, as one of a stack trace, goes where that went. The record may
// not be there, if it could not be read again: so its span has to be the line's (TestOwnerIsGone).
//
// A record that is not kept is in the trace up to leaveOut, but only with what counts.
func (j *joiner) addRecords() {
	reader := logentry.Reader{MaxText: j.in.MaxText}
	last := make(map[string]int) // by log
	j.owner = make([]int, len(j.in.Lines))
	for i := range j.in.Lines {
		l := &j.in.Lines[i]
		r := Record{Entry: reader.Entry(l), Span: -1}
		before, ok := last[l.Log]
		if l.Continued && ok && j.t.Records[before].SpanID == r.SpanID {
			// It has no service of its own that could tell one half from the other.
			j.owner[i] = before
			r.Span = j.t.Records[before].Span
		} else {
			j.owner[i] = i
			last[l.Log] = i
			r.Span = j.homeOf(&r.Entry)
		}
		l.Text = nil
		if r.Span >= 0 {
			s := &j.t.Spans[r.Span]
			s.Records = append(s.Records, i)
			if s.Inferred {
				s.infer(&r.Entry)
				s.Service = j.service(s.Service)
			}
		}
		if !j.keeps.add(&r.Entry, j.isError(j.owner[i])) {
			r.Entry = core(&r.Entry, j.t.TraceID)
		}
		j.t.Records = append(j.t.Records, r)
	}
}

// isError reports whether a record is at ERROR or above. It is asked by the line's head, as that
// stays when the record itself is cut to its core.
func (j *joiner) isError(i int) bool {
	h := &j.in.Lines[i].Head
	return h.HasLevel && h.Level >= slog.LevelError
}

// homeOf is the span that a record belongs to, -1 if to none: the one of its service with its
// span's id, or else the one with the id. If nobody has told of such a span, one is inferred, and
// is the home of all other records with the id.
func (j *joiner) homeOf(e *logentry.Entry) int {
	if e.SpanID == "" {
		return -1
	}
	if i, ok := j.homes[home{e.SpanID, strings.ToLower(e.Service)}]; ok {
		return i
	}
	whatever := home{e.SpanID, ""}
	i, ok := j.homes[whatever]
	if !ok {
		i = len(j.t.Spans)
		j.t.Spans = append(j.t.Spans, inferredSpan(e))
		j.homes[whatever] = i
	}
	return i
}

// service is the one spelling of a service's name: the first that comes, and spans come before
// records.
func (j *joiner) service(name string) string {
	if name == "" {
		return ""
	}
	lower := strings.ToLower(name)
	if known, ok := j.spelling[lower]; ok {
		return known
	}
	j.spelling[lower] = name
	return name
}

// summarize says what the trace comes to. Without records, it is the sum of its spans: see SumOf.
func (j *joiner) summarize() {
	t := j.t
	var e extent
	for i := range t.Spans {
		s := &t.Spans[i]
		e.add(s.Start)
		if s.Start != 0 {
			e.add(s.end())
		}
		for _, a := range s.Annotations {
			e.add(a.At)
		}
		t.Failed = t.Failed || s.Failed
	}
	for i := range t.Records {
		e.add(usable(t.Records[i].At))
		j.service(t.Records[i].Service)
		if j.isError(i) {
			t.Errors++
		}
	}
	t.Start, t.End = e.start, e.end
	t.Failed = t.Failed || t.Errors > 0
	t.Name = j.name()
	for _, name := range j.spelling {
		t.Services = append(t.Services, name)
	}
	slices.Sort(t.Services)
	switch {
	case j.known > 0:
		t.SpansFrom = j.in.From
	case len(t.Spans) > 0:
		t.SpansFrom = "inferred"
	}
}

// name is the trace's: see [Trace].
func (j *joiner) name() string {
	name := "" // of the first root whose parent is missing
	for i := range j.t.Spans[:j.known] {
		s := &j.t.Spans[i]
		if s.Parent >= 0 || s.Name == "" {
			continue
		}
		if !s.MissingParent {
			return s.Name
		}
		if name == "" {
			name = s.Name
		}
	}
	for i := 0; i < len(j.t.Records) && name == ""; i++ {
		name = title(j.t.Records[i].Message)
	}
	return name
}

// An extent is the first and the last of some times; 0: there are none.
type extent struct{ start, end int64 }

// add adds a time, if it is one.
func (e *extent) add(at int64) {
	if at == 0 {
		return
	}
	if e.start == 0 || at < e.start {
		e.start = at
	}
	e.end = max(e.end, at)
}

// latest is the last time that a record can have: those of logs are nanoseconds. Spans, which have
// microseconds, are held to it too, so that no sum of a start and a duration overflows.
const latest = math.MaxInt64 / 1000

// usable is a time in µs since 1970, or 0 if it cannot be one.
func usable(at int64) int64 {
	if at < 0 || at > latest {
		return 0
	}
	return at
}
