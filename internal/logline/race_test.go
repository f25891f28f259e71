//go:build race

package logline

// underRace has tests skipped that count allocations, since the race detector
// makes some of its own.
const underRace = true
