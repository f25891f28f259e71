package spanlog_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

func TestEnvironmentFormat(t *testing.T) {
	for _, test := range []struct {
		env    string
		format spanlog.Formatter // the console's
		want   string
	}{
		{"", nil, `{"level":"INFO","msg":"m","a":1}`},
		{"text", nil, `level=INFO msg=m a=1`},
		{"LogFmt ", nil, `level=INFO msg=m a=1`},
		{"JSON", nil, `{"level":"INFO","msg":"m","a":1}`},
		{"%(levelname)s %(message)s %(attrs)s", nil, `INFO m a=1`},
		{"text", spanlog.JSON, `{"level":"INFO","msg":"m","a":1}`},
	} {
		t.Run(test.env, func(t *testing.T) {
			t.Setenv("SPANLOG_FORMAT", test.env)
			var console, writer bytes.Buffer
			l := open(t, nil, spanlog.Console{Writer: &console, Format: test.format}, spanlog.Writer{Writer: &writer})
			timeless(l.Handler()).Info("m", "a", 1)
			assert.Equal(t, "console", console.String(), test.want+"\n")
			assert.Equal(t, "writer", writer.String(), `{"level":"INFO","msg":"m","a":1}`+"\n")
		})
	}
}

func TestParseFormat(t *testing.T) {
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("ParseFormat has panicked: %v", p)
		}
	}()
	for _, test := range []struct {
		in   string
		want spanlog.Formatter // nil: an error …
		err  string            // … with this in it
	}{
		{"json", spanlog.JSON, ""},
		{" JSON ", spanlog.JSON, ""},
		{"Text", spanlog.Text, ""},
		{"logfmt", spanlog.Text, ""},
		{"pretty", spanlog.Pretty, ""},
		{"", nil, `format ""`},
		{"xml", nil, `format "xml": want json, text, pretty`},
		{"%(mesage)s", nil, `did you mean "message"`},
		{"100%", nil, `"100%"`},
		{"%(message)s", spanlog.Pattern("%(message)s"), ""},
		{"%(message)s %(trace)s %(attrs)s", spanlog.Pattern("%(message)s %(trace)s %(attrs)s"), ""},
	} {
		got, err := spanlog.ParseFormat(test.in)
		if got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("ParseFormat(%q): got %v, %v", test.in, got, err)
		}
	}
}

// TestEnvironmentPretty: what Pretty looks like is its own tests' affair.
func TestEnvironmentPretty(t *testing.T) {
	log := func(env string, format spanlog.Formatter) string {
		t.Setenv("SPANLOG_FORMAT", env)
		var buf bytes.Buffer
		l := open(t, nil, spanlog.Console{Writer: &buf, Format: format})
		timeless(l.Handler()).Info("m", "a", 1)
		return buf.String()
	}
	assert.Equal(t, "Pretty", log("Pretty", nil), log("json", spanlog.Pretty))
}

// TestEnvironmentBad: a value that cannot be understood is one warning, which
// names variable and value, and the default.
func TestEnvironmentBad(t *testing.T) {
	for _, test := range []struct {
		env  []string
		want []string // in the warning
	}{
		{[]string{"SPANLOG_LEVEL=loud"}, []string{"SPANLOG_LEVEL", "loud"}},
		{[]string{"SPANLOG_LEVEL= "}, []string{"SPANLOG_LEVEL", `" "`}},
		{[]string{"SPANLOG_LEVEL=INFO+x"}, []string{"SPANLOG_LEVEL", "INFO+x"}},
		{[]string{"SPANLOG_FORMAT=xml"}, []string{"SPANLOG_FORMAT", "xml"}},
		{[]string{"SPANLOG_FORMAT=%(nonsense)s"}, []string{"SPANLOG_FORMAT", "%(nonsense)s"}},
		{[]string{"SPANLOG_FORMAT=100%"}, []string{"SPANLOG_FORMAT", "100%"}},
		{[]string{"OTEL_RESOURCE_ATTRIBUTES=broken"}, []string{"OTEL_RESOURCE_ATTRIBUTES", "broken"}},
	} {
		t.Run(test.env[0], func(t *testing.T) {
			setenv(t, test.env)
			var console bytes.Buffer
			l := open(t, nil, spanlog.Console{Writer: &console})
			l.Info("m")
			l.Debug("not by default")
			lines := strings.Split(strings.TrimSpace(console.String()), "\n")
			if len(lines) != 2 {
				t.Fatalf("want a warning and a record, got %q", lines)
			}
			warning := parsed(t, lines[0]) // which shows that JSON is used
			if warning["level"] != "WARN" {
				t.Errorf("not a warning: %v", warning)
			}
			text := warning["msg"].(string) + " " + warning["error"].(string)
			for _, want := range test.want {
				if !strings.Contains(text, want) {
					t.Errorf("no %s in %s", want, text)
				}
			}
			if parsed(t, lines[1])["msg"] != "m" {
				t.Errorf("got %s", lines[1])
			}
		})
	}
	t.Run("two", func(t *testing.T) {
		setenv(t, []string{"SPANLOG_LEVEL=loud", "SPANLOG_FORMAT=xml"})
		var buf bytes.Buffer
		open(t, nil, spanlog.Writer{Writer: &buf})
		if strings.Count(buf.String(), "SPANLOG_LEVEL") != 1 || strings.Count(buf.String(), "SPANLOG_FORMAT") != 1 || seen(&buf) != 2 {
			t.Errorf("want a warning for each: %s", buf.String())
		}
	})
	t.Run("overruled by the code", func(t *testing.T) {
		setenv(t, []string{"SPANLOG_LEVEL=loud"})
		var buf bytes.Buffer
		l := open(t, &spanlog.Options{Level: slog.LevelDebug}, spanlog.Writer{Writer: &buf})
		l.Debug("m")
		if seen(&buf) != 2 {
			t.Errorf("want a warning and a record: %s", buf.String())
		}
	})
}

func setenv(t *testing.T, env []string) {
	t.Helper()
	for _, kv := range env {
		k, v, _ := strings.Cut(kv, "=")
		t.Setenv(k, v)
	}
}
