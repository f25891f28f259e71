package main

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// TestFlightRecorder: the file has Info of all requests, and Debug of exactly those that
// fail, complete and in order. Time is synctest's: a machine that stands still for a moment would
// make others late.
func TestFlightRecorder(t *testing.T) {
	t.Chdir(t.TempDir())
	var out strings.Builder
	synctest.Test(t, func(t *testing.T) {
		if err := run(context.Background(), &out); err != nil {
			t.Fatal(err)
		}
	})
	b, err := os.ReadFile(logFile)
	if err != nil {
		t.Fatal(err)
	}
	info, debug, released := make(map[int]int), make(map[int][]int), 0
	var order []int // of the traces with records at Debug
	for text := range strings.Lines(string(b)) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		switch {
		case l.Trace == "":
			t.Errorf("no trace: %s", text)
		case strings.HasPrefix(l.Msg, "spanlog: 5 records of this trace released: "):
			released++
		case l.Level == "INFO":
			info[l.Order]++
		case l.Level == "DEBUG":
			debug[l.Order] = append(debug[l.Order], l.Step)
			order = append(order, l.Order)
		case l.Level != "ERROR" || l.Order != declined:
			t.Errorf("what is this? %s", text)
		}
	}
	if len(info) != requests || released != 3 {
		t.Errorf("%d requests have a record at Info, and %d were released; want %d and 3", len(info), released, requests)
	}
	for n, times := range info {
		if times != 1 {
			t.Errorf("request %d has %d records at Info", n, times)
		}
	}
	slices.Sort(order)
	if failed := slices.Compact(order); !slices.Equal(failed, []int{declined, lost, late}) {
		t.Errorf("records at Debug of the requests %v", failed)
	}
	for n, got := range debug {
		if !slices.Equal(got, []int{0, 1, 2, 3, 4}) {
			t.Errorf("request %d has the steps %v", n, got)
		}
	}
	for _, want := range []string{"1000 records at INFO, 1 at ERROR, 15 at DEBUG, and 3 that say why", "still held: 0", "step done\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q: %s", want, out.String())
		}
	}
}
