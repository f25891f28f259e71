package journal

import (
	"fmt"
	"testing"
)

// BenchmarkAppend adds records, and has every thousand of them noted as begun and
// done, beside a copy of as many bytes to as much memory. What the journal costs
// more is the checksum, the words around the bytes and the care for faults.
//
//	go test -run=^$ -bench=Append -count=10 ./internal/journal | benchstat -col /to -
func BenchmarkAppend(b *testing.B) {
	const capacity = 4 << 20
	for _, size := range []int{64, 256, 1024, 8192} {
		record := line(1, size)
		each := max(1, min(1000, capacity/2/RecordSize(size)))
		b.Run(fmt.Sprintf("size=%d/to=journal", size), func(b *testing.B) {
			j := newJournal(b, capacity)
			intent := Intent{Records: each, Length: int64(each * size)}
			b.SetBytes(int64(size))
			waiting := 0
			for b.Loop() {
				if err := j.Append(record); err != nil {
					b.Fatal(err)
				}
				if waiting++; waiting == each {
					waiting = 0
					if err := j.Begin(intent, j.Used()); err != nil {
						b.Fatal(err)
					}
					if err := j.Done(j.Used(), each); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		b.Run(fmt.Sprintf("size=%d/to=memory", size), func(b *testing.B) {
			memory := make([]byte, capacity)
			b.SetBytes(int64(size))
			at := 0
			for b.Loop() {
				if at+size > len(memory) {
					at = 0
				}
				at += copy(memory[at:], record)
			}
		})
	}
}
