//go:build !unix

package logfile

import (
	"runtime"
	"time"
)

// realPause lets others go on.
func realPause(time.Duration) {
	for range 1000 {
		runtime.Gosched()
	}
}
