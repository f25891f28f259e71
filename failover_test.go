package spanlog_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// newFailover is a play with a Failover of three: A is a console, B a writer, and
// C a handler.
func newFailover(t *testing.T) *play {
	p := &play{sinks: map[string]*flaky{"A": newFlaky(), "B": newFlaky(), "C": newFlaky()}}
	p.l = open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Failover{Sinks: []spanlog.Sink{
		spanlog.Console{Writer: p.sinks["A"]},
		spanlog.Writer{Writer: p.sinks["B"]},
		spanlog.Relay{Handler: slog.NewJSONHandler(p.sinks["C"], nil)},
	}})
	return p
}

// written is what A, B and C have got, with shorter names.
func (p *play) written(t *testing.T) string {
	t.Helper()
	var got []string
	for _, name := range []string{"A", "B", "C"} {
		if s := messages(t, p.sinks[name].String()); s != "" {
			got = append(got, name+": "+s)
		}
	}
	return strings.NewReplacer(
		"console sink", "(A)", "writer sink *spanlog_test.flaky", "(B)", "relay sink *slog.JSONHandler", "(C)",
		"writer sink spanlog_test.writeFunc", "(B)",
	).Replace(strings.Join(got, " | "))
}

// checkOnce checks that every record was written once, or is counted, and that the
// sinks' numbers are part of the Failover's.
func (p *play) checkOnce(t *testing.T) {
	t.Helper()
	s := p.l.Stats().Sinks[0]
	checkSum(t, s, p.logged)
	seen := map[string]int{}
	lines := uint64(0)
	for _, f := range p.sinks {
		for line := range strings.Lines(f.String()) {
			lines++
			msg := parsed(t, line)["msg"].(string)
			if !strings.HasPrefix(msg, "spanlog:") {
				seen[msg]++
			}
			if strings.Contains(msg, "off: ;") || strings.Contains(msg, "runtime error") {
				t.Errorf("it does not say why: %s", msg)
			}
		}
	}
	for msg, n := range seen {
		if n > 1 {
			t.Errorf("%s was written %d times", msg, n)
		}
	}
	if uint64(len(seen))+dropped(s) != uint64(p.logged) || lines != s.Delivered || lines-uint64(len(seen)) != s.Notices {
		t.Errorf("%d records in %d lines, of %d: %+v", len(seen), lines, p.logged, s)
	}
	var sum spanlog.SinkStats
	for _, in := range s.Sinks {
		sum.Delivered += in.Delivered
		sum.Bytes += in.Bytes
	}
	if sum.Delivered != s.Delivered || sum.Bytes != s.Bytes {
		t.Errorf("not the sum of its sinks: %+v", s)
	}
}

