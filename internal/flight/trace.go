package flight

import (
	"unsafe"

	"go.opentelemetry.io/otel/trace"
)

// A heldTrace is one trace with what is held of it. The lock of its shard guards it.
type heldTrace[M any] struct {
	id    trace.TraceID
	state state
	roots int    // local roots that have started and not ended, as far as is known
	epoch uint32 // when it was last used, in ticks
	batch Batch[M]
	out   int // bytes of the batch that is being delivered

	older, newer *heldTrace[M] // the ring of the shard, by last use
}

// The state of a trace.
type state uint8

const (
	holding   state = iota // records wait
	releasing              // its records are being delivered; those that come wait behind them
	open                   // nothing waits: records are to be delivered as they come
)

// traceSize is what a trace takes up beside its records: here, in the map, and in the ends of
// its buffers that no element fits into.
func traceSize[M any]() int { return int(unsafe.Sizeof(heldTrace[M]{})) + inMap + inEnds }

// What was measured, and a little more: the memory should rather be less than it is said to be.
const (
	inMap  = 64
	inEnds = 128
)

// reserved is all the memory of the trace, and of what is being delivered of it.
func (h *heldTrace[M]) reserved() int { return traceSize[M]() + h.batch.reserved() + h.out }
