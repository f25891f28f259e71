package flight

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace"
)

// A script is a table of one shard on which lines operate:
//
//	a1       puts record 1 of trace a, which takes up 250 bytes
//	a1:1000  one that takes up 1000
//	a1+100   one with 100 bytes elsewhere, of 250
//	release a, next a, last a, start a, end a, tick 4, close
type script struct {
	t     *testing.T
	table *Table[mark]
	out   []string // of this line
}

// A trace of a script is of 1000 bytes, and the table has room for three of them, with what
// the allocator rounds up, and for a small one.
func newScript(t *testing.T) *script {
	s := &script{t: t}
	total := 4*traceSize[mark]() + 3*1072 + 400
	s.table = New(Limit{1000, total}, func(b *Batch[mark], reason Reason) { s.out = append(s.out, told(b, reason)) })
	return s
}

// do does what a line says, and tells what comes of it.
func (s *script) do(line string) string {
	s.t.Helper()
	s.out = nil
	word, arg, _ := strings.Cut(line, " ")
	var id int
	if arg != "" {
		id = int(arg[0]) << 8
	}
	batch := func(b *Batch[mark]) {
		if b == nil {
			s.out = append(s.out, "nil")
		} else {
			s.out = append(s.out, fmt.Sprintf("%d+%v", b.Evicted, numbers(b)))
		}
	}
	switch word {
	case "release":
		batch(s.table.Release(traceOf(id)))
	case "next":
		batch(s.table.Next(traceOf(id), false))
	case "last":
		batch(s.table.Next(traceOf(id), true))
	case "start":
		s.table.RootStarted(traceOf(id))
	case "end":
		s.table.RootEnded(traceOf(id))
	case "tick":
		s.table.Tick(uint32(s.number(arg)))
	case "close":
		s.table.Close()
	default:
		s.put(word)
	}
	check(s.t, s.table)
	return strings.Join(s.out, ", ")
}

func (s *script) put(word string) {
	s.t.Helper()
	id := int(word[0]) << 8
	number, size, ok := strings.Cut(word[1:], ":")
	if !ok {
		size = "250"
	}
	number, extra, ok := strings.Cut(number, "+")
	if !ok {
		extra = "0"
	}
	line := make([]byte, s.number(size)-s.number(extra)-itemSize[mark]()-lengthSize)
	if s.table.Put(traceOf(id), &mark{n: s.number(number)}, s.number(extra), line) {
		s.out = append(s.out, "held")
	} else {
		s.out = append(s.out, "refused")
	}
}

