package spanlog_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// TestSurvivesOOM has the kernel kill a child that takes more memory than its
// control group may have.
func TestSurvivesOOM(t *testing.T) {
	group := os.Getenv("TEST_CGROUP")
	if group == "" {
		group = memoryGroup(t, 96<<20)
		t.Setenv("TEST_CGROUP", group)
	}
	testDeath(t, func() {
		if err := os.WriteFile(filepath.Join(group, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		var hoard [][]byte
		for range 1024 {
			b := make([]byte, 1<<20)
			for i := 0; i < len(b); i += 512 {
				b[i] = 1
			}
			hoard = append(hoard, b)
		}
		fmt.Println("there was enough memory:", len(hoard))
		os.Exit(1)
	}, killed)
}

// memoryGroup makes a control group with a limit.
func memoryGroup(t *testing.T, limit int) string {
	t.Helper()
	for _, version := range []struct{ root, file string }{
		{"/sys/fs/cgroup/memory", "memory.limit_in_bytes"},
		{"/sys/fs/cgroup", "memory.max"},
	} {
		dir := filepath.Join(version.root, fmt.Sprintf("spanlog-test-%d", os.Getpid()))
		if os.Mkdir(dir, 0o755) != nil {
			continue
		}
		t.Cleanup(func() {
			if err := syscall.Rmdir(dir); err != nil {
				t.Errorf("%s: %v", dir, err)
			}
		})
		if os.WriteFile(filepath.Join(dir, version.file), []byte(strconv.Itoa(limit)), 0) == nil {
			return dir
		}
	}
	t.Skip("SKIPPED: no control group for memory can be made")
	return ""
}

// TestSurvivesPowerLoss cuts the power of a disk: a file with a file system in
// it, of which a copy is made while it is mounted. The copy has what was written
// to the disk by then, and nothing that was still in memory.
func TestSurvivesPowerLoss(t *testing.T) {
	r := row(t)
	for i, p := range policies {
		t.Run(p.name, func(t *testing.T) {
			disk := newDisk(t)
			file := p.file
			file.Path, file.Delay = filepath.Join(disk.dir, "app.log"), time.Hour
			l := open(t, nil, file)
			if err := logSome(l.Handler()); err != nil {
				t.Fatal(err)
			}
			got := ""
			afterwards := func() string {
				file := p.file
				file.Path = filepath.Join(disk.loseEverythingInMemory(t), "app.log")
				return survived(t, file) // which also has to cope with what the journal is then
			}
			switch r.survives[i] {
			case everything:
				assert.Equal(t, "survived", afterwards(), numbers(2*someRecords+1))
			case untilError:
				if got = afterwards(); !strings.HasPrefix(got+" ", numbers(someRecords+1)+" ") {
					t.Errorf("%q survived, want all up to the error", got)
				}
			case untilSync:
				assert.Eventually(t, "everything survives once it is synced", func() bool { return afterwards() == numbers(2*someRecords+1) })
			case systemsWill:
				// No promise, but whole lines and no trouble.
				if got = afterwards(); !strings.HasPrefix(numbers(2*someRecords+1)+" ", got) {
					t.Errorf("%q survived", got)
				}
			}
		})
	}
}

// A disk is a file system in a file.
type disk struct{ image, dir string }

func newDisk(t *testing.T) *disk {
	t.Helper()
	d := &disk{image: filepath.Join(t.TempDir(), "disk"), dir: filepath.Join(t.TempDir(), "mnt")}
	if err := os.WriteFile(d.image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(d.image, 16<<20); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.ext4", "-q", d.image).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: mkfs.ext4: %v: %s", err, out)
	}
	if err := os.Mkdir(d.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	mount(t, "-o", "loop", d.image, d.dir)
	return d
}

// loseEverythingInMemory returns where the disk is mounted after the power has
// come back.
func (d *disk) loseEverythingInMemory(t *testing.T) string {
	t.Helper()
	image, dir := filepath.Join(t.TempDir(), "copy"), t.TempDir()
	from, err := os.Open(d.image)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.Create(image)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(to, from)
	if err := errors.Join(err, to.Close()); err != nil {
		t.Fatal(err)
	}
	mount(t, "-o", "loop", image, dir)
	return dir
}

// TestSurvivesDiskFull: what was acknowledged is there when there is room again,
// or in the next process if this one dies before; what was not, is told to be
// lost or kept.
func TestSurvivesDiskFull(t *testing.T) {
	for _, p := range policies {
		t.Run(p.name, func(t *testing.T) {
			dir := t.TempDir()
			mount(t, "-t", "tmpfs", "-o", "size=512k", "tmpfs", dir)
			file := p.file
			file.Path, file.JournalSize = filepath.Join(dir, "app.log"), 64*spanlog.KiB
			l := open(t, &spanlog.Options{OnError: func(error) {}}, file)
			filler := filepath.Join(dir, "filler")
			if f, err := os.Create(filler); err != nil {
				t.Fatal(err)
			} else {
				_, err = io.Copy(f, zeros{})
				if !errors.Is(err, syscall.ENOSPC) {
					t.Fatal(err)
				}
				_ = f.Close()
			}
			var acknowledged []string
			long := strings.Repeat("x", 500)
			refused := 0
			for n := 0; refused < 10; n++ {
				rec := slog.NewRecord(time.Now(), slog.LevelInfo, strconv.Itoa(n), 0)
				rec.Add("text", long)
				if err := l.Handler().Handle(context.Background(), rec); err != nil {
					refused++
				} else {
					acknowledged = append(acknowledged, strconv.Itoa(n))
				}
			}
			for line := range strings.Lines(content(t, file.Path)) {
				if !strings.HasSuffix(line, "\n") {
					continue // it is finished when there is room
				}
				parsed(t, line)
			}
			if err := os.Remove(filler); err != nil {
				t.Fatal(err)
			}
			assert.Eventually(t, "it heals", func() bool { return l.Flush(context.Background()) == nil })
			l.Info("healed")
			_ = l.Close()
			notice := regexp.MustCompile(`spanlog: 10 records dropped in \S+ \(10 INFO\): .*?no space left on device`)
			text := survived(t, file)
			if told := notice.MatchString(text); told != (dropped(l.Stats().Sinks[0]) > 0) {
				t.Errorf("notice: %v: %.1000s", told, text)
			}
			got := strings.Fields(notice.ReplaceAllString(text, ""))
			for j := 1; j < len(got)-1; j++ {
				if a, _ := strconv.Atoi(got[j-1]); strconv.Itoa(a) == got[j] {
					t.Errorf("%s is there twice", got[j])
				}
			}
			there := map[string]bool{}
			for _, m := range got {
				there[m] = true
			}
			for _, m := range append(acknowledged, "healed") {
				if !there[m] {
					t.Errorf("%s was acknowledged, and is not there", m)
				}
			}
			s := l.Stats().Sinks[0]
			delivered := s.Delivered - s.Notices
			if want := uint64(len(acknowledged) + refused + 1); delivered+dropped(s) != want || delivered != uint64(len(got)) {
				t.Errorf("%d delivered (%d are there) and %d dropped, of %d", delivered, len(got), dropped(s), want)
			}
		})
	}
}

// zeros is a reader without end.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
