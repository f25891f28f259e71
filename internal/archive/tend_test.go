package archive

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestTend has what there is before and after, with every kind of thing that a
// dead process or somebody else may have left.
func TestTend(t *testing.T) {
	for _, test := range []struct {
		name, before string
		change       func(*Archive)
		after        string
		errs         []string // what the error's text has
	}{
		{name: "nothing", before: "", after: ""},
		{name: "only a log", before: "log=x", after: "log=x"},
		{name: "nothing to do", before: "1=a 2.gz=b 3=c log=x", after: "1=a 2.gz=b 3=c log=x"},
		{name: "no log", before: "1=a 2=b", change: compressing, after: "1.gz=a 2=b"},

		{name: "compress all but the newest", before: "1=a 2=b 3=c log=x", change: compressing, after: "1.gz=a 2.gz=b 3=c log=x"},
		{name: "compress the only one", before: "1=a log=x", change: compressing, after: "1=a log=x"},
		{name: "compress an empty one", before: "1= 2=b log=x", change: compressing, after: "1.gz= 2=b log=x"},
		{name: "compress between compressed ones", before: "1.gz=a 2=b 3.gz=c log=x", change: compressing, after: "1.gz=a 2.gz=b 3.gz=c log=x"},
		{name: "nothing to compress", before: "1.gz=a 2.gz=b log=x", change: compressing, after: "1.gz=a 2.gz=b log=x"},
		{name: "a directory is where it should go", before: "1=a 1.gz=/ 2=b 3=c", change: compressing, after: "1.gz=/ 1=a 2.gz=b 3=c",
			errs: []string{"compressing app-20261125T032601.123456Z.log: ", "exist"}},
		{name: "a directory is where it would be temporary", before: "1=a 1.tmp=/ 2=b 3=c", change: compressing, after: "1.tmp=/ 1=a 2.gz=b 3=c",
			errs: []string{"compressing app-20261125T032601.123456Z.log: ", "exist"}},
		{name: "directories of all our names", before: "1=/ 2.gz=/ 3.tmp=/ 4=d 5=e", change: func(a *Archive) { a.Compress, a.MaxFiles = true, 2 },
			after: "1=/ 2.gz=/ 3.tmp=/ 4.gz=d 5=e"},

		{name: "died with an empty temporary file", before: "1=a 1.tmp= 2=b", change: compressing, after: "1.gz=a 2=b"},
		{name: "died half-way", before: "1=a 1.tmp=half 2=b", change: compressing, after: "1.gz=a 2=b"},
		{name: "died half-way, compression is off now", before: "1=a 1.tmp=half 2=b", after: "1=a 2=b"},
		{name: "died before the rename", before: "1=a 1.tmp=whole 2=b", change: compressing, after: "1.gz=a 2=b"},
		{name: "died before the deletion", before: "1=a 1.gz=a 2=b", change: compressing, after: "1.gz=a 2=b"},
		{name: "died before the deletion, compression is off now", before: "1=a 1.gz=a 2=b", after: "1.gz=a 2=b"},
		{name: "died before the deletion of an empty one", before: "1= 1.gz= 2=b", after: "1.gz= 2=b"},
		{name: "died before the deletion of what is the newest now", before: "1=a 1.gz=a", after: "1.gz=a"},
		{name: "died after all was done", before: "1.gz=a 2=b", change: compressing, after: "1.gz=a 2=b"},
		{name: "temporary files of nothing", before: "1.tmp=a 2.tmp=b log=x", after: "log=x"},

		{name: "a pair that differs", before: "1=aa 1.gz=ab 2=b 3=c", change: compressing, after: "1.gz=ab 1=aa 2.gz=b 3=c",
			errs: []string{"comparing app-20261125T032601.123456Z.log: both it and app-20261125T032601.123456Z.log.gz are kept: their content is not the same"}},
		{name: "the compressed one has less", before: "1=aa 1.gz=a 2=b", after: "1.gz=a 1=aa 2=b", errs: []string{"not the same"}},
		{name: "the compressed one has more", before: "1=a 1.gz=aa 2=b", after: "1.gz=aa 1=a 2=b", errs: []string{"not the same"}},
		{name: "the compressed one is empty", before: "1=a 1.gz= 2=b", after: "1.gz= 1=a 2=b", errs: []string{"not the same"}},
		{name: "the compressed one lacks its last byte", before: "1=a 1.gz=cut:a 2=b", after: "1.gz=broken 1=a 2=b", errs: []string{"cannot be read: unexpected EOF"}},
		{name: "the compressed one is none", before: "1=a 1.gz=raw:a 2=b", after: "1.gz=broken 1=a 2=b", errs: []string{"cannot be read"}},
		{name: "the compressed one has no bytes", before: "1=a 1.gz=raw: 2=b", after: "1.gz=broken 1=a 2=b", errs: []string{"cannot be read: EOF"}},
		{name: "two pairs", before: "1=a 1.gz=x 2=b 2.gz=y 3=c 3.gz=c", after: "1.gz=x 1=a 2.gz=y 2=b 3.gz=c",
			errs: []string{"comparing app-20261125T032601.", "comparing app-20261125T032602."}},

		{name: "keep two", before: "1=a 2=b 3=c log=x", change: keeping(2), after: "2=b 3=c log=x"},
		{name: "keep two of compressed ones", before: "1.gz=a 2.gz=b 3.gz=c 4=d log=x", change: keeping(2), after: "3.gz=c 4=d log=x"},
		{name: "keep more than there are", before: "1=a 2=b log=x", change: keeping(3), after: "1=a 2=b log=x"},
		{name: "deleted before they are compressed", before: "1=a 1.gz=/ 2=b 3=c", change: func(a *Archive) { a.Compress, a.MaxFiles = true, 2 },
			after: "1.gz=/ 2.gz=b 3=c"}, // to compress the first would fail
		{name: "a pair is one file", before: "1=a 1.gz=x 2=b log=x", change: keeping(2), after: "1.gz=x 1=a 2=b log=x", errs: []string{"not the same"}},
		{name: "a pair goes together", before: "1=a 1.gz=x 2=b log=x", change: keeping(1), after: "2=b log=x", errs: []string{"not the same"}},
		{name: "a pair that was settled is one file", before: "1=a 2=b 2.gz=b 3=c log=x", change: keeping(2), after: "2.gz=b 3=c log=x"},
		{name: "no bytes for any", before: "1=a 2=b log=xx", change: func(a *Archive) { a.MaxTotal = 1 }, after: "log=xx"},
		{name: "bytes for one", before: "1=aaa 2=b log=xx", change: func(a *Archive) { a.MaxTotal = 3 }, after: "2=b log=xx"},
		{name: "bytes for all", before: "1=aaa 2=b log=xx", change: func(a *Archive) { a.MaxTotal = 6 }, after: "1=aaa 2=b log=xx"},
		{name: "bytes for all, without a log", before: "1=aaa 2=b", change: func(a *Archive) { a.MaxTotal = 4 }, after: "1=aaa 2=b"},
		{name: "the log is a directory", before: "1=aaa 2=b log=/", change: func(a *Archive) { a.MaxTotal = 4 }, after: "1=aaa 2=b log=/"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newArchive(t, test.before)
			if test.change != nil {
				test.change(a)
			}
			for _, round := range []string{"first", "second"} { // the second finds it all done
				again, err := a.Tend(t.Context())
				wantError(t, err, test.errs...)
				if test.errs == nil && err != nil && round == "first" {
					t.Errorf("got the error %v", err)
				}
				if all := strings.Join(test.errs, "\n"); err != nil && strings.Contains(err.Error(), "compressing") && !strings.Contains(all, "compressing") {
					t.Errorf("got the error %v", err) // that one was not to be tried
				}
				assert.Equal(t, "again", again, false)
				assert.Equal(t, round+" round", show(t, a), sorted(test.after))
				if strings.HasPrefix(test.name, "a pair goes together") {
					break // and with it the error
				}
			}
		})
	}
}

