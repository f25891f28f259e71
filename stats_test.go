package spanlog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"expvar"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/internal/assert"
)

var _ expvar.Var = spanlog.Stats{}

func TestStats(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	file := fmt.Sprintf("file sink %q", path)
	var buf bytes.Buffer
	fail := true
	flaky := writeFunc(func(b []byte) (int, error) {
		if fail {
			return 0, errBroken
		}
		return len(b), nil
	})
	synctest.Test(t, func(t *testing.T) {
		l := open(t, &spanlog.Options{OnError: func(error) {}},
			spanlog.Writer{Writer: &buf, Level: slog.LevelDebug},
			spanlog.File{Path: path, Level: slog.LevelWarn},
			spanlog.Writer{Writer: flaky, Format: spanlog.Text},
			spanlog.Relay{Handler: slog.NewTextHandler(io.Discard, nil)},
			spanlog.Console{Writer: brokenFull},
		)
		l.Debug("m")
		l.Info("m")
		time.Sleep(time.Second)
		failed := time.Now()
		l.Info("m")
		l.Error("m")
		time.Sleep(time.Second)
		fail = false
		l.Warn("m")
		full := time.Now()
		time.Sleep(time.Second)
		_ = l.Close()
		closed := time.Now()
		l.Error("m")

		got := map[string]spanlog.SinkStats{}
		for _, s := range l.Stats().Sinks {
			got[s.Sink] = s
		}
		bytesOf := func(sink string) uint64 { return got[sink].Bytes }
		want := map[string]spanlog.SinkStats{
			"writer sink *bytes.Buffer": {
				Delivered: 5, Bytes: uint64(buf.Len()),
				Dropped:   []spanlog.Drops{{Level: slog.LevelError, Reason: "closed", Records: 1}},
				LastError: spanlog.ErrClosed.Error(), LastErrorTime: closed,
			},
			file: {Delivered: 3, Bytes: bytesOf(file), Journal: "write-through"}, // after Close
			"writer sink spanlog_test.writeFunc": {
				Delivered: 2, Notices: 1, Bytes: bytesOf("writer sink spanlog_test.writeFunc"),
				Dropped: []spanlog.Drops{
					{Level: slog.LevelInfo, Reason: "error", Records: 2},
					{Level: slog.LevelError, Reason: "closed", Records: 1},
					{Level: slog.LevelError, Reason: "error", Records: 1},
				},
				LastError: spanlog.ErrClosed.Error(), LastErrorTime: closed,
			},
			"relay sink *slog.TextHandler": {
				Delivered: 4,
				Dropped:   []spanlog.Drops{{Level: slog.LevelError, Reason: "closed", Records: 1}},
				LastError: spanlog.ErrClosed.Error(), LastErrorTime: closed,
			},
			"console sink": {
				Dropped: []spanlog.Drops{
					{Level: slog.LevelInfo, Reason: "full", Records: 2},
					{Level: slog.LevelWarn, Reason: "full", Records: 1},
					{Level: slog.LevelError, Reason: "full", Records: 2},
				},
				LastError: brokenFullText, LastErrorTime: closed,
			},
		}
		for name, w := range want {
			w.Sink = name
			if g := got[name]; !reflect.DeepEqual(g, w) {
				t.Errorf("%s:\n got %+v\nwant %+v", name, g, w)
			}
			delete(got, name)
		}
		if len(got) > 0 {
			t.Errorf("also %v", got)
		}
		if !failed.Before(full) {
			t.Error("no time has passed")
		}
	})
}

// dropped is how many records a sink has dropped, for whatever reason.
func dropped(s spanlog.SinkStats) (n uint64) {
	for _, d := range s.Dropped {
		n += d.Records
	}
	return n
}

// brokenFull is a writer without room.
var brokenFull = writeFunc(func([]byte) (int, error) { return 0, errors.Join(errBroken, spanlog.ErrDropped) })

var brokenFullText = errors.Join(errBroken, spanlog.ErrDropped).Error()

// TestStatsString: String is JSON, and has all that Stats has.
func TestStatsString(t *testing.T) {
	s := spanlog.Stats{Sinks: []spanlog.SinkStats{
		{Sink: `file sink "app.log"`, Delivered: 2, Bytes: 80},
		{Sink: "console sink", Dropped: []spanlog.Drops{{Level: slog.LevelError, Reason: "error", Records: 1}}, LastError: "broken", LastErrorTime: noon},
	}}
	assert.Equal(t, "String", s.String(), `{"sinks":[{"sink":"file sink \"app.log\"","delivered":2,"bytes":80},`+
		`{"sink":"console sink","delivered":0,"bytes":0,"dropped":[{"level":"ERROR","reason":"error","records":1}],"last_error":"broken","last_error_time":"2026-11-22T11:57:00.123Z"}]}`)
	var back spanlog.Stats
	if err := json.Unmarshal([]byte(s.String()), &back); err != nil || !reflect.DeepEqual(back, s) {
		t.Errorf("%v: got %+v, want %+v", err, back, s)
	}
	if !json.Valid([]byte(spanlog.Stats{}.String())) {
		t.Errorf("no JSON: %s", spanlog.Stats{})
	}
}
