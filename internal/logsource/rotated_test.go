package logsource

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestRank has names beside a log, and what they say.
func TestRank(t *testing.T) {
	for _, test := range []struct{ log, name, want string }{
		{"app.log", "app-2026-11-22T11-57-00.123.log", "2026-11-22T11:57:00.123Z"},
		{"app.log", "app-2026-11-22T11-57-00.log", "-"},
		{"app", "app-2026-11-22T11-57-00.123", "2026-11-22T11:57:00.123Z"},
		{"app.log", "app.log.1", "1"},
		{"app.log", "app.log.0", "0"},
		{"app.log", "app.log.120", "120"},
		{"app.log", "app.log.01", "-"},
		{"app.log", "app.log.+1", "-"},
		{"app.log", "app.log.", "-"},
		{"app.log", "app.log.1234567", "-"},
		{"app.log", "app.log.old", "-"},
		{"app.log", "app.log", "-"},
		{"app.log", "app.log1", "-"},
		{"app.log", "app.1.log", "-"},
		{"app.log", "app.log-20261122", "2026-11-22T00:00:00Z"},
		{"app.log", "app-20261122.log", "2026-11-22T00:00:00Z"},
		{"app.log", "app.log-20261322", "-"},
		{"app.log", "app.log-2026112203", "2026-11-22T03:00:00Z"},
		{"app.log", "app.log-20261122-1795348800", "2026-11-22T12:00:00Z"},
		{"app.log", "app.log-20261322-1795348800", "-"},
		{"app.log", "app.log-20261122-", "-"},
		{"app.log", "app.log-20261122-x", "-"},
		{"app.log", "app.log-20261122x1795348800", "-"},
		{"app.log", "app.log.20261122-115700", "2026-11-22T11:57:00Z"},
		{"app.log", "app.log.2026-11-22", "2026-11-22T00:00:00Z"},
		{"app.log", "app.log.2026-11-22_11", "2026-11-22T11:00:00Z"},
		{"app.log", "app.log.2026-11-22_11-57", "2026-11-22T11:57:00Z"},
		{"app.log", "app.log.2026-11-22_11-57-03", "2026-11-22T11:57:03Z"},
		{"app.log", "app.log.2026-11-22_11-57-03.5", "-"},
		{".log", ".log-20261122", "2026-11-22T00:00:00Z"},
		{"app.log", "application.log.1", "-"},
		{"app.log", "ap", "-"},
	} {
		got := "-"
		switch r, ok := parseRank(test.log, test.name); {
		case ok && r.numbered:
			got = string(rune('0' + r.number%10))
			for n := r.number / 10; n > 0; n /= 10 {
				got = string(rune('0'+n%10)) + got
			}
		case ok:
			got = r.time.UTC().Format(time.RFC3339Nano)
		}
		assert.Equal(t, test.name+" of "+test.log, got, test.want)
	}
}

