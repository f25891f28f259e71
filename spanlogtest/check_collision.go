package spanlogtest

import (
	"fmt"
	"log/slog"
	"strings"
)

const onceSource = `RFC 8259, section 4: "The names within an object SHOULD be unique."; some back ends reject a document with a key ` +
	`twice, and others keep the last (golang/go#59365). log/slog has no such rule, its own handlers write a key as often as it is given.`

// Attributes that have the name of a trace field. There may be several reasons:
// a program that adds ids by hand, a wrapper around a wrapper, a request that
// names its log fields itself. Readers find a trace by the field, so it must
// be there once and right. What becomes of the attribute is left open.
var collisionChecks = []check{
	// The attribute is in each place from which it gets to the root. For text, where all values
	// are strings, the number is like any other.
	{
		name:   "collision/attr",
		rule:   "with a span active, an attribute named like a trace field neither repeats the field nor takes its place",
		source: onceSource,
		traced: true,
		run: func(p *probe) {
			for _, k := range p.fieldNames() {
				p.collide(k+" in the record", func(l *slog.Logger) { l.Info("m", k, "mine", "other", "1") })
				p.collide(k+" last in the record", func(l *slog.Logger) { l.Info("m", "other", "1", k, "mine") })
				p.collide(k+" in With", func(l *slog.Logger) { l.With(k, "mine").Info("m", "other", "1") })
				p.collide(k+" in With and in the record", func(l *slog.Logger) { l.With(k, "mine").Info("m", k, "mine too", "other", "1") })
				p.collide(k+" in With before WithGroup", func(l *slog.Logger) { l.With(k, "mine", "other", "1").WithGroup("g").Info("m", "a", "1") })
				p.collide(k+" in an inline group", func(l *slog.Logger) { l.Info("m", slog.Group("", k, "mine"), "other", "1") })
				p.collide(k+" in an inline group in With", func(l *slog.Logger) { l.With(slog.Group("", k, "mine")).Info("m", "other", "1") })
				p.collide(k+" as a LogValuer", func(l *slog.Logger) { l.Info("m", k, text("mine"), "other", "1") })
				p.collide(k+" in a LogValuer that is inlined", func(l *slog.Logger) {
					l.Info("m", "", value{slog.GroupValue(slog.String(k, "mine"))}, "other", "1")
				})
				p.collide(k+" as a number", func(l *slog.Logger) { l.Info("m", k, 7, "other", "1") })
				p.collide(k+" after five attributes", func(l *slog.Logger) {
					l.Info("m", "a", "1", "b", "1", "c", "1", "d", "1", "e", "1", k, "mine", "other", "1")
				})
			}
		},
	},
	// A group is a key as well, and in JSON an object where the back end expects an id.
	{
		name:   "collision/group",
		rule:   "with a span active, a group named like a trace field doesn't repeat the field",
		source: onceSource,
		traced: true,
		run: func(p *probe) {
			for _, k := range p.fieldNames() {
				p.collide(k+" as a group in the record", func(l *slog.Logger) { l.Info("m", slog.Group(k, "a", "1"), "other", "1") })
				p.collide(k+" as a group in With", func(l *slog.Logger) { l.With(slog.Group(k, "a", "1")).Info("m", "other", "1") })
				p.collide(k+" as the name of WithGroup", func(l *slog.Logger) { l.With("other", "1").WithGroup(k).Info("m", "a", "1") })
			}
		},
	},
	// Two wrappers around each other are seen when a library and its program both have one.
	{
		name:   "collision/same",
		rule:   "an attribute that equals the trace field, as a second wrapper would add it, doesn't repeat the field",
		source: onceSource,
		traced: true,
		run: func(p *probe) {
			for k, v := range p.suite.opts.Fields(sampled.sc) {
				p.collide(k+" in the record", func(l *slog.Logger) { l.Info("m", k, v, "other", "1") })
				p.collide(k+" in With", func(l *slog.Logger) { l.With(k, v).Info("m", "other", "1") })
				p.collide(k+" in With and in the record", func(l *slog.Logger) { l.With(k, v).Info("m", k, v, "other", "1") })
				p.collide(k+" in With before WithGroup", func(l *slog.Logger) { l.With(k, v, "other", "1").WithGroup("g").Info("m", "a", "1") })
			}
			var all []any
			for k, v := range p.suite.opts.Fields(sampled.sc) {
				all = append(all, k, v)
			}
			p.collide("all fields in the record", func(l *slog.Logger) { l.Info("m", append(all, "other", "1")...) })
			p.collide("all fields in With", func(l *slog.Logger) { l.With(all...).Info("m", "other", "1") })
		},
	},
	// What a handler does about collisions must not cost those who have none.
	{
		name:   "collision/no-span",
		rule:   "without a span, an attribute named like a trace field is an attribute like any other",
		source: `testing/slogtest: "a Handler should output attributes passed to the logging function"`,
		traced: true,
		run: func(p *probe) {
			s := p.session(noSpan)
			for _, k := range p.fieldNames() {
				if strings.Contains(k, ".") {
					continue // in text it would be two groups
				}
				s.scene(scene{k + " in the record", func(l *slog.Logger) { l.Info("m", k, "mine") }, tree{k: "mine"}})
				s.scene(scene{k + " in With", func(l *slog.Logger) { l.With(k, "mine").Info("m", "a", "1") }, tree{k: "mine", "a": "1"}})
				// Where it stands is for groups/* to see.
				s.expect(want{when: k + " in With before WithGroup", look: has(k, "mine")}, func() { s.log.With(k, "mine").WithGroup("g").Info("m", "a", "1") })
			}
			s.close()
		},
	},
}

// collide logs one record with a collision and the attribute other=1. The
// trace fields, which every session checks, must be right, and other must be
// there. What becomes of the attribute that collides is up to the handler.
// Each collision has a handler of its own, so that one whose output can't be
// parsed doesn't hide the others.
func (p *probe) collide(when string, log func(*slog.Logger)) {
	s := p.strict(sampled)
	s.expect(want{when: fmt.Sprintf("and the attribute %s", when), look: has("other", "1")}, func() { log(s.log) })
	s.close()
}

// has wants the value v for key, at the root or in a group: where it stands is for groups/* to
// see.
func has(key, v string) func(map[string]any) string {
	return func(got map[string]any) string {
		if found, ok := flat(got)[key]; !ok || fmt.Sprint(found) != v {
			return fmt.Sprintf("%q is missing, or not %q; there is %s", key, v, brief(got))
		}
		return ""
	}
}
