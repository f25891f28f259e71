package logsource

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// churns are logs that are rotated after each line, as fast as that can be, and
// compressed soon after. So files get other names whatever a reader is just doing.
var churns = []struct {
	name        string
	generations int
	rotate      func(c *churn, n int) error
}{
	{"lasting names", 600, (*churn).aside},
	{"numbers", 100, (*churn).shift},
}

// TestChurnFollow follows such a log.
func TestChurnFollow(t *testing.T) {
	for _, test := range churns {
		t.Run(test.name, func(t *testing.T) {
			c := newChurn(t)
			s := open(t, c.path, Options{Follow: true, Poll: time.Millisecond})
			done := c.start(test.generations, test.rotate)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			for n := range test.generations {
				line, err := s.Next(ctx)
				assert.NoError(t, err)
				if want := fmt.Sprint(n); shown(line) != want {
					t.Fatalf("got %q of %s, want %q", shown(line), line.File, want)
				}
			}
			assert.NoError(t, <-done)
		})
	}
}

// TestChurnOnce reads all that there is of such a log, again and again.
func TestChurnOnce(t *testing.T) {
	for _, test := range churns {
		t.Run(test.name, func(t *testing.T) {
			c := newChurn(t)
			done := c.start(test.generations, test.rotate)
			var want []string
			for len(want) < test.generations {
				least := int(c.written.Load())
				if least == 0 {
					continue
				}
				s := open(t, c.path, Options{Rotated: true})
				got := all(t, s)
				assert.NoError(t, s.Close())
				if len(got) < least {
					t.Fatalf("read %d lines, and there are %d", len(got), least)
				}
				for len(want) < len(got) {
					want = append(want, fmt.Sprint(len(want)))
				}
				assert.EqualLines(t, "lines", got, want)
			}
			assert.NoError(t, <-done)
		})
	}
}

// A churn is a log that is rotated all the time.
type churn struct {
	path    string
	z       *gzip.Writer
	written atomic.Int32
}

func newChurn(t *testing.T) *churn {
	return &churn{path: filepath.Join(t.TempDir(), "app.log"), z: gzip.NewWriter(nil)}
}

func (c *churn) start(generations int, rotate func(*churn, int) error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- c.run(generations, rotate) }()
	return done
}

func (c *churn) run(generations int, rotate func(*churn, int) error) error {
	for n := range generations {
		if err := os.WriteFile(c.path, fmt.Append(nil, n, "\n"), 0o600); err != nil {
			return err
		}
		c.written.Add(1)
		if n == generations-1 {
			break
		}
		if err := rotate(c, n); err != nil {
			return err
		}
	}
	return nil
}

// aside moves the log to a lasting name, and compresses the one before.
func (c *churn) aside(n int) error {
	name := func(n int) string {
		return filepath.Join(filepath.Dir(c.path), fmt.Sprintf("app-20261122T115700.%06dZ.log", n))
	}
	if err := os.Rename(c.path, name(n)); err != nil || n == 0 {
		return err
	}
	return c.compress(name(n-1), name(n-1)+".gz")
}

// shift moves the log to number 1, and compresses what gets number 2.
func (c *churn) shift(n int) error {
	name := func(n int) string { return fmt.Sprint(c.path, ".", n) }
	for i := n; i > 1; i-- {
		if err := os.Rename(name(i)+".gz", name(i+1)+".gz"); err != nil {
			return err
		}
	}
	if n > 0 {
		if err := os.Rename(name(1), name(2)); err != nil {
			return err
		}
		if err := c.compress(name(2), name(2)+".gz"); err != nil {
			return err
		}
	}
	time.Sleep(2 * time.Millisecond) // or else the numbers would never be the same for two looks
	return os.Rename(c.path, name(1))
}

func (c *churn) compress(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	c.z.Reset(&packed)
	_, err = c.z.Write(b)
	return errors.Join(
		err, c.z.Close(),
		os.WriteFile(to, packed.Bytes(), 0o600), os.Chtimes(to, time.Time{}, info.ModTime()), os.Remove(from),
	)
}
