package main

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"strings"
)

// A cost is what a record allocates.
type cost struct{ allocs, bytes int }

// Pools lose what they hold when the collector runs, and sometimes else; the rest of
// that is rounded away. The buffers of a log file grow while more gathers in them than
// ever before, and goroutines that move between processors find other pools: on a busy
// machine that can be in many repetitions one after the other. So it goes on until there
// is nothing, or until the least has come up many times.
const (
	costRecords     = 2000
	costSeen        = 10
	costRepetitions = 100
)

// measure returns what a record allocates in the least of several repetitions of n
// records. To flush is not part of it.
func (e *entrant) measure(n int) (cost, error) {
	defer e.scenario.setProcs()()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	n *= e.scenario.times // goroutines have a price as well
	least, seen := cost{math.MaxInt, math.MaxInt}, 0
	for i := 0; least != (cost{}) && seen < costSeen && i < costRepetitions; i++ {
		runtime.GC()
		e.logAll(max(n/10, 64)) // fills the pools
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		e.logAll(n)
		runtime.ReadMemStats(&after)
		now := cost{perRecord(after.Mallocs-before.Mallocs, n), perRecord(after.TotalAlloc-before.TotalAlloc, n)}
		switch lower := (cost{min(least.allocs, now.allocs), min(least.bytes, now.bytes)}); {
		case lower != least:
			least, seen = lower, 1
		case now == least:
			seen++
		}
		if e.flush != nil {
			if err := e.flush(); err != nil {
				return cost{}, err
			}
		}
		if err := e.empty(); err != nil {
			return cost{}, err
		}
	}
	return least, nil
}

// perRecord rounds.
func perRecord(total uint64, n int) int { return (int(total) + n/2) / n }

// measureAll measures the contenders; only spanlog's, if ours is true.
func measureAll(lists [][]*entrant, ours bool, n int) error {
	for _, list := range lists {
		for _, e := range list {
			if ours && !e.contender.ours {
				continue
			}
			var err error
			if e.cost, err = e.measure(n); err != nil {
				return fmt.Errorf("%s, %s: %w", e.scenario.name, e.contender.name, err)
			}
		}
	}
	return nil
}

// budget is one line for each of spanlog's contenders: scenario, contender,
// allocations and bytes per record.
func budget(lists [][]*entrant) string {
	var b strings.Builder
	b.WriteString("# scenario, contender, allocations and bytes per record: written by go test ./speed -run Budget -update\n")
	for _, list := range lists {
		for _, e := range list {
			if e.contender.ours {
				fmt.Fprintf(&b, "%s %s %d %d\n", e.scenario.name, e.contender.name, e.cost.allocs, e.cost.bytes)
			}
		}
	}
	return b.String()
}
