package spanend

import (
	"context"
	"fmt"
	"testing"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ear is a listener that passes on what it hears, as text. Those who call it at the same
// time need a hears that can be.
type ear struct{ hears func(what string) }

func (e ear) RootStarted(id trace.TraceID) { e.hears(fmt.Sprintf("start %x", id[0])) }
func (e ear) Ended(end End) {
	e.hears(fmt.Sprintf("end %x %v %v %v", end.Trace[0], end.Root, end.Failed, end.Duration))
}
func (e ear) Triggered(ctx context.Context) { e.hears(fmt.Sprintf("trigger %v", ctx.Value(key{}))) }

type key struct{}

// notes is a listener for one goroutine that writes down what it hears, behind its name.
func notes(to *[]string, name string) Listener {
	return &ear{func(what string) { *to = append(*to, name+" "+what) }}
}

// quiet listens and does nothing.
type quiet struct{}

func (quiet) RootStarted(trace.TraceID) {}
func (quiet) Ended(End)                 {}
func (quiet) Triggered(context.Context) {}
