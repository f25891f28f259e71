package spanlogtest

import (
	"fmt"
	"log/slog"
	"maps"
	"strings"
)

const aliasing = `A Guide to Writing slog Handlers, Concurrency safety: "The WithAttrs and WithGroup methods should not modify the ` +
	`receiver"; append writes into a backing array that siblings share`

// Loggers derived from one parent. append(h.groups, name) is correct as long as
// only one child is made, or the parent's slice happens to be full; with a
// second child, the first one's records get the second one's groups. Seen in
// dd-trace-go 2.12 and tint 1.2.1 with slices, and in phuslu/log with bytes.
var siblingChecks = []check{
	// The slice of the names of the open groups.
	{
		name:   "siblings/groups",
		rule:   "handlers derived from one parent by WithGroup don't see each other's groups",
		source: aliasing,
		run: func(p *probe) {
			// append leaves room at 3, 5 to 7 and 9 to 15 elements.
			siblings(p, func(l *slog.Logger, i int) *slog.Logger { return l.WithGroup(fmt.Sprintf("g%d", i)) },
				func(i int) (string, bool) { return fmt.Sprintf("g%d", i), true })
		},
	},
	// The slice of the attributes, or of the calls of With.
	{
		name:   "siblings/attrs",
		rule:   "handlers derived from one parent by WithAttrs don't see each other's attributes",
		source: aliasing,
		run: func(p *probe) {
			siblings(p, func(l *slog.Logger, i int) *slog.Logger { return l.With(fmt.Sprintf("k%d", i), "v") },
				func(i int) (string, bool) { return fmt.Sprintf("k%d", i), false })
		},
	},
	// Handlers with one list for both have room at other lengths than those with two.
	{
		name:   "siblings/mixed",
		rule:   "handlers derived from one parent by WithAttrs and WithGroup in turn don't see each other's additions",
		source: aliasing,
		run: func(p *probe) {
			siblings(p,
				func(l *slog.Logger, i int) *slog.Logger {
					if i%2 == 0 {
						return l.With(fmt.Sprintf("k%d", i), "v")
					}
					return l.WithGroup(fmt.Sprintf("g%d", i))
				},
				func(i int) (string, bool) {
					if i%2 == 0 {
						return fmt.Sprintf("k%d", i), false
					}
					return fmt.Sprintf("g%d", i), true
				})
		},
	},
	// Bytes of preformatted attributes. Their buffers have many sizes, and so has what they
	// are filled with here.
	{
		name:   "siblings/lengths",
		rule:   "attributes of siblings don't mix, whatever the length of what they share",
		source: aliasing + "; with preformatted bytes it depends on their number whether there is room",
		run:    runLengths,
	},
	// A handler that changes itself and returns itself is right as long as nobody keeps the
	// parent.
	{
		name:   "siblings/parent",
		rule:   "to derive a handler changes nothing for the handler that it derives from",
		source: `log/slog, Handler.WithAttrs: "WithAttrs returns a new Handler"`,
		run: func(p *probe) {
			for _, span := range twoKinds {
				s := p.session(span)
				parent := s.log.With("a", "1").WithGroup("g").With("b", "2")
				log := func(when string) {
					s.expect(want{when: when, attrs: tree{"a": "1", "g": tree{"b": "2", "c": "3"}}}, func() { parent.Info("m", "c", "3") })
				}
				log("before deriving")
				child := parent.With("x", "1").WithGroup("h").With("y", "1")
				log("after deriving")
				s.expect(want{when: "in the child", attrs: tree{"a": "1", "g": tree{"b": "2", "x": "1", "h": tree{"y": "1"}}}}, func() { child.Info("m") })
				log("after the child has logged")
				s.close()
			}
		},
	},
}

// siblings tests parents of depths up to 9. add adds the i-th thing to a
// logger, and added says how it shows: its key, and whether it is a group.
func siblings(p *probe, add func(*slog.Logger, int) *slog.Logger, added func(i int) (key string, group bool)) {
	for _, span := range twoKinds {
		s := p.session(span)
		parent := s.log
		for depth := range 10 {
			if depth > 0 {
				parent = add(parent, depth-1)
			}
			if depth == 4 || depth == 7 || depth == 8 {
				continue // append leaves no other room there than at 3, 5, 6 and 9
			}
			// All are there before any is derived from or logs.
			one, two := parent.With("kid", "one"), parent.With("kid", "two")
			three, four := parent.WithGroup("three"), parent.WithGroup("four")
			kids := []*slog.Logger{one, two, three, four, three.With("kid", "five"), four.With("kid", "six")}
			grown := []tree{
				{"kid": "one", "m": "0"},
				{"kid": "two", "m": "1"},
				{"three": tree{"m": "2"}},
				{"four": tree{"m": "3"}},
				{"three": tree{"kid": "five", "m": "4"}},
				{"four": tree{"kid": "six", "m": "5"}},
			}
			for _, round := range []string{"first", "second"} {
				for i, kid := range kids {
					w := want{
						when:  fmt.Sprintf("parent of depth %d, child %d, %s round", depth, i+1, round),
						attrs: under(depth, grown[i], added),
					}
					s.expect(w, func() { kid.Info("m", "m", fmt.Sprint(i)) })
				}
			}
		}
		s.close()
	}
}

// under returns t in the scope of the first n things that were added.
func under(n int, t tree, added func(i int) (string, bool)) tree {
	for i := n - 1; i >= 0; i-- {
		key, group := added(i)
		if group {
			t = tree{key: t}
			continue
		}
		with := tree{key: "v"}
		maps.Copy(with, t)
		t = with
	}
	return t
}

// runLengths finds the room at the end of buffers of bytes, which come in many
// sizes.
func runLengths(p *probe) {
	for _, span := range twoKinds {
		s := p.session(span)
		for n := 0; n < 120; n += 5 {
			pad := strings.Repeat("p", n)
			parent := s.log.With("pad", pad)
			one, two := parent.With("kid", "one"), parent.With("kid", "two")
			group := parent.WithGroup("g")
			three, four := group.With("kid", "three"), group.With("kid", "four")
			log := func(name string, l *slog.Logger, attrs tree) {
				s.expect(want{when: fmt.Sprintf("%s over a value of %d bytes", name, n), attrs: attrs}, func() { l.Info("m") })
			}
			log("child one", one, tree{"pad": pad, "kid": "one"})
			log("child three", three, tree{"pad": pad, "g": tree{"kid": "three"}})
			log("child two", two, tree{"pad": pad, "kid": "two"})
			log("child four", four, tree{"pad": pad, "g": tree{"kid": "four"}})
		}
		s.close()
	}
}
