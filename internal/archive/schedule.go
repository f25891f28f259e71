package archive

// When the clock asks for a rotation. The difficulty is local time: days of 23 and
// of 25 hours, clocks that are set by half an hour or at midnight. Every says what
// holds there; schedule_test.go steps through years of several places minute by
// minute, and compares. The rotation itself is for package logfile, which counts
// from the log's last write, so a restart loses no boundary.

import (
	"strings"
	"time"
)

const day = 24 * time.Hour

// Schedules that turn at local midnight and at every whole local hour.
var (
	Daily  = Every(day)
	Hourly = Every(time.Hour)
)

// Schedule divides time into periods. A log that is rotated by one is moved
// aside at each boundary between them. Schedules are comparable; the zero value
// has no boundary.
type Schedule struct{ period time.Duration }

// Every returns the schedule with periods of length d.
//
// If a day is a multiple of d, there is a boundary whenever the local clock
// shows a multiple of d since midnight: for 6 hours at 00:00, 06:00, 12:00 and
// 18:00. A period in which the clock is set is longer or shorter by as much.
// Beyond that, on a clock that is set
//   - forward, over a multiple of d or to it, the moment at which it is set is a
//     boundary. Where midnight does not exist on a day, the day still begins
//     with one.
//   - back, by d or more, so that whole periods are repeated, each time is a
//     boundary: the hour that is there twice is two periods of an hour.
//   - back by less than d, what the clock shows for the second time is not one.
//     Where midnight is there twice, only the first begins a day.
//
// If a day is not a multiple of d, the boundaries are at multiples of d since
// the Unix epoch, whatever the local clock shows.
//
// If d is not positive, there is no boundary.
func Every(d time.Duration) Schedule { return Schedule{d} }

// Duration is the length of a period, such as it is where no clock is set.
func (s Schedule) Duration() time.Duration { return s.period }

// IsZero reports whether the schedule is the zero value.
func (s Schedule) IsZero() bool { return s == Schedule{} }

// String returns "never", "daily", "hourly", or as in "every 15m".
func (s Schedule) String() string {
	switch {
	case s.period <= 0:
		return "never"
	case s == Daily:
		return "daily"
	case s == Hourly:
		return "hourly"
	}
	d := s.period.String()
	for _, zero := range []string{"0s", "0m"} {
		if short := strings.TrimSuffix(d, zero); strings.HasSuffix(short, "m") || strings.HasSuffix(short, "h") {
			d = short
		}
	}
	return "every " + d
}

// Next returns the first boundary after t, by the clock of t's location. The
// location of the result is the same. If there is no boundary, the result is the
// zero time.
func (s Schedule) Next(t time.Time) time.Time {
	t = t.Round(0) // for a clock that is set, the monotonic one has no meaning
	switch {
	case s.period <= 0:
		return time.Time{}
	case day%s.period == 0:
		return s.nextLocal(t)
	}
	// Truncate counts from another moment than the epoch.
	epoch := time.Unix(0, 0)
	shift := epoch.Sub(epoch.Truncate(s.period))
	return t.Add(-shift).Truncate(s.period).Add(s.period + shift)
}

// nextLocal is Next for a period that a day is a multiple of. It goes from one
// setting of the clock to the next: between them, the clock runs evenly.
func (s Schedule) nextLocal(t time.Time) time.Time {
	start, end := t.ZoneBounds()
	_, offset := t.Zone()
	next := s.multiple(t, offset)
	if !start.IsZero() {
		// Until again, the clock shows what it has shown before.
		_, before := start.Add(-1).Zone()
		again := start.Add(seconds(before - offset))
		if seconds(before-offset) < s.period && next.Before(again) {
			next = s.multiple(again.Add(-1), offset)
		}
	}
	if end.IsZero() || next.Before(end) {
		return next
	}
	_, after := end.Zone()
	forward := seconds(after - offset)
	switch {
	case forward >= 0 && !s.multiple(end.Add(-1), offset).After(end.Add(forward)):
		return end // the clock is set over a multiple, or to it
	case -forward >= s.period && s.multiple(end.Add(-1), after).Equal(end):
		return end // it is set back to a multiple
	}
	return s.nextLocal(end)
}

// multiple returns the first moment after t at which a clock with this offset
// from UTC, in seconds, shows a multiple of the period. Truncate may count the
// periods, because it counts from a midnight.
func (s Schedule) multiple(t time.Time, offset int) time.Time {
	shown := t.Add(seconds(offset))
	return t.Add(shown.Truncate(s.period).Add(s.period).Sub(shown))
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
