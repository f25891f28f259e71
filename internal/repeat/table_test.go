package repeat

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// describe is a summary in a test: level, count, message and times.
func describe(s Summary) string {
	return fmt.Sprintf("%v %d×%s %v–%v", s.Level, s.Count, s.Message, s.Since.Sub(base), s.Until.Sub(base))
}

// play does what a line says at a time since base, and tells what comes of it.
// What it says is a message, which can have a level before it, as in WARN:a, or
// one of the words DUE and ALL.
func play(t *testing.T, table *Table, line string) string {
	t.Helper()
	at, what, _ := strings.Cut(line, " ")
	since, err := time.ParseDuration(at)
	if err != nil {
		t.Fatal(err)
	}
	now := base.Add(since)

	var out []string
	if what == "DUE" || what == "ALL" {
		due, next := table.Due(now, what == "ALL", nil)
		for _, s := range due {
			out = append(out, describe(s))
		}
		if next.IsZero() {
			return strings.Join(append(out, "none waits"), ", ")
		}
		return strings.Join(append(out, "next "+next.Sub(base).String()), ", ")
	}

	var level slog.Level
	if name, message, ok := strings.Cut(what, ":"); ok {
		if err := level.UnmarshalText([]byte(name)); err != nil {
			t.Fatal(err)
		}
		what = message
	}
	pass, due := table.Pass(now, level, what, nil)
	if out = append(out, "held"); pass {
		out[0] = "pass"
	}
	for _, s := range due {
		out = append(out, describe(s))
	}
	return strings.Join(out, ", ")
}

