package queue

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A parcel is an item that knows what has become of it.
type parcel struct {
	producer, number     int
	put                  atomic.Bool // the call that put it has returned true
	taken, lost, refused atomic.Int32
	done                 atomic.Bool // Done was called, or is next
}

// A depot is a queue with all that is to be put into it.
type depot struct {
	t       *testing.T
	q       *Queue[*parcel]
	parcels [4][2000]parcel // by producer
	calls   atomic.Int32
	half    chan struct{} // closed when half of them have been put, or refused
	over    atomic.Bool   // nothing is put any more, and nothing left
	passed  []*parcel     // of which a Wait said that they were gone, before they did
}

// ways are those of putting, by name.
var ways = map[string]func(q *Queue[*parcel], p *parcel, size int, urgent bool) bool{
	"Put": func(q *Queue[*parcel], p *parcel, size int, urgent bool) bool { return q.Put(p, size, urgent) },
	"PutWait": func(q *Queue[*parcel], p *parcel, size int, urgent bool) bool {
		return q.PutWait(p, size, urgent, time.Duration(rand.IntN(100))*time.Microsecond)
	},
	"long": func(q *Queue[*parcel], p *parcel, size int, urgent bool) bool {
		return q.PutWait(p, size, urgent, time.Hour)
	},
	"PutOver": func(q *Queue[*parcel], p *parcel, size int, urgent bool) bool {
		return q.PutOver(p, size, urgent, func(old *parcel) { old.lost.Add(1) })
	},
}

// produce puts the parcels of one producer, in any of some ways.
func (d *depot) produce(producer int, some []string) {
	for i := range d.parcels[producer] {
		p := &d.parcels[producer][i]
		p.producer, p.number = producer, i
		put := ways[some[rand.IntN(len(some))]]
		if put(d.q, p, rand.IntN(20), rand.IntN(4) == 0) {
			p.put.Store(true)
		} else {
			p.refused.Add(1)
		}
		if int(d.calls.Add(1)) == len(d.parcels)*len(d.parcels[0])/2 {
			close(d.half)
		}
	}
}

// consume takes parcels, now fast and now slowly, until there are none any more or
// ctx ends. Those of each producer come in its order.
func (d *depot) consume(ctx context.Context) {
	latest := [len(d.parcels)]int{-1, -1, -1, -1}
	pauses := 0
	for {
		p, ok := d.q.Take(ctx)
		if !ok {
			return
		}
		p.taken.Add(1)
		if p.number <= latest[p.producer] {
			d.t.Errorf("of producer %d, parcel %d comes after %d", p.producer, p.number, latest[p.producer])
		}
		latest[p.producer] = p.number
		if rand.IntN(50) == 0 {
			pauses = rand.IntN(100)
		}
		for range pauses {
			runtime.Gosched()
		}
		p.done.Store(true)
		d.q.Done()
	}
}

func (d *depot) drop() {
	for _, p := range d.q.Drop() {
		p.lost.Add(1)
	}
}

// wait calls Wait, again and again. What was put before is gone then.
func (d *depot) wait() {
	for !d.over.Load() {
		var before []*parcel
		for i := range d.parcels {
			for k := range d.parcels[i] {
				if p := &d.parcels[i][k]; p.put.Load() && !p.gone() {
					before = append(before, p)
				}
			}
		}
		if err := d.q.Wait(context.Background()); err != nil {
			d.t.Error(err)
		}
		for _, p := range before {
			if !p.gone() {
				d.passed = append(d.passed, p)
			}
		}
		runtime.Gosched()
	}
}

func (p *parcel) gone() bool { return p.done.Load() || p.lost.Load() > 0 }