// TestOrder has directories, and their rotated files in order. A file with a
// number was last written to at the minute that stands behind it.
func TestOrder(t *testing.T) {
	for _, test := range []struct{ name, files, want string }{
		{"none", "app.log", ""},
		{"others only", "app.log app.txt app.log.bak other.log.1 app.log.1.xz app.log.d/", ""},
		{"numbers", "app.log.1@3 app.log.2@2 app.log.10@1", "app.log.10 app.log.2 app.log.1"},
		{"numbers, touched later", "app.log.1@3 app.log.2@9 app.log.10@1", "app.log.10 app.log.2 app.log.1"},
		{"numbers, compressed", "app.log.1@3 app.log.2.gz@2 app.log.3.gz@1", "app.log.3.gz app.log.2.gz app.log.1"},
		{"being compressed", "app.log.1@3 app.log.1.gz@4 app.log.2.gz@1", "app.log.2.gz app.log.1"},
		{"dates", "app.log-20261122 app.log-20261121.gz app.log-20261122.gz", "app.log-20261121.gz app.log-20261122"},
		{"hours", "app.log-20261122 app.log-2026112213 app.log-2026112203", "app.log-20261122 app.log-2026112203 app.log-2026112213"},
		{
			"spanlog's", "app-20261122T115701.000001Z.log app-20261122T115701.000000Z.log.gz .app-20261122T115702.000000Z.log.gz.tmp",
			"app-20261122T115701.000000Z.log.gz app-20261122T115701.000001Z.log",
		},
		{
			"lumberjack's", "app-2026-11-22T11-57-00.124.log app-2026-11-22T11-57-00.123.log.gz",
			"app-2026-11-22T11-57-00.123.log.gz app-2026-11-22T11-57-00.124.log",
		},
		{
			"one after the other", "app-20261122T115700.000000Z.log app-2026-11-22T11-55-00.000.log app.log.1@2 app.log.2@1 app.log.3@58",
			"app-2026-11-22T11-55-00.000.log app-20261122T115700.000000Z.log app.log.3 app.log.2 app.log.1",
		},
		{"a directory of the name", "app.log.1/ app.log.2@1", "app.log.2"},
	} {
		dir := t.TempDir()
		for _, name := range strings.Fields(test.files) {
			if name, ok := strings.CutSuffix(name, "/"); ok {
				assert.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
				continue
			}
			name, minute, _ := strings.Cut(name, "@")
			at, err := time.Parse("2006-01-02 15:4", "2026-11-22 11:0"+minute)
			if err != nil {
				at = time.Date(2026, 11, 22, 11, 58, 0, 0, time.UTC)
			}
			assert.NoError(t, os.Chtimes(put(t, dir, name, ""), at, at))
		}
		list, err := listRotated(filepath.Join(dir, "app.log"))
		assert.NoError(t, err)
		var got []string
		for _, r := range list.files {
			got = append(got, filepath.Base(r.path))
		}
		assert.Equal(t, test.name, strings.Join(got, " "), test.want)
	}
}

// TestSettled has what one scan after the other finds in a directory that changes,
// and what can be relied on.
func TestSettled(t *testing.T) {
	for _, test := range []struct{ name, scans, want string }{
		{"quiet", "a b|a b|a b", "a b whole"},
		{"nothing", "||", "whole"},
		{"quiet after a while", "a|a b.gz|a b.gz|a b.gz", "a b.gz whole"},
		{"compressed during a scan", "a b|a b c|a b c|a c b.gz", "a b.gz c whole"},
		{"missed by the last scan", "a b|a b c|a b c|a c", "a b c whole"},
		{"missed by the last but one", "a b c|a b c|a c|a b.gz c", "a b.gz c whole"},
		{"new in the end", "a|a b|a b c|a b c d", "a b whole"},
		{"numbers", "a 2 1|a 2 1|a 2 1", "2 1 a whole"},
		{"numbers that are quiet after a while", "1|1 2|1 2 3|2 3 4|2 3 4|2 3 4", "4 3 2 whole"},
		{"numbers that are never quiet", "1|2|1|2|1|2|1|2|1|2", "2 moved"},
		{"numbers that are never quiet, with a name", "a 1|2|a 1|2|a 1|2|a 1|2|a 1|2", "2 a moved"},
	} {
		dir := t.TempDir()
		found := map[string]rotated{}
		scans := strings.Split(test.scans, "|")
		for _, name := range strings.Fields(strings.ReplaceAll(test.scans, "|", " ")) {
			plain, gz := strings.CutSuffix(name, ".gz")
			r := rotated{path: name, plain: plain, gz: gz}
			if n := int(name[0]); n < 'a' {
				r.rank = rank{numbered: true, number: n - '0'}
			} else {
				r.rank = rank{time: time.Date(2026, 11, n-'a'+1, 0, 0, 0, 0, time.UTC)}
			}
			old := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) // so that numbers come first
			path := put(t, dir, name, "")
			assert.NoError(t, os.Chtimes(path, old, old))
			info, err := os.Stat(path)
			assert.NoError(t, err)
			r.info = info
			found[name] = r
		}
		n := 0
		list, err := settled(func() ([]rotated, error) {
			var files []rotated
			for _, name := range strings.Fields(scans[n]) {
				files = append(files, found[name])
			}
			n++
			return ordered(files), nil
		})
		assert.NoError(t, err)
		got := []string{}
		for _, r := range list.old() {
			got = append(got, r.path)
		}
		got = append(got, map[bool]string{true: "moved", false: "whole"}[list.moved])
		assert.Equal(t, test.name, strings.Join(got, " "), test.want)
		assert.Equal(t, test.name+": scans", n, len(scans))
	}
}
