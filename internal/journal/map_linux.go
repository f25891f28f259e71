package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// mapPopulate has the pages there before the first record needs them.
const mapPopulate = unix.MAP_POPULATE

// allocate gives the file n bytes that its disk has room for. Truncate would
// only say so.
func allocate(f *os.File, n int64) error {
	for {
		err := unix.Fallocate(int(f.Fd()), 0, 0, n)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, errors.ErrUnsupported), errors.Is(err, unix.EOPNOTSUPP):
			return writeZeros(f, n)
		}
		return err
	}
}

// remoteTypes are the file systems that other machines may have mounted, by the
// magic numbers of statfs(2), and those of which nobody can tell.
var remoteTypes = map[int64]string{
	unix.NFS_SUPER_MAGIC:   "NFS",
	unix.SMB_SUPER_MAGIC:   "SMB",
	unix.CIFS_SUPER_MAGIC:  "CIFS",
	unix.SMB2_SUPER_MAGIC:  "SMB2",
	unix.AFS_SUPER_MAGIC:   "AFS",
	unix.AFS_FS_MAGIC:      "AFS", // the kernel's own
	unix.CODA_SUPER_MAGIC:  "Coda",
	unix.NCP_SUPER_MAGIC:   "NCP",
	unix.CEPH_SUPER_MAGIC:  "Ceph",
	unix.V9FS_MAGIC:        "9P",
	unix.FUSE_SUPER_MAGIC:  "FUSE",
	unix.OCFS2_SUPER_MAGIC: "OCFS2",
	0x01161970:             "GFS2",
	0x47504653:             "GPFS",
	0x0BD00BD0:             "Lustre",
	0x19830326:             "BeeGFS",
	0x786f4256:             "vboxsf",
}

// remote names the file system if other machines may have it mounted.
func remote(f *os.File) string {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &st); err != nil {
		return "unknown: " + err.Error()
	}
	return remoteTypes[int64(uint32(st.Type))]
}
