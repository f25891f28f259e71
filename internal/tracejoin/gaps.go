package tracejoin

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spanlog/spanlog/internal/zipkin"
)

func (j *joiner) addGaps() {
	j.addMissingSpans()
	j.addMissingLines()
	j.addMissingParents()
	j.addSkew()
	j.addOutside()
	j.addNoSpan()
	j.addNoTime()
}

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

// addMissingSpans tells of spans that are inferred, or that there are none, and why.
func (j *joiner) addMissingSpans() {
	in := j.in
	missing := make([]int, 0, len(j.t.Spans)-j.known)
	for i := j.known; i < len(j.t.Spans); i++ {
		missing = append(missing, i)
	}
	left, all := j.addUnsampled(missing)
	from := cut(cmp.Or(in.From, "whoever was asked"), mostError)
	unknown := errors.Is(in.Err, zipkin.ErrUnknownTrace)
	switch {
	case in.Err != nil && !unknown:
		what := "Spans could not be had from"
		if j.known > 0 {
			what = "Not all spans could be had from"
		}
		j.gap(GapUnreachable, left, nil, "%s %s: %s.%s", what, from, reason(in.Err), j.inferredFrom(left))
	case all:
	case j.known > 0:
		if len(left) > 0 {
			records := j.recordsOf(left)
			teller := "nobody has"
			if in.From != "" {
				teller = from + " has not"
			}
			j.gap(GapUnknownSpans, left, records,
				"%s %s %s that %s told of: not sampled, not there yet, or not there any more.",
				count(len(records), "record"), verb(len(records), "is of", "are of"), count(len(left), "span"), teller)
		}
	case unknown, in.From != "":
		j.gap(GapUnknown, left, nil, "The trace is not known to %s: it was not sampled, is not there yet, or is not there any more.%s",
			from, j.inferredFrom(left))
	}
	if in.From == "" && in.Err == nil && j.known == 0 && len(missing) > 0 {
		j.gap(GapNoSource, missing, nil, "Nobody was asked for spans: they can be had with -zipkin URL, -spans FILE or -listen-zipkin.%s",
			j.inferredFrom(left))
	}
}

// reason is an error in words that fit into a sentence.
func reason(err error) string {
	return cut(strings.TrimRight(err.Error(), ". \n"), mostError)
}

// inferredFrom says what spans are inferred from.
func (j *joiner) inferredFrom(spans []int) string {
	if len(spans) == 0 {
		return ""
	}
	return fmt.Sprintf(" %s %s inferred from %s.",
		count(len(spans), "span"), verb(len(spans), "is", "are"), count(len(j.recordsOf(spans)), "record"))
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

// isRecord reports whether a line does not belong to another one that is there.
func (j *joiner) isRecord(i int) bool { return j.owner[i] == i }

// addMissingLines tells of what the logs have had.
func (j *joiner) addMissingLines() {
	var lines, bytes int64
	logs := make(map[string]bool)
	for _, g := range j.in.Gone {
		lines += g.Lines
		bytes += g.Bytes
		logs[g.Log] = true
	}
	if len(j.in.Gone) > 0 {
		what := count(int(lines), "line")
		if lines == 0 {
			what = count(int(bytes), "byte")
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
			k.first, count(len(j.in.Lines), "record"), errors)
	}
}

func (j *joiner) addMissingParents() {
	services := make(map[string]bool)
	var missing, circles []int
	for i := range j.t.Spans[:j.known] {
		s := &j.t.Spans[i]
		if !s.MissingParent {
			continue
		}
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
			count(n, "span"), of, verb(n, "has a parent that is", "have parents that are"), verb(n, "it", "them"))
	}
	if n := len(circles); n > 0 {
		j.gap(GapMissingParent, circles, nil, "%s %s: the trace was cut open there.",
			count(n, "span"), verb(n, "is an ancestor of its own", "are ancestors of their own"))
	}
}

// addOutside tells of records that are not in the time of their span. Those of an inferred one
// always are.
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
	j.gap(GapOutside, nil, records, "%s %s %s: %s.", count(n, "record"), verb(n, "is", "are"), where, why)
}

func (j *joiner) addNoSpan() {
	var records []int
	for i := range j.t.Records {
		if j.t.Records[i].Span < 0 && j.isRecord(i) {
			records = append(records, i)
		}
	}
	if n := len(records); n > 0 {
		j.gap(GapNoSpan, nil, records, "%s %s no span id, and %s under no span.",
			count(n, "record"), verb(n, "has", "have"), verb(n, "is", "are"))
	}
}

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
		what = append(what, count(len(spans), "span"))
	}
	if len(records) > 0 {
		what = append(what, count(len(records), "record"))
	}
	if n := len(spans) + len(records); n > 0 {
		j.gap(GapNoTime, spans, records, "%s %s no time that can be used: %s no place on the line in time.",
			strings.Join(what, " and "), verb(n, "has", "have"), verb(n, "it has", "they have"))
	}
}
