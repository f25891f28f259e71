package spanlog

// Level rules as the program has them: their language, and the set that is in force, which Set
// replaces as a whole. What a set says of a record is ruleset.go's.

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/spanlog/spanlog/internal/levelname"
	"github.com/spanlog/spanlog/internal/wording"
)

// Rules are levels by logger and package. They are a [slog.Leveler] for any sink, or for
// [Options].Level, and can be changed while the program runs:
//
//	rules := spanlog.Levels("info, github.com/acme/shop/db=debug, http=warn")
//	log, err := spanlog.New(&spanlog.Options{Level: rules})
//	…
//	err = rules.Set("debug, http=warn")
//
// Rules are separated by commas. A level alone is for all that no other rule is for; by
// default, Info. Levels are those of [ParseLevel], and OFF, which nothing reaches. A
// pattern is
//
//   - a logger's name, as [NameKey] gives it to [slog.Logger.With]: "shop" is for the
//     loggers shop, shop.db and shop/db
//   - or the package that logs, by its path or a beginning of that: "github.com/acme"
//     is for github.com/acme/shop/db as well
//   - or the last element of that path, not counting a version such as v2: "db" is for
//     github.com/acme/shop/db, but not for packages below it. A command's package is main,
//     and has its path besides
//
// A pattern has no spaces, quotes and stars in it, nor what cannot be printed. There can be
// 65,535 rules.
//
// Of the rules that match a record the one with the longest pattern counts, and of two that
// are as long the one for the logger's name. The name is that of the logger: one among the
// attributes of a single record is not looked at. A record without a program counter, as some
// adapters make them, has no package.
//
// The zero value is Info for all. All methods are safe for concurrent use. A Rules must not
// be copied after first use.
type Rules struct {
	// Readers take no lock. While Set is at work, least may be that of the other set for a
	// moment: a record of just then is logged by the one or the other.
	mu    sync.Mutex              // held by Set
	set   atomic.Pointer[ruleSet] // nil: infoRules
	least atomic.Int64            // set's min, for Level: every logging call asks
}

// levelOff is a level that no record has.
const levelOff = slog.Level(math.MaxInt)

// Levels returns the rules of a text. If that is bad, [New] says so, as of any other bad
// field, and until then they are Info for all. To find out earlier, call [Rules.Set] on a
// zero Rules.
func Levels(rules string) *Rules {
	r := new(Rules)
	if err := r.Set(rules); err != nil {
		r.set.Store(newRuleSet(slog.LevelInfo, nil, err))
	}
	return r
}

// Set replaces the rules, for all records from now on. If the text is bad, nothing is
// changed, and the error says what is bad in it, and where. With [Rules.String], it makes
// Rules a [flag.Value].
func (r *Rules) Set(rules string) error {
	set, err := parseRules(rules)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set.Store(set)
	r.least.Store(int64(set.min))
	return nil
}

// parseLeveler parses a level, or else rules.
func parseLeveler(s string) (slog.Leveler, error) {
	if !strings.ContainsAny(s, ",=") {
		return parseRuleLevel(s)
	}
	r := new(Rules)
	return r, r.Set(s)
}

// String returns the rules as Set takes them, the one for all others first. That of a
// nil *Rules is empty.
func (r *Rules) String() string {
	if r == nil {
		return "" // package flag asks it
	}
	return r.load().String()
}

// Level returns the least level that any of the rules admits.
func (r *Rules) Level() slog.Level { return slog.Level(r.least.Load()) }

// load returns the rules as they are now.
func (r *Rules) load() *ruleSet {
	if set := r.set.Load(); set != nil {
		return set
	}
	return infoRules
}

// anyCaller is in place of a program counter where a level is asked for before there is a
// record: then it is enabled if it can be for some caller.
const anyCaller = ^uintptr(0)

