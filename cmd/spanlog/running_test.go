package main

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"
	"time"
)

// A running command is one that goes on until it is interrupted.
type running struct {
	t      *testing.T
	lines  *bufio.Scanner
	errs   *strings.Builder
	cancel context.CancelFunc
	status chan int
}

func start(t *testing.T, in io.Reader, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	c := &running{t: t, lines: bufio.NewScanner(r), errs: new(strings.Builder), cancel: cancel, status: make(chan int, 1)}
	go func() {
		c.status <- run(ctx, console{in: in, out: w, err: c.errs}, args)
		w.Close()
	}()
	t.Cleanup(func() { r.Close(); c.end() })
	return c
}

// next returns the next line.
func (c *running) next() string {
	c.t.Helper()
	if !c.lines.Scan() {
		c.t.Fatalf("no more lines: %v; %s", c.lines.Err(), c.errs)
	}
	return c.lines.Text()
}

// end ends it, as an interrupt does.
func (c *running) end() {
	c.cancel()
	select {
	case status := <-c.status:
		c.status <- status
		if status != statusFine {
			c.t.Errorf("status %d: %s", status, c.errs)
		}
	case <-time.After(10 * time.Second):
		c.t.Error("it does not end")
	}
}
