package logquery

import "testing"

func TestParseTrace(t *testing.T) {
	const id = "4bf92f3577b34da6a3ce929d0e0e4736"
	for _, test := range []struct{ in, want string }{
		{id, id},
		{" 4BF92F3577B34DA6A3CE929D0E0E4736\n", id},
		{"00-" + id + "-00f067aa0ba902b7-01", id},
		{"cc-" + id + "-00f067aa0ba902b7-09", id},
		{"a3ce929d0e0e4736", "0000000000000000a3ce929d0e0e4736"},
		{"", ""},
		{"xyz", ""},
		{id[1:], ""},
		{"00000000000000000000000000000000", ""},
		{"00-" + id + "-01", ""},
	} {
		got, err := ParseTrace(test.in)
		if err != nil && test.want != "" || err == nil && got.String() != test.want {
			t.Errorf("%q: got %s, %v; want %q", test.in, got, err, test.want)
		}
	}
}
