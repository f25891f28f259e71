package stdio

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/race"
)

// TestUnsyncable: what hides an error and what does not, on every system. The
// errors of real files are in sync_linux_test.go.
func TestUnsyncable(t *testing.T) {
	wrong := unsyncable[0]
	broken := errors.New("the disk is broken")
	for _, test := range []struct {
		name string
		err  error
		want bool
	}{
		{"no error", nil, false},
		{"the wrong kind of file", wrong, true},
		{"as Sync says it", &fs.PathError{Op: "sync", Path: "/dev/stdout", Err: wrong}, true},
		{"wrapped again", fmt.Errorf("flush: %w", &fs.PathError{Op: "sync", Path: "/dev/stdout", Err: wrong}), true},
		{"another error", broken, false},
		{"another error, as Sync says it", &fs.PathError{Op: "sync", Path: "/dev/stdout", Err: broken}, false},
		{"its text only", errors.New(wrong.Error()), false},
		{"input or output failed", &fs.PathError{Op: "sync", Path: "/dev/stdout", Err: syscall.EIO}, false},
		{"closed", &fs.PathError{Op: "sync", Path: "/dev/stdout", Err: os.ErrClosed}, false},
		{"two of the kind", errors.Join(wrong, fmt.Errorf("sync: %w", wrong)), true},
		{"one of two", errors.Join(wrong, broken), false},
		{"the other of two", errors.Join(broken, wrong), false},
		{"one of two, wrapped", fmt.Errorf("flush: %w", errors.Join(wrong, broken)), false},
		{"one of two in a format", fmt.Errorf("%w, %w", wrong, broken), false},
		{"none of none", joined(nil), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Unsyncable(test.err); got != test.want {
				t.Errorf("%v: got %v", test.err, got)
			}
		})
	}
}

// joined is an error of several, or of none.
type joined []error

func (joined) Error() string     { return "several" }
func (e joined) Unwrap() []error { return e }

// TestSyncFile: a regular file can be synced, and a closed one says that it is
// closed.
func TestSyncFile(t *testing.T) {
	f := create(t)
	assert.NoError(t, f.Sync())
	assert.NoError(t, f.Close())
	if err := f.Sync(); !errors.Is(err, os.ErrClosed) || Unsyncable(err) {
		t.Errorf("closed: %v, unsyncable %v", err, Unsyncable(err))
	}
}

// TestWriteFile: lines go to the end of what the file has been written, whichever
// way they go.
func TestWriteFile(t *testing.T) {
	f := create(t)
	one, two := Writer(f), Writer(f)
	for _, step := range []struct {
		w    io.Writer
		text string
	}{{one, "a\n"}, {two, "b\n"}, {f, "c\n"}, {one, ""}, {two, "d\n"}, {one, "e\n"}} {
		if n, err := step.w.Write([]byte(step.text)); n != len(step.text) || err != nil {
			t.Errorf("%q: got %d, %v", step.text, n, err)
		}
	}
	if got, err := os.ReadFile(f.Name()); string(got) != "a\nb\nc\nd\ne\n" || err != nil {
		t.Errorf("the file has %q, %v", got, err)
	}
}

// TestSameErrors: what cannot be written has the same error as from the file
// itself.
func TestSameErrors(t *testing.T) {
	closed := create(t)
	assert.NoError(t, closed.Close())
	readOnly, err := os.Open(os.DevNull)
	assert.NoError(t, err)
	defer readOnly.Close()
	for _, test := range []struct {
		name, text string
		file       *os.File
		want       error // nil if each system has its own
	}{
		{"closed", "a line\n", closed, os.ErrClosed},
		{"closed, nothing to write", "", closed, os.ErrClosed},
		{"read only", "a line\n", readOnly, nil},
		{"nil", "a line\n", nil, os.ErrInvalid},
		{"nil, nothing to write", "", nil, os.ErrInvalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			wantN, wantErr := test.file.Write([]byte(test.text))
			n, err := Writer(test.file).Write([]byte(test.text))
			if err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if n != wantN || fmt.Sprintf("%T %[1]v", err) != fmt.Sprintf("%T %[1]v", wantErr) {
				t.Errorf("got %d, %v; the file has %d, %v", n, err, wantN, wantErr)
			}
		})
	}
}

// TestClosedLater: a Writer made before the file was closed says so afterwards.
func TestClosedLater(t *testing.T) {
	f := create(t)
	w := Writer(f)
	assert.NoError(t, f.Close())
	var path *fs.PathError
	if n, err := w.Write([]byte("line\n")); n != 0 || !errors.Is(err, os.ErrClosed) || !errors.As(err, &path) || path.Path != f.Name() {
		t.Errorf("got %d, %v", n, err)
	}
}

// TestAllocs: a Write has no garbage.
func TestAllocs(t *testing.T) {
	race.Skip(t)
	line := []byte("a line of the log\n")
	for name, f := range map[string]*os.File{"file": create(t), "null": null(t)} {
		w := Writer(f)
		if n := testing.AllocsPerRun(1000, func() { _, _ = w.Write(line) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// BenchmarkWrite compares a Writer with the file itself.
func BenchmarkWrite(b *testing.B) {
	line := make([]byte, 200)
	for _, to := range []struct {
		name string
		open func(testing.TB) *os.File
	}{{"null", null}, {"file", create}} {
		for _, how := range []struct {
			name   string
			writer func(*os.File) io.Writer
		}{{"os.File", func(f *os.File) io.Writer { return f }}, {"Writer", Writer}} {
			b.Run(to.name+"/"+how.name, func(b *testing.B) {
				f := to.open(b)
				w := how.writer(f)
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if i%4096 == 0 && to.name == "file" { // it is not to fill the disk
						_, err := f.Seek(0, io.SeekStart)
						assert.NoError(b, err)
					}
					if _, err := w.Write(line); err != nil { // must would be a third of the time
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func create(t testing.TB) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	assert.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func null(t testing.TB) *os.File {
	t.Helper()
	f, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	assert.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}
