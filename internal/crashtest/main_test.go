//go:build unix

package crashtest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/spanlog/spanlog/internal/crashpoint"
)

// taskVar has the task of a process that a test has started.
const taskVar = "CRASHTEST_TASK"

// What makes tests longer, or repeats them; see doc.go.
const (
	killsVar   = "SPANLOG_KILLS"
	tortureVar = "SPANLOG_TORTURE"
	seedVar    = "SPANLOG_SEED"
)

func TestMain(m *testing.M) {
	if do := os.Getenv(taskVar); do != "" {
		var t task
		if err := json.Unmarshal([]byte(do), &t); err != nil {
			fmt.Fprintln(os.Stderr, taskVar, err)
			os.Exit(2)
		}
		os.Exit(t.do())
	}
	goleak.VerifyTestMain(m)
}

// environment is what children get: none of the variables that spanlog reads.
func environment() []string {
	var env []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "SPANLOG_") && !strings.HasPrefix(kv, "OTEL_") {
			env = append(env, kv)
		}
	}
	// The race detector would wait a second before every exit.
	return append(env, "GORACE=atexit_sleep_ms=0")
}

// number is an environment variable that makes the tests longer.
func number(t testing.TB, name string, otherwise int) int {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil || n <= 0 {
		t.Fatalf("%s is %q: want a positive number", name, s)
	}
	return n
}

// perRound is about how many children all tests together kill in a round.
func perRound() int {
	if crashpoint.Enabled {
		return 100
	}
	return 20
}

// rounds is how many rounds each test does.
func rounds(t testing.TB) int {
	t.Helper()
	return max(1, number(t, killsVar, perRound())/perRound())
}

// random returns random numbers for a test, which are the same ones every time if
// seedVar is set. A failure says how.
func random(t testing.TB) *rand.Rand {
	t.Helper()
	seed := uint64(number(t, seedVar, int(time.Now().UnixNano())))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to repeat it: %s=%d %s=%d", seedVar, seed, killsVar, number(t, killsVar, perRound()))
		}
	})
	return rand.New(rand.NewPCG(seed, 0))
}

// kept returns a directory like t.TempDir's, which is kept if the test fails.
func kept(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(func() {
		if _, err := os.Stat(dir); err != nil || !t.Failed() {
			return
		}
		to, err := os.MkdirTemp("", "crashtest-")
		if err == nil {
			to = filepath.Join(to, "log")
			err = os.Rename(dir, to)
		}
		if err != nil {
			t.Errorf("what is left cannot be kept: %v", err)
			return
		}
		t.Logf("what is left is in %s", to)
	})
	return dir
}
