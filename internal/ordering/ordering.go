// Package ordering compares what package cmp does not.
package ordering

// Bools orders false before true.
func Bools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
