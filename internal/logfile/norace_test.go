//go:build !race

package logfile

const underRace = false
