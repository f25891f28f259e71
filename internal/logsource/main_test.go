package logsource

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/spanlog/spanlog/internal/assert"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// put makes a file in a directory, and returns its path.
func put(t testing.TB, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	assert.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// gzipped compresses texts, each as a member of its own.
func gzipped(t testing.TB, texts ...string) string {
	t.Helper()
	var b bytes.Buffer
	for _, text := range texts {
		z := gzip.NewWriter(&b)
		_, err := io.WriteString(z, text)
		assert.NoError(t, errors.Join(err, z.Close()))
	}
	return b.String()
}

func open(t testing.TB, path string, o Options) *Source {
	t.Helper()
	s, err := Open(path, o)
	assert.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

// shown is a line as text, with a mark if it is torn.
func shown(l Line) string {
	if l.Torn {
		return string(l.Text) + "~"
	}
	return string(l.Text)
}

// all reads a source to its end. Errors of single files are among the lines.
func all(t testing.TB, s *Source) (lines []string) {
	t.Helper()
	for {
		line, err := s.Next(context.Background())
		if _, ok := errors.AsType[*FileError](err); ok {
			lines = append(lines, "! "+err.Error())
			continue
		}
		if err == io.EOF {
			return lines
		}
		assert.NoError(t, err)
		lines = append(lines, shown(line))
	}
}