func compressing(a *Archive) { a.Compress = true }

func keeping(n int) func(*Archive) { return func(a *Archive) { a.MaxFiles = n } }

// TestTendLinks: links of our names are neither followed nor removed.
func TestTendLinks(t *testing.T) {
	const all = "1=->one 2.gz=->two 3.tmp=->three 4=d 4.gz=->four 5=->none 6=f 6.tmp=->six 7=g log=x"
	a := newArchive(t, "one=1 three=3 four=4 six=6")
	link(t, a.path("one"), a.path("probe"))
	if err := os.Remove(a.path("probe")); err != nil {
		t.Fatal(err)
	}
	arrange(t, a, all)
	a.Compress = true
	again, err := a.Tend(t.Context())
	assert.Equal(t, "again", again, false)
	wantError(t, err, "compressing app-20261125T032604.", "compressing app-20261125T032606.", "exist")
	assert.Equal(t, "compressed", show(t, a), sorted(all+" one=1 three=3 four=4 six=6"))

	a.MaxAge, a.MaxFiles, a.MaxTotal = 1, 1, 1
	past := time.Now().Add(-time.Hour)
	for _, file := range []string{"4", "6", "7"} {
		if err := os.Chtimes(a.path(file), past, past); err != nil {
			t.Fatal(err)
		}
	}
	if again, err := a.Tend(t.Context()); again || err != nil {
		t.Errorf("got %v, %v", again, err)
	}
	assert.Equal(t, "deleted", show(t, a), sorted("1=->one 2.gz=->two 3.tmp=->three 4.gz=->four 5=->none 6.tmp=->six log=x one=1 three=3 four=4 six=6"))
}

