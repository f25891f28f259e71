package spanlog_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

func TestParseLevel(t *testing.T) {
	for _, test := range []struct {
		in   string
		want slog.Level
		err  string // part of the error; "" is none
	}{
		{"TRACE", spanlog.LevelTrace, ""},
		{"DEBUG", slog.LevelDebug, ""},
		{"INFO", slog.LevelInfo, ""},
		{"WARN", slog.LevelWarn, ""},
		{"WARNING", slog.LevelWarn, ""},
		{"ERROR", slog.LevelError, ""},
		{"FATAL", spanlog.LevelFatal, ""},
		{"CRITICAL", spanlog.LevelFatal, ""},
		{"info", slog.LevelInfo, ""},
		{"wArNiNg", slog.LevelWarn, ""},
		{" error\n", slog.LevelError, ""},
		{"INFO+2", 2, ""},
		{"debug-4", spanlog.LevelTrace, ""},
		{"ERROR+4", spanlog.LevelFatal, ""},
		{"INFO+0", slog.LevelInfo, ""},
		{"0", slog.LevelInfo, ""},
		{"-4", slog.LevelDebug, ""},
		{"+4", slog.LevelWarn, ""},
		{"", 0, `level ""`},
		{"  ", 0, `level "  "`},
		{"loud", 0, `level "loud": want TRACE, DEBUG, INFO, WARN, ERROR, FATAL`},
		{"INFO+", 0, `bad offset "+"`},
		{"INFO+x", 0, `bad offset "+x"`},
		{"INFO++1", 0, `bad offset "++1"`},
		{"INFO+1.5", 0, `bad offset "+1.5"`},
		{"INFO +2", 0, `level "INFO +2"`},
		{"loud+2", 0, `level "loud+2"`},
		{"-", 0, `level "-"`},
		{"1.5", 0, `level "1.5"`},
		{"ERROR+9223372036854775807", 0, `level "ERROR+9223372036854775807"`},
		{"TRACE-9223372036854775807", 0, `level "TRACE-9223372036854775807"`},
		{"99999999999999999999", 0, `level "99999999999999999999"`},
	} {
		got, err := spanlog.ParseLevel(test.in)
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("ParseLevel(%q): got %d, %v; want %q", test.in, got, err, test.err)
		} else if err == nil && got != test.want {
			t.Errorf("ParseLevel(%q): got %d, want %d", test.in, got, test.want)
		}
	}
}

// TestLevelNames: TRACE and FATAL at exactly their levels, slog's names
// elsewhere, and ParseLevel reads all of them.
func TestLevelNames(t *testing.T) {
	opts := &spanlog.Options{Level: slog.Level(-100)}
	for l := slog.Level(-20); l <= 20; l++ {
		want := l.String()
		switch l {
		case -8:
			want = "TRACE"
		case 12:
			want = "FATAL"
		}
		log := func(log *slog.Logger) { log.Log(bg, l, "m") }
		assert.Equal(t, "JSON", written(t, opts, spanlog.JSON, log), `{"level":"`+want+`","msg":"m"}`)
		assert.Equal(t, "Text", written(t, opts, spanlog.Text, log), `level=`+want+` msg=m`)
		for _, s := range []string{want, l.String(), strings.ToLower(want)} {
			if got, err := spanlog.ParseLevel(s); err != nil || got != l {
				t.Errorf("ParseLevel(%q): got %d, %v; want %d", s, got, err, l)
			}
		}
	}
}
