package tracejoin

// Sampling: the best reason for a span that is missing is that its own program has not sent it.
// Records tell that, if they have the trace's flags, as spanlog's have, or a traceparent.

import (
	"strconv"
	"strings"

	"github.com/spanlog/spanlog/internal/logentry"
	"github.com/spanlog/spanlog/internal/wording"
)

// addUnsampled tells of missing spans whose records say that they were not sampled. It returns
// those that remain, and reports whether the trace needs no other reason for what is missing.
//
// Sampling is decided for a whole trace, mostly: with no span known and no record that says
// otherwise, one record that says so is enough for all. But a program may decide anew, so if
// records disagree, each span is judged by its own.
func (j *joiner) addUnsampled(missing []int) (left []int, all bool) {
	said := make([]flags, 1+len(missing)) // by records of no span, and of each missing one
	var sum flags                         // by all of them
	var records []int
	for i := range j.t.Records {
		r := &j.t.Records[i]
		at := 0
		switch {
		case r.Span >= j.known:
			at = 1 + r.Span - j.known
		case j.known > 0:
			continue // of a span that is there, or of none though others are there: it explains nothing
		}
		f := flagsOf(r.Attrs, j.t.TraceID)
		said[at].add(f)
		sum.add(f)
		if f.unsampled != "" {
			records = append(records, i)
		}
	}
	switch {
	case sum.unsampled == "":
		return missing, false
	case j.known == 0 && !sum.sampled:
		j.gap(GapUnsampled, missing, records, "The trace was not sampled: its records say %s, so no spans were sent.%s",
			sum.unsampled, j.inferredFrom(missing))
		return nil, true
	}
	// Records disagree, or other spans of the trace are known: a span was not sampled if its own
	// records say so, and none says otherwise.
	var spans []int
	for i, f := range said[1:] {
		if f.unsampled != "" && !f.sampled {
			spans = append(spans, missing[i])
		} else {
			left = append(left, missing[i])
		}
	}
	if n := len(spans); n > 0 {
		j.gap(GapUnsampled, spans, j.recordsOf(spans), "%s %s not sampled: %s records say %s, so %s not sent.%s",
			wording.Count(n, "span"), verb(n, "was", "were"), verb(n, "its", "their"), sum.unsampled, verb(n, "it was", "they were"), j.inferredFrom(spans))
	}
	return left, j.known == 0 && len(left) == 0
}

// flags are what records say of sampling.
type flags struct {
	sampled   bool
	unsampled string // the attribute that says so
}

func (f *flags) add(other flags) {
	f.sampled = f.sampled || other.sampled
	if f.unsampled == "" {
		f.unsampled = other.unsampled
	}
}

// flagsOf is what a record says of sampling: by the trace's flags, in hexadecimal; by a
// traceparent of the trace, which ends in them; or as Google has it, with true or false. The
// flags are those of W3C Trace Context, where the lowest bit is "sampled". Keys may have others
// in front, and be written in any of the usual ways: trace_flags, traceFlags, log.trace-flags.
func flagsOf(attrs []logentry.Attr, traceID string) (f flags) {
	const parent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
	for _, a := range attrs {
		digits := a.Value
		key := strings.ToLower(keyMarks.Replace(a.Key))
		switch {
		case strings.HasSuffix(key, "traceflags"):
		case strings.HasSuffix(key, "traceparent") && len(digits) == len(parent) && strings.Contains(digits, traceID):
			digits = digits[len(parent)-2:]
		case strings.HasSuffix(key, "tracesampled") && digits == "true":
			digits = "01"
		case strings.HasSuffix(key, "tracesampled") && digits == "false":
			digits = "00"
		default:
			continue
		}
		bits, err := strconv.ParseUint(digits, 16, 8)
		switch {
		case err != nil:
		case bits&1 != 0: // the others say nothing of it
			f.sampled = true
		case f.unsampled == "":
			f.unsampled = wording.Short(a.Key, mostName) + "=" + a.Value
		}
	}
	return f
}

// keyMarks are what keys of one name differ in, apart from letter case.
var keyMarks = strings.NewReplacer("_", "", "-", "", ".", "")
