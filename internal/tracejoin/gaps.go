package tracejoin

// Gaps: what is missing in a trace, or doubtful, in words for people. They are the difference
// between a trace that looks complete and one that is. Each function below looks for one or two
// kinds, and adds a gap only if it has found something. A gap has the spans and records that it
// is about, so that pages can point at them.
//
// The words are checked by the cases in testdata, and by TestKeep: they reach each branch here. A
// text names the few things that matter and counts the others (words.go), however many there are.

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spanlog/spanlog/internal/wording"
	"github.com/spanlog/spanlog/internal/zipkin"
)

// addGaps looks for all kinds, in the order of their importance: see [GapKind].
func (j *joiner) addGaps() {
	j.addMissingSpans()
	j.addMissingLines()
	j.addMissingParents()
	j.addSkew()
	j.addOutside()
	j.addNoSpan()
	j.addNoTime()
}

// gap adds a gap. It keeps the slices. The text may have names from logs and spans, and errors:
// what is not UTF-8 would be another text once it was JSON.
func (j *joiner) gap(kind GapKind, spans, records []int, format string, args ...any) {
	text := strings.ToValidUTF8(fmt.Sprintf(format, args...), "\ufffd")
	g := Gap{Kind: kind, Text: text}
	if len(spans) > 0 {
		g.Spans = spans
	}
	if len(records) > 0 {
		g.Records = records
	}
	j.t.Gaps = append(j.t.Gaps, g)
}

// addMissingSpans tells of spans that are inferred, or that there are none, and why. Each inferred
// span gets one reason at least (TestGapsOfMissingSpans), from the surest to the vaguest: its
// records say that it was not sampled; asking has failed; those who were asked do not know it;
// nobody was asked.
func (j *joiner) addMissingSpans() {
	in := j.in
	missing := make([]int, 0, len(j.t.Spans)-j.known)
	for i := j.known; i < len(j.t.Spans); i++ {
		missing = append(missing, i)
	}
	left, all := j.addUnsampled(missing) // left still want a reason
	from := wording.Short(cmp.Or(in.From, "whoever was asked"), mostError)
	unknown := errors.Is(in.Err, zipkin.ErrUnknownTrace)
	switch {
	case in.Err != nil && !unknown:
		what := "Spans could not be had from"
		if j.known > 0 {
			what = "Not all spans could be had from"
		}
		j.gap(GapUnreachable, left, nil, "%s %s: %s.%s", what, from, reason(in.Err), j.inferredFrom(left))
	case all: // what the records say explains all that is missing
	case j.known > 0: // the trace is known, so it is only some spans that may be missing
		if len(left) > 0 {
			records := j.recordsOf(left)
			teller := "nobody has"
			if in.From != "" {
				teller = from + " has not"
			}
			j.gap(GapUnknownSpans, left, records,
				"%s %s %s that %s told of: not sampled, not there yet, or not there any more.",
				wording.Count(len(records), "record"), verb(len(records), "is of", "are of"), wording.Count(len(left), "span"), teller)
		}
	case unknown, in.From != "":
		j.gap(GapUnknown, left, nil, "The trace is not known to %s: it was not sampled, is not there yet, or is not there any more.%s",
			from, j.inferredFrom(left))
	}
	// Also if records say that spans were not sampled: what a server has is not known until one is
	// asked.
	if in.From == "" && in.Err == nil && j.known == 0 && len(missing) > 0 {
		j.gap(GapNoSource, missing, nil, "Nobody was asked for spans: they can be had with -zipkin URL, -spans FILE or -listen-zipkin.%s",
			j.inferredFrom(left))
	}
}

// reason is an error in words that fit into a sentence, whose end is added.
func reason(err error) string {
	return wording.Short(strings.TrimRight(err.Error(), ". \n"), mostError)
}

// inferredFrom says what spans are inferred from, in a sentence of its own; "" if there are none.
func (j *joiner) inferredFrom(spans []int) string {
	if len(spans) == 0 {
		return ""
	}
	return fmt.Sprintf(" %s %s inferred from %s.",
		wording.Count(len(spans), "span"), verb(len(spans), "is", "are"), wording.Count(len(j.recordsOf(spans)), "record"))
}

// recordsOf are the records of spans, without lines that belong to them.
func (j *joiner) recordsOf(spans []int) []int {
	var records []int
	for _, s := range spans {
		for _, r := range j.t.Spans[s].Records {
			if j.isRecord(r) {
				records = append(records, r)
			}
		}
	}
	slices.Sort(records)
	return records
}

// isRecord reports whether a line does not belong to another one that is there. People count
// records, not the lines of their stack traces.
func (j *joiner) isRecord(i int) bool { return j.owner[i] == i }

