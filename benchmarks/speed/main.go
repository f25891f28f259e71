// Speed compares how long records take with spanlog and with its peers. All
// contenders of a scenario run right after each other, in random order, within
// each of many short rounds, and what is printed are ratios within a round.
//
//	go run ./speed                    # all of it
//	go run ./speed -scenario '^five$' # one scenario
//	go run ./speed -compare           # only what differs in their output
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
)

// The tables in the README stand between these.
const (
	begin = "<!-- speed: written by go run ./speed -update -->\n"
	end   = "<!-- end of speed -->\n"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

type config struct {
	rounds, records         int
	scenario, contender     string
	bench, profile, readme  string
	update, compare, budget bool
}

func parseFlags(args []string) (*config, error) {
	var c config
	f := flag.NewFlagSet("speed", flag.ContinueOnError)
	f.IntVar(&c.rounds, "rounds", 40, "how many rounds")
	f.IntVar(&c.records, "records", 2000, "records per run")
	f.StringVar(&c.scenario, "scenario", "", "only scenarios that match this regular expression")
	f.StringVar(&c.contender, "contender", "", "only contenders that match this regular expression")
	f.StringVar(&c.profile, "cpuprofile", "", "write a profile of the rounds to this file")
	f.StringVar(&c.bench, "bench", "", "write a line per run to this file, for benchstat")
	f.StringVar(&c.readme, "readme", "README.md", "the file that -update writes to")
	f.BoolVar(&c.update, "update", false, "write the tables to the README, between their marks")
	f.BoolVar(&c.compare, "compare", false, "only compare outputs")
	f.BoolVar(&c.budget, "budget", false, "only measure allocations of spanlog")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	switch {
	case f.NArg() > 0:
		return nil, fmt.Errorf("%q is no flag", f.Arg(0))
	case c.rounds < 1 || c.records < 1:
		return nil, errors.New("-rounds and -records must be at least 1")
	}
	return &c, nil
}

func run(args []string, out io.Writer) error {
	c, err := parseFlags(args)
	if err != nil {
		return err
	}
	if c.update { // before all the work
		if _, err := replaced(c.readme, ""); err != nil {
			return err
		}
	}
	all, err := c.scenarios()
	if err != nil {
		return err
	}
	setGlobals()
	spans, err := spanContexts(1024)
	if err != nil {
		return err
	}
	if c.compare {
		notes, err := compareAll(all, spans)
		if err == nil {
			_, err = io.WriteString(out, allNotes(all, notes))
		}
		return err
	}
	dir, err := os.MkdirTemp("", "speed")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	lists, closeAll, err := entrants(all, spans, c.records, dir)
	if err != nil {
		return err
	}
	if c.budget {
		err = measureAll(lists, true, costRecords)
		if err == nil {
			_, err = io.WriteString(out, budget(lists))
		}
	} else {
		err = c.measure(all, lists, spans, out)
	}
	return errors.Join(err, closeAll())
}

// scenarios returns those that are asked for, with the contenders that are.
func (c *config) scenarios() ([]scenario, error) {
	scenarioName, err1 := regexp.Compile(c.scenario)
	contenderName, err2 := regexp.Compile(c.contender)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	var all []scenario
	for _, s := range scenarios() {
		s.contenders = slices.DeleteFunc(s.contenders, func(c contender) bool { return !contenderName.MatchString(c.name) })
		if scenarioName.MatchString(s.name) && len(s.contenders) > 0 {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no scenario matches %q, with a contender that matches %q", c.scenario, c.contender)
	}
	return all, nil
}

// measure compares the outputs, counts the allocations, takes the times and
// prints it all.
func (c *config) measure(all []scenario, lists [][]*entrant, spans []context.Context, out io.Writer) error {
	notes, err := compareAll(all, spans)
	if err != nil {
		return err
	}
	if err := measureAll(lists, false, min(c.records, costRecords)); err != nil {
		return err
	}
	each := func(*entrant, float64) {}
	if c.bench != "" {
		f, err := os.Create(c.bench)
		if err != nil {
			return err
		}
		defer f.Close()
		fmt.Fprintf(f, "goos: %s\ngoarch: %s\npkg: github.com/spanlog/spanlog/benchmarks/speed\n", runtime.GOOS, runtime.GOARCH)
		each = func(e *entrant, ns float64) { fmt.Fprintln(f, benchLine(e, ns)) }
	}
	if c.profile != "" {
		f, err := os.Create(c.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
	}
	taken, err := runRounds(lists, c.rounds, each)
	pprof.StopCPUProfile()
	if err != nil {
		return err
	}
	text := report(lists, taken, notes, c.intro())
	if _, err := io.WriteString(out, text); err != nil {
		return err
	}
	if !c.update {
		return nil
	}
	readme, err := replaced(c.readme, text)
	if err != nil {
		return err
	}
	return os.WriteFile(c.readme, []byte(readme), 0o644)
}

func (c *config) intro() string {
	few := ""
	if runtime.NumCPU() < 2 {
		few = " There is one core only, so the scenarios with several goroutines say little."
	}
	return fmt.Sprintf("With %s, %s/%s, %d cores, %d rounds of %d records per run (ten times as many for files, goroutines and disabled "+
		"records).%s A bar is missed if the lower quartile is above must; the aim is met if the median is not above it. The ns are "+
		"medians, and depend on the machine; the other times are ratios within a round. Garbage is collected before each run, and so "+
		"mostly outside the time: that favours those who make some. For text, \"spanlog / it\" is spanlog-text's. "+
		"What differs is found by a comparison with `slog.JSONHandler` or `slog.TextHandler` and the wrapper of three fields. "+
		"Peers: %s.", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), c.rounds, c.records, few, versions())
}

// benchLine is a run in the form of go test -bench.
func benchLine(e *entrant, ns float64) string {
	procs := e.scenario.procs
	if procs == 0 {
		procs = runtime.GOMAXPROCS(0)
	}
	return fmt.Sprintf("BenchmarkLog/scenario=%s/h=%s-%d\t%d\t%.1f ns/op\t%d B/op\t%d allocs/op",
		e.scenario.name, e.contender.name, procs, e.records, ns, e.cost.bytes, e.cost.allocs)
}

// allNotes is a line for each contender: what differs in its output.
func allNotes(all []scenario, notes map[string]map[string][]string) string {
	var b strings.Builder
	for _, s := range all {
		fmt.Fprintf(&b, "%s\n", s.name)
		for _, c := range s.contenders {
			fmt.Fprintf(&b, "\t%s: %s\n", c.name, strings.Join(notes[s.name][c.name], "; "))
		}
	}
	return b.String()
}

// replaced returns a README with text between the marks.
func replaced(path, text string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	before, rest, ok := strings.Cut(string(data), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return "", fmt.Errorf("%s lacks the marks %q and %q", path, begin, end)
	}
	return before + begin + text + end + after, nil
}
