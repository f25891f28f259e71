package spanlog

// A decorator with a queue. A record is detached from its caller (entry.detach), waits,
// and is given to the sink by a goroutine of the Async's own, as if that had logged it:
// with the sink's breaker, its counters and its losses. The queue itself, with its
// limits and its order, is package queue's.
//
// What is lost is lost at the queue's entrance (handle), in the middle for another
// record (lose), or at the end (close), and is counted in each case.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spanlog/spanlog/internal/queue"
	"github.com/spanlog/spanlog/internal/wording"
)

// Async is a decorator whose sink cannot make the program wait: records wait for
// the sink in a queue, and a goroutine delivers them. A console whose reader is
// stuck, or a collector that does not answer, costs records then, not time. Each
// of them is counted, and once there is room again a record at WARN says how many
// are missing:
//
//	spanlog: 1234 records dropped in 2.1s (1200 DEBUG, 34 INFO): queue full
//
// An eighth of the queue is kept for records at Error and above. Handle calls
// [Options].OnError itself for a record that was dropped, so that should not wait.
//
// [Logger.Flush] returns once all that was handled before it is delivered, and
// [Logger.Shutdown] delivers what is in the queue, as far as its deadline allows.
// What is left then is counted, and the error says how much. Records that come
// after shutdown are delivered as the sink itself would, but none waits longer
// than MaxBlock.
//
// The sink may log to the same logger, but what it logs while it is being called
// is not delivered to itself: that would have no end. An [EntryWriter] or a
// [slog.Handler] must not wait for Flush or Shutdown.
//
// New refuses an Async around a [File], which does not make the program wait: its
// journal takes the records, and keeps them if the program dies, as no queue can.
type Async struct {
	// Sink is the sink to be decorated. It must not be nil.
	Sink Sink
	// MaxRecords is how many records may wait. By default, 8192.
	MaxRecords int
	// MaxBytes is how many bytes they may have together, as lines; a record for
	// a sink without lines counts as 1 KiB. By default, 8 MiB.
	MaxBytes int
	// Overflow is what becomes of a record when the queue is full. By default,
	// [DropNewest].
	Overflow Overflow
	// MaxBlock is how long [Block] waits; with another Overflow, New refuses it. After
	// shutdown, it is how long a record waits for the sink. By default, 100 ms.
	MaxBlock time.Duration
}

// Overflow is what an [Async] does with a record when its queue is full.
type Overflow uint8

const (
	// DropNewest drops the record. Handle returns an [ErrDropped] at once.
	DropNewest Overflow = iota
	// DropOldest drops the oldest records, those below Error first, and takes
	// the new one. No record at Error is dropped for one below: if there are
	// only such in the queue, the new one is dropped.
	DropOldest
	// Block waits for room, for Async.MaxBlock at most; then it is DropNewest.
	Block
)

const (
	defaultQueue      = 8192
	defaultQueueBytes = 8 * MiB
	defaultBlock      = 100 * time.Millisecond
	reservedPart      = 8 // of the queue, for Error and above: one in
)

func (s Async) sinkName() string { return decoratedName(s.Sink, "async", "async sink") }

func (s Async) build(b *builder) (sinkCore, error) {
	if err := s.validate(); err != nil {
		return sinkCore{}, err
	}
	inner, need, err := b.inner(s.Sink)
	if err != nil {
		return sinkCore{}, err
	}
	b.pipeline.keepsAttrs = b.pipeline.keepsAttrs || need.attrs
	inner.tells = false // here it is told when the queue was emptied
	// A record without lines has the size attrsSize: see entry.size.
	limit := queue.Limit{Items: cmp.Or(s.MaxRecords, defaultQueue), Bytes: cmp.Or(s.MaxBytes, defaultQueueBytes)}
	c := &asyncCore{
		sinkCore: inner,
		need:     need,
		queue:    queue.New[*entry](limit, queue.Limit{Items: reserved(limit.Items), Bytes: reserved(limit.Bytes)}),
		overflow: s.Overflow,
		maxBlock: cmp.Or(s.MaxBlock, defaultBlock),
		pipeline: b.pipeline,
		stopped:  make(chan struct{}),
		turn:     make(chan struct{}, 1),
	}
	c.ctx, c.giveUp = context.WithCancel(context.Background())
	inner.stats.queue = func() QueueStats {
		s := c.queue.Stats()
		return QueueStats{s.Items, s.Bytes, s.MaxItems, s.MaxBytes, limit.Items, limit.Bytes}
	}
	go c.run()
	return sinkCore{core: c, name: inner.name, stats: inner.stats}, nil
}

