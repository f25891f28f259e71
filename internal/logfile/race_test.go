//go:build race

package logfile

// underRace has tests skipped that count allocations, since the race detector
// makes some of its own, and long ones shortened, since it is slow.
const underRace = true
