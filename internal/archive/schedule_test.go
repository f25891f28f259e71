package archive

import (
	"math"
	"testing"
	"time"
	_ "time/tzdata" // the machine may have none

	"pgregory.net/rapid"

	"github.com/spanlog/spanlog/internal/assert"
)

const minute = time.Minute

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestNext(t *testing.T) {
	for _, test := range []struct {
		name, zone string
		s          Schedule
		from       string
		want       []string // one after the other
	}{
		{"daily", "UTC", Daily, "2026-11-25T03:26:06Z", []string{"2026-11-26T00:00:00Z", "2026-11-27T00:00:00Z"}},
		{"daily, at a boundary", "UTC", Daily, "2026-11-25T00:00:00Z", []string{"2026-11-26T00:00:00Z"}},
		{"daily, just before", "UTC", Daily, "2026-11-25T23:59:59.999999999Z", []string{"2026-11-26T00:00:00Z"}},
		{"hourly", "UTC", Hourly, "2026-11-25T03:26:06Z", []string{"2026-11-25T04:00:00Z", "2026-11-25T05:00:00Z"}},
		{"every 6 hours", "UTC", Every(6 * time.Hour), "2026-11-25T03:26:06Z", []string{"2026-11-25T06:00:00Z", "2026-11-25T12:00:00Z", "2026-11-25T18:00:00Z", "2026-11-26T00:00:00Z"}},
		{"every 15 minutes", "UTC", Every(15 * minute), "2026-11-25T23:44:06Z", []string{"2026-11-25T23:45:00Z", "2026-11-26T00:00:00Z", "2026-11-26T00:15:00Z"}},
		{"every 67.5 seconds, which a day is a multiple of", "UTC", Every(67500 * time.Millisecond), "2026-11-25T23:58:00Z", []string{"2026-11-25T23:58:52.5Z", "2026-11-26T00:00:00Z"}},
		{"every 7 hours counts from the epoch", "UTC", Every(7 * time.Hour), "1970-01-01T00:00:00Z", []string{"1970-01-01T07:00:00Z", "1970-01-01T14:00:00Z", "1970-01-01T21:00:00Z", "1970-01-02T04:00:00Z"}},
		{"every 7 hours, before the epoch", "UTC", Every(7 * time.Hour), "1969-12-31T10:01:00Z", []string{"1969-12-31T17:00:00Z", "1970-01-01T00:00:00Z"}},
		{"every week counts from the epoch", "America/New_York", Every(7 * day), "1970-01-07T18:59:59-05:00", []string{"1970-01-07T19:00:00-05:00", "1970-01-14T19:00:00-05:00"}},
		{"never", "UTC", Schedule{}, "2026-11-25T03:26:06Z", []string{"0001-01-01T00:00:00Z"}},
		{"negative", "UTC", Every(-time.Hour), "2026-11-25T03:26:06Z", []string{"0001-01-01T00:00:00Z"}},
		{"hourly, offset of a quarter", "Asia/Kathmandu", Hourly, "2026-11-25T03:26:06+05:45", []string{"2026-11-25T04:00:00+05:45", "2026-11-25T05:00:00+05:45"}},
		{"daily, offset of a quarter", "Asia/Kathmandu", Daily, "2026-11-25T03:26:06+05:45", []string{"2026-11-26T00:00:00+05:45"}},

		{"daily, a day of 23 hours", "America/New_York", Daily, "2026-03-07T12:00:00-05:00", []string{"2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00"}},
		{"daily, a day of 25 hours", "America/New_York", Daily, "2026-10-31T12:00:00-04:00", []string{"2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"}},
		{"daily, no midnight", "America/Sao_Paulo", Daily, "2018-11-03T12:00:00-03:00", []string{"2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"}},
		{"daily, no midnight, in the dark", "Asia/Beirut", Daily, "2021-03-27T23:59:00+02:00", []string{"2021-03-28T01:00:00+03:00", "2021-03-29T00:00:00+03:00"}},
		{"daily, back to before midnight", "America/Sao_Paulo", Daily, "2018-02-17T12:00:00-02:00", []string{"2018-02-18T00:00:00-03:00", "2018-02-19T00:00:00-03:00"}},
		{"daily, two midnights", "America/Havana", Daily, "2025-11-01T12:00:00-04:00", []string{"2025-11-02T00:00:00-04:00", "2025-11-03T00:00:00-05:00"}},
		{"daily, between two midnights", "America/Havana", Daily, "2025-11-02T00:30:00-04:00", []string{"2025-11-03T00:00:00-05:00"}},
		{"daily, a day that never was", "Pacific/Apia", Daily, "2011-12-29T12:00:00-10:00", []string{"2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00"}},
		{"daily, 15 minutes are skipped", "Asia/Kathmandu", Daily, "1985-12-31T12:00:00+05:30", []string{"1986-01-01T00:15:00+05:45", "1986-01-02T00:00:00+05:45"}},
		{"daily, only the zone's name changes", "Europe/Istanbul", Daily, "2016-09-06T12:00:00+03:00", []string{"2016-09-07T00:00:00+03:00", "2016-09-08T00:00:00+03:00"}},

		{"hourly, an hour is skipped", "America/New_York", Hourly, "2026-03-08T00:30:00-05:00", []string{"2026-03-08T01:00:00-05:00", "2026-03-08T03:00:00-04:00", "2026-03-08T04:00:00-04:00"}},
		{"hourly, an hour is repeated", "America/New_York", Hourly, "2026-11-01T00:30:00-04:00", []string{"2026-11-01T01:00:00-04:00", "2026-11-01T01:00:00-05:00", "2026-11-01T02:00:00-05:00"}},
		{"hourly, half an hour is skipped", "Australia/Lord_Howe", Hourly, "2026-10-04T00:30:00+10:30", []string{"2026-10-04T01:00:00+10:30", "2026-10-04T02:30:00+11:00", "2026-10-04T03:00:00+11:00"}},
		{"hourly, half an hour is repeated", "Australia/Lord_Howe", Hourly, "2026-04-05T00:30:00+11:00", []string{"2026-04-05T01:00:00+11:00", "2026-04-05T02:00:00+10:30", "2026-04-05T03:00:00+10:30"}},
		{"half-hourly, half an hour is repeated", "Australia/Lord_Howe", Every(30 * minute), "2026-04-05T01:10:00+11:00", []string{"2026-04-05T01:30:00+11:00", "2026-04-05T01:30:00+10:30", "2026-04-05T02:00:00+10:30"}},
		{"every 6 hours, an hour is skipped", "America/New_York", Every(6 * time.Hour), "2026-03-07T23:00:00-05:00", []string{"2026-03-08T00:00:00-05:00", "2026-03-08T06:00:00-04:00", "2026-03-08T12:00:00-04:00"}},
		{"every 6 hours, an hour is repeated", "America/New_York", Every(6 * time.Hour), "2026-10-31T23:00:00-04:00", []string{"2026-11-01T00:00:00-04:00", "2026-11-01T06:00:00-05:00", "2026-11-01T12:00:00-05:00"}},
		{"every 6 hours, no midnight", "America/Sao_Paulo", Every(6 * time.Hour), "2018-11-03T20:00:00-03:00", []string{"2018-11-04T01:00:00-02:00", "2018-11-04T06:00:00-02:00"}},
		{"every 6 hours, two midnights", "America/Havana", Every(6 * time.Hour), "2025-11-01T20:00:00-04:00", []string{"2025-11-02T00:00:00-04:00", "2025-11-02T06:00:00-05:00"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339Nano, test.from)
			if err != nil {
				t.Fatal(err)
			}
			loc := zone(t, test.zone)
			at = at.In(loc)
			for _, want := range test.want {
				next := test.s.Next(at)
				if got := next.Format(time.RFC3339Nano); got != want {
					t.Errorf("after %v: got %s, want %s", at, got, want)
				}
				if !next.IsZero() {
					assert.Equal(t, "location", next.Location(), loc)
				}
				at = next
			}
		})
	}
}

