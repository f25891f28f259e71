package archive

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestCompressContent: what is decompressed is what there was, byte for byte.
func TestCompressContent(t *testing.T) {
	random := make([]byte, 2*blockSize+1)
	source := rand.New(rand.NewPCG(3, 4))
	for i := range random {
		random[i] = byte(source.Uint32())
	}
	for _, test := range []struct{ name, content string }{
		{"empty", ""},
		{"a byte", "\x00"},
		{"a line", "{\"msg\":\"hello\"}\n"},
		{"a block", strings.Repeat("a", blockSize)},
		{"a byte less", strings.Repeat("a", blockSize-1)},
		{"a byte more", strings.Repeat("a", blockSize+1)},
		{"many blocks", strings.Repeat("0123456789", blockSize)},
		{"noise", string(random)},
		{"compressed already", zip(string(random))},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newArchive(t, "1= 2=b")
			a.Compress = true
			if err := os.WriteFile(a.path("1"), []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			mtime := time.Date(2026, 11, 25, 3, 26, 6, 0, time.UTC)
			if err := os.Chtimes(a.path("1"), time.Time{}, mtime); err != nil {
				t.Fatal(err)
			}
			tend(t, a)
			compressed := read(t, a.path("1.gz"))
			if got, err := unzip(compressed); err != nil || got != test.content {
				t.Errorf("got %d bytes and the error %v, want %d", len(got), err, len(test.content))
			}
			z, err := gzip.NewReader(strings.NewReader(compressed))
			if err != nil {
				t.Fatal(err)
			}
			assert.Equal(t, "name in the header", z.Name, "app-20261125T032601.123456Z.log")
			assert.Equal(t, "time in the header", z.ModTime.UTC(), mtime)
			info, err := os.Lstat(a.path("1.gz"))
			if err != nil {
				t.Fatal(err)
			}
			assert.Equal(t, "time of the file", info.ModTime().UTC(), mtime)
			if len(test.content) == len(random) && info.Size() > int64(len(random))+1000 {
				t.Errorf("it has grown to %d bytes", info.Size())
			}
			if _, err := os.Lstat(a.path("1")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the plain one: %v", err)
			}
		})
	}
}

// TestCompressNames: what a name has that a gzip header cannot is no obstacle.
func TestCompressNames(t *testing.T) {
	for _, test := range []struct{ log, want string }{
		{"app.log", "app-20261125T032601.123456Z.log"},
		{"größe.log", "größe-20261125T032601.123456Z.log"},
		{"журнал.log", ""},
		{"日志", ""},
		{".log", ".log-20261125T032601.123456Z"},
		{"a\xffb.log", ""},
	} {
		a := &Archive{Path: filepath.Join(t.TempDir(), test.log), Compress: true}
		if err := os.WriteFile(a.path("1"), []byte("a"), 0o600); err != nil {
			t.Logf("%q: %v", test.log, err) // the file system wants UTF-8
			continue
		}
		arrange(t, a, "2=b")
		tend(t, a)
		z, err := gzip.NewReader(strings.NewReader(read(t, a.path("1.gz"))))
		if err != nil {
			t.Fatal(err)
		}
		assert.Equal(t, test.log, z.Name, test.want)
		b, err := io.ReadAll(z)
		assert.Equal(t, test.log, string(b), "a")
		assert.Equal(t, test.log, err, nil)
	}
}

// TestCompressMode: nobody may read the compressed file who could not read the
// plain one, and nobody less, whatever the umask.
func TestCompressMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits")
	}
	for _, mode := range []fs.FileMode{0o600, 0o640, 0o644, 0o666, 0o660, 0o400, 0o440} {
		a := newArchive(t, "1=a 2=b")
		a.Compress = true
		if err := os.Chmod(a.path("1"), mode); err != nil {
			t.Fatal(err)
		}
		lstat := func(path string) fs.FileMode {
			info, err := os.Lstat(path)
			if err != nil {
				t.Fatal(err)
			}
			return info.Mode()
		}
		again, err := a.Tend(&meddling{countdown{t.Context(), 1e6}, 3, func() {
			assert.Equal(t, "mode at first", lstat(tempPath(a.path("1"))), 0o600)
		}})
		if again || err != nil {
			t.Errorf("got %v, %v", again, err)
		}
		assert.Equal(t, "mode", lstat(a.path("1.gz")), mode)
	}
}

// TestCompressGrowing: a file that somebody writes to without a lock is left.
func TestCompressGrowing(t *testing.T) {
	for _, test := range []struct{ name, more, want string }{
		{"longer", "more", "amore"},
		{"shorter", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newArchive(t, "1=a 2=b")
			a.Compress = true
			// ctx is asked before the file is opened, before its first block, and
			// then again.
			ctx := &meddling{countdown{t.Context(), 1e6}, 3, func() {
				var err error
				if test.more == "" {
					err = os.Truncate(a.path("1"), 0)
				} else {
					f, openErr := os.OpenFile(a.path("1"), os.O_APPEND|os.O_WRONLY, 0)
					if openErr != nil {
						t.Error(openErr)
						return
					}
					_, err = f.WriteString(test.more)
					err = errors.Join(err, f.Close())
				}
				if err != nil {
					t.Error(err)
				}
			}}
			again, err := a.Tend(ctx)
			if !again || err != nil {
				t.Errorf("got %v, %v", again, err)
			}
			assert.Equal(t, "files", show(t, a), "1="+test.want+" 2=b")
			tend(t, a)
			assert.Equal(t, "files in the end", show(t, a), "1.gz="+test.want+" 2=b")
		})
	}
}

