//go:build race

package stdio

// underRace has the test skipped that counts allocations, since the race detector
// makes some of its own.
const underRace = true
