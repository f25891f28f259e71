//go:build darwin || dragonfly || freebsd || linux

package journal

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// isFault demands an error that says what has happened.
func isFault(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil || !strings.HasPrefix(err.Error(), "journal: fault in the mapped file: ") {
		t.Fatalf("%s: the error is %v", what, err)
	}
}

// TestCutOffWhileMapped has somebody truncate the file under the mapping. A store
// would kill the process; instead, there is an error.
func TestCutOffWhileMapped(t *testing.T) {
	for _, tt := range []struct {
		name          string
		size          int64 // in pages
		appends       bool  // works still
		begins, dones bool
	}{
		{"to nothing", 0, false, false, false},
		{"to the header page", 1, false, true, true},
		{"behind where the records are", 3, true, true, true},
	} {
		j := newJournal(t, 4*MinCapacity)
		f := fill(t, j).add(30, 40)
		i, size := f.intent(2)
		assert.NoError(t, os.Truncate(j.path, tt.size*int64(pageSize)))
		if j.InPlace() {
			t.Errorf("%s: the file is in place", tt.name)
		}
		check := func(what string, err error, works bool) {
			t.Helper()
			if works {
				assert.NoError(t, err)
			} else {
				isFault(t, tt.name+": "+what, err)
			}
		}
		used := j.Used()
		for range 3 {
			// On a page of 16 KiB or more the first records are with the header.
			if works := tt.appends || tt.size > 0 && pageSize > headerSize; !works {
				check("Append", j.Append(line(3, 50)), false)
				if j.Used() != used {
					t.Fatalf("%s: a failed Append takes room", tt.name)
				}
			}
			check("Begin", j.Begin(i, size), tt.begins)
		}
		check("Done", j.Done(size, 2), tt.dones)
		long := j.Append(line(4, 3*MinCapacity))
		isFault(t, tt.name+": a record that reaches behind the end", long)
		assert.NoError(t, j.Close(false))
	}
}

// TestUnlinkedWhileMapped has somebody remove the file: that is no fault, but the
// next process would not find it.
func TestUnlinkedWhileMapped(t *testing.T) {
	j := newJournal(t, MinCapacity)
	f := fill(t, j).add(30, 40)
	assert.NoError(t, os.Remove(j.path))
	if j.InPlace() {
		t.Error("a removed file is in place")
	}
	f.add(50).begin(2).done(2)
	if j.InPlace() {
		t.Error("a removed file is in place after all")
	}
}

// TestFaultsElsewhere shows that a goroutine's other faults are what they were
// before: they end the process if they did.
func TestFaultsElsewhere(t *testing.T) {
	j := newJournal(t, MinCapacity)
	for _, was := range []bool{false, true} {
		defer debug.SetPanicOnFault(debug.SetPanicOnFault(was))
		for name, operate := range map[string]func() error{
			"Append": func() error { return j.Append(line(1, 30)) },
			"Begin":  func() error { return j.Begin(Intent{}, 0) },
			"Done":   func() error { return j.Done(0, 0) },
			"Map":    func() error { return j.Map(MinCapacity) },
			"a fault": func() error {
				assert.NoError(t, os.Truncate(j.path, 0))
				isFault(t, "cut off", j.Append(line(1, 30)))
				return j.Map(MinCapacity)
			},
		} {
			assert.NoError(t, operate())
			if is := debug.SetPanicOnFault(was); is != was {
				t.Errorf("after %s, faults panic: %t, before: %t", name, is, was)
			}
		}
	}
}

// TestFaultIsNotKept shows that one fault does not make the next error, nor the
// next panic, something else.
func TestFaultIsNotKept(t *testing.T) {
	j := newJournal(t, MinCapacity)
	fill(t, j).add(30)
	size := fileSize(t, j)
	assert.NoError(t, os.Truncate(j.path, 0))
	isFault(t, "cut off", j.Append(line(2, 30)))
	assert.NoError(t, os.Truncate(j.path, size)) // the bytes are gone, but there is no fault any more
	assert.NoError(t, j.Append(line(2, 30)))
	assert.NoError(t, j.Map(MinCapacity))
	f := fill(t, j).add(30, 40)
	j, p := reopen(t, j)
	assert.Equal(t, "mapped anew", describe(p, nil), f.want())
	drop(j)

	defer func() {
		if v := recover(); v == nil || strings.Contains(fmt.Sprint(v), "fault") {
			t.Errorf("Append without a ring panics with %v", v)
		}
	}()
	_ = j.Append(line(1, 30)) // is a mistake of the caller, and none of the file
	t.Error("Append without a ring works")
}

func fileSize(t *testing.T, j *Journal) int64 {
	t.Helper()
	info, err := j.file.Stat()
	assert.NoError(t, err)
	return info.Size()
}
