package spanlog

import (
	"bytes"
	"log/slog"
	"reflect"
	"runtime"
	"slices"
	"strconv"
)

// The program's code that runs within a logging call may log itself: a LogValue,
// an error's or format's method, a writer, a handler. Where that would wait for
// itself, or go on without end, the record is dropped as nested, and counted. With, which has
// no record, writes an error in place of the values.
//
// Go does not tell a function who has called it, so the stack is looked at: which
// takes a microsecond, and is done only where something like that could be. Three
// places are guarded:
//
//   - the depth of calls of Handle within each other (pipeline.enter), and of WithAttrs, which
//     asks for values at once,
//   - the lock of a writer, which a call within its own call waits for for ever
//     (sharedWriter.lock),
//   - the queue of an Async, where a sink that logs what it is given would make
//     its own work without end (asyncCore.handle).

// errNested is for a record that is not delivered because it was logged from
// within logging.
var errNested = &dropError{reason: reasonNested, why: "logged from within logging"}

// maxNested is how many calls of Handle may be within each other, and of WithAttrs.
const maxNested = 4

// enter counts a call of Handle that may run the program's code, until leave. It
// reports false if it is nested too deep. Either way, leave is to be called.
//
// The count is of all goroutines, so it says only that there may be too many on
// this one. Up to maxNested calls at a time cost one atomic addition each; beyond that,
// the stack is looked at.
func (p *pipeline) enter() bool { return p.enterAs(handleCalls) }

// enterAs is enter for a call of a function.
func (p *pipeline) enterAs(calls string) bool {
	return p.inside.Add(1) <= maxNested || countFrames(calls) <= maxNested
}

func (p *pipeline) leave() { p.inside.Add(-1) }

// unasked returns a copy of attributes in which an error stands for each value that runs code of
// the program's.
func unasked(attrs []slog.Attr) []slog.Attr {
	attrs = slices.Clone(attrs)
	for i := range attrs {
		if v := &attrs[i].Value; mayLog(v, v.Kind()) {
			*v = slog.StringValue("!ERROR:" + errNested.why)
		}
	}
	return attrs
}

// The functions whose frames are looked for. They are not inlined.
var (
	handleCalls = here + ".(*Handler).Handle"
	withCalls   = here + ".(*Handler).WithAttrs"
	writerCalls = here + ".(*sharedWriter).call"
	asyncCalls  = here + ".callSink"

	here = reflect.TypeFor[Handler]().PkgPath()
)

// callSink calls f, the way to an Async's sink, in a frame that can be found.
//
//go:noinline
func callSink(f func()) { f() }

// countFrames returns how many calls of the function this goroutine is within.
func countFrames(function string) int {
	var pcs [256]uintptr
	n := 0
	for skip := 2; ; skip += len(pcs) {
		got := runtime.Callers(skip, pcs[:])
		for _, pc := range pcs[:got] {
			if f := runtime.FuncForPC(pc - 1); f != nil && f.Name() == function {
				n++
			}
		}
		if got < len(pcs) {
			return n
		}
	}
}

// ownNumberWithin returns this goroutine's number if it is within a call of the
// function, else 0.
func ownNumberWithin(function string) uint64 {
	if countFrames(function) == 0 {
		return 0
	}
	return goroutineNumber()
}

// goroutineNumber returns the number by which a stack trace names this goroutine.
// There is no other way to tell goroutines apart, and this one is slow.
func goroutineNumber() uint64 {
	var buf [64]byte
	trace := buf[:runtime.Stack(buf[:], false)]
	trace = bytes.TrimPrefix(trace, []byte("goroutine "))
	digits, _, _ := bytes.Cut(trace, []byte(" "))
	n, _ := strconv.ParseUint(string(digits), 10, 64)
	return n
}
