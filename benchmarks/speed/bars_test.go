package main

import (
	"slices"
	"strings"
	"testing"
)

func TestSummarize(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   summary
	}{
		{[]float64{7}, summary{7, 7, 7}},
		{[]float64{2, 1}, summary{1, 2, 2}},
		{[]float64{3, 1, 2}, summary{1, 2, 3}},
		{[]float64{4, 3, 2, 1}, summary{2, 3, 4}},
		{[]float64{8, 1, 7, 2, 6, 3, 5, 4}, summary{3, 5, 7}},
		{[]float64{1, 1, 1, 1, 99}, summary{1, 1, 1}},
	} {
		before := slices.Clone(test.values)
		if got := summarize(test.values); got != test.want {
			t.Errorf("%v: %v, want %v", test.values, got, test.want)
		}
		if !slices.Equal(before, test.values) {
			t.Errorf("%v has become %v", before, test.values)
		}
	}
}

func TestVerdict(t *testing.T) {
	b := bar{must: 1.0, aim: 0.5}
	for _, test := range []struct {
		s    summary
		want string
	}{
		{summary{0.3, 0.4, 0.6}, "aim met"},
		{summary{0.3, 0.5, 2.0}, "aim met"},
		{summary{0.3, 0.6, 0.7}, "met"},
		{summary{1.0, 1.5, 2.0}, "met"}, // the lower quartile is not above must
		{summary{1.1, 1.5, 2.0}, "missed"},
	} {
		if got := b.verdict(test.s); got != test.want {
			t.Errorf("%v: %s, want %s", test.s, got, test.want)
		}
	}
}

// In the second round, the machine is ten times as slow.
var made = times{
	"five": {
		"floor":               {100, 1000},
		"spanlog":             {300, 3000},
		"phuslu":              {500, 5000},
		"phuslu-json":         {400, 4000},
		"phuslu+wrapper":      {600, 6000},
		"phuslu-json+wrapper": {900, 9000},
		"zerolog":             {150, 1500},
	},
	"goroutines": {
		"floor-1g": {100, 1000}, "floor-2g": {50, 500},
		"spanlog-1g": {300, 3000}, "spanlog-2g": {300, 3000},
	},
	"disabled": {"spanlog": {30, 300}},
}

func TestBars(t *testing.T) {
	rows := map[string][]string{}
	for _, row := range barTable(made).rows {
		rows[row[0]] = row
	}
	for _, test := range []struct{ bar, median, quartiles, verdict string }{
		{"1", "0.500", "0.500 to 0.500", "aim met"},  // 300 / 600
		{"2", "0.400", "0.400 to 0.400", "met"},      // 200 / 500
		{"3", "0.500", "0.500 to 0.500", "aim met"},  // 200 / 400
		{"3b", "0.667", "0.667 to 0.667", "aim met"}, // 200 / 300
		{"8", "2.000", "2.000 to 2.000", "missed"},   // 300 / 150
		{"11", "2.000", "2.000 to 2.000", "missed"},  // (300 / 300) / (50 / 100)
	} {
		row := rows[test.bar]
		if row == nil {
			t.Errorf("no bar %s", test.bar)
			continue
		}
		got := []string{row[3], row[4], row[7]}
		if want := []string{test.median, test.quartiles, test.verdict}; !slices.Equal(got, want) {
			t.Errorf("bar %s: %q, want %q", test.bar, got, want)
		}
	}
	for _, b := range []string{"4", "5", "6", "7", "9", "10", "12"} {
		if row := rows[b]; row != nil {
			t.Errorf("bar %s, whose contenders have not run: %q", b, row)
		}
	}
}

// TestBarNames checks that each bar is about contenders that there are.
func TestBarNames(t *testing.T) {
	names := map[string][]string{}
	for _, s := range scenarios() {
		for _, c := range s.contenders {
			if slices.Contains(names[s.name], c.name) || strings.ContainsAny(s.name+c.name, " /") {
				t.Errorf("%s, %s: a name that occurs twice, or one with a blank or a slash", s.name, c.name)
			}
			names[s.name] = append(names[s.name], c.name)
		}
		for _, c := range s.contenders {
			if !slices.Contains(names[s.name], baseOf(&s, &c)) {
				t.Errorf("%s, %s: no contender %q", s.name, c.name, baseOf(&s, &c))
			}
		}
	}
	for _, b := range bars {
		b.value(func(contender string) float64 {
			if !slices.Contains(names[b.scenario], contender) {
				t.Errorf("bar %s: %s has no %s", b.name, b.scenario, contender)
			}
			return 1
		})
	}
}

func TestScenarioTable(t *testing.T) {
	s := &scenario{name: "five", base: "spanlog"}
	list := []*entrant{
		{scenario: s, contender: &contender{name: "spanlog"}},
		{scenario: s, contender: &contender{name: "phuslu+wrapper"}, cost: cost{3, 128}},
		{scenario: s, contender: &contender{name: "floor"}},
	}
	taken := times{"five": {"spanlog": {300, 2000, 300}, "floor": {100, 1000, 100}, "phuslu+wrapper": {600, 2000, 1200}}}
	const want = `
| contender      |   ns | / floor | spanlog / it | quartiles    | allocs |   B | what differs |
|----------------|-----:|--------:|-------------:|--------------|-------:|----:|---|
| floor          |  100 |    1.00 |         3.00 | 2.00 to 3.00 |      0 |   0 |  |
| spanlog        |  300 |    3.00 |              |              |      0 |   0 |  |
| phuslu+wrapper | 1200 |    6.00 |         0.50 | 0.25 to 1.00 |      3 | 128 | no ids; level: µ |
`
	got := scenarioTable(list, taken, map[string][]string{"phuslu+wrapper": {"no ids", "level: µ"}}).String()
	if got != want[1:] {
		t.Errorf("got:\n%swant:%s", got, want)
	}
}
