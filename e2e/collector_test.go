package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// collector is a real OpenTelemetry Collector. What it gets is in its files once
// it has been stopped.
type collector struct {
	OTLP       string // base URL for OTLP over HTTP, such as http://127.0.0.1:PORT
	Zipkin     string // URL that takes spans in Zipkin's format
	TracesFile string // lines of JSON, each an OTLP request: see otlpTraces
	LogsFile   string // the same for log records

	process *process
}

// collectorConfig has, in this order, the addresses for OTLP and Zipkin and the
// files for traces and logs.
const collectorConfig = `receivers:
  otlp:
    protocols:
      http:
        endpoint: %s
  zipkin:
    endpoint: %s
exporters:
  file/traces:
    path: %q
  file/logs:
    path: %q
service:
  telemetry:
    metrics:
      level: none
  pipelines:
    traces:
      receivers: [otlp, zipkin]
      exporters: [file/traces]
    logs:
      receivers: [otlp]
      exporters: [file/logs]
`

// startCollector starts a Collector and waits until it takes spans and logs. It
// is killed when the test is over, unless Stop has ended it by then.
func startCollector(t *testing.T) *collector {
	t.Helper()
	binary := tool(t, "SPANLOG_COLLECTOR")
	otlp, err1 := freePort()
	zipkin, err2 := freePort()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := &collector{
		OTLP:       loopback(otlp),
		Zipkin:     loopback(zipkin) + "/api/v2/spans",
		TracesFile: filepath.Join(dir, "traces.jsonl"),
		LogsFile:   filepath.Join(dir, "logs.jsonl"),
	}
	addresses := []string{fmt.Sprintf("127.0.0.1:%d", otlp), fmt.Sprintf("127.0.0.1:%d", zipkin)}
	config := filepath.Join(dir, "collector.yaml")
	text := fmt.Sprintf(collectorConfig, addresses[0], addresses[1], c.TracesFile, c.LogsFile)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := startProcess("collector", exec.Command(binary, "--config", config))
	if err != nil {
		t.Fatal(err)
	}
	c.process = p
	t.Cleanup(p.kill)
	err = p.wait(func(ctx context.Context) error {
		for _, address := range addresses {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
			if err != nil {
				return err
			}
			_ = conn.Close()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Stop ends the Collector in an orderly way, so that all that it has taken is in
// its files.
func (c *collector) Stop(t *testing.T) {
	t.Helper()
	c.process.stop(t)
	if state := c.process.cmd.ProcessState; state != nil && !state.Success() {
		t.Errorf("collector: %v\n%s", state, &c.process.output)
	}
}
