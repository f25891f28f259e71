package logsource

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSize(t *testing.T) {
	text := strings.Repeat("order received\n", 1000)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, err := z.Write([]byte(text))
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"app.log": "one\n", "app.log.1": "three\n", "app.log.2.gz": zipped.String(), "other.log": "nothing to do with it\n", "zipped": zipped.String(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name    string
		rotated bool
		want    int
	}{
		{"app.log", false, 4},
		{"app.log", true, 4 + 6 + len(text)},
		{"zipped", false, len(text)},
		{"missing.log", true, 0},
		{".", false, 0},
	} {
		if got := Size(filepath.Join(dir, test.name), test.rotated); got != int64(test.want) {
			t.Errorf("%s, rotated %v: got %d, want %d", test.name, test.rotated, got, test.want)
		}
	}
}