// A meddling context does something when it is asked for the nth time.
type meddling struct {
	countdown
	n  int
	do func()
}

func (m *meddling) Err() error {
	if m.n--; m.n == 0 {
		m.do()
	}
	return m.countdown.Err()
}

// TestCompressReplaced: a file that takes the place of the plain one meanwhile is
// not deleted for it, and one that takes the place of the compressed one is not
// replaced.
func TestCompressReplaced(t *testing.T) {
	if !unlinkOpen {
		t.Skip("nothing can take the place of an open file")
	}
	a := newArchive(t, "1=a 2=b")
	a.Compress = true
	again, err := a.Tend(&meddling{countdown{t.Context(), 1e6}, 3, func() {
		if err := os.Rename(a.path("1"), a.path("moved")); err != nil {
			t.Error(err)
		}
		arrange(t, a, "1=other")
	}})
	if again || err != nil {
		t.Errorf("got %v, %v", again, err)
	}
	assert.Equal(t, "the plain one is replaced", show(t, a), "1.gz=a 1=other 2=b moved=a")

	a = newArchive(t, "1=a 2=b")
	a.Compress = true
	again, err = a.Tend(&meddling{countdown{t.Context(), 1e6}, 3, func() { arrange(t, a, "1.gz=raw:other") }})
	assert.Equal(t, "again", again, false)
	wantError(t, err, "compressing app-20261125T032601.", "exist")
	assert.Equal(t, "there is a compressed one", show(t, a), "1.gz=broken 1=a 2=b")

}

// TestCopyBlocks has readers and writers that fail.
func TestCopyBlocks(t *testing.T) {
	broken := errors.New("broken")
	for _, test := range []struct {
		name string
		from io.Reader
		to   io.Writer
		n    int64
		want error
	}{
		{"nothing", strings.NewReader(""), io.Discard, 0, nil},
		{"bytes one by one", iotest.OneByteReader(strings.NewReader("abc")), io.Discard, 3, nil},
		{"the end with the last byte", iotest.DataErrReader(strings.NewReader("abc")), io.Discard, 3, nil},
		{"a reader fails", iotest.ErrReader(broken), io.Discard, 0, broken},
		{"a reader fails later", io.MultiReader(strings.NewReader(strings.Repeat("a", blockSize)), iotest.ErrReader(broken)), io.Discard, blockSize, broken},
		{"a writer fails", strings.NewReader("abc"), failing{broken}, 0, broken},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := round{ctx: t.Context()}
			n, err := r.copyBlocks(test.to, test.from)
			assert.Equal(t, "bytes", n, test.n)
			assert.Equal(t, "error", err, test.want)
		})
	}
}

// A failing writer never writes.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestSameContent: two streams are the same, or it is found out.
func TestSameContent(t *testing.T) {
	broken := errors.New("broken")
	r := round{ctx: t.Context()}
	if err := r.sameContent(iotest.ErrReader(broken), strings.NewReader(zip("a"))); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	two := zip("a") + zip("b") // a gzip file may have more than one part
	if err := r.sameContent(strings.NewReader("ab"), strings.NewReader(two)); err != nil {
		t.Errorf("two parts: %v", err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.SampledFrom([]int{0, 1, 100, blockSize - 1, blockSize, blockSize + 1, 2 * blockSize}).Draw(rt, "size")
		content := bytes.Repeat([]byte("x"), n)
		z := []byte(zip(string(content)))
		if err := r.sameContent(bytes.NewReader(content), bytes.NewReader(z)); err != nil {
			rt.Fatalf("the same: %v", err)
		}
		if err := r.sameContent(bytes.NewReader(content), bytes.NewReader(z[:rapid.IntRange(0, len(z)-1).Draw(rt, "cut")])); err == nil {
			rt.Error("a truncated stream is taken for a whole one")
		}
		if err := r.sameContent(bytes.NewReader(append(content, 'y')), bytes.NewReader(z)); !errors.Is(err, errDiffers) {
			rt.Errorf("longer: %v", err)
		}
		if n > 0 {
			content[rapid.IntRange(0, n-1).Draw(rt, "at")] = 'y'
			if err := r.sameContent(bytes.NewReader(content), bytes.NewReader(z)); !errors.Is(err, errDiffers) {
				rt.Errorf("changed: %v", err)
			}
			if err := r.sameContent(bytes.NewReader(content[:n-1]), bytes.NewReader(z)); !errors.Is(err, errDiffers) {
				rt.Errorf("shorter: %v", err)
			}
		}
		// A flipped bit is seen, unless it is one that decompressing does not need.
		z[rapid.IntRange(0, len(z)-1).Draw(rt, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
		content = bytes.Repeat([]byte("x"), n)
		plain, unzipErr := unzip(string(z))
		err := r.sameContent(bytes.NewReader(content), bytes.NewReader(z))
		assert.Equal(rt, "the same, with a flipped bit", err == nil, unzipErr == nil && plain == string(content))
	})
}