// admits reports whether the rules admit a level for a logger's name and a caller.
func (r *Rules) admits(name string, level slog.Level, pc uintptr) bool {
	set := r.load()
	switch {
	case level < set.min:
		return false
	case level >= set.max || pc == anyCaller:
		return true
	}
	return level >= set.level(name, pc)
}

// parseRules parses rules. The error is about all that is wrong.
func parseRules(text string) (*ruleSet, error) {
	if strings.TrimSpace(text) == "" {
		return infoRules, nil
	}
	var (
		errs     []error
		rules    []rule
		others   = slog.LevelInfo
		chosen   bool // others is from the text
		at       int  // where the item begins
		seen     = make(map[string]bool)
		bad      int // rules
		complain = func(item string, i int, err error) {
			if bad++; bad <= maxComplaints {
				errs = append(errs, fmt.Errorf("rule %d %q at byte %d: %w", i, wording.Short(strings.TrimSpace(item), longestNamed), at, err))
			}
		}
	)
	for i, item := range strings.Split(text, ",") {
		pattern, levelText, isRule := strings.Cut(item, "=")
		pattern = strings.TrimSpace(pattern)
		if !isRule {
			pattern, levelText = "", pattern
		}
		level, err := parseRuleLevel(levelText)
		switch {
		case strings.TrimSpace(item) == "":
			err = errors.New("is empty")
		case err != nil:
		case isRule:
			if err = checkPattern(pattern); err == nil && seen[pattern] {
				err = fmt.Errorf("there is a rule for %s already", pattern)
			}
			seen[pattern] = true
			rules = append(rules, rule{pattern, level})
		case chosen:
			err = fmt.Errorf("there is a level for all others already, %s", ruleLevelText(others))
		default:
			others, chosen = level, true
		}
		if err != nil {
			complain(item, i+1, err)
		}
		at += len(item) + 1
	}
	if bad > maxComplaints {
		errs = append(errs, fmt.Errorf("%d more rules are bad", bad-maxComplaints))
	}
	if len(rules) > maxRules {
		errs = append(errs, fmt.Errorf("there are %d rules: want %d at most", len(rules), maxRules))
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("level rules: %w", errors.Join(errs...))
	}
	return newRuleSet(others, rules, nil), nil
}

// maxComplaints is of how many bad rules an error tells: nobody reads more.
const maxComplaints = 10

// longestNamed is how much of a bad rule or level an error repeats, in bytes.
const longestNamed = 100

// checkPattern refuses what no logger and no package is called.
func checkPattern(pattern string) error {
	if pattern == "" {
		return errors.New(`want a logger or package before the "="`)
	}
	i := strings.IndexFunc(pattern, func(r rune) bool {
		return !unicode.IsGraphic(r) || unicode.IsSpace(r) || r == '"' || r == '*' || r == utf8.RuneError
	})
	if i >= 0 {
		_, size := utf8.DecodeRuneInString(pattern[i:])
		return fmt.Errorf("a pattern cannot have a %q in it", pattern[i:i+size])
	}
	if strings.HasPrefix(pattern, "/") || strings.HasSuffix(pattern, "/") || strings.HasSuffix(pattern, ".") {
		return fmt.Errorf("%q is no whole name: packages below, and loggers, are matched without it", pattern)
	}
	return nil
}

// parseRuleLevel is ParseLevel with OFF.
func parseRuleLevel(s string) (slog.Level, error) {
	if strings.EqualFold(strings.TrimSpace(s), "OFF") {
		return levelOff, nil
	}
	level, err := ParseLevel(s)
	if err != nil {
		err = fmt.Errorf("%w, or OFF", err)
	}
	return level, err
}

// ruleLevelText is what parseRuleLevel parses as the level.
func ruleLevelText(l slog.Level) string {
	if l == levelOff {
		return "OFF"
	}
	text := levelname.Of(l)
	if parsed, err := ParseLevel(text); err != nil || parsed != l {
		return strconv.Itoa(int(l)) // no offset is that large
	}
	return text
}
