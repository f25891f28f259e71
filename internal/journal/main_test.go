package journal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/spanlog/spanlog/internal/assert"
)

// childMain is what this program does instead of its tests where it is the
// process that another test kills. It is nil where there is no such test.
var childMain func(dir string)

// childDir is the environment variable that has the child's directory.
const childDir = "SPANLOG_JOURNAL_TEST_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" && childMain != nil {
		childMain(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// needMap skips the test where nothing can be mapped.
func needMap(t testing.TB) {
	t.Helper()
	drop(newJournal(t, MinCapacity))
}

func acquire(t assert.T, path string) *Journal {
	t.Helper()
	j, err := Acquire(path)
	assert.NoError(t, err)
	return j
}

// newJournal makes a journal that is mapped, and dropped after the test. The test
// is skipped where nothing can be mapped.
func newJournal(t testing.TB, capacity int) *Journal {
	t.Helper()
	j := acquire(t, filepath.Join(t.TempDir(), "journal"))
	t.Cleanup(func() { drop(j) })
	if err := j.Map(capacity); errors.Is(err, ErrNoMap) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	return j
}

// drop does to a journal what the end of the process does: the mapping goes, the
// lock goes, and nothing more is written.
func drop(j *Journal) {
	j.unmap()
	_ = j.file.Close()
}

// reopen drops the journal, and opens its file as the next process does.
func reopen(t assert.T, j *Journal) (*Journal, *Pending) {
	t.Helper()
	drop(j)
	j = acquire(t, j.path)
	p, err := j.Load()
	assert.NoError(t, err)
	return j, p
}

// fileBytes is what the journal's file has now.
func fileBytes(t assert.T, j *Journal) []byte {
	t.Helper()
	b, err := os.ReadFile(j.path)
	assert.NoError(t, err)
	return b
}

// A scratch is a journal's file that is given content after content to load.
type scratch struct{ j *Journal }

func newScratch(t testing.TB) scratch {
	t.Helper()
	j := acquire(t, filepath.Join(t.TempDir(), "scratch"))
	t.Cleanup(func() { drop(j) })
	return scratch{j}
}

// load returns what a new process finds in a file that has these bytes.
func (s scratch) load(t assert.T, b []byte) (*Journal, *Pending, error) {
	t.Helper()
	assert.NoError(t, s.j.file.Truncate(int64(len(b))))
	_, err := s.j.file.WriteAt(b, 0)
	assert.NoError(t, err)
	return s.again()
}

// again loads the same file once more.
func (s scratch) again() (*Journal, *Pending, error) {
	j := &Journal{path: s.j.path, file: s.j.file}
	p, err := j.Load()
	return j, p, err
}

// describe loads the bytes and returns what [describe] says.
func (s scratch) describe(t assert.T, b []byte) string {
	t.Helper()
	_, p, err := s.load(t, b)
	return describe(p, err)
}

// pattern is what lines are filled with: printable bytes that repeat only after a
// while.
var pattern = func() []byte {
	b := make([]byte, 4*MinCapacity)
	for i := range b {
		b[i] = byte('!' + (i*7+i/94)%94)
	}
	return b
}()

// line is a record of size bytes, or a little more if the number needs it, that
// no other number has.
func line(n, size int) []byte {
	b := make([]byte, 0, max(size, 20))
	b = append(strconv.AppendInt(b, int64(n), 10), ':')
	return append(b, pattern[n*13%MinCapacity:][:max(size-len(b), 0)]...)
}

// number is the number of a line, or 0 if the bytes are not one.
func number(b []byte) int {
	digits, _, _ := bytes.Cut(b, []byte(":"))
	n, err := strconv.Atoi(string(digits))
	if err != nil || !bytes.Equal(b, line(n, len(b))) {
		return 0
	}
	return n
}

// describe says what Load has found. The numbers of the lines are there, those of
// an intent in brackets, and how many are lost with a minus sign, as in
//
//	[1 2 -1] 4 5 again
//
// A line that was never appended is a 0.
func describe(p *Pending, err error) string {
	switch {
	case errors.Is(err, ErrDamaged):
		return "damaged"
	case err != nil:
		return err.Error()
	}
	list := func(records []Record, lost int) (words []string) {
		for _, r := range records {
			words = append(words, strconv.Itoa(number(r.Line)))
		}
		if lost != 0 {
			words = append(words, strconv.Itoa(-lost))
		}
		return words
	}
	words := list(p.Rest, p.Lost)
	if p.Intent != nil || len(p.Begun) > 0 || p.BegunLost > 0 {
		begun := "[" + strings.Join(list(p.Begun, p.BegunLost), " ") + "]"
		words = append([]string{begun}, words...)
	}
	if p.Again {
		words = append(words, "again")
	}
	return strings.Join(words, " ")
}

// numbers are those from first to last as describe has them.
func numbers(first, last int) string {
	var words []string
	for n := first; n <= last; n++ {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, " ")
}

// A filler appends numbered lines to a journal and drains them. It knows what
// must be in it.
type filler struct {
	t     assert.T
	j     *Journal
	lines [][]byte // in the ring, not done; the first of them has the number next-len
	next  int      // number of the next line
	begun int      // how many of the lines an intent has

	places []int // where in the ring each line begins, by its number less 1
}

func fill(t assert.T, j *Journal) *filler { return &filler{t: t, j: j, next: 1} }

// add appends lines of these sizes.
func (f *filler) add(sizes ...int) *filler {
	f.t.Helper()
	for _, size := range sizes {
		b := line(f.next, size)
		if !f.j.HasRoom(RecordSize(len(b))) {
			f.t.Fatalf("no room for %d bytes: %d of %d used", len(b), f.j.Used(), f.j.Capacity())
		}
		f.places = append(f.places, f.j.place)
		assert.NoError(f.t, f.j.Append(b))
		f.lines = append(f.lines, b)
		f.next++
	}
	return f
}

// place is where in the file the line of a number begins, with its commit word.
func (f *filler) place(n int) int { return headerSize + f.places[n-1] }

// intent is one for the first n lines.
func (f *filler) intent(n int) (i Intent, size int) {
	content := bytes.Join(f.lines[:n], nil)
	i = Intent{
		Target:  Target{Device: 7, Inode: 11, Offset: 5000, Before: 13, BeforeLength: 4096},
		Records: n, Length: int64(len(content)), Sum: Checksum(content),
	}
	for _, b := range f.lines[:n] {
		size += RecordSize(len(b))
	}
	return i, size
}

func (f *filler) begin(n int) *filler {
	f.t.Helper()
	i, size := f.intent(n)
	assert.NoError(f.t, f.j.Begin(i, size))
	f.begun = n
	return f
}

func (f *filler) done(n int) *filler {
	f.t.Helper()
	_, size := f.intent(n)
	assert.NoError(f.t, f.j.Done(size, n))
	f.lines, f.begun = f.lines[n:], 0
	return f
}

// drain drains all lines.
func (f *filler) drain() *filler {
	f.t.Helper()
	return f.begin(len(f.lines)).done(len(f.lines))
}

// to drains everything and brings the next record's place to at, with lines of
// about a kilobyte. at must be a multiple of 8.
func (f *filler) to(at int) *filler {
	f.t.Helper()
	if at %= f.j.Capacity(); at%wordSize != 0 {
		f.t.Fatalf("no record begins at %d", at)
	}
	if len(f.lines) > 0 {
		f.drain()
	}
	for {
		left := at - f.j.place
		if left < 0 {
			left += f.j.Capacity()
		}
		switch {
		case left == 0:
			return f
		case left < 4*recordHeader: // too little for a line with a number: once around
			left += 1024
		case left > 2048:
			left = 1024
		}
		f.add(left - recordHeader).drain()
	}
}

// want is how describe shows what the journal must have.
func (f *filler) want() string {
	first := f.next - len(f.lines)
	rest := numbers(first+f.begun, f.next-1)
	if f.begun == 0 {
		return rest
	}
	return strings.TrimSpace("[" + numbers(first, first+f.begun-1) + "] " + rest)
}
