package spanlog_test

import (
	"fmt"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A sourceSize is how many lines of a file, or of several, have code, and how many a comment.
// A line may have both.
type sourceSize struct{ code, comments, lines int }

// commentShare is the share of lines with a comment in those that are not blank, in per cent.
func (s sourceSize) commentShare() float64 { return 100 * float64(s.comments) / float64(s.lines) }

// TestSourceSizes: no file has more code than one can hold in mind, and the code that programs link says why it is as it
// is: see the conventions in CONTRIBUTING.md.
func TestSourceSizes(t *testing.T) {
	const most, least, tooMuch = 400, 25, 35
	var all sourceSize
	byPackage := make(map[string]sourceSize)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != "." && (name[0] == '.' || name == "testdata" || name == "node_modules") {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		s, err := sizeOf(path)
		if err != nil {
			return err
		}
		if s.code > most {
			t.Errorf("%s has %d lines of code, want %d at most", path, s.code, most)
		}
		switch dir := filepath.Dir(path); {
		case strings.HasSuffix(path, "_test.go"):
		case strings.HasPrefix(dir, "examples"), strings.HasPrefix(dir, "benchmarks"), strings.HasPrefix(dir, "e2e"):
		default:
			p := byPackage[dir]
			byPackage[dir] = p.plus(s)
			all = all.plus(s)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if share := all.commentShare(); share < least || share > tooMuch {
		t.Errorf("%.1f %% of the lines have comments, want %d to %d", share, least, tooMuch)
		for dir, s := range byPackage {
			t.Logf("%s: %.1f %% of %d", dir, s.commentShare(), s.lines)
		}
	}
}

func (s sourceSize) plus(other sourceSize) sourceSize {
	return sourceSize{s.code + other.code, s.comments + other.comments, s.lines + other.lines}
}

// sizeOf counts the lines of a file by its tokens, so that what looks like a comment within a string is none.
func sizeOf(path string) (size sourceSize, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return size, err
	}
	fset := token.NewFileSet()
	file := fset.AddFile(path, -1, len(text))
	var s scanner.Scanner
	s.Init(file, text, func(at token.Position, msg string) { err = fmt.Errorf("%s: %s", at, msg) }, scanner.ScanComments)
	code, comments := make(map[int]bool), make(map[int]bool)
	for {
		pos, tok, literal := s.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.SEMICOLON && literal == "\n" {
			continue // the end of a line
		}
		first := file.Line(pos)
		for line := first; line <= first+strings.Count(literal, "\n"); line++ {
			if tok == token.COMMENT {
				comments[line] = true
			} else {
				code[line] = true
			}
		}
	}
	size = sourceSize{code: len(code), comments: len(comments), lines: len(code)}
	for line := range comments {
		if !code[line] {
			size.lines++
		}
	}
	return size, err
}

// TestSizeOf tries what TestSourceSizes goes by.
func TestSizeOf(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.go")
	for _, c := range []struct {
		text string
		want sourceSize
	}{
		{"package a\n", sourceSize{1, 0, 1}},
		{"// Package a.\npackage a // a\n\n", sourceSize{1, 2, 2}},
		{"package a\n\nvar s = `\n// no comment\n`\n", sourceSize{4, 0, 4}},
		{"package a\n\n/* one\n\nthree */\n", sourceSize{1, 3, 4}},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := sizeOf(path)
		if err != nil || got != c.want {
			t.Errorf("%q: got %+v, %v, want %+v", c.text, got, err, c.want)
		}
	}
}
