package logsource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/race"
)

// TestContent has the lines of a content, in whatever way it comes.
func TestContent(t *testing.T) {
	room := strings.Repeat("\x00", 3*readSize)
	long := strings.Repeat("long ", readSize/4)
	for _, test := range []struct {
		name, content string
		want          []string
	}{
		{"empty", "", nil},
		{"lines", "a\nb\n", []string{"a", "b"}},
		{"no newline at the end", "a\nb", []string{"a", "b~"}},
		{"empty lines", "\n\na\n\n", []string{"", "", "a", ""}},
		{"CRLF", "a\r\n\r\nb\r\n", []string{"a", "", "b"}},
		{"a CR elsewhere", "a\rb\n\r\r\nc\r", []string{"a\rb", "\r", "c\r~"}},
		{"NULs in a line", "a\x00b\n\x00c\nd\x00\n", []string{"a\x00b", "\x00c", "d\x00"}},
		{"NULs at the end", "a\n\x00\x00\x00", []string{"a"}},
		{"NULs behind a part", "a\nb\x00\x00", []string{"a", "b~"}},
		{"nothing but NULs", "\x00\x00", nil},
		{"much room at the end", "a\n" + room, []string{"a"}},
		{"a hole", "a\n" + room + "b\nc\n", []string{"a", room + "b", "c"}},
		{"a hole and room", "a\n" + room + "b\n" + room, []string{"a", room + "b"}},
		{"a long line", "a\n" + long + "\nb\n", []string{"a", long, "b"}},
		{"the beginning of the magic", "\x1f\x8b\n", []string{"\x1f\x8b"}},
		{"a byte of the magic", "\x1f", []string{"\x1f~"}},
	} {
		ways := []struct {
			name string
			open func(t *testing.T) *Source
		}{
			{"file", func(t *testing.T) *Source {
				return open(t, put(t, t.TempDir(), "app.log", test.content), Options{})
			}},
			{"gzip", func(t *testing.T) *Source {
				return open(t, put(t, t.TempDir(), "app.log", gzipped(t, test.content)), Options{})
			}},
			{"gzip members", func(t *testing.T) *Source {
				half := len(test.content) / 2
				packed := gzipped(t, test.content[:half], "", test.content[half:])
				return open(t, put(t, t.TempDir(), "app.gz", packed), Options{})
			}},
			{"stdin", func(t *testing.T) *Source { return openStdin(t, test.content, Options{}) }},
			{"gzip on stdin", func(t *testing.T) *Source { return openStdin(t, gzipped(t, test.content), Options{}) }},
		}
		for _, way := range ways {
			t.Run(test.name+"/"+way.name, func(t *testing.T) {
				assert.EqualLines(t, "lines", all(t, way.open(t)), test.want)
			})
		}
	}
}

// openStdin opens standard input, which is a pipe with a content.
func openStdin(t *testing.T, content string, o Options) *Source {
	t.Helper()
	r, w, err := os.Pipe()
	assert.NoError(t, err)
	old := os.Stdin
	os.Stdin = r
	s, err := Open("-", o)
	os.Stdin = old
	assert.NoError(t, err)
	written := make(chan struct{})
	go func() {
		defer close(written)
		_, _ = io.WriteString(w, content)
		_ = w.Close()
	}()
	t.Cleanup(func() {
		assert.NoError(t, errors.Join(s.Close(), r.Close()))
		<-written
	})
	return s
}

// TestParts has a line that is longer than the limit given in parts, with the
// place of each.
func TestParts(t *testing.T) {
	path := put(t, t.TempDir(), "app.log", "12345678\n123456789\n1234567890123456789\r\n12345678\r\nx")
	s := open(t, path, Options{MaxLine: 8})
	var got []string
	for {
		line, err := s.Next(t.Context())
		if err == io.EOF {
			break
		}
		assert.NoError(t, err)
		assert.Equal(t, "file", line.File, path)
		got = append(got, fmt.Sprint(line.Offset, " ", shown(line)))
	}
	assert.EqualLines(t, "parts", got, []string{
		"0 12345678", "9 12345678~", "17 9~", "19 12345678~", "27 90123456~", "35 789~",
		"40 12345678~", "48 ~", "50 x~",
	})
}

