// Package filelock locks files between processes with flock(2).
//
// A lock belongs to the open file: closing it, or the end of the process however
// it ends, releases it. Locks are advisory. Where there are none, as on Windows
// and on some network file systems, every lock is granted.
package filelock
