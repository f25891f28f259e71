package journal

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestCutOff loads a journal that ends anywhere. What is there is found, what is
// not is counted as at least one.
func TestCutOff(t *testing.T) {
	f, _ := stale(t)
	f.to(MinCapacity-2504).add(1000, 1000, 1000, 1000, 1000) // around the end
	n := f.next - 5
	f.begin(2)
	b := fileBytes(t, f.j)
	s := newScratch(t)
	var sizes []int
	for size := 0; size < len(b); size += 512 {
		sizes = append(sizes, size, size+1, size+7, size+505)
	}
	for size := range 2 * staticHeaderSize {
		sizes = append(sizes, size)
	}
	for _, size := range append(sizes, slotAt+8, slotAt+slotSize-1, slotAt+slotSize, slotCopyAt+slotSize-1, slotCopyAt+slotSize) {
		what := fmt.Sprintf("%d of %d bytes", size, len(b))
		if size == 0 {
			assert.Equal(t, what, s.describe(t, b[:size]), "") // as a new file is
			continue
		}
		if size < staticHeaderSize {
			// Of the last word, the bytes that are cut off may be zeros anyway.
			if got := s.describe(t, b[:size]); got != "damaged" && size <= staticHeaderSize-wordSize {
				t.Fatalf("%s: got %q", what, got)
			}
			continue
		}
		_, p, err := s.load(t, b[:size])
		assert.NoError(t, err)
		if p.Lost+p.BegunLost == 0 {
			t.Fatalf("%s: nothing is lost", what)
		}
		if p.Again && size >= slotCopyAt+slotSize {
			t.Fatalf("%s: the checkpoints are there, and not believed", what)
		}
		var want []string
		for i, l := range f.lines {
			end := f.place(n+i) + recordHeader + len(l)
			if end > len(b) {
				end = len(b) // and around to the ring's beginning, which is there
			}
			if end <= size {
				want = append(want, fmt.Sprint(n+i))
			}
		}
		if size < headerSize {
			want = nil
		}
		var got []string
		for _, r := range append(p.Begun, p.Rest...) {
			got = append(got, fmt.Sprint(number(r.Line)))
		}
		assert.Equal(t, what, strings.Join(got, " "), strings.Join(want, " "))
	}
}

// TestOtherFiles loads what is no journal, or none of ours.
func TestOtherFiles(t *testing.T) {
	journal := fileBytes(t, fill(t, newJournal(t, MinCapacity)).add(30, 40, 50).j)
	changed := func(f func(b []byte)) []byte {
		b := bytes.Clone(journal)
		f(b)
		return b
	}
	headed := func(h header, size int) []byte {
		b := make([]byte, size)
		e := h.encode()
		copy(b, e[:])
		return b
	}
	random := make([]byte, len(journal))
	r := rand.New(rand.NewPCG(41, 43))
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	for _, tt := range []struct {
		name string
		b    []byte
		want string
	}{
		{"the journal itself", journal, "1 2 3"},
		{"longer than it was made", append(bytes.Clone(journal), random...), "1 2 3"},
		{"empty", nil, ""},
		{"one byte", []byte{'{'}, "damaged"},
		{"a zero", make([]byte, 1), "damaged"},
		{"almost a page of zeros", make([]byte, headerSize-1), "damaged"},
		{"a page of zeros", make([]byte, headerSize), ""},
		{"zeros", make([]byte, len(journal)), ""},
		{"zeros, and an odd number", make([]byte, len(journal)+12345), ""},
		{"random bytes", random, "damaged"},
		{"a line of a log", []byte(`{"time":"2026-11-22T11:57:00Z","level":"INFO","msg":"hello"}` + "\n"), "damaged"},
		{"the magic alone", []byte(magic), "damaged"},
		{"the magic and zeros", append([]byte(magic), make([]byte, len(journal))...), "damaged"},
		{"another version", changed(func(b []byte) {
			b[7], b[headerCopyAt+7] = '2', '2'
		}), "damaged"},
		{"another version, with its checksum", changed(func(b []byte) {
			for _, h := range [][]byte{b, b[headerCopyAt:]} {
				h[7] = '2'
				order.PutUint64(h[24:], uint64(Checksum(h[:24])))
			}
		}), "damaged"},
		{"a page of zeros before a ring of records", changed(func(b []byte) { clear(b[:headerSize]) }), "damaged"},
		{"no header before a ring of records", changed(func(b []byte) {
			clear(b[headerAt:staticHeaderSize])
			clear(b[headerCopyAt:][:staticHeaderSize])
		}), "damaged"},
		{"zeros, and text behind the first page", changed(func(b []byte) {
			clear(b)
			copy(b[headerSize+40_000:], "somebody else's")
		}), "damaged"},
		{"zeros, and text in the first page", changed(func(b []byte) {
			clear(b)
			copy(b[300:], "somebody else's")
		}), "damaged"},
		{"a header, nothing else", headed(header{capacity: MinCapacity}, staticHeaderSize), "-1 again"},
		{"a header and zeros", headed(header{capacity: MinCapacity}, headerSize+MinCapacity), "again"},
		{"a ring too small", headed(header{capacity: MinCapacity - 8}, len(journal)), "damaged"},
		{"a ring of odd size", headed(header{capacity: MinCapacity + 4}, len(journal)), "damaged"},
		{"a ring too large", headed(header{capacity: MaxCapacity + 8}, len(journal)), "damaged"},
		{"a ring beyond all memory", headed(header{capacity: 1 << 62}, len(journal)), "damaged"},
		{"no ring", headed(header{}, len(journal)), "damaged"},
	} {
		s := newScratch(t)
		assert.Equal(t, tt.name, s.describe(t, tt.b), tt.want)
		if got := fileBytes(t, s.j); !bytes.Equal(got, tt.b) {
			t.Errorf("%s: Load has changed the file", tt.name)
		}
		// Whatever it was, a journal can be made of it.
		if err := s.j.Map(MinCapacity); !errors.Is(err, ErrNoMap) {
			assert.NoError(t, err)
			assert.NoError(t, s.j.Append(line(1, 20)))
			drop(s.j)
			j, p := reopen(t, s.j)
			assert.Equal(t, tt.name+", mapped", describe(p, nil), "1")
			drop(j)
		}
	}
}

