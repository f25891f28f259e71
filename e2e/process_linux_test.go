package e2e_test

import (
	"os/exec"
	"syscall"
)

// endWithParent has the system kill the child when this process is gone, also
// when that was killed or ran into its timeout.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
