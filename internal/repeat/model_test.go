package repeat

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A model is a table as one would write it without a thought for time and memory:
// a list of messages, the one used last at the end, which is searched from one end
// to the other. It measures intervals by the times themselves.
type model struct {
	first int
	every time.Duration
	size  int

	now   time.Time
	known []*remembered
}

// What the model remembers of a message.
type remembered struct {
	key
	start  time.Time
	over   bool // the clock was set back
	passed int
	held   Summary
}

func (m *model) isOver(r *remembered) bool { return r.over || m.now.Sub(r.start) >= m.every }

// tick is where the model learns the time.
func (m *model) tick(now time.Time) {
	if m.now.Sub(now) > m.every {
		for _, r := range m.known {
			r.over = true
		}
		m.now = now
	}
	if now.After(m.now) {
		m.now = now
	}
}

// settle takes the summary of a message, if there is one.
func (r *remembered) settle(due []Summary) []Summary {
	if r.held.Count > 0 {
		due = append(due, r.held)
	}
	r.held = Summary{}
	return due
}

func (m *model) pass(now time.Time, k key) (pass bool, due []Summary) {
	m.tick(now)
	var r *remembered
	if i := slices.IndexFunc(m.known, func(r *remembered) bool { return r.key == k }); i >= 0 {
		r = m.known[i]
		m.known = slices.Delete(m.known, i, i+1)
	}
	if r == nil || m.isOver(r) {
		if r != nil {
			due = r.settle(due)
		}
		r = &remembered{key: k, start: m.now}
	}
	if m.known = append(m.known, r); len(m.known) > m.size {
		due = m.known[0].settle(due)
		m.known = m.known[1:]
	}
	if r.passed < m.first {
		r.passed++
		return true, due
	}
	if r.held.Count == 0 {
		r.held = Summary{Level: k.level, Message: cut(k.message), Since: m.now}
	}
	r.held.Count++
	r.held.Until = m.now
	return false, due
}

func (m *model) due(now time.Time, all bool) (due []Summary, next time.Time) {
	m.tick(now)
	for _, r := range m.known {
		switch {
		case r.held.Count == 0:
		case all || m.isOver(r):
			due = r.settle(due)
		case next.IsZero() || r.start.Add(m.every).Before(next):
			next = r.start.Add(m.every)
		}
	}
	return due, next
}

// steps are how far the time goes on between calls: often not at all, or to one
// side of an interval's end, and now and then out of all proportion.
func steps(every time.Duration) *rapid.Generator[time.Duration] {
	const decades = 20 * 365 * 24 * time.Hour
	return rapid.OneOf(
		rapid.Just(time.Duration(0)),
		rapid.SampledFrom([]time.Duration{1, every / 3, every - 1, every, every + 1}),
		rapid.SampledFrom([]time.Duration{-1, -every / 3, -every, -every - 1}),
		rapid.SampledFrom([]time.Duration{-decades, -100 * every, 100 * every, decades}),
	)
}

// messages are few, so that they come again. Some differ only beyond what is kept.
var messages = rapid.SampledFrom([]string{
	"", "a", "b", "c", "d", "e", "f",
	strings.Repeat("x", 600), strings.Repeat("x", 600) + "y", strings.Repeat("é", 300),
})

var levels = rapid.SampledFrom([]slog.Level{slog.LevelInfo, slog.LevelError})

// wrapping is what a table's clock may show at first, so that it wraps around soon
// or late. It makes no difference.
var wrapping = rapid.OneOf(
	rapid.Just(uint64(0)),
	rapid.Map(rapid.Uint64Range(0, 1000), func(n uint64) uint64 { return -n }),
	rapid.Map(rapid.Uint64Range(0, 1000), func(n uint64) uint64 { return -(n + uint64(time.Hour)) }),
)

// lines are summaries as text, in an order of their own: those of intervals that
// end at the same time have none. A monotonic reading makes no difference.
func lines(due []Summary) []string {
	var out []string
	for _, s := range due {
		out = append(out, fmt.Sprintf("%v %d×%q %v–%v", s.Level, s.Count, s.Message, s.Since.UTC(), s.Until.UTC()))
	}
	slices.Sort(out)
	return out
}

