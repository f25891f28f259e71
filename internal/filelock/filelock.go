// Package filelock locks files between processes with flock(2).
//
// A lock belongs to the open file: closing it, or the end of the process however
// it ends, releases it. Locks are advisory. Where flock is missing, as on
// Windows, every lock is granted.
package filelock
