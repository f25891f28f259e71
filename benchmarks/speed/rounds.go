package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"time"
)

// An entrant is a contender of a scenario that is ready to run.
type entrant struct {
	scenario  *scenario
	contender *contender
	*instance
	spans   []context.Context
	records int // per run
	cost    cost
}

// entrants starts all contenders, with a directory for their files. They write to
// io.Discard otherwise.
func entrants(all []scenario, spans []context.Context, records int, dir string) ([][]*entrant, func() error, error) {
	lists := make([][]*entrant, len(all))
	closeAll := func() error {
		var errs []error
		for _, list := range lists {
			for _, e := range list {
				if e.close != nil {
					errs = append(errs, e.close())
				}
			}
		}
		return errors.Join(errs...)
	}
	for i := range all {
		s := &all[i]
		for j := range s.contenders {
			c := &s.contenders[j]
			in, err := c.start(&setup{json: io.Discard, text: io.Discard, dir: dir, source: s.shape.source}, s.shape)
			if err != nil {
				return nil, nil, errors.Join(fmt.Errorf("%s, %s: %w", s.name, c.name, err), closeAll())
			}
			e := &entrant{scenario: s, contender: c, instance: in, spans: spansOf(s.shape, spans), records: s.times * records}
			lists[i] = append(lists[i], e)
		}
	}
	return lists, closeAll, nil
}

// logAll logs n records, from as many goroutines as it should be.
func (e *entrant) logAll(n int) {
	g := e.contender.goroutines
	if g <= 1 {
		e.log(e.spans, n)
		return
	}
	var wg sync.WaitGroup
	for i := range g {
		part := n*(i+1)/g - n*i/g
		wg.Go(func() { e.log(e.spans, part) })
	}
	wg.Wait()
}

// firstRecords are logged before the time is taken: pools are empty after a collection.
const firstRecords = 64

// run returns how many nanoseconds a record takes. What is put off to a background
// goroutine is waited for; what the run leaves is taken away after that.
func (e *entrant) run() (float64, error) {
	runtime.GC() // what another one has left is not collected in this one's time
	e.logAll(firstRecords)
	err := e.flushAll()
	start := time.Now()
	e.logAll(e.records)
	err = errors.Join(err, e.flushAll())
	taken := time.Since(start)
	return float64(taken) / float64(e.records), errors.Join(err, e.empty())
}

func (e *entrant) flushAll() error {
	if e.flush == nil {
		return nil
	}
	return e.flush()
}

// empty empties the files.
func (e *entrant) empty() error {
	if e.files == nil {
		return nil
	}
	files, err := e.files()
	for _, f := range files {
		err = errors.Join(err, os.Truncate(f, 0))
	}
	return err
}

// setProcs sets GOMAXPROCS for a scenario, and returns what sets it back.
func (s *scenario) setProcs() (back func()) {
	if s.procs == 0 || s.procs == runtime.GOMAXPROCS(0) {
		return func() {}
	}
	before := runtime.GOMAXPROCS(s.procs)
	return func() { runtime.GOMAXPROCS(before) }
}

// runRounds has the contenders of each scenario run right after each other, in
// random order, within each round: the machine's speed drifts from second to
// second, but hardly within that time. each is told of every run.
func runRounds(lists [][]*entrant, rounds int, each func(e *entrant, ns float64)) (times, error) {
	taken := times{}
	for round := -1; round < rounds; round++ { // the first one warms up
		for _, i := range rand.Perm(len(lists)) {
			list := lists[i]
			back := list[0].scenario.setProcs()
			for _, j := range rand.Perm(len(list)) {
				e := list[j]
				ns, err := e.run()
				if err != nil {
					back()
					return nil, fmt.Errorf("%s, %s: %w", e.scenario.name, e.contender.name, err)
				}
				if round >= 0 {
					taken.add(e.scenario.name, e.contender.name, ns)
					each(e, ns)
				}
			}
			back()
		}
	}
	return taken, nil
}

// times are those per record of each round, by scenario and contender.
type times map[string]map[string][]float64

func (t times) add(scenario, contender string, ns float64) {
	if t[scenario] == nil {
		t[scenario] = map[string][]float64{}
	}
	t[scenario][contender] = append(t[scenario][contender], ns)
}

// over computes a value from the times within each round. ok is false if a
// contender that it asks for did not run.
func (t times) over(scenario string, value func(of func(contender string) float64) float64) (s summary, ok bool) {
	rounds := 0
	for _, list := range t[scenario] {
		rounds = len(list)
	}
	if rounds == 0 {
		return summary{}, false
	}
	ok = true
	values := make([]float64, rounds)
	for r := range values {
		values[r] = value(func(contender string) float64 {
			list := t[scenario][contender]
			if len(list) <= r {
				ok = false
				return 0
			}
			return list[r]
		})
	}
	return summarize(values), ok
}
