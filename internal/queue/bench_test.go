package queue

import (
	"context"
	"sync"
	"testing"
	"time"
)

// A benchmark's queue is as large as one of Async is by default.
func newBenchmark() *Queue[*int] { return New[*int](Limit{8192, 8 << 20}, Limit{1024, 1 << 20}) }

// consume takes all items until the queue is closed. What it returns closes the
// queue, and waits until it is empty.
func consume(q *Queue[*int]) (end func()) {
	var all sync.WaitGroup
	all.Go(func() {
		for {
			if _, ok := q.Take(context.Background()); !ok {
				return
			}
			q.Done()
		}
	})
	return func() {
		q.Close()
		all.Wait()
	}
}

// BenchmarkPutTake has one producer, which waits where the consumer is slower, so
// that each item goes all the way.
func BenchmarkPutTake(b *testing.B) {
	q, v := newBenchmark(), new(int)
	end := consume(q)
	b.ReportAllocs()
	for b.Loop() {
		q.PutWait(v, 256, false, time.Minute)
	}
	end()
}

// BenchmarkPutTakeParallel has many, and all ways of putting.
func BenchmarkPutTakeParallel(b *testing.B) {
	for _, bb := range []struct {
		name string
		put  func(q *Queue[*int], v *int) bool
	}{
		{"Put", func(q *Queue[*int], v *int) bool { return q.Put(v, 256, false) }},
		{"PutOver", func(q *Queue[*int], v *int) bool { return q.PutOver(v, 256, false, func(*int) {}) }},
		{"PutWait", func(q *Queue[*int], v *int) bool { return q.PutWait(v, 256, false, time.Minute) }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			q := newBenchmark()
			end := consume(q)
			b.ReportAllocs()
			b.SetParallelism(8)
			b.RunParallel(func(pb *testing.PB) {
				for v := new(int); pb.Next(); {
					bb.put(q, v)
				}
			})
			end()
		})
	}
}

// BenchmarkFull puts into a queue that nobody empties.
func BenchmarkFull(b *testing.B) {
	for _, bb := range []struct {
		name string
		put  func(q *Queue[*int], v *int) bool
	}{
		{"Put", func(q *Queue[*int], v *int) bool { return q.Put(v, 256, false) }},
		{"PutOver", func(q *Queue[*int], v *int) bool { return q.PutOver(v, 256, false, func(*int) {}) }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			q, v := newBenchmark(), new(int)
			for q.Put(v, 256, false) {
			}
			b.ReportAllocs()
			for b.Loop() {
				bb.put(q, v)
			}
		})
	}
}
