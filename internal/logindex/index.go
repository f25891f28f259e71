package logindex

// The index, its logs, and what a question sees of them: a view. See doc.go for how all of it
// works together.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spanlog/spanlog/internal/logquery"
	"github.com/spanlog/spanlog/internal/logsource"
)

// Options say what is indexed, and with how much memory.
type Options struct {
	// Follow has the logs followed once all that is there is indexed.
	Follow bool
	// Rotated has the rotated files indexed too.
	Rotated bool
	// Poll and MaxLine are those of package logsource, as their defaults are. No line has
	// more than 1 GiB, whatever MaxLine is.
	Poll    time.Duration
	MaxLine int
	// Location is where times are that have no zone; nil means time.Local.
	Location *time.Location
	// Traces is how many of the newest traces there are summaries of. By default,
	// 10,000. A tenth of that comes on top for the slowest of the others, and for
	// those that failed.
	Traces int
	// TempDir is where compressed files are decompressed to, when they are asked for. By
	// default, os.TempDir.
	TempDir string

	// Names are what logs are called in lines and statistics, by their paths. By default,
	// they are called by these.
	Names map[string]string

	// Tests have other sizes: of what is decompressed (see [openFiles]; negative: nothing is
	// kept), and of blocks.
	tempSize  int64
	blockSize int
}

// An Index is of one or more logs. All of its methods may be called at the same time.
type Index struct {
	opts Options // with the defaults
	logs []*log  // as they were named; a log's number is its index here

	// What all logs share. Each has a lock of its own.
	files   openFiles
	traces  summaries
	details details
	faults  faults

	cancel context.CancelFunc // ends the indexers
	done   sync.WaitGroup     // they have ended
	closed atomic.Bool
	nonce  uint32 // of cursors
}

// A log is what is known of one log. Its indexer is the only one that writes to it. A trace may
// have records in several logs: each knows its own blocks of it.
type log struct {
	path   string
	name   string // what it is called: Options.Names
	number int    // in the index, from 0
	source *logsource.Source

	mu       sync.RWMutex // guards what follows, up to the empty line
	blocks   []block      // closed; they do not change any more
	open     block        // the one after them, if it has lines
	postings postings     // of those blocks
	counts   Counts       // of their lines

	size    int64         // what there was to index at first, more or less
	settled chan struct{} // closed when all that was there is indexed
	ended   atomic.Bool   // no more comes
}

// tempSize is how many bytes of compressed files are kept decompressed, by default.
const tempSize = 1 << 30

// Open begins to index logs. They have to be files: others cannot be read again. The error
// is that of the first log that cannot be opened. The index is there at once and can be asked;
// it tells by [Index.Stats] how far it is. It has to be closed.
func Open(paths []string, o Options) (*Index, error) {
	if o.Traces <= 0 {
		o.Traces = 10000
	}
	if o.tempSize == 0 {
		o.tempSize = tempSize
	}
	if o.blockSize == 0 {
		o.blockSize = blockSize
	}
	o.MaxLine = min(o.MaxLine, 1<<30) // a block's size is an int32, and a line is in one block
	x := &Index{opts: o, nonce: newNonce()}
	x.files.init(o.TempDir, max(o.tempSize, 0))
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

// openLog opens a log. A named pipe is told before it is opened, which would take until somebody
// writes to it. With Options.Follow, a log that is not there yet is none of its errors.
func openLog(path string, number int, o Options) (*log, error) {
	if info, err := os.Stat(path); path == "-" || err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("index %s: %w", path, errNotRegular)
	}
	s, err := logsource.Open(path, logsource.Options{Follow: o.Follow, Rotated: o.Rotated, Poll: o.Poll, MaxLine: o.MaxLine})
	if err != nil {
		return nil, err
	}
	return &log{path: path, name: cmp.Or(o.Names[path], path), number: number, source: s, size: logsource.Size(path, o.Rotated), settled: make(chan struct{})}, nil
}

var errNotRegular = errors.New("is not a regular file")

// Wait waits until all that was there is indexed, or could not be read. The error is ctx's.
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

// Close ends the indexing, and closes all files. What is asked for at the same time or later
// ends in an error, or has no lines. The index may be closed twice.
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

// A view is a log at one moment. It is the blocks that were there, closed or open: later ones
// are appended behind the slice's end, and closed ones do not change. So a question may take
// its time with a view, and needs no lock.
type view struct {
	log    *log
	blocks []block
	open   block
}

// find returns the view, and the numbers of the blocks that may have what a query wants, in
// order; nil means any. Both are of the same moment.
func (l *log) find(q *logquery.Query) (view, []int) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	v := view{l, l.blocks, l.open}
	if !q.Trace.IsValid() {
		return v, nil
	}
	return v, append([]int{}, l.postings.find(q.Trace)...) // none is not nil
}

// len is how many blocks there are.
func (v *view) len() int {
	if v.open.lines > 0 {
		return len(v.blocks) + 1
	}
	return len(v.blocks)
}

// block is the one with a number, which has to be below len.
func (v *view) block(i int) *block {
	if i == len(v.blocks) {
		return &v.open
	}
	return &v.blocks[i]
}

// before returns how many bytes of the log are before a block, which may be the one to come.
// It is for saying how far a search has come, and not exact: [Counts] take each line's end
// for one byte.
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
