package logsource

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/assert"
)

// A generation is what one file was given, until another took its place.
type generation struct {
	text string
	gone bool // cut or deleted: what was not read by then may be missing
}

// A model is a world, and what is known of it.
type model struct {
	*world
	all     []*generation // in order
	live    *generation   // nil if there is no log
	aside   []*generation // that are still there, the oldest first
	settled bool          // time has passed since the last rotation
	number  int           // of the next token
}

// A move is one thing that is done. Its number says how much, or to which file.
type move struct {
	do string
	n  int
}

func (m move) String() string { return fmt.Sprintf("%s %d", m.do, m.n) }

// token is a text that no other begins with.
func (m *model) token() string {
	m.number++
	return fmt.Sprintf("%d.", m.number)
}

// write appends to the log, which is made if it is not there.
func (m *model) write(text string) {
	if m.live == nil {
		m.live = new(generation)
		m.all = append(m.all, m.live)
	}
	m.live.text += text
	m.append(m.path, text)
}

func (m *model) move(v move, rotation string) {
	switch v.do {
	case "write":
		for range v.n {
			m.write(m.token() + "\n")
		}
	case "part":
		m.write(m.token())
	case "touch":
		m.write("")
	case "rotate":
		if m.live != nil {
			m.do(rotation, Options{})
			m.aside = append(m.aside, m.live)
			m.live, m.settled = nil, false
		}
	case "late": // a process has not noticed yet
		if n := len(m.aside); n > 0 && !m.settled {
			if r := m.rotated()[n-1]; !r.gz {
				text := m.token() + "\n"
				m.aside[n-1].text += text
				m.append(r.path, text)
			}
		}
	case "copy":
		if m.live != nil && m.live.text != "" {
			to := m.shift()
			if rotation != "shift" {
				to = m.path + m.tick().Format(".2006-01-02_15-04-05")
			}
			m.copyOut(to)
			m.aside = append(m.aside, m.live)
			m.live, m.settled = nil, true
			m.write("")
		}
	case "cut":
		if m.live != nil {
			assert.NoError(m.t, os.Truncate(m.path, 0))
			m.live.gone, m.live = true, nil
			m.write("")
		}
	case "delete":
		if m.live != nil {
			assert.NoError(m.t, os.Remove(m.path))
			m.live.gone, m.live = true, nil
		}
	case "compress":
		if len(m.aside) > 0 {
			m.compress(m.rotated()[v.n%len(m.aside)])
		}
	case "retain":
		if len(m.aside) > 0 {
			assert.NoError(m.t, os.Remove(m.rotated()[0].path))
			m.aside[0].gone, m.aside = true, m.aside[1:]
		}
	case "read":
		m.read(v.n)
		m.settled = true
	}
}

// begin opens the source. What is gone is not read any more.
func (m *model) begin(o Options) {
	if m.live == nil && !o.Follow {
		m.write("")
	}
	var read []*generation
	if o.Rotated {
		read = m.aside
	}
	if m.live != nil {
		read = append(read[:len(read):len(read)], m.live)
	}
	m.all, m.settled = slices.Clone(read), true
	m.open(o)
}

// check returns what is wrong with what was read.
func (m *model) check(got []string) string {
	type line struct {
		text string
		gone bool
	}
	var want []line
	for _, g := range m.all {
		lines := strings.SplitAfter(g.text, "\n")
		for _, text := range lines {
			if whole, ok := strings.CutSuffix(text, "\n"); ok {
				want = append(want, line{text: whole, gone: g.gone})
			} else if text != "" {
				want = append(want, line{text: text + "~", gone: g.gone})
			}
		}
	}
	for _, text := range got {
		for {
			if len(want) == 0 {
				return fmt.Sprintf("%q is too much", text)
			}
			next := want[0]
			want = want[1:]
			part, torn := strings.CutSuffix(text, "~")
			if text == next.text || next.gone && torn && strings.HasPrefix(next.text, part) {
				break
			}
			if !next.gone {
				return fmt.Sprintf("%q is missing before %q", next.text, text)
			}
		}
	}
	for _, next := range want {
		if !next.gone {
			return fmt.Sprintf("%q is missing at the end", next.text)
		}
	}
	return ""
}

// TestModel: whatever is done to the files of a log that is read, each line comes
// once and in order, but for those that were deleted before they were read.
func TestModel(t *testing.T) {
	moves := func(kinds ...string) *rapid.Generator[[]move] {
		return rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) move {
			return move{rapid.SampledFrom(kinds).Draw(rt, "do"), rapid.IntRange(1, 4).Draw(rt, "n")}
		}), 0, 30)
	}
	writing := []string{"write", "write", "part", "rotate", "copy", "compress", "touch", "cut", "delete"}
	following := append([]string{"read", "read", "rotate", "late", "retain", "compress"}, writing...)
	reading := []string{"read", "read", "rotate", "copy", "compress", "touch", "delete", "retain"}

	dir, runs := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		o := Options{
			Follow:  rapid.Bool().Draw(rt, "follow"),
			Rotated: rapid.Bool().Draw(rt, "rotated"),
			Poll:    100 * time.Millisecond,
		}
		rotation := rapid.SampledFrom([]string{"aside", "lumber", "shift"}).Draw(rt, "rotation")
		before, kinds := moves(writing...).Draw(rt, "before"), reading
		if o.Follow {
			kinds = following
		}
		after := moves(kinds...).Draw(rt, "after")

		runs++
		sub := filepath.Join(dir, strconv.Itoa(runs))
		assert.NoError(t, os.Mkdir(sub, 0o700))
		var problem string
		synctest.Test(t, func(t *testing.T) {
			m := &model{world: newWorld(t, sub)}
			for _, v := range before {
				m.move(v, rotation)
			}
			m.begin(o)
			for _, v := range after {
				m.move(v, rotation)
			}
			got := m.end()
			problem = m.check(got[:len(got)-1]) // the last is the end
			if problem != "" {
				problem += fmt.Sprintf("\nread %q", got)
			}
		})
		assert.NoError(t, os.RemoveAll(sub))
		if problem != "" {
			rt.Fatal(problem)
		}
	})
}