// check looks what has become of all the parcels.
func (d *depot) check() (taken, lost, refused int) {
	for i := range d.parcels {
		for k := range d.parcels[i] {
			p := &d.parcels[i][k]
			a, b, c := int(p.taken.Load()), int(p.lost.Load()), int(p.refused.Load())
			if a+b+c != 1 || p.put.Load() != (c == 0) || p.done.Load() != (a == 1) {
				d.t.Errorf("parcel %d of producer %d is put: %v, %d times taken, done with: %v, %d times dropped, %d times refused",
					k, i, p.put.Load(), a, p.done.Load(), b, c)
			}
			taken, lost, refused = taken+a, lost+b, refused+c
		}
	}
	for _, p := range d.passed {
		// One that is dropped may say so a little later.
		if p.lost.Load() == 0 {
			d.t.Errorf("parcel %d of producer %d was not done with when a Wait was over", p.number, p.producer)
		}
	}
	return taken, lost, refused
}

// TestConcurrently has four producers, a consumer, one who waits, and perhaps one
// who ends it when half is done. All that is put is taken, dropped or refused, once.
func TestConcurrently(t *testing.T) {
	small, large := Limit{20, 300}, Limit{8192, 1 << 20}
	var total [3]int
	for _, tt := range []struct {
		name               string
		limit              Limit
		ways, end          string
		mayDrop, mayRefuse bool
	}{
		{"refused", small, "Put", "", false, true},
		{"dropped", small, "PutOver", "", true, true},
		{"delayed", small, "PutWait", "", false, true},
		{"delayed for long", small, "long", "", false, false},
		{"in all ways", small, "Put PutWait PutOver", "", true, true},
		{"in all ways, with a lot of room", large, "Put PutWait PutOver", "", false, false},
		{"in all ways, with room for one", Limit{1, 19}, "Put PutWait PutOver", "", true, true},
		{"in all ways, closed", small, "Put PutWait PutOver", "close", true, true},
		{"delayed for long, closed", small, "long", "close", false, true},
		{"in all ways, given up", small, "Put PutWait PutOver", "give up", true, true},
		{"with a lot of room, given up", large, "Put PutWait PutOver", "give up", true, true},
		{"delayed for long, given up", small, "long", "give up", true, true},
		{"in all ways, dropped again and again", small, "Put PutWait PutOver", "drop", true, true},
		{"delayed for long, dropped again and again", small, "long", "drop", true, false},
	} {
		d := &depot{t: t, half: make(chan struct{})}
		d.q = New[*parcel](tt.limit, Limit{tt.limit.Items / 8, tt.limit.Bytes / 8})
		ctx, cancel := context.WithCancel(t.Context())
		var producers, others, waiter sync.WaitGroup
		for i := range d.parcels {
			producers.Go(func() { d.produce(i, strings.Fields(tt.ways)) })
		}
		others.Go(func() { d.consume(ctx) })
		others.Go(func() {
			<-d.half
			switch tt.end {
			case "close":
				d.q.Close()
			case "give up":
				d.q.Close()
				cancel()
				d.drop()
			case "drop":
				for !d.q.Closed() {
					d.drop()
					runtime.Gosched()
				}
			}
		})
		waiter.Go(d.wait)
		producers.Wait()
		d.q.Close()
		others.Wait()
		d.over.Store(true)
		waiter.Wait()
		cancel()

		taken, dropped, refused := d.check()
		if dropped > 0 && !tt.mayDrop || refused > 0 && !tt.mayRefuse {
			t.Errorf("%s: %d taken, %d dropped, %d refused", tt.name, taken, dropped, refused)
		}
		total[0], total[1], total[2] = total[0]+taken, total[1]+dropped, total[2]+refused
		if s := d.q.Stats(); s.Items != 0 || s.Bytes != 0 || s.MaxItems > tt.limit.Items || s.MaxBytes > tt.limit.Bytes {
			t.Errorf("%s: stats are %+v, the limit is %+v", tt.name, s, tt.limit)
		}
	}
	if slices.Contains(total[:], 0) {
		t.Errorf("of all, %d were taken, %d dropped, %d refused", total[0], total[1], total[2])
	}
}
