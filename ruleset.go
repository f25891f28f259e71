package spanlog

// Which rule is for a record. A name is looked up as a whole and then without its last part,
// and so on, until there is a rule: the number of rules makes no difference. So is a package,
// once for each place that logs: after that it is in the cache (callers).

import (
	"log/slog"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
)

// A ruleSet is what [Rules] are at a time. But for its cache it is not changed.
type ruleSet struct {
	rules     []rule // the first is for what no other is for
	byPattern map[string]int
	min, max  slog.Level // of all rules
	err       error      // of Levels: the set is not to be used

	// callers has the rule for each caller that was asked for: the counter above 16
	// bits for the rule's index. Two counters that share a slot take it from each other;
	// to find the rule again takes less than a microsecond and no memory.
	callers [2048]atomic.Uint64
}

const (
	ruleBits = 16
	maxRules = 1<<ruleBits - 1
	slotBits = 11 // callers has 1<<slotBits
)

type rule struct {
	pattern string
	level   slog.Level
}

var infoRules = newRuleSet(slog.LevelInfo, nil, nil)

// newRuleSet returns a set with rules and a level for all others.
func newRuleSet(others slog.Level, rules []rule, err error) *ruleSet {
	s := &ruleSet{
		rules:     append([]rule{{"", others}}, rules...),
		byPattern: make(map[string]int, len(rules)),
		min:       others,
		max:       others,
		err:       err,
	}
	for i, r := range s.rules[1:] {
		s.byPattern[r.pattern] = i + 1
		s.min, s.max = min(s.min, r.level), max(s.max, r.level)
	}
	return s
}

// String returns the rules as parseRules parses them.
func (s *ruleSet) String() string {
	var text strings.Builder
	text.WriteString(ruleLevelText(s.rules[0].level))
	for _, r := range s.rules[1:] {
		text.WriteString(", " + r.pattern + "=" + ruleLevelText(r.level))
	}
	return text.String()
}

// level returns the level for a logger's name and a caller.
func (s *ruleSet) level(name string, pc uintptr) slog.Level {
	i := s.byCaller(pc)
	if name != "" {
		if j := s.byName(name); len(s.rules[j].pattern) >= len(s.rules[i].pattern) {
			i = j
		}
	}
	return s.rules[i].level
}

// byName returns the index of the longest rule for a logger's name.
func (s *ruleSet) byName(name string) int {
	for {
		if i, ok := s.byPattern[name]; ok {
			return i
		}
		end := len(name) - 1
		for end >= 0 && name[end] != '.' && name[end] != '/' {
			end--
		}
		if end < 0 {
			return 0
		}
		name = name[:end]
	}
}

// byCaller is byPackage for the package of a program counter.
func (s *ruleSet) byCaller(pc uintptr) int {
	if pc == 0 {
		return 0
	}
	counter := uint64(pc)
	slot := &s.callers[slotOf(pc, slotBits)]
	if known := slot.Load(); known>>ruleBits == counter {
		return int(known & maxRules)
	}
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	i := s.byPackage(packageOf(f.Function), mainPath)
	if counter<<ruleBits>>ruleBits == counter { // as it is wherever Go runs today
		slot.Store(counter<<ruleBits | uint64(i))
	}
	return i
}

// mainPath is the path of the package that the linker calls main.
var mainPath = func() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Path != "" {
		return info.Path
	}
	return "main"
}()

// byPackage returns the index of the longest rule for a package path. The package main has a
// path as well.
func (s *ruleSet) byPackage(path, mainPath string) int {
	best := s.byPattern[lastElement(path)]
	if path == "main" {
		path = mainPath
		if i := s.byPattern[lastElement(path)]; len(s.rules[i].pattern) > len(s.rules[best].pattern) {
			best = i
		}
	}
	for {
		i, ok := s.byPattern[path]
		if ok && len(path) >= len(s.rules[best].pattern) {
			return i
		}
		end := strings.LastIndexByte(path, '/')
		if end < 0 {
			return best
		}
		path = path[:end]
	}
}

// lastElement is the last element of a package path that is no version, as in
// github.com/acme/db/v2.
func lastElement(path string) string {
	dir, last := cutLast(path)
	if dir != "" && len(last) > 1 && last[0] == 'v' && strings.Trim(last[1:], "0123456789") == "" {
		_, last = cutLast(dir)
	}
	return last
}

func cutLast(path string) (dir, last string) {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)], path[i+1:]
}

// packageOf returns the path of the package that a function is in, by the function's full
// name: github.com/acme/db.(*Pool).Get.func1, say. The linker escapes dots in the last
// element of the path.
func packageOf(function string) string {
	if i := strings.IndexAny(function, "[("); i >= 0 {
		function = function[:i] // a type's arguments, or a receiver, can have slashes
	}
	start := strings.LastIndexByte(function, '/') + 1
	if dot := strings.IndexByte(function[start:], '.'); dot >= 0 {
		function = function[:start+dot]
	}
	if strings.Contains(function, "%2e") {
		function = strings.ReplaceAll(function, "%2e", ".")
	}
	return function
}