// TestTendChanges changes files after Tend has listed them, at its first question
// whether to go on.
func TestTendChanges(t *testing.T) {
	remove := func(a *Archive, short string) {
		if err := os.Remove(a.path(short)); err != nil {
			t.Error(err)
		}
	}
	for _, test := range []struct {
		name, before string
		max          Archive
		change       func(*Archive)
		after        string
		errs         []string
	}{
		{"one to compress is gone", "1=a 2=b 3=c", Archive{Compress: true}, func(a *Archive) { remove(a, "1") }, "2.gz=b 3=c", nil},
		{"one to delete is gone", "1=a 2=b 3=c", Archive{MaxFiles: 1}, func(a *Archive) { remove(a, "1") }, "3=c", nil},
		{"a compressed one to delete is gone", "1.gz=a 2=b 3=c", Archive{MaxFiles: 1}, func(a *Archive) { remove(a, "1.gz") }, "3=c", nil},
		{"a temporary one is gone", "1=a 1.tmp=b 2.tmp=c", Archive{}, func(a *Archive) { remove(a, "2.tmp") }, "1=a", nil},
		{"the plain one of a pair is gone, and counts no more", "1=a 2=bbb 2.gz=bbb", Archive{MaxTotal: int64(len(zip("bbb")) + 3)},
			func(a *Archive) { remove(a, "2") }, "1=a 2.gz=bbb", nil},
		{"the compressed one of a pair is gone", "1=a 1.gz=a 2=b", Archive{}, func(a *Archive) { remove(a, "1.gz") }, "1=a 2=b", nil},
		{"the compressed one of a pair is a link", "1=a 1.gz=a 2=b other.gz=a", Archive{Compress: true},
			func(a *Archive) { remove(a, "1.gz"); arrange(t, a, "1.gz=->other.gz") }, "1.gz=->other.gz 1=a 2=b other.gz=a", []string{"comparing app-20261125T032601."}},
		{"one to compress is a link", "1=a 2=b other=a", Archive{Compress: true},
			func(a *Archive) { remove(a, "1"); arrange(t, a, "1=->other") }, "1=->other 2=b other=a", []string{"compressing app-20261125T032601."}},
		{"one to delete is a link", "1=a 2=b other=a", Archive{MaxFiles: 1},
			func(a *Archive) { remove(a, "1"); arrange(t, a, "1=->other") }, "1=->other 2=b other=a", []string{"deleting app-20261125T032601."}},
		{"a compressed one to delete is a directory", "1.gz=a 2=b", Archive{MaxFiles: 1},
			func(a *Archive) { remove(a, "1.gz"); arrange(t, a, "1.gz=/") }, "1.gz=/ 2=b", []string{"deleting app-20261125T032601.", "is not a regular file"}},
		{"a temporary one is a directory", "1=a 1.tmp=b 2.tmp=c", Archive{},
			func(a *Archive) { remove(a, "2.tmp"); arrange(t, a, "2.tmp=/") }, "1=a 2.tmp=/", []string{"removing .app-20261125T032602.", "is not a regular file"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.Contains(test.name, "link") {
				t.Skip("links need a privilege")
			}
			a := newArchive(t, test.before)
			a.Compress, a.MaxFiles, a.MaxTotal = test.max.Compress, test.max.MaxFiles, test.max.MaxTotal
			again, err := a.Tend(&meddling{countdown{t.Context(), 1e6}, 1, func() { test.change(a) }})
			assert.Equal(t, "again", again, false)
			wantError(t, err, test.errs...)
			if test.errs == nil && err != nil {
				t.Errorf("got the error %v", err)
			}
			assert.Equal(t, "files", show(t, a), sorted(test.after))
		})
	}
}

