package logsource

// The names of rotated files that others make, and their order. To have another one
// known, add its layout here, to the list in the package's doc, and to TestRank. A name
// must say exactly what a rotator would write: what is only like it is somebody's own
// file, and would be shown as a part of the log.

import (
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A rank is what of a name orders rotated files.
type rank struct {
	time     time.Time
	numbered bool // the time is not in the name: it is that of the last write, see ordered
	number   int  // the higher, the older; 0 without one
}

// layouts are how rotators write the time, where the name is split for it. Whether
// it is local or UTC, names do not say; for the order it does not matter.
var layouts = []struct {
	extension bool // it stays at the end
	layout    string
}{
	{true, "-2006-01-02T15-04-05.000"},
	{true, "-20060102"},
	{false, "-20060102"},
	{false, "-2006010215"},
	{false, ".20060102-150405"},
	{false, ".2006-01-02"},
	{false, ".2006-01-02_15"},
	{false, ".2006-01-02_15-04"},
	{false, ".2006-01-02_15-04-05"},
}

// parseRank returns what the name of a rotated file says, which is not one of
// spanlog's, and whether it is one of the log base at all.
func parseRank(base, name string) (rank, bool) {
	behind, isBehind := strings.CutPrefix(name, base)
	ext := filepath.Ext(base)
	if ext == base {
		ext = ""
	}
	within, isWithin := strings.CutPrefix(name, strings.TrimSuffix(base, ext))
	if isWithin {
		within, isWithin = strings.CutSuffix(within, ext)
	}
	for _, l := range layouts {
		text, ok := behind, isBehind
		if l.extension {
			text, ok = within, isWithin
		}
		if !ok {
			continue
		}
		// Parse takes fractions that are not in the layout.
		if t, err := time.Parse(l.layout, text); err == nil && t.Format(l.layout) == text {
			return rank{time: t}, true
		}
	}
	if !isBehind {
		return rank{}, false
	}
	if digits, ok := strings.CutPrefix(behind, "."); ok && len(digits) <= 6 { // a date has eight
		n, ok := parseDigits(digits)
		return rank{numbered: true, number: int(n)}, ok
	}
	if len(behind) > len("-20060102-") {
		date, seconds := behind[:len("-20060102")], behind[len("-20060102"):]
		_, err := time.Parse("-20060102", date)
		n, ok := parseDigits(strings.TrimPrefix(seconds, "-"))
		return rank{time: time.Unix(n, 0)}, err == nil && ok && seconds[0] == '-'
	}
	return rank{}, false
}

// parseDigits is for numbers as rotators write them.
func parseDigits(s string) (int64, bool) {
	n, err := strconv.ParseUint(s, 10, 63)
	return int64(n), err == nil && strconv.FormatUint(n, 10) == s
}