// TestFailover: who gets what, and what is said of it.
func TestFailover(t *testing.T) {
	const gone = "spanlog: (A) is broken off: broken; records go to (B)"
	for _, test := range []struct{ name, script, want string }{
		{"all is well", "3i flush close", "A: 1 2 3"},
		{"one record fails", "i A:fail i A:work i", "A: 1 3 | B: 2"},
		{"one record panics", "i A:panic i A:work i", "A: 1 3 | B: 2"},
		{"an error that is a nil pointer", "A:nil i A:work i", "A: 2 | B: 1"},
		{"an odd error", "A:odd i A:work i", "A: 2 | B: 1"},
		{"a peer without room", "A:full 7i A:work i", "A: 8 | B: 1 2 3 4 5 6 7"},
		{"a peer that is closed", "A:shut 7i A:work i", "A: 8 | B: 1 2 3 4 5 6 7"},
		{"two fail", "A:fail B:fail i A:work i", "A: 2 | C: 1"},
		{"the second fails", "B:fail 9i", "A: 1 2 3 4 5 6 7 8 9"},
		{"every other record fails", "A:fail i A:work i A:fail i A:work i A:fail i A:work i A:fail i A:work i A:fail i A:work i A:fail i", "A: 2 4 6 8 10 | B: 1 3 5 7 9 11"},
		{"four fail", "A:fail 4i A:work i", "A: 5 | B: 1 2 3 4"},
		{"five fail", "A:fail 5i", "B: 1 2 3 4 5 " + gone},
		{"it is broken off", "A:fail 5i A:work 2i 99ms i", "B: 1 2 3 4 5 " + gone + " 6 7 8"},
		{"it is back", "A:fail 7i A:work 100ms 2i", "A: 8 spanlog: (A) is back after 0.1s; 2 records went elsewhere 9 | B: 1 2 3 4 5 " + gone + " 6 7"},
		{"after one record", "A:fail 6i A:work 100ms i", "A: 7 spanlog: (A) is back after 0.1s; 1 record went elsewhere | B: 1 2 3 4 5 " + gone + " 6"},
		{"after none", "A:fail 5i A:work 100ms i", "A: 6 spanlog: (A) is back after 0.1s; 0 records went elsewhere | B: 1 2 3 4 5 " + gone},
		{"after probes that fail", "A:fail 5i 100ms 2i 200ms 2i 1h 2i A:work 1h i i", "A: 12 spanlog: (A) is back after 7200.3s; 6 records went elsewhere 13 | B: 1 2 3 4 5 " + gone + " 6 7 8 9 10 11"},
		{"twice", "A:fail 5i A:work 100ms i A:fail 6i A:work 1s i", "A: 6 spanlog: (A) is back after 0.1s; 0 records went elsewhere 13 spanlog: (A) is back after 1.0s; 1 record went elsewhere | B: 1 2 3 4 5 " + gone + " 7 8 9 10 11 " + gone + " 12"},
		{"a panic is a reason", "A:panic 5i", "B: 1 2 3 4 5 spanlog: (A) is broken off: panic: no; records go to (B)"},
		{"an odd error is a reason", "A:odd 5i", "B: 1 2 3 4 5 spanlog: (A) is broken off: odd; records go to (B)"},
		{"the newest error is the reason", "A:fail 4i A:panic i", "B: 1 2 3 4 5 spanlog: (A) is broken off: panic: no; records go to (B)"},
		{"to the third", "B:fail A:fail 6i", "C: 1 2 3 4 5 spanlog: (A) is broken off: broken; records go to (C) spanlog: (B) is broken off: broken; records go to (C) 6"},
		{"to the second, then to the third", "A:fail 5i B:fail 6i", "B: 1 2 3 4 5 " + gone + " | C: 6 7 8 9 10 spanlog: (B) is broken off: broken; records go to (C) 11"},
		{"and back to the second", "A:fail B:fail 6i B:work 100ms i", "B: 7 spanlog: (B) is back after 0.1s; 1 record went elsewhere | C: 1 2 3 4 5 spanlog: (A) is broken off: broken; records go to (C) spanlog: (B) is broken off: broken; records go to (C) 6"},
		{"and back to the first", "A:fail B:fail 6i A:work 100ms i", "A: 7 spanlog: (A) is back after 0.1s; 1 record went elsewhere | C: 1 2 3 4 5 spanlog: (A) is broken off: broken; records go to (C) spanlog: (B) is broken off: broken; records go to (C) 6"},
		{"what cannot be said is said later", "A:fail B:mute 6i B:work i", "B: 1 2 3 4 5 6 7 " + gone},
		{"that it is back as well", "A:fail 7i A:mute 100ms i A:work i", "A: 8 9 spanlog: (A) is back after 0.1s; 2 records went elsewhere | B: 1 2 3 4 5 " + gone + " 6 7"},
		{"all fail", "fail i work i", "A: 2"},
		{"all fail, and it is told", "fail 3i 1s work i", "A: 4 spanlog: 3 records dropped in 1.0s (3 INFO): (A): broken\n(B): broken\n(C): broken"},
		{"all fail, and the second gets well", "fail 2i 1s B:work i", "B: 3 spanlog: 2 records dropped in 1.0s (2 INFO): (A): broken\n(B): broken\n(C): broken"},
		{"all fail, and it is told on Flush", "fail i work flush", "A: spanlog: 1 record dropped in 0.0s (1 INFO): (A): broken\n(B): broken\n(C): broken"},
		{"all fail, and it is told at Shutdown", "fail i work close", "A: spanlog: 1 record dropped in 0.0s (1 INFO): (A): broken\n(B): broken\n(C): broken"},
		{"what was lost did not go elsewhere", "fail 9i 100ms work i", "A: 10"},
		{"nor what was lost in between", "A:fail 6i B:fail C:fail 2i 100ms A:work i", "A: 9 spanlog: (A) is back after 0.1s; 1 record went elsewhere | B: 1 2 3 4 5 " + gone + " 6"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newFailover(t)
				p.act(t, test.script)
				assert.Equal(t, "written", p.written(t), test.want)
				p.checkOnce(t)
			})
		})
	}
}

