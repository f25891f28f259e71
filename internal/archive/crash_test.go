package archive

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/crashpoint"
)

// logVar names the log for a test that runs in a process of its own.
const logVar = "TEST_LOG"

// TestCrash kills a process at each point of compression. What it leaves is what
// the tests of Tend take it to be, and the next call ends the work.
func TestCrash(t *testing.T) {
	if !crashpoint.Enabled {
		t.Skip("needs the build tag crashpoint")
	}
	if log := os.Getenv(logVar); log != "" {
		_, err := (&Archive{Path: log, Compress: true}).Tend(t.Context())
		t.Fatalf("not killed: %v", err)
	}
	for _, test := range []struct{ point, left string }{
		{"compress-begin", "1.tmp= 1=a 2=b 3=c log=x"},
		{"compress-middle", "1.tmp= 1=a 2=b 3=c log=x"}, // so little is still in memory
		{"compress-before-rename", "1.tmp=? 1=a 2=b 3=c log=x"},
		{"compress-before-unlink", "1.gz=a 1=a 2=b 3=c log=x"},
		{"compress-end", "1.gz=a 2=b 3=c log=x"},
	} {
		t.Run(test.point, func(t *testing.T) {
			a := newArchive(t, "1=a 2=b 3=c log=x")
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrash$")
			cmd.Env = append(os.Environ(), logVar+"="+a.Path, "SPANLOG_CRASH="+test.point)
			if out, err := cmd.CombinedOutput(); err == nil || cmd.ProcessState.ExitCode() != -1 {
				t.Fatalf("got %v\n%s", err, out)
			}
			left := show(t, a)
			if temp, whole := strings.CutPrefix(test.left, "1.tmp=? "); whole {
				content, err := unzip(read(t, tempPath(a.path("1"))))
				if err != nil || content != "a" {
					t.Errorf("temporary file: %q, %v", content, err)
				}
				left, test.left = left[strings.LastIndex(left, " 1=")+1:], temp
			}
			assert.Equal(t, "left", left, test.left)
			a.Compress = true
			tend(t, a)
			assert.Equal(t, "after", show(t, a), "1.gz=a 2.gz=b 3=c log=x")
			if temps, err := filepath.Glob(filepath.Join(filepath.Dir(a.Path), ".*")); err != nil || len(temps) > 0 {
				t.Errorf("there is more: %v, %v", temps, err)
			}
		})
	}
}