// years are those in which clocks were set in unusual ways.
var years = []struct {
	zone string
	year int
}{
	{"UTC", 2026},
	{"America/New_York", 2026},
	{"Australia/Lord_Howe", 2026}, // by half an hour
	{"Asia/Kathmandu", 1986},      // by a quarter, at the first midnight of the year
	{"America/Sao_Paulo", 2018},   // at midnight, both ways
	{"Asia/Beirut", 2021},         // the same
	{"America/Havana", 2025},      // midnight is skipped, and repeated
	{"Pacific/Apia", 2011},        // by a day
	{"Antarctica/Troll", 2025},    // by two hours
	{"Pacific/Chatham", 2026},     // from 2:45
	{"Africa/Casablanca", 2026},   // for a month
	{"Asia/Pyongyang", 2018},      // for good
	{"Europe/Istanbul", 2016},     // in name only, at midnight
	{"Europe/Dublin", 2026},       // summer is the standard
	{"Antarctica/Casey", 2010},    // back by three hours
}

// boundaries finds those of a year by looking at the clock every minute. Here, a
// boundary is where the clock shows a multiple of the period, or more than one,
// that it has not shown before; when it is set back by a whole period or more,
// it forgets what it has shown.
func boundaries(clock []int64, d int64) (at []int) {
	furthest := clock[0]
	for i := 1; i < len(clock); i++ {
		if back := clock[i-1] + 60 - clock[i]; back >= d {
			furthest = clock[i] - 60
		}
		if clock[i] > furthest {
			if floorDiv(clock[i], d) > floorDiv(furthest, d) {
				at = append(at, i)
			}
			furthest = clock[i]
		}
	}
	return at
}

