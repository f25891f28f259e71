package logindex

import (
	"bytes"
	"log/slog"
	"math"

	"github.com/spanlog/spanlog/internal/logquery"
)

// A Query says which records are wanted, with the lines that belong to them. The zero
// value wants all.
type Query = logquery.Query

// A Field is one that a record has to have, or not to have.
type Field = logquery.Field

// A Text is one that a line has to contain, or not to contain.
type Text = logquery.Text

// wantsBlock reports whether a block can have a record that is wanted.
func wantsBlock(q *Query, b *block) bool {
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
// lines that belong to a record of an earlier block may be wanted without.
func wantsText(q *Query, b *block, raw []byte) bool {
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

func clampLevel(l slog.Level) int32 {
	return int32(min(max(int64(l), noLevel+1), math.MaxInt32))
}
