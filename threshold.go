package spanlog

// Levels of sinks, and what a context says about them. What kind of level there is, a
// constant, rules or something else, is found out once; each record, and each question of a
// logger, is a comparison then.

import (
	"context"
	"log/slog"
	"sync/atomic"
)

// A threshold is the level of a sink: what it admits.
type threshold struct {
	level    slog.Leveler // nil: everything
	rules    *Rules       // level, if it is that
	constant bool         // level is a slog.Level: at
	at       slog.Level
	pinned   bool
}

func newThreshold(level slog.Leveler) threshold {
	if p, ok := level.(pinned); ok {
		t := newThreshold(p.Leveler)
		t.pinned = true
		return t
	}
	t := threshold{level: level}
	t.rules, _ = level.(*Rules)
	t.at, t.constant = level.(slog.Level)
	return t
}

// admits reports whether a record of this level, from a logger with the state s and the
// caller pc, is admitted. Before there is a record, pc is anyCaller.
func (t *threshold) admits(ctx context.Context, s *state, level slog.Level, pc uintptr) bool {
	return t.ordinarily(s, level, pc) || levelsUsed.Load() && !t.pinned && isLowered(ctx, level)
}

// ordinarily is admits, whatever [WithLevel] says.
func (t *threshold) ordinarily(s *state, level slog.Level, pc uintptr) bool {
	switch {
	case t.constant: // as mostly
		return level >= t.at
	case t.rules != nil:
		return t.rules.admits(s.logger, level, pc)
	case t.level != nil:
		return level >= t.level.Level()
	}
	return true
}

// WithLevel returns a copy of ctx with which records at level and above are logged, also
// where they are below the levels of the sinks: one request is logged in full, say because
// its header or a feature flag asks for that, while all others are logged as ever. It never
// makes a sink take less. Of two levels on a context the inner one counts.
//
// Sinks whose level is [Pinned] are left as they are. The handler of a [Relay] or of
// [NewHandler], and the provider of an [OTel] sink, have the last word: what they say is not
// enabled they do not get. A context with a level makes a record that is not logged take
// longer; a program that never calls WithLevel pays nothing for it.
func WithLevel(ctx context.Context, level slog.Level) context.Context {
	if ctx == nil {
		ctx = context.Background()
	}
	if !levelsUsed.Load() { // every record reads it: leave its cache line alone
		levelsUsed.Store(true)
	}
	return context.WithValue(ctx, levelKey{}, level)
}

type levelKey struct{}

// levelsUsed is set once the program calls WithLevel for the first time.
var levelsUsed atomic.Bool

// isLowered reports whether a context admits a level that sinks do not.
func isLowered(ctx context.Context, level slog.Level) bool {
	if ctx == nil {
		return false
	}
	from, ok := ctx.Value(levelKey{}).(slog.Level)
	return ok && level >= from
}

// onlyLevel is a context with nothing but the level of ctx, if it has one.
func onlyLevel(ctx context.Context) context.Context {
	level, ok := ctx.Value(levelKey{}).(slog.Level)
	if !ok {
		return context.Background()
	}
	return context.WithValue(context.Background(), levelKey{}, level)
}

// Pinned returns a level for a sink that [WithLevel] is not to lower: for one that calls
// somebody out of bed, say, or that is paid for by the record. A nil level is refused by New.
func Pinned(level slog.Leveler) slog.Leveler { return pinned{level} }

type pinned struct{ slog.Leveler }
