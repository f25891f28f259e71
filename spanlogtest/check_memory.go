package spanlogtest

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
)

// Memory that the caller, or another handler, looks at as well. What is written
// there by mistake shows up elsewhere, in another logger's lines, which makes
// these the bugs that are hardest to find.
var memoryChecks = []check{
	// The wrapper of a few lines that most programs begin with adds to the record, and
	// fails: a copy of a record shares its array.
	{
		name: "memory/record",
		rule: "Handle doesn't add to the record it gets, so the caller may add to it, or hand it to another handler",
		source: `log/slog, Working with Records: "modifying a simple copy of a Record … may have unexpected effects on the ` +
			`original. Before modifying a Record, use Record.Clone"`,
		run: runSharedRecord,
	},
	// The same for those who have read that a record is to be cloned, and have done so once
	// for several uses.
	{
		name: "memory/clones",
		rule: "clones of one record, each with attributes of its own, don't mix",
		source: `log/slog, Record.Clone: "The original record and the clone can both be modified without interfering with each ` +
			`other."`,
		run: runClones,
	},
	// A group's members are a slice, which all that have the value share. Redaction and
	// renaming in place change it for everybody.
	{
		name: "memory/groups",
		rule: "the attributes of a group belong to the caller; neither Handle nor WithAttrs changes them",
		source: `log/slog, GroupValue: "The caller must not subsequently mutate the argument slice."; slog.MultiHandler hands ` +
			`the same groups to several handlers, so what one changes all others see`,
		run: runGroupMemory,
	},
	// By log/slog the slice is the handler's own, so appending to it would be right, if only
	// slog.MultiHandler did not hand it to several.
	{
		name: "memory/with-attrs",
		rule: "WithAttrs doesn't change the slice it gets, nor what lies behind its end",
		source: `golang/go#81216: slog.MultiHandler hands one slice to several handlers, though Handler.WithAttrs says that ` +
			`"The Handler owns the slice"`,
		run: runWithAttrsMemory,
	},
}

// runSharedRecord handles one record twice and then adds to it. If the handler
// has added to its copy of the record, it has written into the array that all
// copies share; slog finds that out and says !BUG.
func runSharedRecord(p *probe) {
	for _, span := range twoKinds {
		s := p.session(span)
		for n := 5; n <= 14; n++ {
			r := newRecord("m")
			attrs := tree{}
			for i := range n {
				// One at a time, so that the array grows beyond its use.
				k := fmt.Sprintf("k%d", i)
				r.AddAttrs(slog.String(k, "v"))
				attrs[k] = "v"
			}
			for _, when := range []string{"the first time", "the second time"} {
				w := want{when: fmt.Sprintf("handling a record of %d attributes for %s", n, when), attrs: attrs}
				s.expect(w, func() { s.handler.Handle(context.Background(), r) })
			}
			r.AddAttrs(slog.String("more", "v"))
			if keys := keysOf(r); len(keys) != n+1 || keys[n] != "more" {
				s.errorf(fmt.Sprintf("handling a record of %d attributes", n),
					"the handler has written into the caller's record; with one attribute added it holds %q", keys)
			}
		}
		s.close()
	}
}

// keysOf returns the keys of a record as its owner sees it, which is not what a handler makes
// of it.
func keysOf(r slog.Record) []string {
	var keys []string
	for a := range r.Attrs {
		keys = append(keys, a.Key)
	}
	return keys
}

// runClones extends clones before and between calls. Each clone has an array of
// its own, until a handler that adds to its copy of a clone writes into it.
func runClones(p *probe) {
	for _, span := range twoKinds {
		s := p.session(span)
		for n := 5; n <= 14; n++ {
			base, common := newRecord("m"), tree{}
			for i := range n {
				k := fmt.Sprintf("k%d", i)
				base.AddAttrs(slog.String(k, "v"))
				common[k] = "v"
			}
			one, two := base.Clone(), base.Clone()
			one.AddAttrs(slog.String("one", "1"), slog.String("uno", "1"))
			two.AddAttrs(slog.String("two", "2"))
			handle := func(when string, r slog.Record, own tree) {
				attrs := tree{}
				maps.Copy(attrs, common)
				maps.Copy(attrs, own)
				s.expect(want{when: fmt.Sprintf("for %s of a record of %d attributes", when, n), attrs: attrs}, func() {
					s.handler.Handle(context.Background(), r)
				})
			}
			handle("a clone", one, tree{"one": "1", "uno": "1"})
			handle("another clone", two, tree{"two": "2"})
			one.AddAttrs(slog.String("late", "1"))
			handle("the first clone, extended,", one, tree{"one": "1", "uno": "1", "late": "1"})
			handle("the original", base, tree{})
		}
		s.close()
	}
}