// TestFailoverLevels: a sink whose level does not admit a record is passed over.
func TestFailoverLevels(t *testing.T) {
	for _, test := range []struct {
		name    string
		a, b, c slog.Level
		script  string
		want    string
		sent    int // records that a level admits: others are nobody's
	}{
		{"the first is for errors", slog.LevelError, slog.LevelInfo, slog.LevelInfo, "i w e", "A: 3 | B: 1 2", 3},
		{"each for its own", slog.LevelError, slog.LevelWarn, slog.LevelInfo, "d i w e", "A: 4 | B: 3 | C: 2", 3},
		{"none admits it", slog.LevelError, slog.LevelError, slog.LevelError, "d i w", "", 0},
		{"the one for errors fails", slog.LevelError, slog.LevelInfo, slog.LevelInfo, "A:fail i e A:work e", "A: 3 | B: 1 2", 3},
		{"only one is left, and it fails", slog.LevelError, slog.LevelError, slog.LevelInfo, "C:fail i C:work i", "C: 2", 2},
		{"what is said of it has no level", slog.LevelError, slog.LevelError, slog.LevelError, "A:fail 5e", "B: 1 2 3 4 5 spanlog: (A) is broken off: broken; records go to (B)", 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &play{sinks: map[string]*flaky{"A": newFlaky(), "B": newFlaky(), "C": newFlaky()}}
				p.l = open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Failover{Sinks: []spanlog.Sink{
					spanlog.Console{Writer: p.sinks["A"], Level: test.a},
					&spanlog.Writer{Writer: p.sinks["B"], Level: test.b},
					spanlog.Relay{Handler: slog.NewJSONHandler(p.sinks["C"], &slog.HandlerOptions{Level: test.c})},
				}})
				p.act(t, test.script)
				assert.Equal(t, "written", p.written(t), test.want)
				for letter, level := range letters {
					if got, want := p.l.Enabled(bg, level), level >= min(test.a, test.b, test.c); got != want {
						t.Errorf("%c is enabled: %v, want %v", letter, got, want)
					}
				}
				checkSum(t, p.l.Stats().Sinks[0], test.sent)
			})
		})
	}
}

// TestFailoverEnabledPanics: a sink that panics when it is asked whether it wants a
// record has failed.
func TestFailoverEnabledPanics(t *testing.T) {
	for _, test := range []struct {
		name string
		sink func() spanlog.Sink
	}{
		{"an Enabled", func() spanlog.Sink {
			return spanlog.Relay{Handler: funcHandler{enabled: func() bool { panic("no") }}}
		}},
		{"a Level", func() spanlog.Sink { return spanlog.Writer{Writer: brokenWriter, Level: &lateLevel{}} }},
	} {
		for _, first := range []bool{true, false} {
			t.Run(fmt.Sprint(test.name, first), func(t *testing.T) {
				f, heard := newFlaky(), hearing{}
				sinks := []spanlog.Sink{test.sink(), spanlog.Console{Writer: f}}
				if !first {
					slices.Reverse(sinks)
					f.set("fail")
				}
				l := open(t, &spanlog.Options{OnError: heard.onError}, spanlog.Failover{Sinks: sinks})
				err := l.Handler().Handle(bg, slog.NewRecord(noon, slog.LevelInfo, "m", 0))
				s := l.Stats().Sinks[0]
				checkSum(t, s, 1)
				if first && (err != nil || s.Delivered != 1 || s.Sinks[0].FailedOver != 1) || !first && (!errors.Is(err, errBroken) || !strings.Contains(text(err), "panic: no")) {
					t.Errorf("got %v, %+v", err, s)
				}
				if !strings.Contains(heard.String(), "panic: no") {
					t.Errorf("OnError was told %q", &heard)
				}

				// Nobody else wants it: it is lost, and counted.
				sinks = []spanlog.Sink{test.sink(), spanlog.Console{Writer: f, Level: slog.LevelError}}
				l = open(t, &spanlog.Options{OnError: heard.onError}, spanlog.Failover{Sinks: sinks})
				l.Info("m")
				checkSum(t, l.Stats().Sinks[0], 1)
			})
		}
	}
}

