package archive

// How a rotated file is called. Whoever changes this changes what is found again:
// files of the old form are nobody's then, and are neither compressed nor deleted
// any more. Package logsource finds them by Archive.Files, so it follows; its doc,
// that of this package, File.MaxSize and docs/durability.md show the form.

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// stamp is how the time stands in a name, in UTC. It has no character that a
// file system refuses, and sorting it as text sorts it by time.
const stamp = "20060102T150405.000000Z"

// A kind is what a name says that a file is.
type kind int

const (
	foreign    kind = iota // not ours
	plain                  // rotated
	compressed             // rotated, and compressed
	temporary              // being compressed
)

// kinds are the ways in which a name of ours is made from the log's. The dot of
// a temporary file hides it from collectors, which follow *.log*.
var kinds = []struct {
	kind
	before, after string
}{
	{plain, "", ""},
	{compressed, "", gzSuffix},
	{temporary, ".", gzSuffix + ".tmp"},
}

// gzSuffix tells everybody, gunzip and collectors too, what is in the file.
const gzSuffix = ".gz"

// A naming is how the rotated files of one log are called.
type naming struct {
	dir    string
	prefix string // what stands before the time
	suffix string // and after it
}

// naming splits the log's name where the time goes. The dot of a dot file does
// not begin an extension. Nor does that of ".gz", because the rotated files of a
// log "app.gz" would look like the compressed ones of a log "app".
func (a *Archive) naming() (naming, error) {
	if !filepath.IsAbs(a.Path) {
		return naming{}, fmt.Errorf("path of the log %q is not absolute", a.Path)
	}
	base := filepath.Base(a.Path)
	ext := filepath.Ext(base)
	if ext == base || strings.EqualFold(ext, gzSuffix) {
		ext = ""
	}
	return naming{filepath.Dir(a.Path), strings.TrimSuffix(base, ext) + "-", ext}, nil
}

// rotated returns the path of a file that was moved aside at t.
func (n naming) rotated(t time.Time) (string, error) {
	base := n.prefix + t.UTC().Format(stamp) + n.suffix
	if _, k := n.parse(base); k != plain {
		return "", fmt.Errorf("time %v has no place in a file name: want a year of four digits", t)
	}
	return filepath.Join(n.dir, base), nil
}

// parse returns what a name in the log's directory says. The time has to be
// written exactly as we write it: otherwise the name is somebody else's.
func (n naming) parse(base string) (time.Time, kind) {
	for _, k := range kinds {
		rest, ok := strings.CutPrefix(base, k.before+n.prefix)
		if !ok {
			continue
		}
		if rest, ok = strings.CutSuffix(rest, n.suffix+k.after); !ok {
			continue
		}
		if t, err := time.Parse(stamp, rest); err == nil && t.Format(stamp) == rest {
			return t, k.kind
		}
	}
	return time.Time{}, foreign
}

// tempPath is where the file at path is compressed to.
func tempPath(path string) string {
	k := kinds[temporary-1]
	return filepath.Join(filepath.Dir(path), k.before+filepath.Base(path)+k.after)
}
