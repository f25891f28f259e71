package logquery

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/logline"
)

// benchBlock is 1 MiB of slog's JSON lines.
func benchBlock() []byte {
	var b bytes.Buffer
	for log, n := slog.New(slog.NewJSONHandler(&b, nil)), 0; b.Len() < 1<<20; n++ {
		log.Info("request done", "trace_id", fmt.Sprintf("%032x", n*7919), "span_id", spanA, "service.name", "shop",
			"method", "GET", "path", fmt.Sprint("/api/v1/orders/", n), "status", 200, "peer", "10.0.17.3:44120")
	}
	return b.Bytes()[:1<<20]
}

// BenchmarkText looks for what is not there.
func BenchmarkText(b *testing.B) {
	block := benchBlock()
	for _, text := range []string{"declined", "exhausted", "timeout", "internal error", "ededed", "17_", "/api/v2"} {
		b.Run(text+"/exact", func(b *testing.B) {
			b.SetBytes(int64(len(block)))
			for b.Loop() {
				if bytes.Contains(block, []byte(text)) {
					b.Fatal("it is there")
				}
			}
		})
		b.Run(text+"/fold", func(b *testing.B) {
			q := &Query{Texts: []Text{{Value: text}}}
			b.SetBytes(int64(len(block)))
			for b.Loop() {
				if q.MayMatch(block) {
					b.Fatal("it is there")
				}
			}
		})
	}
}

// BenchmarkFilter judges lines one by one, as it is done with blocks that may have one
// that is wanted.
func BenchmarkFilter(b *testing.B) {
	block := benchBlock()
	lines := bytes.Split(block, []byte("\n"))
	for _, query := range []string{"", "declined", "request", "<b>"} {
		b.Run(query, func(b *testing.B) {
			q, err := Parse(query, now)
			if err != nil {
				b.Fatal(err)
			}
			f := NewFilter(&q, time.UTC)
			b.SetBytes(int64(len(block)))
			for b.Loop() {
				var h logline.Head
				for _, line := range lines {
					f.Head(line, &h)
				}
			}
		})
	}
}
