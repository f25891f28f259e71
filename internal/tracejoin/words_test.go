package tracejoin

import (
	"strings"
	"testing"
)

func TestLength(t *testing.T) {
	for _, test := range []struct {
		us   int64
		want string
	}{
		{0, "0 µs"},
		{999, "999 µs"},
		{1000, "1 ms"},
		{1049, "1 ms"},
		{1050, "1.1 ms"},
		{12_400, "12 ms"},
		{999_400, "999 ms"},
		{2_500_000, "2.5 s"},
		{59_400_000, "59 s"},
		{60_000_000, "1m0s"},
		{86_400_400_000, "24h0m0s"},
	} {
		if got := length(test.us); got != test.want {
			t.Errorf("%d µs: got %s, want %s", test.us, got, test.want)
		}
	}
}

func TestSome(t *testing.T) {
	for _, test := range []struct{ list, want string }{
		{"", ""},
		{"a", "a"},
		{"a b", "a and b"},
		{"a b c", "a, b and c"},
		{"a b c d", "a, b, c and 1 more"},
		{strings.Repeat("x", mostName+1), strings.Repeat("x", mostName) + "…"},
	} {
		if got := some(strings.Fields(test.list)); got != test.want {
			t.Errorf("%q: got %q, want %q", test.list, got, test.want)
		}
	}
}

func TestTitle(t *testing.T) {
	for _, test := range []struct{ message, want string }{
		{"order received", "order received"},
		{" \n order received \n more", "order received"},
		{strings.Repeat("x", mostTitle+1), strings.Repeat("x", mostTitle) + "…"},
		{"\n", ""},
	} {
		if got := title(test.message); got != test.want {
			t.Errorf("%q: got %q, want %q", test.message, got, test.want)
		}
	}
}