// reserved is how much of a limit is for records at Error and above.
func reserved(limit int) int {
	if limit < 2 {
		return 0
	}
	return max(1, limit/reservedPart)
}

func (s Async) validate() error {
	errs := []error{
		checkNegative("MaxRecords", s.MaxRecords), checkNegative("MaxBytes", s.MaxBytes), checkNegative("MaxBlock", s.MaxBlock),
	}
	if s.Overflow > Block {
		errs = append(errs, badField("Overflow", "is %d: want DropNewest, DropOldest or Block", s.Overflow))
	}
	if s.MaxBlock > 0 && s.Overflow != Block {
		errs = append(errs, badField("MaxBlock", "is for Overflow: spanlog.Block"))
	}
	switch undecorated(s.Sink).(type) {
	case File, *File:
		errs = append(errs, badField("Sink", "is a File, which does not make the program wait, and keeps its records if the program dies: leave the Async out"))
	case Async, *Async:
		errs = append(errs, badField("Sink", "is an Async already"))
	case FlightRecorder, *FlightRecorder:
		errs = append(errs, badField("Sink", "is a FlightRecorder, which would learn of a trace's end before its records: put the Async within it"))
	}
	return errors.Join(errs...)
}

// asyncCore puts entries into a queue, from which a goroutine of its own delivers
// them.
type asyncCore struct {
	sinkCore // the sink's
	need     need
	queue    *queue.Queue[*entry]
	overflow Overflow
	maxBlock time.Duration
	pipeline *pipeline

	ctx    context.Context // ended when the sink is given up
	giveUp context.CancelFunc
	// The sink has one caller at a time: run, and after that the one whose turn it is.
	stopped chan struct{} // closed when run has returned
	turn    chan struct{} // held by whoever calls the sink then

	// What tells a record that the sink itself logs from others: calling is set
	// while the sink is called by the goroutine with the number worker.
	calling atomic.Bool
	worker  atomic.Uint64
	// underway is set while a record is with the sink.
	underway atomic.Bool

	// One of run and close closes the sink, and it is who comes last: run, if close
	// has given up by then, else close.
	end     sync.Mutex
	ended   bool        // run is over
	givenUp bool        // close has not waited for that
	stuck   atomic.Bool // a late record has waited in vain
	owing   time.Time   // run's: since when it has known of losses; zero: of none
}

func (c *asyncCore) handle(e *entry) error {
	if c.calling.Load() && c.worker.Load() == ownNumberWithin(asyncCalls) {
		return errNested
	}
	urgent := e.event.Level >= slog.LevelError
	if c.overflow == DropNewest && c.queue.Full(urgent) {
		return errQueueFull // at no more cost than that: nothing is encoded
	}
	d := e.detach(c.need) // the caller's memory is its own again once handle returns
	size := d.size(c.need)
	var ok bool
	switch c.overflow {
	case Block:
		ok = c.queue.PutWait(d, size, urgent, c.maxBlock)
	case DropOldest:
		ok = c.queue.PutOver(d, size, urgent, c.lose)
	default:
		ok = c.queue.Put(d, size, urgent)
	}
	if ok {
		return nil
	}
	if c.queue.Closed() {
		return c.late(d)
	}
	d.free()
	return errQueueFull
}

var errQueueFull = &dropError{reason: reasonFull, why: "queue full"}

// lose counts an entry that had to go for another.
func (c *asyncCore) lose(d *entry) {
	_ = c.pipeline.failed(&c.sinkCore, d.event.Level, errQueueFull)
	d.free()
}

// run delivers what is in the queue, until that is closed and empty, or the sink is given
// up. A sink that ends its goroutine, by runtime.Goexit, ends this one: another goes on
// (TestGoexit).
func (c *asyncCore) run() {
	over := false
	defer func() {
		if !over { // the sink has ended the goroutine: it is not to end more
			go c.run()
		}
	}()
	c.worker.Store(goroutineNumber())
	for {
		d, ok := c.queue.Take(c.ctx)
		if !ok {
			break
		}
		c.deliver(d)
	}
	over = true
	c.tellWithin(c.ctx, c.pipeline)
	c.end.Lock()
	c.ended = true
	givenUp := c.givenUp
	c.end.Unlock()
	if givenUp { // who would have closed the sink is gone
		if err := safely(func() error { return c.sinkCore.close(c.ctx) }); err != nil {
			c.pipeline.reporter.report(c.name, fmt.Errorf("close: %w", err))
		}
	}
	close(c.stopped)
	c.stuck.Store(false)
}

