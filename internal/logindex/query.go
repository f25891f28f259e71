package logindex

// What is known of a block, against what is asked for: most blocks have nothing that is wanted,
// and are not read, or not cut into lines. Both steps may let a block through that has nothing,
// and must not keep one back that has something (TestModel; TestSkips has what is read).

import (
	"bytes"
	"log/slog"
	"math"

	"github.com/spanlog/spanlog/internal/logquery"
)

// wantsBlock reports whether a block can have a record that is wanted, by its level and its time.
// The highest level says nothing of the lowest, so of a MaxLevel only that there has to be a
// level. Traces are looked up before, by their postings.
func wantsBlock(q *logquery.Query, b *block) bool {
	switch {
	case q.HasLevel && (b.level == noLevel || b.level < clampLevel(q.Level)),
		q.HasMaxLevel && b.level == noLevel,
		q.Since != 0 && b.last < q.Since,
		q.Until != 0 && b.first > q.Until:
		return false
	}
	return true
}

// wantsText reports whether what a block has can have a record that is wanted. Only the
// lines that belong to a record of an earlier block may be wanted without: it is that one that
// has the text. Of a regular expression, it takes the text that all matches begin with.
func wantsText(q *logquery.Query, b *block, raw []byte) bool {
	if b.owner >= 0 {
		return true
	}
	if q.Regexp != nil {
		if prefix, _ := q.Regexp.LiteralPrefix(); !bytes.Contains(raw, []byte(prefix)) {
			return false
		}
	}
	return q.MayMatch(raw)
}

// clampLevel is a level as the index keeps it. Levels beyond an int32 are equal to the last one
// within, and none is noLevel.
func clampLevel(l slog.Level) int32 {
	return int32(min(max(int64(l), noLevel+1), math.MaxInt32))
}
