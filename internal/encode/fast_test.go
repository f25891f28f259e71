package encode

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestClock: the cached text is what appendJSONTime and appendTextTime write,
// whatever comes before.
func TestClock(t *testing.T) {
	locations := []*time.Location{time.UTC, time.Local, time.FixedZone("a", 3600), time.FixedZone("b", -(5*3600 + 30*60)), time.FixedZone("seconds", 3601)}
	base := time.Date(2026, 11, 25, 3, 26, 6, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		inJSON, inText := NewClock("before ", `"`, " after", ""), NewClock("before ", "", "", " behind")
		for range rapid.IntRange(1, 20).Draw(t, "records") {
			at := base.Add(time.Duration(rapid.Int64Range(-5, 5).Draw(t, "seconds")) * time.Second)
			at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 10, 999_999_999, 120_000_000, 5_000, 987_654_321, 100_000_000, 12_345}).Draw(t, "ns")))
			if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
				at = time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "unix"), 7)
			}
			at = at.In(rapid.SampledFrom(locations).Draw(t, "location"))
			if got, want := string(inJSON.AppendJSON(nil, at, 0)), string(appendJSONTime([]byte("before "), at))+" after"; got != want {
				t.Fatalf("JSON, %v: got %s, want %s", at, got, want)
			}
			if got, want := string(inText.AppendText(nil, at, 1)), string(appendTextTime([]byte("before "), at))+" behind"; got != want {
				t.Fatalf("text, %v: got %s, want %s", at, got, want)
			}
		}
	})
}

// TestClockAllocs: a new second costs its own memory, and that of its texts.
func TestClockAllocs(t *testing.T) {
	clock := NewClock(`{"time":`, `"`, "a", "b", "c", "d", "e", "f", "g")
	at, buf := time.Now(), make([]byte, 0, 256)
	if n := testing.AllocsPerRun(100, func() {
		at = at.Add(time.Second)
		buf = clock.AppendJSON(buf[:0], at, 3)
	}); n > 2 {
		t.Errorf("%v allocations", n)
	}
}

// TestCopyPlain holds it to its word, byte by byte.
func TestCopyPlain(t *testing.T) {
	check := func(t interface{ Errorf(string, ...any) }, s string, want bool) {
		dst := make([]byte, len(s))
		if got := copyPlain(dst, s); got != want {
			t.Errorf("%q: got %v, want %v", s, got, want)
		} else if got && string(dst) != s {
			t.Errorf("%q: copied as %q", s, dst)
		}
	}
	for b := range 256 {
		for n := range 20 {
			for at := range n {
				s := []byte("abcdefghijklmnopqrst")[:n]
				s[at] = byte(b)
				check(t, string(s), jsonSafe[b])
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.RuneFrom([]rune("ab ~\x7f!#[]\x1f\"\\ü")), 0, 40, -1).Draw(t, "s")
		want := true
		for i := range len(s) {
			want = want && jsonSafe[s[i]]
		}
		check(t, s, want)
	})
}

// TestJSONKey: a key is a string with a colon, and a comma where one is due.
func TestJSONKey(t *testing.T) {
	for _, key := range []string{"", "k", "a key", "a longer key that is safe", `"`, "a\nkey of more than eight", "ü", "\xff"} {
		for _, test := range []struct{ before, comma string }{{"", ""}, {"{", ""}, {`{"a":1`, ","}, {`{"a":{}`, ","}} {
			want := test.before + test.comma + string(AppendJSONString(nil, key)) + ":"
			if got := string(AppendJSONKey([]byte(test.before), key)); got != want {
				t.Errorf("%q after %q: got %s, want %s", key, test.before, got, want)
			}
		}
	}
}

// TestPlainRune: it takes a character only if all of it needs no escape.
func TestPlainRune(t *testing.T) {
	for i := range 1 << 24 {
		s := string([]byte{byte(i >> 16), byte(i >> 8), byte(i)})
		n := plainRune(s)
		if n == 0 {
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		if size != n || r == utf8.RuneError && n < 3 || r == '\u2028' || r == '\u2029' || r < utf8.RuneSelf {
			t.Fatalf("%q: %d bytes, but it is %q, of %d bytes", s, n, r, size)
		}
	}
	for _, s := range []string{"é|", "한", "漢", "\ufffd"} {
		if plainRune(s) != len(strings.TrimSuffix(s, "|")) {
			t.Errorf("%q is looked at closer", s)
		}
	}
}

// TestInts: numbers have the digits that strconv gives them.
func TestInts(t *testing.T) {
	check := func(t interface{ Errorf(string, ...any) }, v uint64) {
		if got, want := string(AppendUint([]byte("x"), v)), "x"+strconv.FormatUint(v, 10); got != want {
			t.Errorf("AppendUint: got %s, want %s", got, want)
		}
		if got, want := string(AppendInt([]byte("x"), int64(v))), "x"+strconv.FormatInt(int64(v), 10); got != want {
			t.Errorf("AppendInt: got %s, want %s", got, want)
		}
	}
	for shift := range 64 {
		for _, d := range []uint64{1<<64 - 1, 0, 1} {
			check(t, 1<<shift+d)
		}
	}
	for power := uint64(1); ; power *= 10 {
		for _, d := range []uint64{1<<64 - 1, 0, 1} {
			check(t, power+d)
			check(t, -(power + d))
		}
		if power > math.MaxUint64/10 {
			break
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.Uint64().Draw(t, "v")>>rapid.IntRange(0, 63).Draw(t, "shift"))
	})
}

// TestHex: ids have the digits that fmt gives them, whichever way.
func TestHex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "src")
		if got, want := string(AppendHex([]byte("x"), src)), fmt.Sprintf("x%x", src); got != want {
			t.Errorf("AppendHex: got %s, want %s", got, want)
		}
		var id [16]byte
		copy(id[:], src)
		var trace [32]byte
		PutHex16(&trace, &id)
		if got, want := string(trace[:]), fmt.Sprintf("%x", id); got != want {
			t.Errorf("PutHex16: got %s, want %s", got, want)
		}
		var span [16]byte
		PutHex8(&span, (*[8]byte)(id[:]))
		if got, want := string(span[:]), fmt.Sprintf("%x", id[:8]); got != want {
			t.Errorf("PutHex8: got %s, want %s", got, want)
		}
	})
}
