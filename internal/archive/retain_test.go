package archive

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestChoose has files of 10 bytes each, by number. Their age is as many hours as
// there are after them, counted from 0 for the newest.
func TestChoose(t *testing.T) {
	now := epoch.Add(1000 * time.Hour)
	for _, test := range []struct {
		name  string
		a     Archive
		files string // "1 2 2z" are three, of two times
		log   int64
		drop  string
	}{
		{"no limit", Archive{}, "1 2 3", 1e12, ""},
		{"no files", Archive{MaxFiles: 1, MaxAge: 1, MaxTotal: 1}, "", 10, ""},
		{"number", Archive{MaxFiles: 2}, "1 2z 3 4z 5", 10, "1 2z 3"},
		{"number, just so", Archive{MaxFiles: 3}, "1 2 3", 10, ""},
		{"number, with pairs", Archive{MaxFiles: 2}, "1 1z 2 2z 3 3z", 10, "1 1z"},
		{"negative number", Archive{MaxFiles: -1}, "1 2 3", 10, ""},
		{"age", Archive{MaxAge: 90 * time.Minute}, "1 2 3 4", 10, "1 2"},
		{"age, just so", Archive{MaxAge: 2 * time.Hour}, "1 2 3 4", 10, "1"},
		{"age, a pair", Archive{MaxAge: time.Hour}, "1 1z 2 3", 10, "1 1z"},
		{"age of all", Archive{MaxAge: time.Nanosecond}, "1 2 3", 10, "1 2"},
		{"negative age", Archive{MaxAge: -1}, "1 2 3", 10, ""},
		{"size", Archive{MaxTotal: 35}, "1 2 3", 10, "1"},
		{"size, just so", Archive{MaxTotal: 40}, "1 2 3", 10, ""},
		{"size, one byte less", Archive{MaxTotal: 39}, "1 2 3", 10, "1"},
		{"size, no log", Archive{MaxTotal: 30}, "1 2 3", 0, ""},
		{"size, the log is all", Archive{MaxTotal: 10}, "1 2 3", 10, "1 2 3"},
		{"size, the log is more", Archive{MaxTotal: 10}, "1 2 3", 1e12, "1 2 3"},
		{"size, a pair", Archive{MaxTotal: 39}, "1 2 2z 3", 10, "1 2 2z"},
		{"size, of what is too old as well", Archive{MaxTotal: 30, MaxAge: time.Hour}, "1 2 3", 10, "1"},
		{"number and size", Archive{MaxFiles: 2, MaxTotal: 20}, "1 2 3", 10, "1 2"},
		{"size and number", Archive{MaxFiles: 1, MaxTotal: 30}, "1 2 3", 10, "1 2"},
		{"number and age", Archive{MaxFiles: 3, MaxAge: time.Hour}, "1 2 3 4", 10, "1 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			names := strings.Fields(test.files)
			var files []File
			for i, name := range names {
				number, gz := strings.CutSuffix(name, "z")
				var n int
				if _, err := fmt.Sscan(number, &n); err != nil {
					t.Fatal(err)
				}
				age := time.Duration(int(names[len(names)-1][0]-'0')-n) * time.Hour
				files = append(files, File{
					Path: names[i], Time: epoch.Add(time.Duration(n)), Size: 10, ModTime: now.Add(-age), Compressed: gz,
				})
			}
			drop, keep := test.a.choose(files, test.log, now)
			assert.Equal(t, "dropped", paths(drop), test.drop)
			rest := " " + test.files + " "
			for name := range strings.FieldsSeq(test.drop) {
				rest = strings.Replace(rest, " "+name+" ", " ", 1)
			}
			assert.Equal(t, "kept", paths(keep), strings.TrimSpace(rest))
		})
	}
}

func paths(files []File) string {
	var all []string
	for _, f := range files {
		all = append(all, f.Path)
	}
	return strings.Join(all, " ")
}

