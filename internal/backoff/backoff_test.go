package backoff

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// TestBackoff: each failure puts the next try off for twice as long, up to the
// longest, and a success begins anew.
func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := Backoff{Min: 100 * time.Millisecond, Max: time.Second}
		if !b.Due() || !b.Next().IsZero() {
			t.Error("it has not failed yet, and is not due")
		}
		var waits []time.Duration
		for i := range 7 {
			if i == 5 {
				b.Reset()
			}
			b.Fail()
			wait := time.Until(b.Next())
			waits = append(waits, wait)
			time.Sleep(wait - time.Nanosecond)
			if b.Due() {
				t.Errorf("due before %v", wait)
			}
			time.Sleep(time.Nanosecond)
			if !b.Due() {
				t.Errorf("not due after %v", wait)
			}
		}
		if got, want := fmt.Sprint(waits), "[100ms 200ms 400ms 800ms 1s 100ms 200ms]"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}
