package logline

// Times. time.Parse would need an attempt for each form, and the time is in every line; so this
// reads by hand what the forms have in common. It is held to package time by the reference, by
// FuzzTime, and by TestAllDays for every day that there is.
//
// The range is that of Unix nanoseconds in 64 bits, from 1677 to 2262; a time beyond it is none. So
// is exactly 1970 in UTC, as 0 stands for no time: nobody logs that but by mistake.

import (
	"math"
	"time"
)

// parseTime parses a time: RFC 3339 with all that loggers make of it, or a number since
// 1970. A time that has no zone is in loc.
func parseTime(b []byte, loc *time.Location) (unixNano int64, ok bool) {
	if len(b) >= len("2006-01-02T15:04:05") && (b[4] == '-' || b[4] == '/') {
		return parseCalendar(b, loc)
	}
	return parseUnix(b)
}

// parseCalendar parses
//
//	2006-01-02T15:04:05.999999999Z07:00
//
// with any number of digits behind the second, or none; a slash for a hyphen; a space or a
// t for the T; a comma for the dot; a zone as 07:00, 0700, 07, Z, z or UTC, behind a space
// or not, or none.
func parseCalendar(b []byte, loc *time.Location) (unixNano int64, ok bool) {
	d := (*[19]byte)(b)
	if d[7] != d[4] || d[10]|0x20 != 't' && d[10] != ' ' || d[13] != ':' || d[16] != ':' {
		return 0, false
	}
	// All are read before any is looked at: one branch for what is nearly always good.
	century, bad1 := twoDigits(d[0], d[1])
	year, bad2 := twoDigits(d[2], d[3])
	month, bad3 := twoDigits(d[5], d[6])
	day, bad4 := twoDigits(d[8], d[9])
	hour, bad5 := twoDigits(d[11], d[12])
	minute, bad6 := twoDigits(d[14], d[15])
	second, bad7 := twoDigits(d[17], d[18])
	year += 100 * century
	// A second 60 is refused, as package time does.
	if bad1 || bad2 || bad3 || bad4 || bad5 || bad6 || bad7 ||
		month-1 > 11 || day-1 >= daysIn(year, month) || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	b = b[len(d):]
	nanos := int64(0)
	if len(b) > 0 && (b[0] == '.' || b[0] == ',') {
		n := digitsEnd(b, 1)
		if n == 1 {
			return 0, false
		}
		for _, c := range b[1:min(n, 10)] {
			nanos = 10*nanos + int64(c-'0')
		}
		for range 10 - n { // the digits that are left out
			nanos *= 10
		}
		b = b[n:]
	}
	sec := daysBefore(year, month, day)*86400 + int64(hour*3600+minute*60+second)
	if len(b) == 0 { // no zone: what the clock showed there, with summer time
		if loc == nil {
			loc = time.Local
		}
		sec = time.Date(int(year), time.Month(month), int(day), int(hour), int(minute), int(second), 0, loc).Unix()
	} else if len(b) > 1 || b[0]|0x20 != 'z' {
		offset, ok := parseZone(b)
		if !ok {
			return 0, false
		}
		sec -= offset
	}
	return nanoseconds(sec, nanos)
}

// nanoseconds puts a time together, if it is one that fits.
func nanoseconds(sec, nanos int64) (unixNano int64, ok bool) {
	const most = math.MaxInt64 / 1_000_000_000
	if sec >= most || sec <= -most {
		return 0, false
	}
	t := sec*1e9 + nanos
	return t, t != 0
}

// twoDigits returns the number that two characters are. It is unsigned, so that one
// comparison has it within bounds.
func twoDigits(tens, units byte) (n uint32, bad bool) {
	tens, units = tens-'0', units-'0'
	return uint32(tens)*10 + uint32(units), tens > 9 || units > 9
}

