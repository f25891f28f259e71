//go:build unix

package spanlog_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

// TestTerm: a program that gets a SIGTERM while a request is under way answers it, if its
// server's shutdown has a context of its own, and logs to the end. With the context that
// SIGTERM has ended, the request is cut off.
func TestTerm(t *testing.T) {
	if how := os.Getenv(childVar); how != "" {
		serveUntilTerm(how == "own context")
		os.Exit(0)
	}
	for _, test := range []struct{ how, answer, logged string }{
		{"own context", "served", "under way, served, shut down: <nil>, the end"},
		{"the same context", "", "under way, shut down: context canceled, the end"},
	} {
		t.Run(test.how, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(bg, time.Minute)
			defer cancel()
			cmd := childCommand(ctx, t, test.how)
			cmd.Stderr = os.Stderr
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var address string
			if _, err := fmt.Fscanln(out, &address); err != nil {
				t.Fatal(err)
			}
			answer := make(chan string)
			go func() {
				resp, err := http.Get("http://" + address)
				if err != nil {
					answer <- ""
					return
				}
				defer resp.Body.Close()
				body, _ := io.ReadAll(resp.Body)
				answer <- string(body)
			}()
			first := make([]byte, 1<<10)
			n, err := out.Read(first) // that it is under way
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			rest, err := io.ReadAll(out)
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
			assert.Equal(t, "answer", <-answer, test.answer)
			var logged []string
			for line := range strings.Lines(string(first[:n]) + string(rest)) {
				logged = append(logged, parsed(t, line)["msg"].(string))
			}
			assert.Equal(t, "logged", strings.Join(logged, ", "), test.logged)
		})
	}
	http.DefaultClient.CloseIdleConnections()
}

// serveUntilTerm is the main function of docs/kubernetes.md, with a request that ends when the
// program is to end.
func serveUntilTerm(ownContext bool) {
	ctx, stop := signal.NotifyContext(bg, syscall.SIGTERM)
	defer stop()
	log := spanlog.Must(spanlog.New(nil, spanlog.Async{Sink: spanlog.Console{Writer: os.Stdout}}))
	defer log.Close()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log.InfoContext(r.Context(), "under way")
		<-ctx.Done()
		if !ownContext {
			select {} // until the program is gone
		}
		log.InfoContext(r.Context(), "served")
		fmt.Fprint(w, "served")
	})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	go func() { _ = server.Serve(l) }()
	<-ctx.Done()
	drain := ctx
	if ownContext {
		var cancel context.CancelFunc
		drain, cancel = context.WithTimeout(bg, time.Minute)
		defer cancel()
	}
	log.InfoContext(ctx, fmt.Sprint("shut down: ", server.Shutdown(drain)))
	slog.New(log.Handler()).InfoContext(ctx, "the end")
}

// TestCreatedFileMode: a file that somebody has put at the path, as logrotate's create does,
// keeps its mode; one that is made here gets that of the file before it.
func TestCreatedFileMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	l := open(t, nil, spanlog.File{Path: path})
	l.Info("one")
	flush(t, l)
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, 0o644)); err != nil {
		t.Fatal(err)
	}
	if err := l.Reopen(); err != nil {
		t.Fatal(err)
	}
	l.Info("two")
	flush(t, l)
	assert.Equal(t, "new file", messages(t, content(t, path)), "two")
	assert.Equal(t, "its mode", mode(t, path), "-rw-r--r--")
	if err := os.Rename(path, path+".2"); err != nil {
		t.Fatal(err)
	}
	if err := l.Reopen(); err != nil {
		t.Fatal(err)
	}
	l.Info("three")
	flush(t, l)
	assert.Equal(t, "the mode of one that is made", mode(t, path), "-rw-r--r--")
}

func mode(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().String()
}

