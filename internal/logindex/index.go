package logindex

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spanlog/spanlog/internal/logsource"
)

// Options say what is indexed, and with how much memory.
type Options struct {
	// Follow has the logs followed once all that is there is indexed.
	Follow bool
	// Rotated has the rotated files indexed too.
	Rotated bool
	// Poll and MaxLine are those of package logsource.
	Poll    time.Duration
	MaxLine int
	// Location is where times are that have no zone; nil means time.Local.
	Location *time.Location
	// Traces is how many of the newest traces there are summaries of. By default,
	// 10,000. A tenth of that comes on top for the slowest of the others, and for
	// those that failed.
	Traces int
	// TempDir is where compressed files are decompressed to, when they are asked for;
	// by default, os.TempDir. TempSize is how many bytes that may take; by default, 1
	// GiB. If it is negative, none.
	TempDir  string
	TempSize int64

	blockSize int // by default, that
}

// An Index is of one or more logs. All of its methods may be called at the same time.
type Index struct {
	opts    Options
	logs    []*log
	files   openFiles
	traces  summaries
	details details
	faults  faults

	cancel context.CancelFunc
	done   sync.WaitGroup
	closed atomic.Bool
	nonce  uint32 // of cursors
}

// A log is what is known of one log.
type log struct {
	path   string
	number int
	source *logsource.Source

	mu       sync.RWMutex
	blocks   []block // closed; they do not change any more
	open     block   // the one after them, if it has lines
	postings postings
	counts   Counts

	size    int64         // what there was to index at first, more or less
	settled chan struct{} // closed when all that was there is indexed
	ended   atomic.Bool   // no more comes
}

// Open begins to index logs. They have to be files: others cannot be read again. The error
// is that of the first log that cannot be opened.
func Open(paths []string, o Options) (*Index, error) {
	if o.Traces <= 0 {
		o.Traces = 10000
	}
	if o.TempSize == 0 {
		o.TempSize = 1 << 30
	}
	if o.blockSize == 0 {
		o.blockSize = blockSize
	}
	o.MaxLine = min(o.MaxLine, 1<<30)
	x := &Index{opts: o, nonce: newNonce()}
	x.files.init(o.TempDir, max(o.TempSize, 0))
	x.traces.init(o.Traces)
	for i, path := range paths {
		l, err := openLog(path, i, o)
		if err != nil {
			for _, l := range x.logs {
				_ = l.source.Close()
			}
			return nil, err
		}
		x.logs = append(x.logs, l)
	}
	ctx, cancel := context.WithCancel(context.Background())
	x.cancel = cancel
	for _, l := range x.logs {
		x.done.Go(func() { newIndexer(x, l).run(ctx) })
	}
	return x, nil
}

func openLog(path string, number int, o Options) (*log, error) {
	if info, err := os.Stat(path); path == "-" || err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("index %s: %w", path, errNotRegular)
	}
	s, err := logsource.Open(path, logsource.Options{Follow: o.Follow, Rotated: o.Rotated, Poll: o.Poll, MaxLine: o.MaxLine})
	if err != nil {
		return nil, err
	}
	return &log{path: path, number: number, source: s, size: logsource.Size(path, o.Rotated), settled: make(chan struct{})}, nil
}

var errNotRegular = errors.New("is not a regular file")

// Wait waits until all that was there is indexed.
func (x *Index) Wait(ctx context.Context) error {
	for _, l := range x.logs {
		select {
		case <-l.settled:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Close ends the indexing. What is asked for at the same time or later ends in an error, or has
// no lines.
func (x *Index) Close() error {
	if x.closed.Swap(true) {
		return nil
	}
	x.cancel()
	x.done.Wait()
	for _, l := range x.logs {
		_ = l.source.Close()
	}
	x.files.close()
	return nil
}

// A view is a log at one moment.
type view struct {
	log    *log
	blocks []block
	open   block
}

// find returns the view, and the blocks that may have what a query wants; nil means any.
func (l *log) find(q *Query) (view, []int) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	v := view{l, l.blocks, l.open}
	if !q.Trace.IsValid() {
		return v, nil
	}
	return v, append([]int{}, l.postings.find(q.Trace)...)
}

func (v *view) len() int {
	if v.open.lines > 0 {
		return len(v.blocks) + 1
	}
	return len(v.blocks)
}

func (v *view) block(i int) *block {
	if i == len(v.blocks) {
		return &v.open
	}
	return &v.blocks[i]
}

// before returns how much of the log is before a block, which may be the one to come.
func (v *view) before(i int) int64 {
	if n := v.len(); i >= n {
		if n == 0 {
			return 0
		}
		b := v.block(n - 1)
		return b.before + int64(b.size) + 1
	}
	return v.block(i).before
}
