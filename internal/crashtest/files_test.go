//go:build unix

package crashtest

import (
	"cmp"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The names that files of a log have.
var (
	rotatedName = regexp.MustCompile(`^app-\d{8}T\d{6}\.\d{6}Z\.log(\.gz)?$`)
	movedName   = regexp.MustCompile(`^app\.moved-\d+$`)
)

const logName = "app.log"

// list returns the names of the log's files in their order, those that a test has
// moved last. What else is in the directory is a problem: nothing is left when
// the last process has closed the log, and no file is there both plain and
// compressed.
func (b *book) list(dir string) (names []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		b.wrong("%v", err)
		return nil
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case !e.Type().IsRegular():
			b.wrong("%s is not a regular file", name)
		case name == logName, rotatedName.MatchString(name), movedName.MatchString(name):
			names = append(names, name)
		default:
			b.wrong("%s is left behind", name)
		}
	}
	rank := func(name string) int {
		switch {
		case movedName.MatchString(name):
			return 2
		case name == logName:
			return 1
		}
		return 0
	}
	slices.SortFunc(names, func(m, n string) int { return cmp.Or(rank(m)-rank(n), strings.Compare(m, n)) })
	for i, name := range names {
		if i > 0 && name == names[i-1]+".gz" {
			b.wrong("%s is there, and %s as well", name, names[i-1])
		}
	}
	return names
}

// rotated is how many rotated files there are.
func rotated(t testing.TB, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]bool{} // a file may be there plain and compressed
	for _, e := range entries {
		if rotatedName.MatchString(e.Name()) {
			times[strings.TrimSuffix(e.Name(), ".gz")] = true
		}
	}
	return len(times)
}

// readDir adds all files of a log.
func (b *book) readDir(dir string) {
	for _, name := range b.list(dir) {
		b.readFile(dir, name)
	}
}

// readFile adds a file, compressed or not.
func (b *book) readFile(dir, name string) *page {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		b.wrong("%v", err)
		return b.newPage(name)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			b.wrong("%s: %v", name, err)
			return b.newPage(name)
		}
		r = z
	}
	return b.read(name, r)
}

// checkTiles demands that each stream's records on the pages follow one another
// without a gap, whatever the order of the pages: the order of files that were
// moved shows in nothing else.
func (b *book) checkTiles() {
	type tile struct {
		span
		page string
	}
	tiles := map[stream][]tile{}
	for _, p := range b.pages {
		for s, sp := range p.spans {
			tiles[s] = append(tiles[s], tile{*sp, p.name})
		}
	}
	for s, all := range tiles {
		slices.SortFunc(all, func(x, y tile) int { return x.first - y.first })
		next := 0
		for i, x := range all {
			if x.first != next {
				before := "the beginning"
				if i > 0 {
					before = all[i-1].page
				}
				b.wrong("order: %v goes from %s to %s, and from record %d to %d", s, before, x.page, next-1, x.first)
			}
			next = max(next, x.last+1)
		}
	}
}