// TestOpenErrors has what cannot be opened, and that the error has the path.
func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	secret := put(t, dir, "secret.log", "x\n")
	assert.NoError(t, os.Chmod(secret, 0))
	for _, test := range []struct {
		name, path string
		o          Options
		is         error
		skip       bool
	}{
		{"missing", filepath.Join(dir, "none.log"), Options{}, fs.ErrNotExist, false},
		{"missing, with rotated files that are not there either", filepath.Join(dir, "none.log"), Options{Rotated: true}, fs.ErrNotExist, false},
		{"a directory", dir, Options{}, nil, false},
		{"a directory that is followed", dir, Options{Follow: true}, nil, false},
		{"no permission", secret, Options{}, fs.ErrPermission, os.Geteuid() == 0},
		{"no permission, followed", secret, Options{Follow: true}, fs.ErrPermission, os.Geteuid() == 0},
		{"the tail of standard input", "-", Options{Tail: 1}, nil, false},
		{"the tail of a device", os.DevNull, Options{Tail: 1}, nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.skip {
				t.Skip("root may read everything")
			}
			s, err := Open(test.path, test.o)
			if err == nil {
				_ = s.Close()
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), test.path) || test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// TestDamaged has what can be read of damaged files, then the error, and then the
// next file.
func TestDamaged(t *testing.T) {
	text := strings.Repeat("a line of some length\n", 10)
	packed := gzipped(t, text)
	for _, test := range []struct {
		name, content, want string
	}{
		{"cut in the header", packed[:5], "unexpected EOF"},
		{"cut in the content", packed[:len(packed)-12], "unexpected EOF"},
		{"cut in the checksum", packed[:len(packed)-3], "unexpected EOF"},
		{"a wrong checksum", packed[:len(packed)-8] + "12345678", "gzip: invalid checksum"},
		{"something behind", packed + "something else", "gzip: invalid header"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			bad := put(t, dir, "app.log.1.gz", test.content)
			lines := all(t, open(t, put(t, dir, "app.log", "live\n"), Options{Rotated: true}))
			n := len(lines)
			if n < 2 {
				t.Fatalf("the lines are %q", lines)
			}
			assert.EqualLines(t, "end", lines[n-2:], []string{"! read " + bad + ": " + test.want, "live"})
			if read := strings.Join(lines[:n-2], "\n"); !strings.HasPrefix(text, strings.TrimSuffix(read, "~")) {
				t.Errorf("read %q", read)
			}
			if whole := strings.Contains(test.name, "behind") || strings.Contains(test.name, "checksum"); whole {
				assert.Equal(t, "lines", n-2, 10)
			}
		})
	}
}

// TestEnd: what was at the end stays there, and a closed source says so.
func TestEnd(t *testing.T) {
	s := open(t, put(t, t.TempDir(), "app.log", "a\n"), Options{})
	assert.EqualLines(t, "lines", all(t, s), []string{"a"})
	assert.EqualLines(t, "lines at the end", all(t, s), nil)
	assert.NoError(t, s.Close())
	_, err := s.Next(t.Context())
	assert.Equal(t, "error", err, os.ErrClosed)
}

// TestContextEnded: the end of the context ends the reading, and loses nothing.
func TestContextEnded(t *testing.T) {
	s := open(t, put(t, t.TempDir(), "app.log", "a\nb"), Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Next(ctx)
	assert.Equal(t, "error", err, context.Canceled)
	assert.EqualLines(t, "lines", all(t, s), []string{"a", "b~"})
}

// TestNextAllocs: a line costs no memory.
func TestNextAllocs(t *testing.T) {
	race.Skip(t)
	path := put(t, t.TempDir(), "app.log", strings.Repeat("a line of some length\n", 100_000))
	s := open(t, path, Options{Follow: true})
	assert.Equal(t, "allocations", testing.AllocsPerRun(50_000, func() {
		if _, err := s.Next(context.Background()); err != nil {
			t.Error(err)
		}
	}), 0)
}

func BenchmarkNext(b *testing.B) {
	for _, size := range []int{50, 100, 200, 1000} {
		line := strings.Repeat("x", size-1) + "\n"
		content := strings.Repeat(line, (256<<20)/size)
		path := put(b, b.TempDir(), "app.log", content)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				s, err := Open(path, Options{})
				assert.NoError(b, err)
				for err == nil {
					_, err = s.Next(context.Background())
				}
				assert.Equal(b, "error", err, io.EOF)
				assert.NoError(b, s.Close())
			}
		})
	}
}
