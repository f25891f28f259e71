// Package python runs Python's own logging beside tests that compare with it. Only tests import it.
package python

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"testing"
)

// Start starts a script, whose standard input is to be written and whose standard output is to be
// read, and ends it after the test. Words of env are added to the environment. It reports false
// where there is no python3.
func Start(t *testing.T, script string, env ...string) (in io.Writer, out io.Reader, ok bool) {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		return nil, nil, false
	}
	cmd := exec.Command(path, script)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	stdout, err2 := cmd.StdoutPipe()
	if err := errors.Join(err, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("python3: %v", err)
		}
	})
	return stdin, stdout, true
}
