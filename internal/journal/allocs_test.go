package journal

import (
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/race"
)

func TestAllocs(t *testing.T) {
	race.Skip(t)
	j := newJournal(t, MinCapacity)
	record := line(1, 256)
	size := RecordSize(len(record))
	intent := Intent{Target: Target{Device: 1, Inode: 2, Offset: 3}, Records: 1, Length: 256, Sum: Checksum(record)}
	for _, tt := range []struct {
		name string
		do   func() error
	}{
		{"Append", func() error {
			if !j.HasRoom(size) {
				return j.Done(j.Used(), j.Used()/size)
			}
			return j.Append(record)
		}},
		{"Begin", func() error { return j.Begin(intent, size) }},
		{"Done", func() error { return j.Done(0, 0) }},
	} {
		assert.NoError(t, j.Append(record))
		var err error
		if n := testing.AllocsPerRun(1000, func() { err = tt.do() }); n != 0 || err != nil {
			t.Errorf("%s: %v allocations, the error is %v", tt.name, n, err)
		}
	}
}