// runGroupMemory logs the same groups several times, in all the places where
// groups can stand.
func runGroupMemory(p *probe) {
	for _, span := range twoKinds {
		s := p.session(span)
		members := guardAttrs(p)
		// GroupValue keeps the slice it gets, unless there are empty groups.
		group := slog.Attr{Key: "g", Value: slog.GroupValue(members.attrs...)}
		nested := slog.Attr{Key: "h", Value: slog.GroupValue(group, slog.Any("password", text("secret")))}
		outer := slices.Clone(nested.Value.Group())
		s.expect(want{when: "a group in a record", any: true}, func() { s.log.Info("m", group, nested) })
		s.expect(want{when: "a group in With", any: true}, func() { s.log.With(group, nested).WithGroup("i").Info("m", "a", 1) })
		s.expect(want{when: "a group under WithGroup", any: true}, func() { s.log.WithGroup("i").With(nested).Info("m", group) })
		s.close()
		members.check(s, "the members of a group")
		if !slices.EqualFunc(outer, nested.Value.Group(), sameAttr) {
			s.errorf("a group in a group", "its members have become %v, they were %v", nested.Value.Group(), outer)
		}
	}
}

// runWithAttrsMemory hands the same slice to several handlers, and derives
// further, for those that keep the slice and append to it later.
func runWithAttrsMemory(p *probe) {
	for _, span := range twoKinds {
		s := p.session(span)
		attrs := guardAttrs(p)
		derive := func(when string, h slog.Handler) {
			s.expect(want{when: when, any: true}, func() {
				d := h.WithAttrs(attrs.attrs)
				d = d.WithAttrs([]slog.Attr{slog.String("x", "1")}).WithGroup("i").WithAttrs([]slog.Attr{slog.String("y", "1")})
				slog.New(d).Info("m", "z", 1)
			})
		}
		derive("WithAttrs at the root", s.handler)
		derive("WithAttrs in a group", s.handler.WithGroup("g"))
		derive("WithAttrs after WithAttrs", s.handler.WithAttrs([]slog.Attr{slog.Int("a", 1)}))
		s.close()
		attrs.check(s, "the slice given to WithAttrs")
	}
}

// A guard is a slice of attributes that nobody may change, with room behind
// its end that nobody may use. It holds what tempts handlers to change it:
// values to resolve, to redact, to rename, to drop.
type guard struct{ attrs, all, copy []slog.Attr }

// guardAttrs includes attributes named like the trace fields, which handlers
// rename.
func guardAttrs(p *probe) guard {
	all := []slog.Attr{
		slog.Any("password", text("secret")),
		slog.String("user", "jo"),
		slog.String("", "no key"),
		{},
		slog.Group("", "inline", "1"),
		slog.Group("inner", "token", "secret", "b", text("2")),
	}
	for _, name := range p.fieldNames() {
		all = append(all, slog.String(name, "the caller's"))
	}
	n := len(all)
	all = append(all, slog.String("behind", "1"), slog.String("behind", "2"), slog.String("behind", "3"))
	return guard{attrs: all[:n], all: all, copy: slices.Clone(all)}
}

// check reports what has become of the slice. It must be called when the
// handler is done.
func (g guard) check(s *session, what string) {
	for i, a := range g.all {
		if sameAttr(a, g.copy[i]) {
			continue
		}
		if i < len(g.attrs) {
			s.errorf("afterwards", "%s has changed: element %d is %v, it was %v", what, i, a, g.copy[i])
		} else {
			s.errorf("afterwards", "%s was appended to in place: behind its end is %v", what, a)
		}
	}
}

// sameAttr compares without resolving, unlike a look at what comes out: a LogValuer that
// was replaced by what it resolves to is a change.
func sameAttr(a, b slog.Attr) bool {
	return a.Key == b.Key && a.Value.Kind() == b.Value.Kind() && a.Value.Equal(b.Value)
}
