package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spanlog/spanlog"
)

func follow(t *testing.T, args ...string) *running {
	t.Helper()
	return start(t, strings.NewReader(""), append([]string{"-f"}, args...)...)
}

// TestFollowRotation: a writer that rotates and compresses loses nothing for who follows it.
func TestFollowRotation(t *testing.T) {
	const records = 30_000
	path := filepath.Join(t.TempDir(), "app.log")
	f := follow(t, "-json", path) // before there is a file
	go func() {
		log := spanlog.Must(spanlog.New(nil, spanlog.File{Path: path, MaxSize: 200 * spanlog.KiB, Compress: true}))
		defer log.Close()
		for i := range records {
			log.Info("m", "i", i)
		}
	}()
	for i := range records {
		var r struct{ I int }
		if line := f.next(); json.Unmarshal([]byte(line), &r) != nil || r.I != i {
			t.Fatalf("record %d is %s", i, line)
		}
	}
}

// TestFollowLater waits for a log that is not there yet, and says so. What is there is shown meanwhile.
func TestFollowLater(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	f := follow(t, "-json", path, logFile(t, servedLine))
	for range 2 {
		if line := f.next() + "\n"; line != servedLine {
			t.Fatalf("got %s", line)
		}
		if err := os.WriteFile(path, []byte(servedLine), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f.end()
	if want := "spanlog: " + path + " is not there yet: it is waited for\n"; f.errs.String() != want {
		t.Errorf("it says %q, want %q", f.errs, want)
	}
}

// TestFollowMerges: of two logs, one that is silent does not keep the other back.
func TestFollowMerges(t *testing.T) {
	dir := t.TempDir()
	busy, silent := filepath.Join(dir, "busy.log"), filepath.Join(dir, "silent.log")
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	write := func(path string, second int) {
		t.Helper()
		file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		fmt.Fprintf(file, `{"time":%q,"level":"INFO","msg":"%d"}`+"\n", at.Add(time.Duration(second)*time.Second).Format(time.RFC3339), second)
	}
	for _, second := range []int{1, 3, 5} {
		write(busy, second)
	}
	write(silent, 2)
	f := follow(t, "-json", busy, silent)
	want := func(second int) {
		t.Helper()
		if line := f.next(); !strings.Contains(line, fmt.Sprintf(`"msg":"%d"`, second)) {
			t.Fatalf("got %s, want %d", line, second)
		}
	}
	for _, second := range []int{1, 2, 3, 5} {
		want(second)
	}
	write(busy, 6)
	want(6)
	write(silent, 4) // which is late
	want(4)
}
