package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"strconv"
	"sync"
	"testing"

	"github.com/spanlog/spanlog/internal/zipkin"
)

// zipkinServer is a real Zipkin that keeps its spans in memory.
type zipkinServer struct {
	*process
	URL string // such as http://127.0.0.1:PORT
}

// runZipkin starts a Zipkin and waits until it is healthy. The port may be one
// that another Zipkin had. The environment is Zipkin's configuration.
func runZipkin(jar string, port int, env ...string) (*zipkinServer, error) {
	cmd := exec.Command("java",
		"-Xmx256m", "-XX:+UseSerialGC", // a small server, on a machine with others
		"-XX:TieredStopAtLevel=1", // it starts sooner and doesn't live long
		"-jar", jar,
		"--armeria.ports[0].ip=127.0.0.1", // by default, it listens everywhere
		"--armeria.ports[0].port="+strconv.Itoa(port),
		"--armeria.ports[0].protocols[0]=http")
	p, err := startProcess("zipkin", cmd, append(env, "STORAGE_TYPE=mem")...)
	if err != nil {
		return nil, err
	}
	z := &zipkinServer{process: p, URL: loopback(port)}
	err = p.wait(func(ctx context.Context) error { return get(ctx, z.URL+"/health") })
	if err != nil {
		p.kill()
		return nil, err
	}
	return z, nil
}

// startZipkin starts a Zipkin for one test.
func startZipkin(t *testing.T, env ...string) *zipkinServer {
	t.Helper()
	jar := tool(t, "SPANLOG_ZIPKIN_JAR")
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	z, err := runZipkin(jar, port, env...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(z.kill)
	return z
}

// shared is the Zipkin of all tests that leave it alive.
var shared struct {
	once sync.Once
	*zipkinServer
	err error
}

// sharedZipkin returns a Zipkin that runs until the last test is over.
func sharedZipkin(t *testing.T) *zipkinServer {
	t.Helper()
	jar := tool(t, "SPANLOG_ZIPKIN_JAR")
	shared.once.Do(func() {
		var port int
		if port, shared.err = freePort(); shared.err == nil {
			shared.zipkinServer, shared.err = runZipkin(jar, port)
		}
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.zipkinServer
}

// stopShared ends the shared Zipkin, if there is one.
func stopShared() {
	if shared.zipkinServer != nil {
		shared.kill()
	}
}

// Endpoint is where it takes spans.
func (z *zipkinServer) Endpoint() string { return z.URL + "/api/v2/spans" }

// trace returns the spans of a trace, or none if the server doesn't know it.
func (z *zipkinServer) trace(t *testing.T, id string) (spans []zipkin.Span) {
	t.Helper()
	resp, err := http.Get(z.URL + "/api/v2/trace/" + id)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusNotFound:
		return nil
	case http.StatusOK:
		err = json.NewDecoder(resp.Body).Decode(&spans)
	default:
		err = fmt.Errorf("trace %s: %s", id, resp.Status)
	}
	if err != nil {
		t.Fatal(err)
	}
	return spans
}

// waitTrace returns the spans of a trace as soon as there are that many. Zipkin
// stores spans after it has acknowledged them.
func (z *zipkinServer) waitTrace(t *testing.T, id string, n int) (spans []zipkin.Span) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d spans of trace %s at Zipkin", n, id), func() bool {
		spans = z.trace(t, id)
		return len(spans) >= n
	})
	return spans
}