// addMissingLines tells of what the logs have had and the trace has not: because it is gone, because
// the index has given up, or because the page has no room. The three are different for people: what
// is gone is lost, and the last is in an export.
func (j *joiner) addMissingLines() {
	var lines, bytes int64
	logs := make(map[string]bool)
	for _, g := range j.in.Gone {
		lines += g.Lines
		bytes += g.Bytes
		logs[g.Log] = true
	}
	if len(j.in.Gone) > 0 {
		what := wording.Count(int(lines), "line")
		if lines == 0 { // nobody has counted them
			what = wording.Count(int(bytes), "byte")
		}
		j.gap(GapGone, nil, nil, "%s of %s could not be read again, because a file was cut or deleted: there may have been records of the trace.",
			what, some(slices.Sorted(maps.Keys(logs))))
	}
	if j.in.More {
		what := "are shown"
		if j.keeps.omitted > 0 {
			what = "were looked at"
		}
		j.gap(GapMore, nil, nil, "The trace has more lines than the %d that %s.", len(j.in.Lines), what)
	}
	if k := &j.keeps; k.omitted > 0 {
		errors := ""
		switch {
		case k.errorsOmitted > 0:
			errors = fmt.Sprintf(", and %d of %d later ones that tell of errors", k.errors, k.errors+k.errorsOmitted)
		case k.errors > 0:
			errors = fmt.Sprintf(", and %d later %s of errors", k.errors, verb(k.errors, "one that tells", "ones that tell"))
		}
		j.gap(GapOmitted, nil, nil, "The first %d of %s are shown here%s. The trace saved as HTML or JSON has all of them.",
			k.first, wording.Count(len(j.in.Lines), "record"), errors)
	}
}

// addMissingParents tells of known spans that are at the top though they have a parent. If that is
// among the spans, going up leads round in a circle, which the tree has cut open.
func (j *joiner) addMissingParents() {
	services := make(map[string]bool)
	var missing, circles []int
	for i := range j.t.Spans[:j.known] {
		s := &j.t.Spans[i]
		if !s.MissingParent {
			continue
		}
		// A home may be that of an inferred span: then only records tell of the parent.
		if parent, ok := j.homes[home{s.ParentID, ""}]; ok && parent < j.known {
			circles = append(circles, i)
			continue
		}
		missing = append(missing, i)
		if s.Service != "" {
			services[s.Service] = true
		}
	}
	if n := len(missing); n > 0 {
		of := ""
		if len(services) > 0 {
			of = " of " + some(slices.Sorted(maps.Keys(services)))
		}
		j.gap(GapMissingParent, missing, nil, "%s%s %s not there: nobody has told of %s.",
			wording.Count(n, "span"), of, verb(n, "has a parent that is", "have parents that are"), verb(n, "it", "them"))
	}
	if n := len(circles); n > 0 {
		j.gap(GapMissingParent, circles, nil, "%s %s: the trace was cut open there.",
			wording.Count(n, "span"), verb(n, "is an ancestor of its own", "are ancestors of their own"))
	}
}

// addOutside tells of records that are not in the time of their span. Those of an inferred one
// always are. A span without a duration may not have ended when it was reported: what comes after
// its start is no sign of anything. Here lines that belong to a record have no time, and are not
// told of.
func (j *joiner) addOutside() {
	var records []int
	var before, after int
	var most int64
	for i := range j.t.Records {
		r := &j.t.Records[i]
		at := usable(r.At)
		if at == 0 || r.Span < 0 || j.t.Spans[r.Span].Start == 0 {
			continue
		}
		s := &j.t.Spans[r.Span]
		switch {
		case s.Start-at > tolerance:
			before++
			most = max(most, s.Start-at)
		case s.Duration > 0 && at-s.end() > tolerance:
			after++
			most = max(most, at-s.end())
		default:
			continue
		}
		records = append(records, i)
	}
	n := len(records)
	if n == 0 {
		return
	}
	spans, far := verb(n, "its span", "their spans"), verb(n, "", "up to ")+length(most)
	where, why := "", "clocks may differ, or they were written that late"
	switch {
	case after == 0:
		where, why = far+" before "+spans, "clocks may differ"
	case before == 0:
		where = far + " after " + spans
	default:
		where = fmt.Sprintf("outside of %s by %s (%d before, %d after)", spans, far, before, after)
	}
	if n == 1 {
		why = strings.Replace(why, "they were", "it was", 1)
	}
	j.gap(GapOutside, nil, records, "%s %s %s: %s.", wording.Count(n, "record"), verb(n, "is", "are"), where, why)
}

// addNoSpan tells of records that are of the trace and of no span, which the tree has no place for.
func (j *joiner) addNoSpan() {
	var records []int
	for i := range j.t.Records {
		if j.t.Records[i].Span < 0 && j.isRecord(i) {
			records = append(records, i)
		}
	}
	if n := len(records); n > 0 {
		j.gap(GapNoSpan, nil, records, "%s %s no span id, and %s under no span.",
			wording.Count(n, "record"), verb(n, "has", "have"), verb(n, "is", "are"))
	}
}

// addNoTime tells of what has no time, so that it can be in no waterfall.
func (j *joiner) addNoTime() {
	var spans, records []int
	for i := range j.t.Spans {
		if j.t.Spans[i].Start == 0 {
			spans = append(spans, i)
		}
	}
	for i := range j.t.Records {
		if usable(j.t.Records[i].At) == 0 && j.isRecord(i) {
			records = append(records, i)
		}
	}
	var what []string
	if len(spans) > 0 {
		what = append(what, wording.Count(len(spans), "span"))
	}
	if len(records) > 0 {
		what = append(what, wording.Count(len(records), "record"))
	}
	if n := len(spans) + len(records); n > 0 {
		j.gap(GapNoTime, spans, records, "%s %s no time that can be used: %s no place on the line in time.",
			strings.Join(what, " and "), verb(n, "has", "have"), verb(n, "it has", "they have"))
	}
}
