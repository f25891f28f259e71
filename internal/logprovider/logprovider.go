// Package logprovider is where package telemetry leaves the OpenTelemetry logger
// provider that it has made, and where spanlog's OTel sink finds it. Whichever of
// the two comes first does not matter: the sink looks with every record.
//
// OpenTelemetry has a global provider of its own, but its package brings in more
// than the root package is to link.
package logprovider

import (
	"context"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/log"
)

// An Installed is a provider that was installed. Its address tells two of them
// apart, also where the providers can't be compared.
type Installed struct {
	log.LoggerProvider
	// using is held by those who give it a record, so that it is not shut down
	// under their hands: it would lose the record without a word.
	using   sync.RWMutex
	removed bool
}

var current atomic.Pointer[Installed]

// Install makes p the provider, in place of the one before it.
func Install(p log.LoggerProvider) *Installed {
	i := &Installed{LoggerProvider: p}
	current.Store(i)
	return i
}

// Use reports whether i may be given a record. If so, Done is to be called when
// that is done. It does not wait, so that a provider whose code comes back here is
// no trouble.
func (i *Installed) Use() bool {
	if !i.using.TryRLock() {
		return false // it is being removed
	}
	if i.removed {
		i.using.RUnlock()
		return false
	}
	return true
}

// Done ends a Use.
func (i *Installed) Done() { i.using.RUnlock() }

// Remove takes i away, unless another provider has taken its place already, and
// waits for those who use it.
func (i *Installed) Remove() {
	current.CompareAndSwap(i, nil)
	i.using.Lock()
	defer i.using.Unlock()
	i.removed = true
}

// Current returns the provider that is installed, or nil.
func Current() *Installed { return current.Load() }

type quietKey struct{}

// Quiet returns a copy of ctx whose records no OTel sink takes: for what is to be
// said about the export of records itself, which would otherwise go on for ever.
func Quiet(ctx context.Context) context.Context {
	return context.WithValue(ctx, quietKey{}, true)
}

// IsQuiet reports whether ctx comes from [Quiet].
func IsQuiet(ctx context.Context) bool { return ctx.Value(quietKey{}) != nil }
