package archive

// Retention. By number and by size, the newest files are kept up to the first one
// that does not fit, whatever is behind it: so what is left is always the end of
// the log without a gap. By age, each file is judged for itself, for a copy or a
// clock may have given it any time. TestChooseProperties has any files and limits.

import (
	"os"
	"time"
)

// retain deletes what is not to be kept, and returns the rest. What cannot be
// deleted, now or ever, is not in the rest either: no younger file is deleted, and
// none is compressed, because an old one is in the way.
func (r *round) retain(files []File) []File {
	var size int64
	if info, err := os.Lstat(r.Path); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	drop, keep := r.choose(files, size, time.Now())
	for _, f := range drop {
		if r.ended() {
			break
		}
		r.note("deleting", f.Path, f.remove())
	}
	return keep
}

// choose says which files to delete and which to keep, each oldest first, beside
// a log of the given size. A file that is there both plain and compressed is one
// rotation: if half of it went, it might be the better half.
func (a *Archive) choose(files []File, size int64, now time.Time) (drop, keep []File) {
	old := func(f File) bool { return a.MaxAge > 0 && now.Sub(f.ModTime) > a.MaxAge }
	// From the newest back, one rotation after the other is kept while it fits.
	// What is too old takes no room.
	count, oldest := 0, len(files) // files from oldest on fit
	for end := oldest; end > 0; {
		begin, young := end, false
		for begin > 0 && files[begin-1].Time.Equal(files[end-1].Time) {
			begin--
			if f := files[begin]; !old(f) {
				size += f.Size
				young = true
			}
		}
		if young {
			count++
		}
		if a.MaxFiles > 0 && count > a.MaxFiles || a.MaxTotal > 0 && size > a.MaxTotal {
			break
		}
		oldest, end = begin, begin
	}
	for i, f := range files {
		if i < oldest || old(f) {
			drop = append(drop, f)
		} else {
			keep = append(keep, f)
		}
	}
	return drop, keep
}

// remove deletes the file. Only a plain one may have a writer, because one that
// is compressed was held until it had its name. What a writer still has is left for
// the next round: records in it would be gone.
func (f File) remove() error {
	if f.Compressed {
		return remove(f.Path)
	}
	h, err := hold(f.Path)
	if err != nil {
		return err
	}
	defer h.Close()
	return h.remove()
}