// TestChooseAgeOutOfOrder: age is that of the file, not that of its name, and
// what is too old makes room for others.
func TestChooseAgeOutOfOrder(t *testing.T) {
	now := epoch.Add(time.Hour)
	files := []File{
		{Path: "1", Time: epoch, Size: 10, ModTime: now},
		{Path: "2", Time: epoch.Add(1), Size: 10, ModTime: epoch.Add(-day)},
		{Path: "3", Time: epoch.Add(2), Size: 10, ModTime: now.Add(day)}, // in the future
	}
	drop, keep := (&Archive{MaxAge: 2 * time.Hour, MaxFiles: 2, MaxTotal: 20}).choose(files, 0, now)
	assert.Equal(t, "dropped", paths(drop), "2")
	assert.Equal(t, "kept", paths(keep), "1 3")
}

// TestChooseProperties: what is kept is within all limits, every file is kept or
// dropped, and one more would have been too many.
func TestChooseProperties(t *testing.T) {
	now := epoch.Add(time.Hour)
	rapid.Check(t, func(rt *rapid.T) {
		a := Archive{
			MaxFiles: rapid.IntRange(0, 5).Draw(rt, "MaxFiles"),
			MaxAge:   time.Duration(rapid.IntRange(0, 5).Draw(rt, "MaxAge")),
			MaxTotal: rapid.Int64Range(0, 50).Draw(rt, "MaxTotal"),
		}
		log := rapid.Int64Range(0, 30).Draw(rt, "log")
		var files []File
		for i := range rapid.IntRange(0, 10).Draw(rt, "files") {
			files = append(files, File{
				Path: fmt.Sprint(i), Time: epoch.Add(time.Duration(i)), Size: rapid.Int64Range(0, 20).Draw(rt, "size"),
				ModTime: now.Add(-time.Duration(rapid.IntRange(0, 8).Draw(rt, "age"))),
			})
		}
		fits := func(files []File) bool {
			total := log
			for _, f := range files {
				total += f.Size
			}
			return (a.MaxFiles == 0 || len(files) <= a.MaxFiles) && (a.MaxTotal == 0 || total <= a.MaxTotal)
		}
		old := func(f File) bool { return a.MaxAge > 0 && now.Sub(f.ModTime) > a.MaxAge }
		drop, keep := a.choose(files, log, now)
		assert.Equal(rt, "number of files", len(drop)+len(keep), len(files))
		if len(keep) > 0 && !fits(keep) {
			rt.Errorf("%s do not fit", paths(keep))
		}
		for _, f := range keep {
			if old(f) {
				rt.Errorf("%s is too old", f.Path)
			}
		}
		for i := len(drop) - 1; i >= 0; i-- {
			if !old(drop[i]) {
				if fits(append([]File{drop[i]}, keep...)) {
					rt.Errorf("%s would have fitted to %s", drop[i].Path, paths(keep))
				}
				break
			}
		}
	})
}

// TestTendAge counts age from the last write, with whatever clock time.Now has.
func TestTendAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t, "1=a 2.gz=b 3=c log=x")
		a.MaxAge = time.Hour
		start := time.Now()
		for file, age := range map[string]time.Duration{"1": 50 * time.Minute, "2.gz": 40 * time.Minute, "3": 30 * time.Minute, "log": day} {
			if err := os.Chtimes(a.path(file), time.Time{}, start.Add(-age)); err != nil {
				t.Fatal(err)
			}
		}
		for _, step := range []struct {
			wait time.Duration
			want string
		}{
			{0, "1=a 2.gz=b 3=c log=x"},
			{10 * time.Minute, "1=a 2.gz=b 3=c log=x"},
			{time.Second, "2.gz=b 3=c log=x"},
			{10 * time.Minute, "3=c log=x"},
			{day, "log=x"},
		} {
			time.Sleep(step.wait)
			tend(t, a)
			assert.Equal(t, fmt.Sprint("after ", time.Since(start)), show(t, a), step.want)
		}
	})
}

// TestTendAgeCompressed: a compressed file is as old as what it was made of.
func TestTendAgeCompressed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t, "1=a 2=b log=x")
		a.Compress, a.MaxAge = true, time.Hour
		for _, file := range []string{"1", "2"} {
			if err := os.Chtimes(a.path(file), time.Time{}, time.Now().Add(-50*time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		tend(t, a)
		assert.Equal(t, "compressed", show(t, a), "1.gz=a 2=b log=x")
		time.Sleep(11 * time.Minute)
		tend(t, a)
		assert.Equal(t, "deleted", show(t, a), "log=x")
	})
}
