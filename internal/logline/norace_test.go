//go:build !race

package logline

const underRace = false