// TestFailoverErrors: what Handle returns, what OnError hears and what Stats says
// while sinks fail.
func TestFailoverErrors(t *testing.T) {
	var heard hearing
	a, b := newFlaky(), newFlaky()
	l := open(t, &spanlog.Options{OnError: heard.onError}, spanlog.Failover{Sinks: []spanlog.Sink{spanlog.Console{Writer: a}, spanlog.Writer{Writer: b}}})
	log := func() error {
		heard.errs = nil
		return l.Handler().Handle(bg, slog.NewRecord(time.Now(), slog.LevelInfo, "m", 0))
	}
	const A, B = "console sink: ", "writer sink *spanlog_test.flaky: "
	for _, test := range []struct {
		name, a, b string
		times      int
		err, heard string // after the last time
		is         []error
	}{
		{"all is well", "work", "work", 1, "", "", nil},
		{"the first fails", "fail", "work", 1, "", A + "broken", nil},
		{"the second fails", "work", "fail", 1, "", "", nil},
		{"both fail", "fail", "panic", 1, "failover sink: " + A + "broken\n" + B + "panic: no", A + "broken\n" + B + "panic: no\nfailover sink: " + A + "broken\n" + B + "panic: no", []error{errBroken}},
		{"one has no room", "full", "fail", 1, "failover sink: " + A + "the peer: spanlog: record dropped\n" + B + "broken", A + "the peer: spanlog: record dropped\n" + B + "broken\nfailover sink: " + A + "the peer: spanlog: record dropped\n" + B + "broken", []error{errBroken, spanlog.ErrDropped}},
		{"the first fails for good", "fail", "work", 4, "", A + "broken", nil},
		{"that it is broken off is no news", "fail", "work", 1, "", "", nil},
		{"unless the record is lost", "fail", "fail", 1, "failover sink: " + A + "record dropped: broken off after 5 failures in a row: broken\n" + B + "broken", B + "broken\nfailover sink: " + A + "record dropped: broken off after 5 failures in a row: broken\n" + B + "broken", []error{errBroken}},
		{"all are broken off", "work", "fail", 5, "failover sink: " + A + "record dropped: broken off after 5 failures in a row: broken\n" + B + "record dropped: broken off after 5 failures in a row: broken", "failover sink: " + A + "record dropped: broken off after 5 failures in a row: broken\n" + B + "record dropped: broken off after 5 failures in a row: broken", []error{errBroken, spanlog.ErrDropped}},
	} {
		a.set(test.a)
		b.set(test.b)
		var err error
		for range test.times {
			err = log()
		}
		assert.Equal(t, test.name+": Handle", text(err), test.err)
		assert.Equal(t, test.name+": OnError", heard.String(), test.heard)
		for _, target := range test.is {
			if !errors.Is(err, target) {
				t.Errorf("%s: not %v", test.name, target)
			}
		}
	}
	s := l.Stats().Sinks[0]
	if in := s.Sinks[0]; !in.BrokenOff || in.FailedOver != 1+1+1+4+1+1+5 || in.LastError != "broken" || in.Delivered != 2 || len(in.Dropped) != 0 {
		t.Errorf("A: %+v", in)
	}
	if in := s.Sinks[1]; !in.BrokenOff || in.FailedOver != 3+5 || in.Delivered != 6+1 || in.Notices != 1 || len(in.Dropped) != 0 {
		t.Errorf("B: %+v", in)
	}
	if s.BrokenOff || s.FailedOver != 0 || fmt.Sprint(s.Dropped) != "[{INFO broken 1} {INFO error 6} {INFO full 1}]" {
		t.Errorf("both: %+v", s)
	}
	checkSum(t, s, 16)
}

// TestFailoverGoexit: a record whose sink ends the goroutine is lost, and counted
// once, at the Failover.
func TestFailoverGoexit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newFailover(t)
		p.act(t, "A:exit 2i A:work i A:exit 9i 1s A:work i flush")
		assert.Equal(t, "written", p.written(t), "A: 3 13 spanlog: (A) is back after 1.0s; 3 records went elsewhere spanlog: 7 records dropped in 1.0s (7 INFO): the sink has ended the goroutine | B: 9 spanlog: (A) is broken off: the sink has ended the goroutine; records go to (B) 10 11 12")
		p.checkOnce(t)
		s := p.l.Stats().Sinks[0]
		if in := s.Sinks[0]; in.FailedOver != 7+4 || len(in.Dropped) != 0 || fmt.Sprint(s.Dropped) != "[{INFO error 7}]" {
			t.Errorf("%+v", s)
		}
	})
}