// deliver calls the sink for one entry. What the sink's own calls log in the meantime is
// known by the goroutine they run in, which takes time to find out: so only a sink that
// can log (need.guarded) says that it is called.
func (c *asyncCore) deliver(d *entry) {
	defer c.queue.Done()
	callSink(func() {
		c.calling.Store(c.need.guarded) // others cannot log, so there is nothing to tell apart
		defer c.calling.Store(false)
		c.underway.Store(true)
		defer c.underway.Store(false)
		if err := c.attempt(d); err != nil {
			c.calling.Store(true) // OnError can
			_ = c.pipeline.failed(&c.sinkCore, d.event.Level, err)
		} else {
			c.tellLosses()
		}
	})
	d.free()
}

// tellLosses tells the sink what it has lost behind what had been in the queue
// before; or, in an overload that does not end, once in a while.
func (c *asyncCore) tellLosses() {
	if !c.stats.owes.Load() {
		return
	}
	now := time.Now()
	if c.owing.IsZero() {
		c.owing = now
	}
	if c.queue.Stats().Items == 0 || now.Sub(c.owing) >= noticeEvery {
		c.owing = time.Time{}
		c.tell(c.pipeline, true)
	}
}

// late delivers an entry after the end, when nobody empties the queue any more:
// as the sink thinks right, but without waiting for one that is stuck. Once a
// record has waited in vain, none waits until the sink has returned.
func (c *asyncCore) late(d *entry) error {
	level := d.event.Level
	if c.ctx.Err() != nil {
		d.free()
		return ErrClosed
	}
	if c.stuck.Load() {
		d.free()
		return errStuck
	}
	timeout := time.NewTimer(c.maxBlock)
	defer timeout.Stop()
	if !c.turnComes(timeout) {
		c.stuck.Store(true)
		select {
		case <-c.stopped:
			c.stuck.Store(len(c.turn) > 0) // or has it returned just now?
		default:
		}
		d.free()
		return errStuck
	}
	result, gone := make(chan error), make(chan struct{})
	go func() {
		err := error(errUnderway) // if the sink ends the goroutine: it has been counted
		defer func() {
			d.free()
			select {
			case result <- err:
			case <-gone:
				if err != nil && !kept(err) {
					c.stats.drop(level, err) // OnError has heard that it is late
				}
			}
			<-c.turn
			c.stuck.Store(false)
		}()
		err = c.attempt(d)
	}()
	select {
	case err := <-result:
		return err
	case <-timeout.C:
		c.stuck.Store(true)
		close(gone)
		return errUnderway
	}
}

// turnComes waits until run is over and no other late record is with the sink.
func (c *asyncCore) turnComes(timeout *time.Timer) bool {
	select {
	case <-c.stopped:
	case <-timeout.C:
		return false
	}
	select {
	case c.turn <- struct{}{}:
		return true
	case <-timeout.C:
		return false
	}
}

var (
	errStuck    = &dropError{reason: reasonFull, why: "the sink is stuck"}
	errUnderway = errors.New("the sink has not returned yet")
)

func (c *asyncCore) flush(ctx context.Context) error {
	if err := c.queue.Wait(ctx); err != nil {
		return fmt.Errorf("%d records wait for the sink: %w", c.queue.Stats().Items, err)
	}
	c.tellWithin(ctx, c.pipeline)
	return c.sinkCore.flush(ctx)
}

func (c *asyncCore) close(ctx context.Context) error {
	c.queue.Close()
	select {
	case <-c.stopped:
		return c.sinkCore.close(ctx)
	case <-ctx.Done():
	}
	c.end.Lock()
	c.givenUp = !c.ended
	c.end.Unlock()
	if !c.givenUp { // at the last moment
		<-c.stopped
		return c.sinkCore.close(ctx)
	}
	underway := c.underway.Load()
	c.giveUp()
	left := c.queue.Drop()
	levels := make(map[slog.Level]uint64)
	for _, d := range left {
		levels[d.event.Level]++
		d.free()
	}
	c.stats.dropAll(levels, ErrClosed)
	err := fmt.Errorf("%s left and dropped", wording.Count(len(left), "record"))
	if underway {
		err = fmt.Errorf("%w; the sink has not returned from one more", err)
	}
	return fmt.Errorf("%w: %w", err, context.Cause(ctx))
}
