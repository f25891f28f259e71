package spanlog_test

import (
	"bytes"
	"log/slog"
	"runtime"
	"testing"

	"github.com/spanlog/spanlog"
)

// An exits is a value whose methods end the goroutine.
type exits struct{}

func (exits) Error() string                { runtime.Goexit(); return "" }
func (exits) MarshalJSON() ([]byte, error) { runtime.Goexit(); return nil, nil }

type exitsAsLogValuer struct{}

func (exitsAsLogValuer) LogValue() slog.Value { runtime.Goexit(); return slog.Value{} }

// TestValueExit: a value that ends the goroutine costs its record, which each sink counts,
// and nothing else.
func TestValueExit(t *testing.T) {
	for _, test := range []struct {
		name  string
		value any
	}{
		{"written while the record is read", exits{}},
		{"in a group, written later", slog.GroupValue(slog.Any("x", exits{}))},
		{"a LogValuer", exitsAsLogValuer{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var a, b bytes.Buffer
			l := open(t, &spanlog.Options{OnError: func(error) {}}, spanlog.Writer{Writer: &a}, spanlog.Writer{Writer: &b, Format: spanlog.Text})
			done := make(chan struct{})
			go func() {
				defer close(done)
				l.Info("lost", "x", test.value)
			}()
			<-done
			l.Info("next")
			for i, out := range []string{a.String(), b.String()} {
				if n := bytes.Count([]byte(out), []byte("\n")); n != 1 {
					t.Errorf("sink %d has %d lines: %s", i, n, out)
				}
				checkSum(t, l.Stats().Sinks[i], 2)
			}
		})
	}
}
