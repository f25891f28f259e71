package journal

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestRemoteTypes compares the table with the numbers of statfs(2)'s manual and of
// the file systems' own headers, since a wrong one would never be missed.
func TestRemoteTypes(t *testing.T) {
	for _, tt := range []struct {
		name  string
		magic uint32
		found string
	}{
		{"NFS", 0x6969, "NFS"},
		{"SMB, by smbfs", 0x517B, "SMB"},
		{"CIFS", 0xFF534D42, "CIFS"},
		{"SMB 2", 0xFE534D42, "SMB2"},
		{"AFS, by OpenAFS", 0x5346414F, "AFS"},
		{"AFS, by the kernel", 0x6B414653, "AFS"},
		{"Coda", 0x73757245, "Coda"},
		{"NetWare", 0x564C, "NCP"},
		{"Ceph", 0x00C36400, "Ceph"},
		{"9P, of virtual machines and WSL", 0x01021997, "9P"},
		{"FUSE, with sshfs, GlusterFS and virtiofs", 0x65735546, "FUSE"},
		{"OCFS2", 0x7461636F, "OCFS2"},
		{"GFS2", 0x01161970, "GFS2"},
		{"GPFS", 0x47504653, "GPFS"},
		{"Lustre", 0x0BD00BD0, "Lustre"},
		{"BeeGFS", 0x19830326, "BeeGFS"},
		{"shared folders of VirtualBox", 0x786F4256, "vboxsf"},

		{"ext2, ext3, ext4", 0xEF53, ""},
		{"XFS", 0x58465342, ""},
		{"Btrfs", 0x9123683E, ""},
		{"ZFS", 0x2FC12FC1, ""},
		{"F2FS", 0xF2F52010, ""},
		{"tmpfs", 0x01021994, ""},
		{"overlayfs, of containers", 0x794C7630, ""},
	} {
		if got := remoteTypes[int64(tt.magic)]; got != tt.found {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.found)
		}
	}
	// What remote looks up is never negative, nor longer than 32 bits.
	for magic, name := range remoteTypes {
		if magic != int64(uint32(magic)) || name == "" {
			t.Errorf("%q has the number %#x", name, magic)
		}
	}
}

// TestRemoteHere asks for the local file systems that are mounted on this machine.
func TestRemoteHere(t *testing.T) {
	local := []string{"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "tmpfs", "overlay", "proc", "sysfs"}
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		t.Skip(err)
	}
	seen := map[string]bool{}
	for entry := range strings.Lines(string(mounts)) {
		fields := strings.Fields(entry)
		point, kind := fields[1], fields[2]
		if !slices.Contains(local, kind) || strings.Contains(point, `\`) {
			continue // a remote one may not answer
		}
		f, err := os.Open(point)
		if err != nil {
			continue
		}
		// Another one may have been mounted over it.
		var st unix.Statfs_t
		if top := topMount(string(mounts), point); top == kind && unix.Fstatfs(int(f.Fd()), &st) == nil {
			seen[kind] = true
			if name := remote(f); name != "" {
				t.Errorf("%s at %s is %q", kind, point, name)
			}
		}
		_ = f.Close()
	}
	t.Log("seen:", slices.Sorted(maps.Keys(seen)))
}

// topMount is the kind of what was mounted last at a point.
func topMount(mounts, point string) (kind string) {
	for entry := range strings.Lines(mounts) {
		if fields := strings.Fields(entry); filepath.Clean(fields[1]) == point {
			kind = fields[2]
		}
	}
	return kind
}
