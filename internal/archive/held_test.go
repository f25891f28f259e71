package archive

import (
	"errors"
	"os"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestTendHeld: what a writer has open is left until it has closed it, and no
// other file suffers for it.
func TestTendHeld(t *testing.T) {
	for _, test := range []struct {
		name, before, held string
		change             func(*Archive)
		while, after       string
	}{
		{"compression", "1=a 2=b 3=c", "1", compressing, "1=a 2.gz=b 3=c", "1.gz=a 2.gz=b 3=c"},
		{"deletion by number", "1=a 2=b 3=c", "1", keeping(2), "1=a 2=b 3=c", "2=b 3=c"},
		{"deletion by size", "1=a 2=b 3=c", "1", func(a *Archive) { a.MaxTotal = 2 }, "1=a 2=b 3=c", "2=b 3=c"},
		{"deletion, and compression of the rest", "1=a 2=b 3=c 4=d", "2", func(a *Archive) { a.Compress, a.MaxFiles = true, 2 }, "2=b 3.gz=c 4=d", "3.gz=c 4=d"},
		{"deletion of one of a pair", "1=a 1.gz=a 2=b", "1", func(*Archive) {}, "1=a 1.gz=a 2=b", "1.gz=a 2=b"},
		{"a pair is not compressed again", "1=a 1.gz=a 2=b", "1", compressing, "1=a 1.gz=a 2=b", "1.gz=a 2=b"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newArchive(t, test.before)
			test.change(a)
			done := writing(t, a.path(test.held))
			for range 2 {
				again, err := a.Tend(t.Context())
				if !again || err != nil {
					t.Errorf("while it is held: got %v, %v", again, err)
				}
				assert.Equal(t, "while it is held", show(t, a), sorted(test.while))
			}
			done()
			tend(t, a)
			assert.Equal(t, "after", show(t, a), sorted(test.after))
		})
	}
}

// TestTendHeldNewest: a file that is neither to be compressed nor to be deleted
// may have writers.
func TestTendHeldNewest(t *testing.T) {
	a := newArchive(t, "1=a 2=b log=x")
	a.Compress, a.MaxFiles = true, 2
	writing(t, a.path("2"))
	writing(t, a.path("log"))
	tend(t, a)
	assert.Equal(t, "files", show(t, a), "1.gz=a 2=b log=x")
}

// TestHold: what the name leads to is ours only if it is the listed kind of file.
func TestHold(t *testing.T) {
	a := newArchive(t, "1=a 2=/")
	link(t, a.path("1"), a.path("3"))
	h, err := hold(a.path("1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, short := range []string{"2", "3", "4"} {
		if f, err := hold(a.path(short)); err == nil {
			f.Close()
			t.Errorf("%s is held", short)
		} else if short == "4" && !errors.Is(err, errGone) {
			t.Errorf("%s: got %v", short, err)
		}
	}
	// The name comes to be that of another file: that one stays.
	if unlinkOpen {
		if err := os.Rename(a.path("1"), a.path("moved")); err != nil {
			t.Fatal(err)
		}
		arrange(t, a, "1=other")
		if err := h.remove(); !errors.Is(err, errGone) {
			t.Errorf("got %v", err)
		}
		assert.Equal(t, "other file", read(t, a.path("1")), "other")
		// Then there is none of that name.
		if err := os.Remove(a.path("1")); err != nil {
			t.Fatal(err)
		}
		if err := h.remove(); !errors.Is(err, errGone) {
			t.Errorf("got %v", err)
		}
		assert.Equal(t, "the file itself", read(t, a.path("moved")), "a")
	}
	h.Close()
	if err := remove(a.path("4")); !errors.Is(err, errGone) {
		t.Errorf("got %v", err)
	}
	wantError(t, remove(a.path("2")), "is not a regular file")
	wantError(t, remove(a.path("3")), "is not a regular file")
}
