package tracejoin

import (
	"testing"

	"github.com/spanlog/spanlog/internal/logentry"
)

// TestFlags: what an attribute says of sampling, in the ways in which loggers write it.
func TestFlags(t *testing.T) {
	const parent = "00-" + testTrace + "-00f067aa0ba902b7-"
	for _, test := range []struct{ key, value, want string }{
		{"trace_flags", "01", "sampled"},
		{"trace_flags", "03", "sampled"},
		{"trace_flags", "00", "trace_flags=00"},
		{"trace_flags", "02", "trace_flags=02"},
		{"traceFlags", "00", "traceFlags=00"},
		{"log.trace-flags", "0", "log.trace-flags=0"},
		{"traceparent", parent + "01", "sampled"},
		{"traceparent", parent + "00", "traceparent=" + parent + "00"},
		{"logging.googleapis.com/trace_sampled", "true", "sampled"},
		{"logging.googleapis.com/trace_sampled", "false", "logging.googleapis.com/trace_sampled=false"},
		{"traceparent", "00-0123456789abcdef0123456789abcdef-00f067aa0ba902b7-00", ""}, // of another trace
		{"traceparent", "00", ""},
		{"trace_flags", "x", ""},
		{"trace_flags", "", ""},
		{"trace_sampled", "maybe", ""},
		{"flags", "00", ""},
		{"sampled", "false", ""},
	} {
		f := flagsOf([]logentry.Attr{{Key: test.key, Value: test.value}}, testTrace)
		got := f.unsampled
		if f.sampled {
			got = "sampled" + got
		}
		if got != test.want {
			t.Errorf("%s=%s: got %q, want %q", test.key, test.value, got, test.want)
		}
	}
}
