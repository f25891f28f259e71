package logsource

// The rotated files of a log: which there are, in which order, and which of them are
// new since the last look. There are two kinds of names. A lasting one has a time in it
// and is given once, so the file is known by it. A number goes from file to file with
// each rotation, so there it takes the file itself to know it again.

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spanlog/spanlog/internal/archive"
)

// A rotated file is one that was moved away from the log, as its name says.
type rotated struct {
	path  string
	plain string // the path without ".gz", which stays when the file is compressed
	gz    bool
	info  fs.FileInfo
	rank
}

// same reports whether two looks have found the same file. A numbered name goes
// to another file with each rotation, and so does, sooner or later, the inode of a
// file that was deleted. The time of the last write is kept by those who compress.
func (r rotated) same(q rotated) bool {
	if !r.numbered || !q.numbered {
		return r.plain == q.plain
	}
	if !r.info.ModTime().Truncate(time.Microsecond).Equal(q.info.ModTime().Truncate(time.Microsecond)) {
		return false
	}
	return r.gz != q.gz || os.SameFile(r.info, q.info) && r.info.Size() == q.info.Size()
}

// known are the rotated files of an earlier look.
type known struct {
	plain    map[string]bool // lasting names
	numbered []rotated
}

// knowing is what is known after a look that has found these.
func knowing(list []rotated) known {
	k := known{plain: make(map[string]bool, len(list))}
	k.add(list)
	return k
}

func (k *known) add(list []rotated) {
	for _, r := range list {
		if r.numbered {
			k.numbered = append(k.numbered, r)
		} else {
			k.plain[r.plain] = true
		}
	}
}

// has reports whether a file was there at the look before, under this name or another.
func (k known) has(r rotated) bool {
	if r.numbered {
		return slices.ContainsFunc(k.numbered, r.same)
	}
	return k.plain[r.plain]
}

// without are those of a list that were not there at the look before.
func (k known) without(list []rotated) []rotated {
	return slices.DeleteFunc(slices.Clone(list), k.has)
}

// A listing is the rotated files of a log, the oldest first and each once.
type listing struct {
	files []rotated
	// moved reports that numbered files were moved all the time, so that some may
	// be missing.
	moved bool
	// whole is the time up to which no file with a lasting name is missing.
	whole time.Time
}

// maxScans is how often a directory is read until it does not change.
const maxScans = 10

// listRotated lists the rotated files of a log.
//
// In a directory that changes while it is read, a file may be missed that gets
// another name. So it is read until it is the same twice. If it never is, a file
// with a lasting name that was there from the beginning is in one of the last two
// readings at least, as it is compressed only once.
func listRotated(log string) (listing, error) {
	return settled(func() ([]rotated, error) { return scan(log) })
}

// settled is listRotated with the reading as an argument, for tests.
func settled(scan func() ([]rotated, error)) (listing, error) {
	var scans [][]rotated
	for n := 1; ; n++ {
		now, err := scan()
		if err != nil {
			return listing{}, err
		}
		scans = append(scans, now)
		if n >= 3 && identical(now, scans[n-2]) && identical(now, scans[n-3]) {
			return listing{files: now, whole: newest(now)}, nil
		}
		// A name with a time stays where it is but for the ".gz", so four readings are
		// enough to have it in one of the last two. Numbers move with each rotation.
		numbered := slices.ContainsFunc(now, func(r rotated) bool { return r.numbered })
		if n >= 4 && !numbered || n == maxScans {
			whole := newest(scans[:n-2]...)
			return listing{files: ordered(append(now, missing(scans[n-2], now)...)), moved: numbered, whole: whole}, nil
		}
	}
}

// identical reports whether two scans have found the same files under the same names.
func identical(a, b []rotated) bool {
	return slices.EqualFunc(a, b, func(r, q rotated) bool { return r.path == q.path && os.SameFile(r.info, q.info) })
}

// newest is the last time in a name of all scans. Numbers do not count.
func newest(scans ...[]rotated) (t time.Time) {
	for _, r := range slices.Concat(scans...) {
		if !r.numbered && r.time.After(t) {
			t = r.time
		}
	}
	return t
}

// old are the files of a listing without those that may have come to be while it
// was made, among which others may be missing.
func (l listing) old() []rotated {
	return slices.DeleteFunc(slices.Clone(l.files), func(r rotated) bool { return !r.numbered && r.time.After(l.whole) })
}

// missing are the files with lasting names that were there before.
func missing(before, now []rotated) []rotated {
	there := make(map[string]bool, len(now))
	for _, r := range now {
		there[r.plain] = true
	}
	return slices.DeleteFunc(before, func(r rotated) bool { return r.numbered || there[r.plain] })
}

// scan reads the directory once.
func scan(log string) ([]rotated, error) {
	absolute, err := filepath.Abs(log)
	if err != nil {
		return nil, err
	}
	ours, err := (&archive.Archive{Path: absolute}).Files()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	times := make(map[string]time.Time, len(ours))
	for _, f := range ours {
		times[strings.TrimSuffix(f.Path, gzSuffix)] = f.Time
	}
	dir := filepath.Dir(log)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found []rotated
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		plain, gz := strings.CutSuffix(path, gzSuffix)
		r := rotated{path: path, plain: plain, gz: gz}
		if t, ok := times[filepath.Join(filepath.Dir(absolute), filepath.Base(plain))]; ok {
			r.rank = rank{time: t}
		} else if r.rank, ok = parseRank(filepath.Base(log), filepath.Base(plain)); !ok {
			continue
		}
		if r.info, err = e.Info(); err != nil || !r.info.Mode().IsRegular() {
			continue // deleted since the directory was read, or something else
		}
		// On Windows the identity is found by the path, when it is first asked for.
		os.SameFile(r.info, r.info)
		found = append(found, r)
	}
	return ordered(found), nil
}

// ordered has the files in their order. Of one that is there plain and compressed,
// it keeps the plain one: the other may not be whole yet.
func ordered(files []rotated) []rotated {
	slices.SortFunc(files, func(r, q rotated) int {
		return cmp.Or(cmp.Compare(r.plain, q.plain), cmp.Compare(r.path, q.path))
	})
	files = slices.CompactFunc(files, func(r, q rotated) bool { return r.plain == q.plain })
	// A numbered file was last written to before those with lower numbers were,
	// whatever somebody has done to it since.
	slices.SortFunc(files, func(r, q rotated) int { return cmp.Compare(q.number, r.number) })
	var last time.Time
	for i := range files {
		if f := &files[i]; f.numbered {
			if f.time = f.info.ModTime(); f.time.Before(last) {
				f.time = last
			}
			last = f.time
		}
	}
	slices.SortFunc(files, func(r, q rotated) int {
		return cmp.Or(r.time.Compare(q.time), cmp.Compare(q.number, r.number), cmp.Compare(r.path, q.path))
	})
	return files
}
