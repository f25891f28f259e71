package encode

import (
	"sync/atomic"
	"time"
)

// A second is the text of one second of the clock in one place: all records that
// are made in it share all but the fraction.
type second struct {
	unix     int64
	location *time.Location
	text     []byte // with the quote before it
	zone     []byte // with the quote behind it
}

var now atomic.Pointer[second]

// AppendJSONClock is AppendJSONTime for times that mostly come one after the
// other, such as those of records.
func AppendJSONClock(dst []byte, t time.Time) []byte {
	sec, loc := t.Unix(), t.Location()
	s := now.Load()
	if s == nil || s.unix != sec || s.location != loc {
		if s != nil && s.unix >= sec && s.unix < sec+60 {
			return AppendJSONTime(dst, t) // a straggler, or another place
		}
		if y := t.Year(); y < 0 || y >= 10000 {
			return AppendJSONTime(dst, t)
		}
		s = &second{
			unix: sec, location: loc,
			text: t.AppendFormat(nil, `"2006-01-02T15:04:05`),
			zone: t.AppendFormat(nil, `Z07:00"`),
		}
		now.Store(s)
	}
	dst = append(dst, s.text...)
	dst = appendFraction(dst, t.Nanosecond())
	return append(dst, s.zone...)
}

// appendFraction appends nanoseconds as a fraction of a second, without zeros at
// its end.
func appendFraction(dst []byte, ns int) []byte {
	if ns == 0 {
		return dst
	}
	var digits [11]byte
	for i := len(digits) - 2; i > 0; i -= 2 { // two at a time: divisions are slow
		pair := 2 * (ns % 100)
		digits[i], digits[i+1] = digitPairs[pair], digitPairs[pair+1]
		ns /= 100
	}
	digits[1] = '.' // there are nine digits, so that one was a zero
	n := len(digits)
	for digits[n-1] == '0' {
		n--
	}
	return append(dst, digits[1:n]...)
}

// digitPairs is the numbers from 00 to 99.
const digitPairs = "00010203040506070809" +
	"10111213141516171819" +
	"20212223242526272829" +
	"30313233343536373839" +
	"40414243444546474849" +
	"50515253545556575859" +
	"60616263646566676869" +
	"70717273747576777879" +
	"80818283848586878889" +
	"90919293949596979899"
