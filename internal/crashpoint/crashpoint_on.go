//go:build crashpoint

package crashpoint

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
)

// Enabled reports whether this is a build for tests that kill. It is constant,
// so that what depends on it is not compiled otherwise.
const Enabled = true

var (
	point string
	left  atomic.Int64 // how often the point is still passed
)

func init() {
	name, count, _ := strings.Cut(os.Getenv("SPANLOG_CRASH"), ":")
	if name == "" {
		return
	}
	n, err := strconv.ParseInt(count, 10, 64)
	if count != "" && err != nil {
		panic(fmt.Sprintf("SPANLOG_CRASH: %v", err))
	}
	left.Store(n)
	point = name
}

// Here is a point at which a test can have the process killed.
func Here(name string) {
	if point != name || left.Add(-1) >= 0 {
		return
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
	select {} // the signal is on its way
}
