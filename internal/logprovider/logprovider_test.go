package logprovider

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel/log/noop"
)

func TestInstall(t *testing.T) {
	if Current() != nil {
		t.Fatal("a provider is there before any was installed")
	}
	first := Install(noop.NewLoggerProvider())
	second := Install(noop.NewLoggerProvider())
	if Current() != second {
		t.Error("the newest provider is not the current one")
	}
	if !first.Use() {
		t.Error("a provider is not to be used though it was not removed")
	}
	first.Done()
	if first.Remove(); Current() != second {
		t.Error("the first provider's removal has taken the second one away")
	}
	if second.Remove(); Current() != nil {
		t.Error("the provider is still there after its removal")
	}
}

// TestUse: nobody gives a record to a provider that was removed, and Remove waits for
// those who do.
func TestUse(t *testing.T) {
	i := Install(noop.NewLoggerProvider())
	if !i.Use() {
		t.Fatal("not to be used")
	}
	var done atomic.Bool
	removed := make(chan struct{})
	go func() {
		defer close(removed)
		i.Remove()
		if !done.Load() {
			t.Error("Remove has not waited")
		}
	}()
	for i.Use() { // until Remove has come to where it waits
		i.Done()
		runtime.Gosched()
	}
	done.Store(true)
	i.Done()
	<-removed
	if i.Use() || Current() != nil {
		t.Error("used after it was removed")
	}
}

func TestQuiet(t *testing.T) {
	ctx := context.Background()
	if IsQuiet(ctx) || !IsQuiet(Quiet(ctx)) {
		t.Error("only a context of Quiet's is to be quiet")
	}
}
