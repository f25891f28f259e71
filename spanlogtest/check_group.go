package spanlogtest

import (
	"fmt"
	"log/slog"
)

// Groups are where handlers that build on others go wrong most: what WithGroup
// has opened must hold all that comes later and nothing that came before, and
// must leave no trace if nothing comes. Handlers that write as they go have to
// take back what they have begun, with separators and prefixes; slog's own do
// so incompletely, and so do most that were modelled on them.
//
// Each scene is one line: what is logged, and all attributes that come out.
var groupChecks = []check{
	// What a group holds, in all the ways in which one comes about. The other checks of
	// groups are about what a group does not hold.
	{
		name: "groups/nesting",
		rule: "WithGroup qualifies all later attributes, in the order of the calls, and like a group attribute does",
		source: `log/slog, Handler.WithGroup: "The keys of all subsequent attributes, whether added by With or in a Record, ` +
			`should be qualified by the sequence of group names."`,
		run: scenes(
			scene{"a group around the record", func(l *slog.Logger) { l.WithGroup("g").Info("m", "a", "1") }, tree{"g": tree{"a": "1"}}},
			scene{"a group attribute", func(l *slog.Logger) { l.Info("m", slog.Group("g", "a", "1"), "b", "2") }, tree{"g": tree{"a": "1"}, "b": "2"}},
			scene{"group attribute within group attribute", func(l *slog.Logger) {
				l.Info("m", slog.Group("g", "a", "1", slog.Group("h", "b", "2"), "c", "3"))
			}, tree{"g": tree{"a": "1", "h": tree{"b": "2"}, "c": "3"}}},
			scene{"two groups", func(l *slog.Logger) { l.WithGroup("g").WithGroup("h").Info("m", "a", "1") }, tree{"g": tree{"h": tree{"a": "1"}}}},
			scene{"two groups of the same name", func(l *slog.Logger) { l.WithGroup("g").WithGroup("g").Info("m", "a", "1") }, tree{"g": tree{"g": tree{"a": "1"}}}},
			scene{"With on each level", func(l *slog.Logger) {
				l.With("a", "1").WithGroup("g").With("b", "2").WithGroup("h").With("c", "3").Info("m", "d", "4")
			}, tree{"a": "1", "g": tree{"b": "2", "h": tree{"c": "3", "d": "4"}}}},
			scene{"With twice on each level", func(l *slog.Logger) {
				l.With("a", "1").With("b", "2").WithGroup("g").With("c", "3").With("d", "4").Info("m", "e", "5")
			}, tree{"a": "1", "b": "2", "g": tree{"c": "3", "d": "4", "e": "5"}}},
			scene{"group attributes in With and record, under a group", func(l *slog.Logger) {
				l.WithGroup("g").With(slog.Group("x", "a", "1")).Info("m", slog.Group("y", "b", "2"))
			}, tree{"g": tree{"x": tree{"a": "1"}, "y": tree{"b": "2"}}}},
			scene{"With in the inner group, nothing in the record", func(l *slog.Logger) {
				l.WithGroup("g").WithGroup("h").With("a", "1").Info("m")
			}, tree{"g": tree{"h": tree{"a": "1"}}}},
			scene{"forty groups", deepLog, deepTree()},
			scene{"a LogValuer in With under WithGroup", func(l *slog.Logger) { l.WithGroup("g").With("a", text("1")).Info("m") }, tree{"g": tree{"a": "1"}}},
			// Logger.With doesn't pass an empty list on, so go around it.
			scene{"WithAttrs without attributes under WithGroup", func(l *slog.Logger) {
				slog.New(l.Handler().WithGroup("g").WithAttrs(nil)).Info("m", "a", "1")
			}, tree{"g": tree{"a": "1"}}},
			scene{"ten attributes under WithGroup", func(l *slog.Logger) { args, _ := manyAttrs(10); l.WithGroup("g").Info("m", args...) }, tree{"g": many(10)}},
			scene{"names of built-in fields in a group", func(l *slog.Logger) {
				l.WithGroup("g").Info("m", "time", "1", "level", "2", "msg", "3", "source", "4")
			}, tree{"g": tree{"time": "1", "level": "2", "msg": "3", "source": "4"}}},
		),
	},
	// A handler that writes a group's beginning when it is opened has to take it back if
	// nothing comes, and with it the separator before.
	{
		name: "groups/empty",
		rule: "a group without attributes is left out, however it comes about and however deep it is",
		source: `log/slog, Handler.Handle: "If a group has no Attrs (even if it has a non-empty key), ignore it."; ` +
			`testing/slogtest: "a Handler should not output groups if there are no attributes"`,
		run: scenes(
			scene{"in the record", func(l *slog.Logger) { l.Info("m", "a", "1", slog.Group("g"), "b", "2") }, tree{"a": "1", "b": "2"}},
			scene{"alone in the record", func(l *slog.Logger) { l.Info("m", slog.Group("g")) }, tree{}},
			scene{"within a group", func(l *slog.Logger) { l.Info("m", slog.Group("g", slog.Group("h")), "b", "2") }, tree{"b": "2"}},
			scene{"within a group with a member", func(l *slog.Logger) { l.Info("m", slog.Group("g", "a", "1", slog.Group("h"))) }, tree{"g": tree{"a": "1"}}},
			scene{"in With", func(l *slog.Logger) { l.With(slog.Group("g"), "a", "1").Info("m", "b", "2") }, tree{"a": "1", "b": "2"}},
			scene{"alone in With", func(l *slog.Logger) { l.With(slog.Group("g")).Info("m", "b", "2") }, tree{"b": "2"}},
			scene{"WithGroup and nothing more", func(l *slog.Logger) { l.WithGroup("g").Info("m") }, tree{}},
			scene{"WithGroup twice and nothing more", func(l *slog.Logger) { l.WithGroup("g").WithGroup("h").Info("m") }, tree{}},
			scene{"WithGroup after With", func(l *slog.Logger) { l.With("a", "1").WithGroup("g").WithGroup("h").Info("m") }, tree{"a": "1"}},
			scene{"WithGroup after With in a group", func(l *slog.Logger) { l.WithGroup("g").With("a", "1").WithGroup("h").Info("m") }, tree{"g": tree{"a": "1"}}},
			scene{"WithGroup and an empty group in the record", func(l *slog.Logger) { l.WithGroup("g").Info("m", slog.Group("h")) }, tree{}},
			scene{"WithGroup and an empty group in With", func(l *slog.Logger) { l.WithGroup("g").With(slog.Group("h")).Info("m") }, tree{}},
			scene{"WithGroup and WithAttrs without attributes", func(l *slog.Logger) { slog.New(l.Handler().WithGroup("g").WithAttrs(nil)).Info("m") }, tree{}},
			scene{"WithGroup and a zero attribute in the record", func(l *slog.Logger) { l.WithGroup("g").Info("m", slog.Attr{}) }, tree{}},
			scene{"WithGroup and a zero attribute in With", func(l *slog.Logger) { l.WithGroup("g").With(slog.Attr{}).Info("m") }, tree{}},
			scene{"WithGroup and a zero attribute before another", func(l *slog.Logger) { l.WithGroup("g").Info("m", slog.Attr{}, "a", "1") }, tree{"g": tree{"a": "1"}}},
			scene{"WithGroup, an empty group in With, and a record", func(l *slog.Logger) { l.WithGroup("g").With(slog.Group("h")).Info("m", "a", "1") }, tree{"g": tree{"a": "1"}}},
		),
	},
	// Whether a group is empty is known once its members are resolved. slog.JSONHandler looks
	// before that, and writes {}.
	{
		name: "groups/empty-value",
		rule: "a group whose members resolve to empty groups is left out as well",
		source: `log/slog, Handler.Handle: "Attr's values should be resolved." and "If a group has no Attrs …, ignore it."; ` +
			`golang/go#61067`,
		run: scenes(
			scene{"a value that resolves to an empty group", func(l *slog.Logger) { l.Info("m", "g", value{slog.GroupValue()}, "b", "2") }, tree{"b": "2"}},
			scene{"… within a group", func(l *slog.Logger) { l.Info("m", slog.Group("g", "h", value{slog.GroupValue()}), "b", "2") }, tree{"b": "2"}},
			scene{"… within two groups", func(l *slog.Logger) {
				l.Info("m", slog.Group("g", slog.Group("h", "i", value{slog.GroupValue()})), "b", "2")
			}, tree{"b": "2"}},
			scene{"… under WithGroup", func(l *slog.Logger) { l.WithGroup("g").Info("m", "h", value{slog.GroupValue()}) }, tree{}},
			scene{"… in With under WithGroup", func(l *slog.Logger) { l.WithGroup("g").With("h", value{slog.GroupValue()}).Info("m") }, tree{}},
			scene{"… in With under WithGroup, and a record", func(l *slog.Logger) {
				l.WithGroup("g").With("h", value{slog.GroupValue()}).Info("m", "a", "1")
			}, tree{"g": tree{"a": "1"}}},
		),
	},
	// Here a group is not empty, but all that is in it is to be ignored. Both of log/slog's
	// handlers fail: JSON leaves out the comma after it, text keeps its prefix for what follows.
	{
		name: "groups/elided",
		rule: "a group all of whose members are ignored is left out, and what stands before and after it is as if it had never been",
		source: `log/slog, Handler.Handle: "If an Attr's key and value are both the zero value, ignore the Attr." and ` +
			`"If a group has no Attrs …, ignore it."`,
		run: scenes(
			scene{"last in the record", func(l *slog.Logger) { l.Info("m", "a", "1", slog.Group("g", slog.Attr{})) }, tree{"a": "1"}},
			scene{"first in the record", func(l *slog.Logger) { l.Info("m", slog.Group("g", slog.Attr{}), "b", "2") }, tree{"b": "2"}},
			scene{"between others", func(l *slog.Logger) { l.Info("m", "a", "1", slog.Group("g", slog.Attr{}), "b", "2") }, tree{"a": "1", "b": "2"}},
			scene{"in a group with others", func(l *slog.Logger) {
				l.Info("m", slog.Group("g", slog.Group("h", slog.Attr{}), "a", "1"), "b", "2")
			}, tree{"g": tree{"a": "1"}, "b": "2"}},
			scene{"first in With", func(l *slog.Logger) { l.With(slog.Group("g", slog.Attr{}), "a", "1").Info("m", "b", "2") }, tree{"a": "1", "b": "2"}},
			scene{"alone in With", func(l *slog.Logger) { l.With(slog.Group("g", slog.Attr{})).Info("m", "b", "2") }, tree{"b": "2"}},
			scene{"under WithGroup", func(l *slog.Logger) { l.WithGroup("w").Info("m", slog.Group("g", slog.Attr{}), "b", "2") }, tree{"w": tree{"b": "2"}}},
			scene{"after With under WithGroup", func(l *slog.Logger) {
				l.WithGroup("w").With("a", "1").Info("m", slog.Group("g", slog.Attr{}), "b", "2")
			}, tree{"w": tree{"a": "1", "b": "2"}}},
			scene{"alone under WithGroup", func(l *slog.Logger) { l.WithGroup("w").Info("m", slog.Group("g", slog.Attr{})) }, tree{}},
			scene{"as a resolved value", func(l *slog.Logger) { l.Info("m", "g", value{slog.GroupValue(slog.Attr{})}, "b", "2") }, tree{"b": "2"}},
		),
	},
	// A group without a key is how a function returns several attributes as one.
	{
		name:   "groups/inline",
		rule:   "the members of a group without a key stand where the group stands",
		source: `log/slog, Handler.Handle: "If a group's key is empty, inline the group's Attrs."`,
		run: scenes(
			scene{"in the record", func(l *slog.Logger) { l.Info("m", "a", "1", slog.Group("", "b", "2", "c", "3"), "d", "4") }, tree{"a": "1", "b": "2", "c": "3", "d": "4"}},
			scene{"in With", func(l *slog.Logger) { l.With(slog.Group("", "a", "1")).Info("m", "b", "2") }, tree{"a": "1", "b": "2"}},
			scene{"within a group", func(l *slog.Logger) { l.Info("m", slog.Group("g", slog.Group("", "a", "1"), "b", "2")) }, tree{"g": tree{"a": "1", "b": "2"}}},
			scene{"within another", func(l *slog.Logger) { l.Info("m", slog.Group("", slog.Group("", "a", "1")), "b", "2") }, tree{"a": "1", "b": "2"}},
			scene{"around a group", func(l *slog.Logger) { l.Info("m", slog.Group("", slog.Group("g", "a", "1")), "b", "2") }, tree{"g": tree{"a": "1"}, "b": "2"}},
			scene{"under WithGroup", func(l *slog.Logger) { l.WithGroup("g").Info("m", slog.Group("", "a", "1")) }, tree{"g": tree{"a": "1"}}},
			scene{"in With under WithGroup", func(l *slog.Logger) { l.WithGroup("g").With(slog.Group("", "a", "1")).Info("m") }, tree{"g": tree{"a": "1"}}},
			scene{"as a resolved value", func(l *slog.Logger) {
				l.Info("m", "", value{slog.GroupValue(slog.String("a", "1"))}, "b", "2")
			}, tree{"a": "1", "b": "2"}},
			scene{"without members", func(l *slog.Logger) { l.Info("m", slog.Group(""), "b", "2") }, tree{"b": "2"}},
			scene{"alone, under WithGroup, without members", func(l *slog.Logger) { l.WithGroup("g").Info("m", slog.Group("")) }, tree{}},
		),
	},
	// slog.Logger looks for the empty name itself, so a handler that does not is found out by
	// whoever derives from it directly, as wrappers do.
	{
		name:   "groups/no-name",
		rule:   "WithGroup with an empty name changes nothing",
		source: `log/slog, Handler.WithGroup: "If the name is empty, WithGroup returns the receiver."`,
		run: scenes(
			// Logger.WithGroup doesn't pass an empty name on, so go around it.
			scene{"at the root", func(l *slog.Logger) { slog.New(l.Handler().WithGroup("")).Info("m", "a", "1") }, tree{"a": "1"}},
			scene{"in a group", func(l *slog.Logger) {
				slog.New(l.Handler().WithGroup("g").WithGroup("").WithGroup("h")).Info("m", "a", "1")
			}, tree{"g": tree{"h": tree{"a": "1"}}}},
			scene{"before With", func(l *slog.Logger) { slog.New(l.Handler().WithGroup("")).With("a", "1").Info("m", "b", "2") }, tree{"a": "1", "b": "2"}},
			scene{"and nothing more", func(l *slog.Logger) { slog.New(l.Handler().WithGroup("")).Info("m") }, tree{}},
		),
	},
	// Group names are often the first thing that a handler writes without looking at it: they
	// come from the program, not from its users. From which of the two, a handler can't tell.
	{
		name:   "groups/names",
		rule:   "names given to WithGroup are escaped as keys are",
		source: "the rules for encoding/keys; handlers that write group names as they are exist",
		run: func(p *probe) {
			for _, span := range twoKinds {
				s := p.session(span)
				for _, k := range oddKeys {
					s.scene(scene{fmt.Sprintf("WithGroup(%q)", k), func(l *slog.Logger) { l.WithGroup(k).With("a", "1").Info("m", "b", "2") }, tree{k: tree{"a": "1", "b": "2"}}})
				}
				s.close()
			}
		},
	},
}

// depth is more than handlers have room for in fixed arrays or in pools of
// small buffers.
const depth = 40

// deepLog opens depth groups, one within the other, with an attribute in each.
func deepLog(l *slog.Logger) {
	for range depth {
		l = l.WithGroup("g").With("a", "1")
	}
	l.Info("m", "b", "2")
}

// deepTree is what must come of that.
func deepTree() tree {
	t := tree{"b": "2"}
	for range depth {
		t["a"] = "1"
		t = tree{"g": t}
	}
	return t
}
