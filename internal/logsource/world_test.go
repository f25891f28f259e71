package logsource

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog/internal/archive"
	"github.com/spanlog/spanlog/internal/assert"
)

// A world is a log in a directory, what is done to it, and a Source that reads it.
// The Source runs only while the world waits.
type world struct {
	t    testing.TB
	dir  string
	path string
	now  time.Time // of the next write, and of the next rotation

	source *Source
	cancel context.CancelFunc
	asks   chan struct{} // one for each call of Next
	ended  chan struct{}

	mu  sync.Mutex
	got []string
}

func newWorld(t testing.TB, dir string) *world {
	return &world{t: t, dir: dir, path: filepath.Join(dir, "app.log"), now: time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC)}
}

// open opens the source, and begins to read once it is asked.
func (w *world) open(o Options) {
	source, err := Open(w.path, o)
	assert.NoError(w.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	w.source, w.cancel, w.asks, w.ended = source, cancel, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(w.ended)
		for range w.asks {
			line, err := source.Next(ctx)
			switch _, one := errors.AsType[*FileError](err); {
			case one:
				w.note("!")
			case err != nil:
				w.note(err.Error())
				return
			default:
				w.note(shown(line))
			}
		}
	}()
}

func (w *world) note(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got = append(w.got, text)
}

// read has lines read, until there are so many or no more. A line that is waited
// for may still come later.
func (w *world) read(lines int) {
	timeout := time.After(2 * relistPolls * w.source.opts.Poll)
	for range lines {
		select {
		case w.asks <- struct{}{}:
		case <-w.ended:
			return
		case <-timeout:
			synctest.Wait()
			return
		}
	}
	synctest.Wait()
}

// end ends reading, and returns what was read.
func (w *world) end() []string {
	w.read(1 << 30)
	w.cancel()
	w.read(1 << 30)
	<-w.ended
	close(w.asks)
	assert.NoError(w.t, w.source.Close())
	return w.got
}

// tick is the time of what is done now. All of them differ.
func (w *world) tick() time.Time {
	w.now = w.now.Add(time.Second)
	return w.now
}

func (w *world) append(path, text string) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	assert.NoError(w.t, err)
	_, err = f.WriteString(text)
	assert.NoError(w.t, errors.Join(err, f.Close()))
	at := w.tick()
	assert.NoError(w.t, os.Chtimes(path, at, at))
}

// rotated are the rotated files, the oldest first.
func (w *world) rotated() []rotated {
	list, err := listRotated(w.path)
	assert.NoError(w.t, err)
	return list.files
}

// aside rotates as spanlog does.
func (w *world) aside() {
	_, err := (&archive.Archive{Path: w.path}).MoveAside(w.tick())
	assert.NoError(w.t, err)
}

// lumber rotates as lumberjack does.
func (w *world) lumber() {
	assert.NoError(w.t, os.Rename(w.path, filepath.Join(w.dir, w.tick().Format("app-2006-01-02T15-04-05.000.log"))))
}

// shift makes room for a new file with the number 1, and returns its path.
func (w *world) shift() string {
	for _, r := range w.rotated() {
		if r.numbered {
			to := strings.TrimSuffix(r.plain, fmt.Sprint(r.number)) + fmt.Sprint(r.number+1)
			assert.NoError(w.t, os.Rename(r.path, to+strings.TrimPrefix(r.path, r.plain)))
		}
	}
	return w.path + ".1"
}

// copyOut copies the log and cuts it, as logrotate's copytruncate does.
func (w *world) copyOut(to string) {
	b, err := os.ReadFile(w.path)
	assert.NoError(w.t, err)
	w.append(to, string(b))
	assert.NoError(w.t, os.Truncate(w.path, 0))
}

// compress compresses a rotated file, and keeps its time.
func (w *world) compress(r rotated) {
	if r.gz {
		return
	}
	b, err := os.ReadFile(r.path)
	assert.NoError(w.t, err)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err = z.Write(b)
	assert.NoError(w.t, errors.Join(err, z.Close()))
	assert.NoError(w.t, os.WriteFile(r.path+".gz", packed.Bytes(), 0o600))
	assert.NoError(w.t, os.Chtimes(r.path+".gz", r.info.ModTime(), r.info.ModTime()))
	assert.NoError(w.t, os.Remove(r.path))
}

// do does one step of a script. Some have an argument behind a colon.
func (w *world) do(step string, o Options) {
	name, arg, _ := strings.Cut(step, ":")
	switch name {
	case "open":
		w.open(o)
	case "read": // all that there is
		w.read(1 << 30)
		w.note("|")
	case "poll":
		time.Sleep(o.Poll)
		synctest.Wait()
	case "+":
		w.append(w.path, arg+"\n")
	case "~":
		w.append(w.path, arg)
	case "late": // to the newest rotated file
		list := w.rotated()
		w.append(list[len(list)-1].path, arg+"\n")
	case "room":
		info, err := os.Stat(w.path)
		assert.NoError(w.t, err)
		assert.NoError(w.t, os.Truncate(w.path, info.Size()+4096))
	case "use": // some of the room
		b, err := os.ReadFile(w.path)
		assert.NoError(w.t, err)
		f, err := os.OpenFile(w.path, os.O_WRONLY, 0)
		assert.NoError(w.t, err)
		_, err = f.WriteAt([]byte(arg+"\n"), int64(len(trimNULs(b))))
		assert.NoError(w.t, errors.Join(err, f.Close()))
	case "aside":
		w.aside()
	case "lumber":
		w.lumber()
	case "shift":
		assert.NoError(w.t, os.Rename(w.path, w.shift()))
	case "copy":
		w.copyOut(w.shift())
	case "gz":
		for _, r := range w.rotated() {
			w.compress(r)
		}
	case "cut":
		assert.NoError(w.t, os.Truncate(w.path, 0))
	case "rm":
		assert.NoError(w.t, os.RemoveAll(w.path))
	case "clean": // the rotated files
		for _, r := range w.rotated() {
			assert.NoError(w.t, os.Remove(r.path))
		}
	case "touch":
		w.append(w.path, "")
	case "mkdir":
		assert.NoError(w.t, os.Mkdir(w.path, 0o700))
	case "mv": // to a name that says nothing
		assert.NoError(w.t, os.Rename(w.path, filepath.Join(w.dir, arg)))
	case "back":
		assert.NoError(w.t, os.Rename(filepath.Join(w.dir, arg), w.path))
	case "link":
		_ = os.Remove(w.path)
		assert.NoError(w.t, os.Symlink(arg, w.path))
	case "into": // writes to another file
		name, text, _ := strings.Cut(arg, "=")
		w.append(filepath.Join(w.dir, name), text+"\n")
	case "gzlog": // the log is compressed itself, as far as that goes
		b := gzipped(w.t, arg+"\n")
		w.append(w.path, b[:len(b)-4])
	default:
		w.t.Fatalf("no such step: %s", step)
	}
}

// run runs a script, and returns what was read.
func run(t *testing.T, script string, o Options) string {
	t.Helper()
	var got []string
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		o.Poll = 100 * time.Millisecond
		w := newWorld(t, dir)
		for _, step := range strings.Fields(script) {
			w.do(step, o)
		}
		got = w.end()
	})
	end := []string{io.EOF.Error(), context.Canceled.Error()}
	if n := len(got); n > 0 && slices.Contains(end, got[n-1]) {
		got = got[:n-1]
	}
	return strings.Join(got, " ")
}