func (s *script) number(text string) int {
	s.t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func TestTable(t *testing.T) {
	for _, test := range []struct {
		name  string
		lines []string // what is done, and what comes of it
	}{
		{"released in order, and open from then on", []string{
			"a1 → held",
			"b2 → held",
			"a3 → held",
			"release a → 0+[1 3]",
			"next a → nil",
			"a4 → refused",
			"release a → nil",
			"b5 → held",
		}},
		{"what comes during the release waits behind", []string{
			"a1 → held",
			"release a → 0+[1]",
			"a2 → held",
			"release a → nil",
			"a3 → held",
			"next a → 0+[2 3]",
			"a4 → held",
			"next a → 0+[4]",
			"next a → nil",
			"a5 → refused",
		}},
		{"the last batch opens the trace", []string{
			"a1 → held",
			"release a → 0+[1]",
			"a2 → held",
			"last a → 0+[2]",
			"a3 → refused",
			"next a → nil",
		}},
		{"the last batch is empty", []string{
			"release a → 0+[]",
			"last a → nil",
			"a1 → refused",
		}},
		{"released before its first record", []string{
			"release a → 0+[]",
			"a1 → held",
			"next a → 0+[1]",
			"next a → nil",
			"a2 → refused",
		}},
		{"nothing is next of a trace that was not released", []string{
			"next a → nil",
			"a1 → held",
			"last a → nil",
			"a2 → held",
			"release a → 0+[1 2]",
		}},
		{"ends with its root", []string{
			"start a → ",
			"a1 → held",
			"end a → ended 0+[1]",
			"a2 → held",
			"release a → 0+[2]",
		}},
		{"ends with the last of its roots", []string{
			"start a → ",
			"a1 → held",
			"start a → ",
			"end a → ",
			"a2 → held",
			"end a → ended 0+[1 2]",
		}},
		{"ends with a root whose start was not seen", []string{
			"a1 → held",
			"end a → ended 0+[1]",
			"end a → ",
			"start a → ",
			"a2 → held",
			"end a → ended 0+[2]",
		}},
		{"ends when idle", []string{
			"a1 → held",
			"tick 1 → ",
			"b2 → held",
			"tick 1 → ended 0+[1]",
			"b3 → held",
			"tick 1 → ",
			"tick 1 → ended 0+[2 3]",
		}},
		{"does not end when idle before its root does", []string{
			"start a → ",
			"a1 → held",
			"b2 → held",
			"tick 0 → ended 0+[2]",
			"tick 0 → ",
			"end a → ended 0+[1]",
		}},
		{"does not end during its release", []string{
			"start a → ",
			"a1 → held",
			"release a → 0+[1]",
			"a2 → held",
			"end a → ",
			"tick 0 → ",
			"next a → 0+[2]",
			"tick 0 → ",
			"next a → nil",
			"a3 → refused",
		}},
		{"open for a while after its root has ended, however long that has taken", []string{
			"start a → ",
			"release a → 0+[]",
			"next a → nil",
			"tick 1 → ",
			"tick 1 → ",
			"tick 1 → ",
			"end a → ",
			"tick 1 → ",
			"a1 → refused",
			"tick 1 → ",
			"tick 1 → ",
			"a2 → held",
		}},
		{"open for a while after its release, however long that has taken", []string{
			"a1 → held",
			"release a → 0+[1]",
			"tick 1 → ",
			"tick 1 → ",
			"tick 1 → ",
			"next a → nil",
			"tick 1 → ",
			"a2 → refused",
		}},
		{"a trace that begins is not open as one was that has ended", []string{
			"release a → 0+[]",
			"release b → 0+[]",
			"next a → nil",
			"next b → nil",
			"tick 0 → ",
			"c1 → held",
			"d2 → held",
			"e3 → held",
		}},
		{"the oldest records go", []string{
			"a1 → held",
			"a2 → held",
			"a3 → held",
			"a4 → held",
			"a5 → evicted 0+[1], held",
			"a6 → evicted 1+[2], held",
			"release a → 2+[3 4 5 6]",
			"next a → nil",
		}},
		{"a quarter goes at least", []string{
			"a1:44 → held",
			"a2:206 → held",
			"a3:250 → held",
			"a4:500 → held",
			"a5:44 → evicted 0+[1 2], held",
			"release a → 2+[3 4 5]",
		}},
		{"bytes elsewhere count", []string{
			"a1+200 → held",
			"a2+200 → held",
			"a3+200 → held",
			"a4+200 → held",
			"a5+200 → evicted 0+[1], held",
			"end a → ended 1+[2 3 4 5]",
		}},
		{"as large as can be", []string{
			"a1 → held",
			"a2:1000 → evicted 0+[1], held",
			"release a → 1+[2]",
		}},
		{"too large", []string{
			"a1 → held",
			"a2:1001 → evicted 0+[2], held",
			"a3 → held",
			"release a → 1+[1 3]",
		}},
		{"too large, and nothing comes behind", []string{
			"a1:100000 → evicted 0+[1], held",
			"release a → 1+[]",
			"next a → nil",
		}},
		{"too large, during the release", []string{
			"release a → 0+[]",
			"a1:1001 → evicted 0+[1], held",
			"next a → 1+[]",
			"next a → nil",
			"a2 → refused",
		}},
		{"the trace goes that was not used for the longest time", []string{
			"a1:1000 → held",
			"b2:999 → held",
			"c3:1000 → held",
			"start a → ",
			"d4:1000 → evicted 0+[2], held",
			"a5:44 → evicted 0+[1], held",
			"b6:1000 → evicted 0+[3], held",
			"release b → 1+[6]",
			"release a → 1+[5]",
			"release c → 1+[]",
		}},
		{"more than one trace goes", []string{
			"a1:500 → held",
			"b2:500 → held",
			"c3:1000 → held",
			"d4:1000 → held",
			"e5:1000 → evicted 0+[1], evicted 0+[2], held",
		}},
		{"no room is no end of a release", []string{
			"a1 → held",
			"release a → 0+[1]",
			"a2:1000 → held",
			"b3:1000 → held",
			"c4:1000 → held",
			"d5:1000 → evicted 0+[2], held",
			"a6 → evicted 0+[3], held",
			"release a → nil",
			"next a → 1+[6]",
			"next a → nil",
			"a7 → refused",
		}},
		{"all end", []string{
			"a1+100 → held",
			"start b → ",
			"b2 → held",
			"release c → 0+[]",
			"c3 → held",
			"close → ended 0+[1], ended 0+[2], ended 0+[3]",
			"next c → nil",
			"a4 → ended 0+[4], held",
			"start a → ",
			"release a → nil",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScript(t)
			for _, line := range test.lines {
				do, want, _ := strings.Cut(line, " → ")
				if got := s.do(do); got != want {
					t.Fatalf("%s → %s, want %s", do, got, want)
				}
			}
			s.do("close")
			if got := s.table.Stats(); got != (Stats{}) {
				t.Errorf("%+v in the end", got)
			}
		})
	}
}

// TestRoom: a trace without records needs room as well.
func TestRoom(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(table *Table[mark], id trace.TraceID)
	}{
		{"its root starts", func(table *Table[mark], id trace.TraceID) { table.RootStarted(id) }},
		{"released", func(table *Table[mark], id trace.TraceID) { table.Release(id); table.Next(id, true) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			const total = 4000
			lost := 0
			table := New(Limit{1000, total}, func(b *Batch[mark], _ Reason) { lost += b.Len() })
			table.Put(traceOf(0), &mark{}, 0)
			for n := 1; lost == 0 && n <= total; n++ {
				before := table.Stats()
				test.do(table, traceOf(n))
				full := before.Bytes+traceSize[mark]() > total
				if full != (lost == 1) || table.Stats().Bytes > total {
					t.Fatalf("trace %d: %d records had to go, with %d bytes before", n, lost, before.Bytes)
				}
			}
			if lost != 1 {
				t.Errorf("%d records had to go", lost)
			}
		})
	}
}

// TestZeroID: the invalid id is one as any other.
func TestZeroID(t *testing.T) {
	table := New(Limit{1000, 4000}, func(b *Batch[mark], _ Reason) { t.Errorf("%d records are lost", b.Len()) })
	var zero trace.TraceID
	if !table.Put(zero, &mark{n: 1}, 0) {
		t.Error("its record is refused")
	}
	if got := table.Stats(); got.Traces != 1 || got.Records != 1 {
		t.Errorf("%+v", got)
	}
	check(t, table)
	if b := table.Release(zero); b == nil || b.Evicted != 0 || b.Len() != 1 {
		t.Errorf("released: %+v", b)
	}
}

// TestShards: the memory of each shard is enough for four traces at least, however large
// the limits are.
func TestShards(t *testing.T) {
	const most = bits.UintSize - 2
	for one := range most - 1 {
		for total := one + 2; total <= most; total++ {
			limit := Limit{1 << one, 1 << total}
			table := New(limit, func(*Batch[mark], Reason) {})
			if got := table.limit.Total; got/4 < limit.Trace || got*len(table.shards) > limit.Total {
				t.Errorf("%+v: %d shards of %d bytes", limit, len(table.shards), got)
			}
		}
	}
}
