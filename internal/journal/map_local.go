//go:build darwin || dragonfly || freebsd

package journal

import (
	"os"

	"golang.org/x/sys/unix"
)

// remote names the file system if other machines may have it mounted.
func remote(f *os.File) string {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &st); err != nil {
		return "unknown: " + err.Error()
	}
	if st.Flags&unix.MNT_LOCAL == 0 {
		return "not local"
	}
	return ""
}
