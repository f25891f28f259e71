// Package e2e tests spanlog against the real things: a Zipkin server, an
// OpenTelemetry Collector and a browser. The script named run fetches them, says
// what can't be had, and starts the tests:
//
//	e2e/run                        # all of them
//	e2e/run -run TestQuickstart    # arguments are those of go test
//
// By itself, go test skips what has no server to talk to. Servers listen on the
// loopback address only, on free ports, and end with the tests.
package e2e