func floorDiv(n, d int64) int64 { return int64(math.Floor(float64(n) / float64(d))) }

// TestNextEveryMinute compares a year of boundaries with what the clock shows.
func TestNextEveryMinute(t *testing.T) {
	for _, y := range years {
		t.Run(y.zone, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, y.zone)
			begin := time.Date(y.year-1, 12, 31, 12, 0, 0, 0, time.UTC)
			clock := make([]int64, 367*24*60) // seconds since the epoch, had there been no zones
			for i := range clock {
				at := begin.Add(time.Duration(i) * minute)
				_, offset := at.In(loc).Zone()
				clock[i] = at.Unix() + int64(offset)
			}
			for _, s := range []Schedule{
				Daily, Hourly, Every(6 * time.Hour), Every(90 * minute), Every(30 * minute), Every(20 * minute),
			} {
				at := boundaries(clock, int64(s.Duration()/time.Second))
				if len(at) < 364 {
					t.Fatalf("%v: %d boundaries in a year", s, len(at))
				}
				for i, m := range at[:len(at)-1] {
					this := begin.Add(time.Duration(m) * minute).In(loc)
					next := begin.Add(time.Duration(at[i+1]) * minute).In(loc)
					for _, test := range []struct{ after, want time.Time }{
						{this.Add(-1), this},
						{this, next},
						{this.Add(1), next},
						{this.Add(next.Sub(this) / 2), next},
					} {
						if got := s.Next(test.after); !got.Equal(test.want) {
							t.Fatalf("%v: after %v, got %v, want %v", s, test.after, got, test.want)
						}
					}
				}
			}
		})
	}
}

// TestDays: every date that there is begins with exactly one boundary.
func TestDays(t *testing.T) {
	for _, y := range years {
		loc := zone(t, y.zone)
		at := time.Date(y.year, 1, 1, 12, 0, 0, 0, loc)
		for at.Year() == y.year {
			next := Daily.Next(at)
			before, after := next.Add(-1), next
			if before.Format(time.DateOnly) >= after.Format(time.DateOnly) {
				t.Errorf("%s: %v is no beginning of a day", y.zone, next)
			}
			if at.Format(time.DateOnly) != before.Format(time.DateOnly) {
				t.Errorf("%s: from %v to %v, a beginning is missing", y.zone, at, next)
			}
			at = next
		}
	}
}

