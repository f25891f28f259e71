//go:build unix

package crashtest

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/spanlog/spanlog"
)

// A task is what a child does.
type task struct {
	Dir    string // of app.log
	Follow bool   // read the log, instead of writing it; see follow

	// Writers are the goroutines that write, and Records how many records each of
	// them does. With Quiet they do not tell which ones were taken.
	Writers, Records int
	Quiet            bool
	// Gen is written in each record, and tells those of one child from others'.
	Gen int
	// Gate is the number of the record before which each writer waits until the
	// parent opens the gate. By default it does not.
	Gate int
	// Seed is for the size and level of records, and for pauses between them of at
	// most Pause.
	Seed  uint64
	Pause time.Duration
	// Size is how long the text of most records is at most. One of Oversize, if it
	// is not 0, is longer than half of the least journal.
	Size, Oversize int

	MaxSize      int64
	JournalSize  int
	Delay        time.Duration
	Compress     bool
	WriteThrough bool

	Gens int // for Follow: how many children write
}

// endless is how many records a writer does that is to be killed. If it gets
// there, nobody has killed it.
const endless = 200_000

// A message is what a child sends through its pipe: the number of a writer and
// that of a record which Handle took, or else an event.
type message [8]byte

// Events stand in the place of the writer's number.
const (
	eventOpen    = 1<<32 - 1 - iota // the log is open
	eventJournal                    // and this process has the journal
	eventThrough                    // or it has not
)

// pipe is the child's end of its pipe to the parent.
const pipe = 3

func send(what, n uint32) {
	var m message
	binary.LittleEndian.PutUint32(m[:4], what)
	binary.LittleEndian.PutUint32(m[4:], n)
	for {
		// So short a write is made as a whole or not at all.
		switch _, err := syscall.Write(pipe, m[:]); err {
		case nil:
			return
		case syscall.EINTR:
		default:
			os.Exit(4) // the parent has gone
		}
	}
}

// do does the task and returns the exit status. All trouble is written to stderr,
// which the parent takes for a failure.
func (t *task) do() int {
	if t.Follow {
		return t.follow()
	}
	c := complaints{left: 20}
	log, err := spanlog.New(&spanlog.Options{OnError: func(err error) { c.add("reported: %v", err) }}, spanlog.File{
		Path: filepath.Join(t.Dir, "app.log"), MaxSize: t.MaxSize, Compress: t.Compress,
		JournalSize: t.JournalSize, Delay: t.Delay, WriteThrough: t.WriteThrough,
	})
	if err != nil {
		c.add("New: %v", err)
		return 1
	}
	send(eventOpen, 0)
	stop, gate := make(chan struct{}), make(chan struct{})
	go listen(gate, stop)
	go watch(log, stop)
	var writers sync.WaitGroup
	for g := range t.Writers {
		writers.Go(func() { t.write(log.Handler(), g, &c, gate, stop) })
	}
	writers.Wait()
	// Close would not wait for as much compression as there may be by now.
	ctx, cancel := context.WithTimeout(context.Background(), tooLong)
	defer cancel()
	if err := log.Shutdown(ctx); err != nil {
		c.add("Shutdown: %v", err)
	}
	if s := log.Stats().Sinks[0]; len(s.Dropped) > 0 || s.LastError != "" {
		c.add("stats: %v", s)
	}
	return min(c.n, 1)
}

// listen hears the parent: a byte opens the gate, and the end of the input ends
// the task.
func listen(gate, stop chan struct{}) {
	if n, _ := os.Stdin.Read(make([]byte, 1)); n > 0 {
		close(gate)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	close(stop)
}

// watch tells the parent what has become of the journal.
func watch(log *spanlog.Logger, stop chan struct{}) {
	for last := ""; ; {
		if now := log.Stats().Sinks[0].Journal; now != last {
			if last = now; now == "journal" {
				send(eventJournal, 0)
			} else {
				send(eventThrough, 0)
			}
		}
		select {
		case <-stop:
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// write is a writer.
func (t *task) write(h slog.Handler, g int, c *complaints, gate, stop chan struct{}) {
	r := rand.New(rand.NewPCG(t.Seed, uint64(g)))
	for n := range t.Records {
		if n > 0 && n == t.Gate {
			select {
			case <-gate:
			case <-stop:
			}
		}
		select {
		case <-stop:
			return
		default:
		}
		if err := h.Handle(context.Background(), t.record(r, g, n)); err != nil {
			c.add("Handle, writer %d, record %d: %v", g, n, err)
			return // for of each writer, the parent expects all records up to the last
		}
		if !t.Quiet {
			send(uint32(g), uint32(n))
		}
		if t.Pause > 0 {
			time.Sleep(rand.N(t.Pause))
		}
	}
}

// record makes a record that shows whether it is whole. The first ones are plain,
// so that they wait in the journal.
func (t *task) record(r *rand.Rand, g, n int) slog.Record {
	size, level := r.IntN(max(t.Size, 1)), slog.LevelInfo
	switch {
	case n == 0:
	case t.Oversize > 0 && r.IntN(t.Oversize) == 0:
		size = 33<<10 + r.IntN(8<<10)
	case r.IntN(50) == 0:
		size *= 6
	}
	if n > 0 && r.IntN(50) == 0 {
		level = slog.LevelError
	}
	at := r.IntN(len(texts) - size)
	text := texts[at : at+size]
	rec := slog.NewRecord(time.Now(), level, "m", 0)
	rec.AddAttrs(slog.Int("gen", t.Gen), slog.Int("g", g), slog.Int("n", n),
		slog.String("text", text), slog.Uint64("sum", uint64(checksum(text))))
	return rec
}

// texts is what texts are cut from. Some of it is escaped in JSON.
var texts = func() string {
	const letters = "abcdefghijklmnopqrstuvwxyz \"\\\n"
	r := rand.New(rand.NewPCG(1, 1))
	b := make([]byte, 64<<10)
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b)
}()

func checksum(text string) uint32 { return crc32.ChecksumIEEE([]byte(text)) }

// complaints are what a child has to say on stderr.
type complaints struct {
	mu   sync.Mutex
	n    int
	left int // more than that are not told
}

func (c *complaints) add(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n++; c.n <= c.left {
		fmt.Fprintf(os.Stderr, format+"\n", args...)
	}
}