// TestLinkedPath: with a link as path, the file that it leads to is the log, and rotated files
// are beside that.
func TestLinkedPath(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "real", "shop.log"), filepath.Join(dir, "app.log")
	if err := os.Mkdir(filepath.Dir(target), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(target, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip("SKIPPED: ", err)
	}
	l := open(t, nil, spanlog.File{Path: link, MaxSize: 4 * spanlog.KiB})
	l.Error("one", "text", strings.Repeat("x", 4000))
	l.Error("two")
	assert.Equal(t, "what the link leads to", messages(t, content(t, target)), "two")
	if to, err := os.Readlink(link); err != nil || to != target {
		t.Errorf("the link leads to %s, %v", to, err)
	}
	rotated, err := filepath.Glob(filepath.Join(dir, "real", "shop-*.log"))
	if err != nil || len(rotated) != 1 {
		t.Fatalf("rotated files are %v, %v", rotated, err)
	}
	assert.Equal(t, "the rotated file", messages(t, content(t, rotated[0])), "one")
}

// TestMadeDirectories: directories on the way to a file are for all to look into, as far as the
// umask lets them; one that is there keeps its mode.
func TestMadeDirectories(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "private")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	open(t, nil, spanlog.File{Path: filepath.Join(dir, "made", "app.log")})
	assert.Equal(t, "private", mode(t, dir), (fs.ModeDir | 0o700).String())
	assert.Equal(t, "made", mode(t, filepath.Join(dir, "made")), (fs.ModeDir | 0o755&^umask(t)).String())
}

// TestSharedGroup: in a directory that gives its group to what is made in it, as a volume
// with an fsGroup does, the group can read logs of mode 0640, rotated and compressed ones as
// well, and not the journal.
func TestSharedGroup(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("SKIPPED: needs root, for a group that is not our own")
	}
	const group = 2000
	dir := t.TempDir()
	if err := os.Chown(dir, -1, group); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777|fs.ModeSetgid); err != nil {
		t.Fatal(err)
	}
	l := open(t, nil, spanlog.File{Path: filepath.Join(dir, "app.log"), Mode: 0o640, MaxSize: 4 * spanlog.KiB, Compress: true})
	for range 10 {
		l.Error("m", "text", strings.Repeat("x", 1000))
	}
	assert.Eventually(t, "files are compressed", func() bool {
		names, _ := filepath.Glob(filepath.Join(dir, "app-*.log.gz"))
		all, _ := os.ReadDir(dir)
		return len(names) == 2 && len(all) == 5 // the log, its journal, and three rotated ones
	})
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		want := 0o640 &^ umask(t)
		if strings.HasSuffix(e.Name(), ".journal") {
			want = 0o600
		}
		if gid := info.Sys().(*syscall.Stat_t).Gid; gid != group || info.Mode().Perm() != want {
			t.Errorf("%s: group %d, mode %v, want %d, %v", e.Name(), gid, info.Mode(), group, want)
		}
	}
}

// TestGuideErase runs what docs/retention.md has to take lines out of a rotated file.
func TestGuideErase(t *testing.T) {
	for _, tool := range []string{"sh", "zcat", "grep", "gzip", "touch", "chmod"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("SKIPPED: ", err)
		}
	}
	script := ""
	for _, b := range codeBlocks(t, "docs/retention.md") {
		if strings.Contains(b.text, "zcat") {
			script = b.text
		}
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "app-20261125T032606.123456Z.log.gz")
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	l := open(t, nil, spanlog.Writer{Writer: z})
	for i := range 5 {
		l.Info(fmt.Sprint(i), "user", fmt.Sprint(15+i))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, buf.Bytes(), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, noon, noon); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-e", "-c", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: other tools than the guide's: %v\n%s", err, out)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	left, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	assert.Equal(t, "left", messages(t, string(left)), "0 1 3 4")
	assert.Equal(t, "mode", mode(t, path), "-rw-r-----")
	if info, err := f.Stat(); err != nil || info.ModTime().Unix() != noon.Unix() {
		t.Errorf("its time is %v, %v", info.ModTime(), err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("there are %v, %v", entries, err)
	}
}
