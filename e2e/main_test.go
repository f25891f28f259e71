package e2e_test

import (
	"os"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	// What is set where the tests run must not decide where spans go.
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "OTEL_") || name == "SPANLOG_LEVEL" {
			_ = os.Unsetenv(name)
		}
	}
	code := m.Run()
	stopShared()
	os.Exit(code)
}
