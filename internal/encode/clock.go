package encode

import (
	"encoding/binary"
	"sync/atomic"
	"time"
)

// A Clock writes times that mostly come one after the other, such as those of records:
// all that are of one second share all but the fraction. It is safe for concurrent use.
//
// What stands before and after the time in each record, the key and the level, say, is kept
// with it, so that most of a line's beginning is two copies.
type Clock struct {
	before, quote string
	after         []string
	now           atomic.Pointer[second] // the newest; nil: there was none yet
}

// A second is the text of one second of the clock in one place. It does not change once it
// is in a Clock, so whoever has loaded it needs no lock.
type second struct {
	unix int64
	// location is compared as a pointer: two that are equal and not the same cost time, and
	// no more. It matters for the zone, which is part of the text.
	location *time.Location
	// times have what is before the time, the quote, the time with nine zeros for digits of the
	// fraction, the zone, the quote, and what is after it.
	times    [maxAfter][]byte
	fraction int // where that begins, with its point
}

// text is all up to the fraction.
func (s *second) text() []byte { return s.times[0][:s.fraction] }

// zone is what comes after the fraction, with the i-th text that is to be after the time.
func (s *second) zone(i int) []byte { return s.times[i][s.fraction+len(noFraction):] }

// noFraction is a fraction without its digits.
const noFraction = ".000000000"

// maxAfter is how many texts can be after a time: one for each level that has a name, one for
// all others, and one to spare.
const maxAfter = 8

// untilSecond is the time of RFC 3339, up to where the fraction begins.
const untilSecond = "2006-01-02T15:04:05"

// NewClock returns a Clock that writes before before each time, one of after behind it,
// and the time within quotes, which are empty in the text form. It panics if there are more
// texts than maxAfter: how many there are is in the code, not in the input.
func NewClock(before, quote string, after ...string) *Clock {
	if len(after) > maxAfter {
		panic("encode: too many texts after a time")
	}
	return &Clock{before: before, quote: quote, after: after}
}

// second returns the second of t, or nil where it is not worth while, or can't be had.
//
// A new second takes the place of the one before. A record that is late by up to a minute, or
// in another location, must not: where two kinds of times come in turns, the text would be made
// anew for each. Beyond a minute the clock was set back.
func (c *Clock) second(t time.Time) *second {
	sec, loc := t.Unix(), t.Location()
	s := c.now.Load()
	if s != nil && s.unix == sec && s.location == loc {
		return s
	}
	if s != nil && s.unix >= sec && s.unix < sec+60 {
		return nil // a straggler, or another place
	}
	if y := t.Year(); y < 0 || y >= 10000 {
		return nil // see appendJSONTime
	}
	s = &second{unix: sec, location: loc, fraction: len(c.before) + len(c.quote) + len(untilSecond)}
	// All the texts are in one array; the length of the longest forms makes room for them.
	size := 0
	for _, after := range c.after {
		size += s.fraction + len(noFraction) + len("+00:00") + len(c.quote) + len(after)
	}
	all := make([]byte, 0, size)
	for i, after := range c.after {
		begin := len(all)
		all = append(append(all, c.before...), c.quote...)
		all = append(t.AppendFormat(all, untilSecond), noFraction...)
		all = append(append(t.AppendFormat(all, "Z07:00"), c.quote...), after...)
		s.times[i] = all[begin:]
	}
	c.now.Store(s)
	return s
}

// AppendJSON appends what is to be before t, t as appendJSONTime does, and the i-th text
// that is to be after it. TestClock compares, for times in any order.
func (c *Clock) AppendJSON(dst []byte, t time.Time, i int) []byte {
	s := c.second(t)
	if s == nil {
		return append(appendJSONTime(append(dst, c.before...), t), c.after[i]...)
	}
	n := len(dst) + s.fraction
	dst = append(dst, s.times[i]...)
	b := (*[len(noFraction)]byte)(dst[n : n+len(noFraction)])
	ns := uint32(t.Nanosecond())
	high, low := ns/1e6, ns%1e6
	middle := low / 1000
	last := digitTriples[low-1000*middle]
	binary.LittleEndian.PutUint32(b[1:], digitTriples[high]) // the fourth byte is written over
	binary.LittleEndian.PutUint32(b[4:], digitTriples[middle])
	binary.LittleEndian.PutUint16(b[7:], uint16(last))
	b[9] = byte(last >> 16)
	if b[9] != '0' { // as mostly
		return dst
	}
	// Zeros at the end are not written, nor a point with nothing behind it.
	end := len(b)
	for end > 0 && (b[end-1] == '0' || b[end-1] == '.') {
		end--
	}
	return append(dst[:n+end], dst[n+len(b):]...)
}

// AppendText appends what is to be before t, t as appendTextTime does, and the i-th text
// that is to be after it.
func (c *Clock) AppendText(dst []byte, t time.Time, i int) []byte {
	s := c.second(t)
	if s == nil {
		return append(appendTextTime(append(dst, c.before...), t), c.after[i]...)
	}
	dst = append(dst, s.text()...)
	// slog's text form has three digits, always; JSON has as many as there are.
	ms := uint32(t.Nanosecond()) / 1_000_000
	pair := digitPairs[ms%100]
	dst = append(dst, '.', '0'+byte(ms/100), byte(pair), byte(pair>>8))
	return append(dst, s.zone(i)...)
}
