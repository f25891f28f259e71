//go:build unix

package logfile

import (
	"time"

	"golang.org/x/sys/unix"
)

// realPause sleeps by the clock of the system, also where the test has its own.
func realPause(d time.Duration) {
	tv := unix.NsecToTimeval(int64(d))
	_, _ = unix.Select(0, nil, nil, nil, &tv)
}
