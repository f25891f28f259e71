package archive

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestTendMeanwhile has files moved aside while others are compressed: each is
// there in the end, in order.
func TestTendMeanwhile(t *testing.T) {
	a := newArchive(t, "")
	a.Compress = true
	const n = 100
	moved := make(chan error, 1)
	go func() {
		for i := range n {
			err := os.WriteFile(a.Path, []byte(fmt.Sprintln(i)), 0o600)
			if err == nil {
				_, err = a.MoveAside(epoch)
			}
			if err != nil {
				moved <- err
				return
			}
		}
		close(moved)
	}()
	for done := false; !done; {
		select {
		case err := <-moved:
			if err != nil {
				t.Fatal(err)
			}
			done = true
		default:
		}
		tend(t, a) // once more after the last
	}
	files, err := a.Files()
	if err != nil {
		t.Fatal(err)
	}
	assert.Equal(t, "number of files", len(files), n)
	for i, f := range files {
		content := read(t, f.Path)
		if f.Compressed != (i < n-1) {
			t.Errorf("%s: compressed is %v", f.Path, f.Compressed)
		}
		if f.Compressed {
			if content, err = unzip(content); err != nil {
				t.Fatal(err)
			}
		}
		assert.Equal(t, f.Path, content, fmt.Sprintln(i))
	}
}

// TestNothingLost: with the clock going any way, writers that hold files, rounds
// that are cut off and processes that die, what was written is there, once and in
// order.
func TestNothingLost(t *testing.T) {
	root := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(root, "")
		if err != nil {
			rt.Fatal(err)
		}
		a := &Archive{Path: filepath.Join(dir, "app.log"), Compress: rapid.Bool().Draw(rt, "compress")}
		now, written, line := epoch, "", 0
		random := rand.New(rand.NewPCG(1, 2)) // for what does not compress
		check := func(err error) {
			if err != nil {
				rt.Fatal(err)
			}
		}
		files := func() []File {
			files, err := a.Files()
			check(err)
			return files
		}
		rt.Repeat(map[string]func(*rapid.T){
			"write": func(rt *rapid.T) {
				line++
				text := fmt.Sprintf("%d %x\n", line, random.Uint64())
				written += text
				f, err := os.OpenFile(a.Path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
				check(err)
				_, err = f.WriteString(text)
				check(errors.Join(err, f.Close()))
			},
			"rotate": func(rt *rapid.T) {
				now = now.Add(time.Duration(rapid.Int64Range(-3, 3).Draw(rt, "µs")) * time.Microsecond)
				path, err := a.MoveAside(now)
				if errors.Is(err, os.ErrNotExist) {
					return // nothing was written
				}
				check(err)
				if rapid.IntRange(0, 3).Draw(rt, "back") == 0 {
					check(a.MoveBack(path))
				}
			},
			"tend": func(rt *rapid.T) {
				again, err := a.Tend(t.Context())
				check(err)
				assert.Equal(rt, "again", again, false)
			},
			"tend, but not to the end": func(rt *rapid.T) {
				_, err := a.Tend(&countdown{t.Context(), rapid.IntRange(0, 10).Draw(rt, "asked")})
				if err != nil && !errors.Is(err, context.Canceled) {
					rt.Fatal(err)
				}
			},
			"die while compressing": func(rt *rapid.T) {
				files := files()
				if len(files) == 0 {
					return
				}
				f := files[rapid.IntRange(0, len(files)-1).Draw(rt, "file")]
				if f.Compressed {
					return
				}
				content, err := os.ReadFile(f.Path)
				check(err)
				z := zip(string(content))
				if n := rapid.IntRange(0, len(z)).Draw(rt, "bytes"); n < len(z) {
					check(os.WriteFile(tempPath(f.Path), []byte(z[:n]), 0o600))
				} else {
					check(os.WriteFile(f.Path+".gz", []byte(z), 0o600))
				}
			},
			"": func(rt *rapid.T) {
				var got strings.Builder
				all := files()
				for i, f := range all {
					b, err := os.ReadFile(f.Path)
					check(err)
					content := string(b)
					if f.Compressed {
						if i > 0 && all[i-1].Time.Equal(f.Time) {
							continue
						}
						content, err = unzip(content)
						check(err)
					}
					got.WriteString(content)
				}
				b, err := os.ReadFile(a.Path)
				if !errors.Is(err, os.ErrNotExist) {
					check(err)
				}
				if got.String()+string(b) != written {
					rt.Fatalf("got %q and %q, want %q", got.String(), b, written)
				}
			},
		})
		// In the end, all is tidy.
		_, err = a.Tend(t.Context())
		check(err)
		all := files()
		for i, f := range all {
			if a.Compress && i < len(all)-1 && !f.Compressed {
				rt.Errorf("%s is not compressed", f.Path)
			}
		}
		entries, err := os.ReadDir(dir)
		check(err)
		if extra := len(entries) - len(all); extra > 1 {
			rt.Errorf("there is more: %v", entries)
		}
	})
}
