//go:build unix

package crashtest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"testing"
)

// A book is what the files of a log have, record by record. It notes what is
// wrong with them.
type book struct {
	pages   []*page
	streams map[stream]*[]place // where the records of a stream are, by number
	records int                 // different ones
	// twice counts the further places of records. They are wrong unless mayRepeat.
	twice     int
	mayRepeat bool
	// torn counts the lines that have only the beginning of a record. There may be
	// mayTear of them.
	torn, mayTear int
	problems      []string
	untold        int // more problems
}

// A place is where a record is: a line of a page. Its zero value is nowhere.
type place struct{ page, line int32 }

// A page is a file.
type page struct {
	book  *book
	name  string
	index int32
	lines int32
	sum   uint32 // of all lines
	next  map[stream]int
	spans map[stream]*span
	first place // of the first record of the page, wherever that was seen first
	open  bool  // the last line has no end
}

// A span is the numbers of a stream's records on a page, which have no gap.
type span struct{ first, last int }

func newBook() *book { return &book{streams: map[stream]*[]place{}} }

// wrong notes a problem.
func (b *book) wrong(format string, args ...any) {
	if len(b.problems) == 30 {
		b.untold++
		return
	}
	b.problems = append(b.problems, fmt.Sprintf(format, args...))
}

// report tells the test of all problems.
func (b *book) report(t testing.TB) {
	t.Helper()
	for _, p := range b.problems {
		t.Error(p)
	}
	if b.untold > 0 {
		t.Errorf("and %d problems more", b.untold)
	}
}

// newPage begins a file, which comes after the ones before.
func (b *book) newPage(name string) *page {
	p := &page{book: b, name: name, index: int32(len(b.pages) + 1), next: map[stream]int{}, spans: map[stream]*span{}}
	b.pages = append(b.pages, p)
	return p
}

func (b *book) at(p place) string {
	if p == (place{}) {
		return "nowhere"
	}
	return fmt.Sprintf("%s:%d", b.pages[p.page-1].name, p.line)
}

// A line is what a record looks like in the file.
type line struct {
	Level *string
	Gen   *int
	G     *int
	N     *int
	Text  *string
	Sum   *uint32
}

// parse returns a line's record.
func parse(b []byte) (s stream, n int, err error) {
	var l line
	if err := json.Unmarshal(b, &l); err != nil {
		return s, 0, err
	}
	switch {
	case l.Level == nil || l.Gen == nil || l.G == nil || l.N == nil || l.Text == nil || l.Sum == nil:
		return s, 0, errors.New("something is missing")
	case checksum(*l.Text) != *l.Sum:
		return s, 0, errors.New("the text is not what it was")
	case *l.N < 0 || *l.N >= math.MaxInt32:
		return s, 0, fmt.Errorf("number %d", *l.N)
	}
	return stream{*l.Gen, *l.G}, *l.N, nil
}

// add adds the next line, with its end.
func (p *page) add(text []byte) {
	b := p.book
	p.lines++
	p.sum = crc32.Update(p.sum, crc32.IEEETable, text)
	here := place{p.index, p.lines}
	body, whole := bytes.CutSuffix(text, []byte("\n"))
	p.open = !whole
	s, n, err := parse(body)
	switch {
	case !whole:
		b.wrong("%s: the last line has no end: %.80q", b.at(here), text)
	case bytes.IndexByte(body, 0) >= 0:
		b.wrong("%s: has a NUL byte: %.80q", b.at(here), body)
	case len(body) == 0:
		b.wrong("%s: is blank", b.at(here))
	case err != nil && bytes.HasPrefix(body, []byte(`{"time":"`)[:min(len(body), 9)]) && b.torn < b.mayTear:
		b.torn++
	case err != nil:
		b.wrong("%s: %v: %.80q … %.80q", b.at(here), err, body, body[max(0, len(body)-80):])
	}
	if err != nil || !whole {
		return
	}
	before := b.note(s, n, here)
	if p.first == (place{}) {
		p.first = before
		if before == (place{}) {
			p.first = here
		}
	}
	if before != (place{}) {
		b.twice++
		if !b.mayRepeat {
			b.wrong("twice: %v record %d: at %s and %s", s, n, b.at(before), b.at(here))
		}
		return
	}
	b.records++
	switch sp := p.spans[s]; {
	case sp == nil:
		p.spans[s] = &span{n, n}
	case n != sp.last+1:
		b.wrong("%s: order: %v record %d comes after %d", b.at(here), s, n, sp.last)
		sp.last = max(sp.last, n)
	default:
		sp.last = n
	}
}