// A countdown is a context that ends when it has been asked so many times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestTendCut ends Tend at each moment at which it asks whether to. Nothing is
// lost, no temporary file stays, and the next call does the rest.
func TestTendCut(t *testing.T) {
	big := strings.Repeat("0123456789abcdef", 2*blockSize/16+1) // three blocks
	before := fmt.Sprintf("0=old 1=%s 1.gz=%[1]s 2=%[1]s 3.tmp=x 4=d 5=e 5.gz=f 6=g log=x", big)
	after := fmt.Sprintf("1.gz=%s 2.gz=%[1]s 4.gz=d 5=e 5.gz=f 6=g log=x", big)
	for n := 0; ; n++ {
		a := newArchive(t, before)
		a.Compress, a.MaxFiles = true, 5
		again, err := a.Tend(&countdown{t.Context(), n})
		assert.Equal(t, "again", again, false)
		cut := errors.Is(err, context.Canceled)
		if err != nil && strings.Contains(err.Error(), errEnded.Error()) {
			t.Errorf("cut at %d: got %v", n, err)
		}
		for i, content := range []string{1: big, 2: big, 4: "d", 5: "e", 6: "g"} {
			if content == "" {
				continue
			}
			path := a.path(fmt.Sprint(i))
			b, err := os.ReadFile(path)
			got := string(b)
			if err != nil {
				got, err = unzip(read(t, path+".gz"))
			}
			if err != nil || got != content {
				t.Errorf("cut at %d: the content of file %d is not what it was: %v", n, i, err)
			}
		}
		temps, err := filepath.Glob(filepath.Join(filepath.Dir(a.Path), ".*"))
		if err != nil || len(temps) > 0 && (!cut || n > 0) {
			t.Errorf("cut at %d: got %v, %v", n, temps, err)
		}
		if _, err := a.Tend(t.Context()); err == nil || !strings.Contains(err.Error(), "not the same") || errors.Is(err, context.Canceled) {
			t.Errorf("the next call: got %v", err)
		}
		if show(t, a) != sorted(after) {
			t.Errorf("cut at %d: the next call has not done the rest", n)
		}
		if !cut {
			if n < 15 {
				t.Errorf("ctx was asked %d times only", n)
			}
			return
		}
	}
}

// TestTendCancelled: a cancelled ctx does nothing at all, and its error comes
// once.
func TestTendCancelled(t *testing.T) {
	const all = "0=a 0.gz=raw:x 1=a 1.gz=a 2=b 2.tmp=x 3=c 4.gz=d 5=e log=x"
	a := newArchive(t, all)
	a.Compress, a.MaxFiles = true, 2
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	again, err := a.Tend(ctx)
	if again || err == nil || err.Error() != context.Canceled.Error() || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", again, err)
	}
	assert.Equal(t, "files", show(t, a), sorted(strings.ReplaceAll(all, "raw:x", "broken")))
}
