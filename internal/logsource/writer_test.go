package logsource_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/logsource"
)

// An account holds what was read of several writers, who count their lines.
type account map[string]int

// add notes a line "writer n", which has to be the writer's next one.
func (a account) add(line logsource.Line) error {
	writer, number, _ := strings.Cut(string(line.Text), " ")
	n, err := strconv.Atoi(number)
	if err != nil || line.Torn || n != a[writer] {
		return fmt.Errorf("%s at %d: read %q (torn: %v), want number %d of %s", line.File, line.Offset, line.Text, line.Torn, a[writer], writer)
	}
	a[writer]++
	return nil
}

// follow reads a log from its first line on, until it has a number of lines of
// each writer.
func follow(t *testing.T, s *logsource.Source, lines int, writers ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	a := account{}
	for total := 0; total < lines*len(writers); total++ {
		line, err := s.Next(ctx)
		if err == nil {
			err = a.add(line)
		}
		if err != nil {
			t.Fatalf("after %v: %v", a, err)
		}
	}
	for _, w := range writers {
		if a[w] != lines {
			t.Errorf("read %d lines of %s, want %d", a[w], w, lines)
		}
	}
}

// TestFastWriter follows a log that gets 100,000 lines a second, in writes that end
// anywhere, and that is rotated 50 times a second.
func TestFastWriter(t *testing.T) {
	const lines, perTurn, turn = 100_000, 1000, 10 * time.Millisecond
	for _, test := range []struct {
		name   string
		rotate func(path string, n int) error
	}{
		{"spanlog's names", func(path string, n int) error {
			return os.Rename(path, strings.TrimSuffix(path, ".log")+fmt.Sprintf("-20261122T115700.%06dZ.log", n))
		}},
		{"numbers", func(path string, n int) error {
			for i := n; i > 0; i-- {
				if err := os.Rename(path+"."+strconv.Itoa(i), path+"."+strconv.Itoa(i+1)); err != nil {
					return err
				}
			}
			return os.Rename(path, path+".1")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "app.log")
			s, err := logsource.Open(path, logsource.Options{Follow: true})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			written := make(chan error, 1)
			go func() {
				written <- writeFast(path, lines, perTurn, turn, test.rotate)
			}()
			follow(t, s, lines, "w")
			if err := <-written; err != nil {
				t.Fatal(err)
			}
		})
	}
}

func writeFast(path string, lines, perTurn int, turn time.Duration, rotate func(string, int) error) error {
	var f *os.File
	var b bytes.Buffer
	ticker := time.NewTicker(turn)
	defer ticker.Stop()
	for n := 0; n < lines; n += perTurn {
		<-ticker.C
		if rotation := n / perTurn / 2; n/perTurn%2 == 0 {
			if f != nil {
				if err := errors.Join(rotate(path, rotation-1), f.Close()); err != nil {
					return err
				}
			}
			var err error
			if f, err = os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
				return err
			}
		}
		b.Reset()
		for i := range perTurn {
			fmt.Fprintf(&b, "w %d\n", n+i)
		}
		for b.Len() > 0 {
			if _, err := f.Write(b.Next(1000)); err != nil {
				return err
			}
		}
	}
	return f.Close()
}

// childPath tells a child process which log to write to.
const childPath = "SPANLOG_LOGSOURCE_CHILD"

const childLines = 100_000

// TestChild is the child process of TestFile.
func TestChild(t *testing.T) {
	path, name := os.Getenv(childPath), os.Getenv(childPath+"_NAME")
	if path == "" {
		t.Skip("for a child process")
	}
	format := spanlog.FormatFunc(func(b []byte, e *spanlog.Event) []byte { return append(append(b, e.Message...), '\n') })
	log, err := spanlog.New(nil, spanlog.File{Path: path, Format: format, MaxSize: 16 * spanlog.KiB, Compress: true})
	if err != nil {
		t.Fatal(err)
	}
	for n := range childLines {
		log.Log(t.Context(), slog.LevelInfo, fmt.Sprint(name, " ", n))
	}
	if err := log.Close(); err != nil {
		t.Error(err)
	}
}

// TestFile follows the log of other processes that write to a spanlog.File, which
// is rotated and compressed all the time, and reads it once more afterwards.
func TestFile(t *testing.T) {
	for _, writers := range [][]string{{"a"}, {"a", "b"}} {
		t.Run(fmt.Sprint(len(writers)), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "app.log")
			// Processes that have not noticed a rotation have time for it.
			s, err := logsource.Open(path, logsource.Options{Follow: true, Poll: time.Duration(len(writers)) * 100 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			children := []*exec.Cmd{}
			for _, w := range writers {
				child := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.timeout=60s")
				child.Env = append(os.Environ(), childPath+"="+path, childPath+"_NAME="+w)
				var out bytes.Buffer
				child.Stdout, child.Stderr = &out, &out
				if err := child.Start(); err != nil {
					t.Fatal(err)
				}
				children = append(children, child)
				defer child.Wait()
			}
			follow(t, s, childLines, writers...)
			for _, child := range children {
				if err := child.Wait(); err != nil {
					t.Errorf("%v\n%s", err, child.Stdout)
				}
			}
			again, err := logsource.Open(path, logsource.Options{Rotated: true})
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			follow(t, again, childLines, writers...)
			if line, err := again.Next(t.Context()); err != io.EOF {
				t.Errorf("at the end: read %q, %v", line.Text, err)
			}
		})
	}
}