// note notes where a record is, and returns where it was seen before.
func (b *book) note(s stream, n int, here place) (before place) {
	at := b.streams[s]
	if at == nil {
		at = new([]place)
		b.streams[s] = at
	}
	if n >= len(*at) {
		*at = append(*at, make([]place, n+1-len(*at))...)
	}
	if before = (*at)[n]; before == (place{}) {
		(*at)[n] = here
	}
	return before
}

// read adds a file.
func (b *book) read(name string, r io.Reader) *page {
	p := b.newPage(name)
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		text, err := in.ReadBytes('\n')
		if len(text) > 0 {
			p.add(text)
		}
		if err == io.EOF {
			return p
		}
		if err != nil {
			b.wrong("%s: %v", name, err)
			return p
		}
	}
}

// checkOrder demands that of each stream the pages, in their order, have ever
// higher numbers, and of each writer ever later generations unless those write at
// the same time.
func (b *book) checkOrder(together bool) {
	last := map[stream]int{} // and of which stream a writer's last record is
	latest := map[int]int{}
	for _, p := range b.pages {
		for _, s := range p.sorted() {
			sp := p.spans[s]
			if l, ok := last[s]; ok && sp.first <= l {
				b.wrong("order: %s begins with %v record %d, but %d is in a file before it", p.name, s, sp.first, l)
			}
			last[s] = sp.last
			if !together && s.gen < latest[s.g] {
				b.wrong("order: %s has %v, but generation %d is in it or in a file before it", p.name, s, latest[s.g])
			}
			latest[s.g] = max(latest[s.g], s.gen)
		}
	}
}

// sorted are the page's streams, older generations first.
func (p *page) sorted() []stream {
	var all []stream
	for s := range p.spans {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b stream) int { return max(min(a.gen-b.gen, 1), -1)*1000 + a.g - b.g })
	return all
}

// checkTaken demands each record that Handle took. Of each stream there may be one
// more: the parent was not told of it in time.
func (b *book) checkTaken(taken account) {
	for s, n := range taken {
		b.checkNumbers(s, n)
	}
	for s, at := range b.streams {
		if most := taken[s] + 1; len(*at) > most {
			b.wrong("invented: %v record %d at %s, but only %d were ever begun", s, len(*at)-1, b.at((*at)[len(*at)-1]), most)
		}
	}
}

// checkAll demands each stream from its beginning to its end.
func (b *book) checkAll(want account) {
	for s, n := range want {
		b.checkNumbers(s, n)
	}
	for s, at := range b.streams {
		if len(*at) > want[s] {
			b.wrong("invented: %v record %d at %s, but only %d were written", s, len(*at)-1, b.at((*at)[len(*at)-1]), want[s])
		}
	}
}

// checkNumbers demands the first n records of a stream.
func (b *book) checkNumbers(s stream, n int) {
	var at []place
	if b.streams[s] != nil {
		at = *b.streams[s]
	}
	where := func(i int) string {
		if i < 0 || i >= len(at) {
			return "nowhere"
		}
		return b.at(at[i])
	}
	for i := 0; i < n; i++ {
		if i < len(at) && at[i] != (place{}) {
			continue
		}
		end := i
		for end < n && (end >= len(at) || at[end] == (place{})) {
			end++
		}
		b.wrong("missing: %v records %d to %d of %d; %d is at %s, %d at %s", s, i, end-1, n, i-1, where(i-1), end, where(end))
		i = end
	}
}

// String is how a stream is called in failures.
func (s stream) String() string { return fmt.Sprintf("generation %d writer %d", s.gen, s.g) }