func daysIn(year, month uint32) uint32 {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysBefore returns how many days a date is behind 1970. Years are counted from March, so
// that the leap day is their last one. Then the months' lengths follow a line: (153*month+2)/5 is
// how many days the months before have, March being 0. The number that is subtracted is that of
// the days up to 1970, and of the 400 years that were added, 146097.
func daysBefore(year, month, day uint32) int64 {
	if month > 2 {
		month -= 3
	} else {
		month += 9
		year--
	}
	year += 400 // the year 0 may have become -1
	days := 365*year + year/4 - year/100 + year/400 + (153*month+2)/5 + day - 1
	return int64(days) - (719468 + 146097)
}

// parseZone parses a zone that is more than a Z, as seconds east. Names of zones are not read but
// for UTC: CET and the like are not the same everywhere.
func parseZone(b []byte) (offset int64, ok bool) {
	if b[0] == ' ' {
		b = b[1:]
	}
	switch {
	case string(b) == "UTC" || string(b) == "Z":
		return 0, true
	case len(b) < 3 || b[0] != '+' && b[0] != '-':
		return 0, false
	}
	hours, bad := twoDigits(b[1], b[2])
	minutes := uint32(0)
	rest := b[3:]
	if len(rest) == 3 && rest[0] == ':' {
		rest = rest[1:]
	}
	if len(rest) == 2 {
		bad2 := false
		minutes, bad2 = twoDigits(rest[0], rest[1])
		bad = bad || bad2
	} else if len(rest) != 0 {
		bad = true
	}
	if bad || hours > 23 || minutes > 59 {
		return 0, false
	}
	offset = int64(hours*3600 + minutes*60)
	if b[0] == '-' {
		offset = -offset
	}
	return offset, true
}

// parseUnix parses a number of seconds, milliseconds, microseconds or nanoseconds since
// 1970. Its size tells which: seconds are taken for such from March 1973 to the year
// 2262, the others accordingly. What is below is no time, but perhaps how long something
// took.
//
// The number is read as digits and the place of its point, and not as a float, which has no room
// for nanoseconds. What is beyond them is left out.
func parseUnix(b []byte) (unixNano int64, ok bool) {
	if numberEnd(b, 0) != len(b) || b[0] == '-' {
		return 0, false
	}
	var digits [20]byte // the first ones that count
	n, point := 0, 0    // how many, and how many of them are before the point
	i, fraction := 0, false
	for ; i < len(b) && b[i]|0x20 != 'e'; i++ {
		switch c := b[i]; {
		case c == '.':
			fraction = true
			continue
		case n == 0 && c == '0':
			if !fraction {
				continue
			}
			point-- // nothing but zeros so far
			continue
		case n < len(digits):
			digits[n] = c
			n++
		}
		if !fraction {
			point++
		}
	}
	if i < len(b) { // at the e
		point += parseExponent(b[i+1:])
	}
	if n == 0 {
		return 0, false
	}
	scale := 0 // how many digits there are to nanoseconds
	switch {
	case 9 <= point && point <= 11:
		scale = 9
	case 12 <= point && point <= 14:
		scale = 6
	case 15 <= point && point <= 17:
		scale = 3
	case point < 9 || point > 19:
		return 0, false
	}
	// The digits up to the nanoseconds, with zeros for those that were not written.
	t := uint64(0)
	for i := range point + scale {
		if t > math.MaxInt64/10 {
			return 0, false
		}
		t *= 10
		if i < n {
			t += uint64(digits[i] - '0')
		}
	}
	return int64(t), t <= math.MaxInt64
}

// parseExponent returns the value of digits that may have a sign, if it is not too large
// to matter: then a bound, with which it is no time either.
func parseExponent(b []byte) (n int) {
	negative := b[0] == '-'
	if negative || b[0] == '+' {
		b = b[1:]
	}
	for _, c := range b {
		n = min(10*n+int(c-'0'), 1<<24)
	}
	if negative {
		return -n
	}
	return n
}

// parseDigits parses a number of digits only, as far as it fits 64 bits.
func parseDigits(b []byte) (n uint64, ok bool) {
	if len(b) == 0 || len(b) > 20 {
		return 0, false
	}
	for _, c := range b {
		d := uint64(c - '0')
		if d > 9 || n > (math.MaxUint64-d)/10 {
			return 0, false
		}
		n = 10*n + d
	}
	return n, true
}
