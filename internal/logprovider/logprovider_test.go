package logprovider

import (
	"context"
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
	if first.Remove(); Current() != second {
		t.Error("the first provider's removal has taken the second one away")
	}
	if second.Remove(); Current() != nil {
		t.Error("the provider is still there after its removal")
	}
}

func TestQuiet(t *testing.T) {
	ctx := context.Background()
	if IsQuiet(ctx) || !IsQuiet(Quiet(ctx)) {
		t.Error("only a context of Quiet's is to be quiet")
	}
}
