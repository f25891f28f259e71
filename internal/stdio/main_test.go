package stdio

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// childVar has what a process that a test has started is to do.
const childVar = "TEST_CHILD"

// play does a child's task and returns its exit status. It is set where there are
// such tests.
var play func(task string) int

func TestMain(m *testing.M) {
	if task := os.Getenv(childVar); task != "" {
		if play == nil {
			fmt.Fprintln(os.Stderr, childVar, "is set")
			os.Exit(2)
		}
		os.Exit(play(task))
	}
	goleak.VerifyTestMain(m)
}