// TestHugeFile has a file of the size of a thousand rings, and no header.
func TestHugeFile(t *testing.T) {
	s := newScratch(t)
	if err := s.j.file.Truncate(headerSize + MaxCapacity + 1); err != nil {
		t.Skip("no such file here:", err)
	}
	_, p, err := s.again()
	assert.Equal(t, "zeros", describe(p, err), "damaged")
}

// TestLoadFails has errors of the system come through.
func TestLoadFails(t *testing.T) {
	j := acquire(t, filepath.Join(t.TempDir(), "journal"))
	drop(j)
	if _, err := j.Load(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Load of a closed file has the error %v", err)
	}
	if j.InPlace() {
		t.Error("a closed file is in place")
	}
	if err := j.Map(MinCapacity); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Map of a closed file has the error %v", err)
	}
	if err := j.Begin(Intent{}, 0); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Begin in a closed file has the error %v", err)
	}
	if err := j.Close(true); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Close of a closed file has the error %v", err)
	}
}

// TestSetAside shows that a damaged file keeps its bytes, and its name and time,
// and that the next journal begins anew.
func TestSetAside(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no open file can be renamed here")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, ".app.log.journal")
	damaged := []byte("not a journal, but not worthless either\n")
	assert.NoError(t, os.WriteFile(path, damaged, 0o600))
	synctest.Test(t, func(t *testing.T) { // at midnight of the year 2000
		j := acquire(t, path)
		if _, err := j.Load(); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), path) {
			t.Fatalf("Load has the error %v", err)
		}
		name, err := j.SetAside()
		assert.NoError(t, err)
		assert.Equal(t, "its name", name, path+".damaged-20000101T000000.000000Z")
		if j.InPlace() {
			t.Error("it is in place still")
		}
		assert.NoError(t, j.Close(true)) // and takes nothing away
		b, err := os.ReadFile(name)
		assert.NoError(t, err)
		assert.Equal(t, "its bytes", string(b), string(damaged))

		j = acquire(t, path)
		p, err := j.Load()
		assert.Equal(t, "the next one", describe(p, err), "")

		// Another one at the same instant does not take its place.
		_, err = j.SetAside()
		if !errors.Is(err, os.ErrExist) || !strings.Contains(err.Error(), name) {
			t.Errorf("a second one has the error %v", err)
		}
		b, err = os.ReadFile(name)
		assert.NoError(t, err)
		assert.Equal(t, "its bytes after that", string(b), string(damaged))
		if !j.InPlace() {
			t.Error("the one that was not set aside is away")
		}
		assert.NoError(t, j.Close(false))
	})
	entries, err := os.ReadDir(dir)
	assert.NoError(t, err)
	if len(entries) != 2 {
		t.Errorf("there are %v", entries)
	}
}