// TestTable: what passes, and which summaries are due when. The interval is 10 s.
func TestTable(t *testing.T) {
	for _, test := range []struct {
		name  string
		first int
		size  int
		lines []string // what is done, and what comes of it
	}{
		{"the first two pass", 2, 8, []string{
			"0s a → pass",
			"1s a → pass",
			"2s a → held",
			"9s a → held",
		}},
		{"each message for itself", 1, 8, []string{
			"0s a → pass",
			"0s b → pass",
			"1s a → held",
			"1s b → held",
		}},
		{"each level for itself", 1, 8, []string{
			"0s INFO:a → pass",
			"1s WARN:a → pass",
			"2s WARN:a → held",
			"3s INFO:a → held",
			"4s ALL → INFO 1×a 3s–3s, WARN 1×a 2s–2s, none waits",
		}},
		{"the empty message is one as well", 1, 8, []string{
			"0s WARN: → pass",
			"3s WARN: → held",
			"10s DUE → WARN 1× 3s–3s, none waits",
		}},
		{"the interval is over when it is over, not before", 1, 8, []string{
			"0s a → pass",
			"9.999999999s a → held",
			"10s a → pass, INFO 1×a 9.999999999s–9.999999999s",
		}},
		{"the summary tells of the first and the last that were held back", 1, 8, []string{
			"0s a → pass",
			"1s a → held",
			"2s a → held",
			"3s a → held",
			"12s a → pass, INFO 3×a 1s–3s",
		}},
		{"nothing held back, no summary", 1, 8, []string{
			"0s a → pass",
			"5s DUE → none waits",
			"10s a → pass",
			"20s DUE → none waits",
		}},
		{"the next interval begins with its first record", 1, 8, []string{
			"0s a → pass",
			"17s a → pass",
			"26s a → held",
			"26s DUE → next 27s",
			"27s a → pass, INFO 1×a 26s–26s",
		}},
		{"due at the end of the interval", 1, 8, []string{
			"0s a → pass",
			"1s a → held",
			"2s DUE → next 10s",
			"9.999999999s DUE → next 10s",
			"10s DUE → INFO 1×a 1s–1s, none waits",
			"10s DUE → none waits",
			"11s a → pass",
		}},
		{"due in the order of the intervals, not of what is held back", 1, 8, []string{
			"0s a → pass",
			"1s b → pass",
			"2s c → pass",
			"3s c → held",
			"4s a → held",
			"5s b → held",
			"5s DUE → next 10s",
			"11s DUE → INFO 1×a 4s–4s, INFO 1×b 5s–5s, next 12s",
			"30s DUE → INFO 1×c 3s–3s, none waits",
		}},
		{"all are due early, and their intervals go on", 1, 8, []string{
			"0s a → pass",
			"1s a → held",
			"2s ALL → INFO 1×a 1s–1s, none waits",
			"3s a → held",
			"4s a → held",
			"4s DUE → next 10s",
			"10s a → pass, INFO 2×a 3s–4s",
		}},
		{"what has not come for the longest time is forgotten", 1, 2, []string{
			"0s a → pass",
			"1s b → pass",
			"2s a → held",
			"3s c → pass",
			"4s a → held",
			"5s b → pass",
			"6s a → held",
			"6s ALL → INFO 3×a 2s–6s, none waits",
		}},
		{"what is forgotten is summed up", 1, 2, []string{
			"0s a → pass",
			"1s a → held",
			"2s b → pass",
			"3s c → pass, INFO 1×a 1s–1s",
			"4s a → pass",
			"5s ALL → none waits",
		}},
		{"room for one", 1, 1, []string{
			"0s a → pass",
			"1s a → held",
			"2s WARN:a → pass, INFO 1×a 1s–1s",
			"3s WARN:a → held",
			"4s a → pass, WARN 1×a 3s–3s",
		}},
		{"room for less than one is room for one", 1, -1, []string{
			"0s a → pass",
			"1s a → held",
			"2s b → pass, INFO 1×a 1s–1s",
		}},
		{"none passes", 0, 8, []string{
			"0s a → held",
			"9s a → held",
			"10s a → held, INFO 2×a 0s–9s",
			"11s DUE → next 20s",
		}},
		{"less than none is none", -1, 8, []string{
			"0s a → held",
			"1s ALL → INFO 1×a 0s–0s, none waits",
		}},
		{"a little back is no time", 1, 8, []string{
			"0s a → pass",
			"5s b → pass",
			"4s b → held",
			"-5s a → held",
			"-5s DUE → next 10s",
			"5s ALL → INFO 1×a 5s–5s, INFO 1×b 5s–5s, none waits",
		}},
		{"after a little back the interval ends when the time has caught up", 1, 8, []string{
			"0s a → pass",
			"-10s a → held",
			"-1s a → held",
			"9s DUE → next 10s",
			"10s a → pass, INFO 2×a 0s–0s",
		}},
		{"far back is a new interval", 1, 8, []string{
			"0s a → pass",
			"1s a → held",
			"-9.000000001s a → pass, INFO 1×a 1s–1s",
			"-5s a → held",
			"-5s DUE → next 999.999999ms",
			"1s a → pass, INFO 1×a -5s–-5s",
		}},
		{"far back, all that waits is due", 1, 8, []string{
			"0s a → pass",
			"1s a → held",
			"2s b → pass",
			"2s b → held",
			"-9s DUE → INFO 1×a 1s–1s, INFO 1×b 2s–2s, none waits",
		}},
		{"far back for the time of another message", 1, 8, []string{
			"1000000h a → pass",
			"1000000h a → held",
			"0s b → pass",
			"1s b → held",
			"1s DUE → INFO 1×a 1000000h0m0s–1000000h0m0s, next 10s",
		}},
		{"ahead as far as can be, and back, and ahead: twice what the clock can show", 1, 8, []string{
			"0s a → pass",
			"0s a → held",
			"2562047h47m16.854775807s b → pass",
			"-2562047h47m16.854775807s b → pass",
			"2562047h47m16.854775807s DUE → INFO 1×a 0s–0s, none waits",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := New(test.first, 10*time.Second, test.size)
			for _, line := range test.lines {
				do, want, ok := strings.Cut(line, " → ")
				if !ok {
					t.Fatalf("no arrow in %q", line)
				}
				if got := play(t, table, do); got != want {
					t.Fatalf("%s: got %s\nwant %s", do, got, want)
				}
				check(t, table)
			}
		})
	}
}

// TestNothingYet: a table is of use before its first record.
func TestNothingYet(t *testing.T) {
	due, next := New(1, time.Second, 1).Due(time.Time{}, true, nil)
	if len(due) != 0 || !next.IsZero() {
		t.Errorf("got %v, %v", due, next)
	}
}

// TestAppends: what is in due stays there.
func TestAppends(t *testing.T) {
	table := New(0, time.Second, 8)
	mine := Summary{Message: "mine"}
	_, due := table.Pass(base, 0, "a", []Summary{mine})
	_, due = table.Pass(base.Add(time.Second), 0, "a", due)
	due, _ = table.Due(base.Add(time.Second), true, due)
	if len(due) != 3 || due[0] != mine || due[1].Message != "a" || due[2].Message != "a" {
		t.Errorf("got %v", due)
	}
}

// TestUnlike: two tables do not give their messages the same hashes, so that
// nobody can prepare messages that have the same.
func TestUnlike(t *testing.T) {
	a, b := New(1, time.Second, 1), New(1, time.Second, 1)
	a.Pass(base, 0, "m", nil)
	b.Pass(base, 0, "m", nil)
	if a.entries.all[1].hash == b.entries.all[1].hash {
		t.Error("the seeds are the same")
	}
}