// TestNextProperties: boundaries come after what they come after, and between
// two of them there is none.
func TestNextProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		loc := zone(t, years[rapid.IntRange(0, len(years)-1).Draw(rt, "zone")].zone)
		s := Every(time.Duration(rapid.OneOf(
			rapid.Int64Range(int64(minute), int64(30*day)),
			rapid.Map(rapid.SampledFrom([]int64{1, 2, 3, 5, 8, 24, 96, 1440}), func(n int64) int64 { return int64(day) / n }),
			rapid.Map(rapid.Int64Range(1, 3000), func(n int64) int64 { return n * int64(minute) }),
		).Draw(rt, "period")))
		at := time.Unix(rapid.Int64Range(-5e9, 2e10).Draw(rt, "seconds"), rapid.Int64Range(0, 999999999).Draw(rt, "ns")).In(loc)
		next := s.Next(at)
		if !next.After(at) {
			rt.Fatalf("%v: %v is not after %v", s, next, at)
		}
		// The longest period is one with a whole day that was repeated.
		if gap := next.Sub(at); gap > s.Duration()+day {
			rt.Errorf("%v: from %v to %v, there is none", s, at, next)
		}
		if between := at.Add(time.Duration(rapid.Int64Range(0, int64(next.Sub(at))-1).Draw(rt, "between"))); !s.Next(between).Equal(next) {
			rt.Errorf("%v: after %v comes %v, but after %v comes %v", s, at, next, between, s.Next(between))
		}
		if day%s.Duration() != 0 && next.UnixNano()%int64(s.Duration()) != 0 && next.Year() < 2262 {
			rt.Errorf("%v: %v is no multiple since the epoch", s, next)
		}
	})
}

// TestNextMonotonic: the reading of the monotonic clock has no part in it.
func TestNextMonotonic(t *testing.T) {
	now := time.Now()
	if next := Hourly.Next(now); next != Hourly.Next(now.Round(0)) {
		t.Errorf("got %v, want %v", next, Hourly.Next(now.Round(0)))
	}
	if got, want := Every(7*time.Hour).Next(now), Every(7*time.Hour).Next(now.Round(0)); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSchedule(t *testing.T) {
	for _, test := range []struct {
		s    Schedule
		want string
	}{
		{Schedule{}, "never"},
		{Every(0), "never"},
		{Every(-time.Hour), "never"},
		{Daily, "daily"},
		{Every(day), "daily"},
		{Hourly, "hourly"},
		{Every(60 * minute), "hourly"},
		{Every(6 * time.Hour), "every 6h"},
		{Every(7 * day), "every 168h"},
		{Every(10 * time.Hour), "every 10h"},
		{Every(10 * minute), "every 10m"},
		{Every(90 * minute), "every 1h30m"},
		{Every(time.Hour + 30*time.Second), "every 1h0m30s"},
		{Every(time.Hour + minute + 10*time.Second), "every 1h1m10s"},
		{Every(20 * time.Second), "every 20s"},
		{Every(100 * time.Millisecond), "every 100ms"},
	} {
		assert.Equal(t, "String", test.s.String(), test.want)
	}
	assert.Equal(t, "Every(24h)", Every(day), Daily)
	assert.Equal(t, "zero", Schedule{}.IsZero(), true)
	assert.Equal(t, "Every(0)", Every(0).IsZero(), true)
	assert.Equal(t, "negative", Every(-1).IsZero(), false) // for the caller to refuse
	assert.Equal(t, "Daily", Daily.IsZero(), false)
	assert.Equal(t, "Duration", Hourly.Duration(), time.Hour)
}
