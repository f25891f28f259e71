package main

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	slogmulti "github.com/samber/slog-multi"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/spanlogtest"
)

func TestFromSlogMulti(t *testing.T) {
	before, after := capture(t, slogMultiBefore), capture(t, slogMultiAfter)
	was, is := strings.SplitAfter(before.files["app.log"], "\n"), strings.SplitAfter(after.files["app.log"], "\n")
	if len(was) != 3 || len(is) != 3 {
		t.Fatalf("files of %d and %d lines, want 2", len(was)-1, len(is)-1)
	}
	checkSame(t, was[0], is[0])
	checkSame(t, was[1], is[1])

	want, got := spanlogtest.ParseText(t, []byte(before.stderr)), spanlogtest.ParseText(t, []byte(after.stderr))
	if len(want) != 1 || len(got) != 1 {
		t.Fatalf("consoles of %d and %d records, want one", len(want), len(got))
	}
	timeless(want[0])
	timeless(got[0])
	checkFields(t, got[0], fields(want[0]).with(ids))
	checkShown(t, "slog-multi", before.stderr, after.stderr, is[0]+is[1])
}

// TestSlogMultiStays has a router of slog-multi's as a sink.
func TestSlogMultiStays(t *testing.T) {
	var all, big bytes.Buffer
	isBig := func(_ context.Context, r slog.Record) (found bool) {
		r.Attrs(func(a slog.Attr) bool {
			found = found || a.Key == "order" && a.Value.Int64() > 1000
			return !found
		})
		return found
	}
	router := slogmulti.Router().Add(slog.NewJSONHandler(&big, nil), isBig).Handler()
	log, err := spanlog.New(nil, spanlog.Writer{Writer: &all}, spanlog.Relay{Handler: router})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	ctx := withSpan(t.Context())
	log.InfoContext(ctx, "order placed", "order", 17)
	log.InfoContext(ctx, "order placed", "order", 1700)
	if n := strings.Count(all.String(), "\n"); n != 2 {
		t.Errorf("the writer has %d records, want 2", n)
	}
	if got := only(t, big.String()); got["order"] != 1700.0 || got["trace_id"] != ids["trace_id"] {
		t.Errorf("the router has written %v", got)
	}
}