// TestModel: a table does what the model does, whatever the times, with room for
// all messages and with room for a few.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.IntRange(0, 3).Draw(t, "first")
		every := rapid.SampledFrom([]time.Duration{0, 1, time.Second, time.Hour}).Draw(t, "every")
		size := rapid.SampledFrom([]int{1, 2, 5, 17, 1000}).Draw(t, "size")
		table := New(first, every, size)
		table.clock = wrapping.Draw(t, "clock")
		m := &model{first: first, every: every, size: size}
		var count tally

		now := time.Now()
		step := func(t *rapid.T) time.Time {
			if now = now.Add(steps(every).Draw(t, "step")); rapid.Bool().Draw(t, "monotonic") {
				return now
			}
			return now.Round(0)
		}
		compare := func(t *rapid.T, got, want []Summary) {
			count.sum(got)
			if got, want := lines(got), lines(want); !slices.Equal(got, want) {
				t.Fatalf("the summaries are %q\nwant %q", got, want)
			}
		}
		due := func(t *rapid.T, all bool) {
			now := step(t)
			got, next := table.Due(now, all, nil)
			want, wantNext := m.due(now, all)
			compare(t, got, want)
			if !next.Equal(wantNext) {
				t.Fatalf("the next is due at %v, want %v", next, wantNext)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"pass": func(t *rapid.T) {
				now, k := step(t), key{levels.Draw(t, "level"), messages.Draw(t, "message")}
				pass, got := table.Pass(now, k.level, k.message, nil)
				wantPass, want := m.pass(now, k)
				if pass != wantPass {
					t.Fatalf("passes: %v, want %v", pass, wantPass)
				}
				compare(t, got, want)
				if count.calls++; pass {
					count.passed++
				}
			},
			"due": func(t *rapid.T) { due(t, false) },
			"all": func(t *rapid.T) { due(t, true) },
			"":    func(t *rapid.T) { check(t, table) },
		})
		due(t, true)
		if count.calls != count.passed+count.held {
			t.Fatalf("of %d records %d passed and %d were held back", count.calls, count.passed, count.held)
		}
	})
}

// TestPromise: what a user is told, without a model. A record is held back only if
// as many of its kind have passed within the last interval as may pass. Not more
// than that pass in an interval, as long as nothing is forgotten: in any time as
// long as an interval, which may have parts of two, not more than twice as many.
func TestPromise(t *testing.T) {
	const every = time.Minute
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.IntRange(1, 3).Draw(t, "first")
		size := rapid.SampledFrom([]int{1, 2, 5, 1000}).Draw(t, "size")
		table := New(first, every, size)
		passed := make(map[key][]time.Time)
		held, summed := 0, 0

		now := base
		for range rapid.IntRange(1, 300).Draw(t, "records") {
			now = now.Add(max(0, steps(every).Draw(t, "step")/4))
			k := key{levels.Draw(t, "level"), messages.Draw(t, "message")}
			pass, due := table.Pass(now, k.level, k.message, nil)
			if len(due) > 1 {
				t.Fatalf("%d summaries for one record", len(due))
			}
			for _, s := range due {
				summed += s.Count
			}
			recent := 0
			for _, p := range passed[k] {
				if now.Sub(p) < every {
					recent++
				}
			}
			switch {
			case pass && size == 1000 && recent >= 2*first:
				t.Fatalf("%q passes, and %d have within an interval", k.message, recent)
			case pass:
				passed[k] = append(passed[k], now)
			case recent < first:
				t.Fatalf("%q is held back, and %d have passed within an interval", k.message, recent)
			default:
				held++
			}
		}
		due, _ := table.Due(now, true, nil)
		for _, s := range due {
			summed += s.Count
		}
		if summed != held {
			t.Fatalf("%d were held back, and the summaries say %d", held, summed)
		}
	})
}

// TestOrder: summaries come in the order in which the intervals end, however many
// there are, whatever began to wait first, and whatever was forgotten meanwhile.
func TestOrder(t *testing.T) {
	const every = time.Hour
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 200).Draw(t, "messages")
		table := New(1, every, n)
		table.clock = wrapping.Draw(t, "clock")
		at := func(i int) time.Time { return base.Add(time.Duration(i)) }
		var left []int
		for i := range n {
			table.Pass(at(i), 0, fmt.Sprint(i), nil)
			left = append(left, i)
		}
		order := rapid.Permutation(left).Draw(t, "order")
		for _, i := range order {
			table.Pass(at(n), 0, fmt.Sprint(i), nil)
		}
		forgotten := rapid.IntRange(0, n).Draw(t, "forgotten")
		for i, old := range order[:forgotten] {
			_, due := table.Pass(at(n), 0, fmt.Sprint("new ", i), nil)
			if len(due) != 1 || due[0].Message != fmt.Sprint(old) {
				t.Fatalf("%d should be forgotten, and the summaries are %v", old, due)
			}
			check(t, table)
		}
		left = slices.Sorted(slices.Values(order[forgotten:]))

		early := rapid.IntRange(0, len(left)).Draw(t, "due early")
		var due []Summary
		if early > 0 {
			var next time.Time
			due, next = table.Due(at(left[early-1]).Add(every), false, nil)
			if len(due) != early || early < len(left) && !next.Equal(at(left[early]).Add(every)) {
				t.Fatalf("%d are due and the next is at %v, where %d should be", len(due), next, early)
			}
		}
		due, _ = table.Due(at(n), true, due)
		if len(due) != len(left) {
			t.Fatalf("%d summaries, want %d", len(due), len(left))
		}
		for i, s := range due {
			if s.Message != fmt.Sprint(left[i]) {
				t.Fatalf("the summary at %d is that of %s, want %d", i, s.Message, left[i])
			}
		}
	})
}
