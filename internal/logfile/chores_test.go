package logfile

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestReport: trouble is told in order, by one goroutine at a time; of much at
// once, how much it was.
func TestReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.Report = func(error) { time.Sleep(time.Second) }
		tr := open(t, o)
		for n := range 20 {
			tr.chores.report(fmt.Errorf("trouble %d", n))
			synctest.Wait()
		}
		time.Sleep(time.Minute)
		got := tr.told()
		assert.Equal(t, "reports", len(got), 1+maxTroubles)
		for n, r := range got {
			want := fmt.Sprintf("trouble %d", n)
			if n == maxTroubles {
				want += " (more errors since: 3)"
			}
			assert.Equal(t, "report", r, want)
		}
	})
}

// TestReportLogs: what is told of trouble may log, into the very same file.
func TestReportLogs(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		synctest.Test(t, func(t *testing.T) {
			var tr *trial
			n := 0
			o.Report = func(error) {
				n++
				level := calm
				if n%2 == 0 {
					level = urgent
				}
				if err := tr.Append(line(n, 0), level); err != nil {
					t.Error(err)
				}
			}
			tr = open(t, o)
			for range 10 {
				tr.chores.report(errors.New("trouble"))
			}
			synctest.Wait()
			for range 10 { // with Close under way
				tr.chores.report(errors.New("trouble"))
			}
			assert.NoError(t, tr.end())
			wantFile(t, o.Path, "1-20")
		})
	})
}

// TestReportBlocks: what takes its time over trouble holds up nothing else, and
// Close for as long only as that has time. What nobody was told then, Close says.
func TestReportBlocks(t *testing.T) {
	inModes(t, func(t *testing.T, o Options) {
		synctest.Test(t, func(t *testing.T) {
			o.MaxSize = 4096
			goOn := make(chan bool)
			o.Report = func(error) { <-goOn }
			tr := open(t, o)
			tr.chores.report(errors.New("first"))
			tr.chores.report(errors.New("second"))
			tr.addLong(urgent, 1000, 1, 10)
			tr.flush()
			assert.NoError(t, tr.Reopen())
			time.Sleep(5 * time.Second)
			wantLog(t, o.Path, "1-4 | 5-8 | 9-10")
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := tr.Close(ctx)
			if err == nil || !strings.Contains(err.Error(), "second") || strings.Contains(err.Error(), "first") || strings.Contains(err.Error(), "compression") {
				t.Errorf("got %v", err)
			}
			close(goOn)
		})
	})
}
