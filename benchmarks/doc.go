// Package benchmarks puts spanlog beside its peers. It is a module of its own,
// so that nobody who imports spanlog gets the peers' dependencies. It has
// tests, and the command speed; README.md says what they show and how to run them.
package benchmarks
