//go:build unix

package logfile

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spanlog/spanlog/internal/assert"
	"github.com/spanlog/spanlog/internal/race"
)

// journalLosses are what somebody else does to the journal while it is in use.
var journalLosses = []struct {
	name string
	do   func(path string) error
}{
	{"removed", os.Remove},
	{"moved", func(path string) error { return os.Rename(path, path+".away") }},
	{"emptied", func(path string) error { return os.Truncate(path, 0) }},
	{"cut off behind its header", func(path string) error { return os.Truncate(path, 4096) }},
	{"cut off in the middle", func(path string) error { return os.Truncate(path, ringSize/2) }},
	{"cut off at its last byte", func(path string) error { return os.Truncate(path, ringSize+4095) }},
	{"replaced by nothing", func(path string) error {
		return errors.Join(os.Rename(path, path+".away"), os.WriteFile(path, nil, 0o600))
	}},
	{"replaced by garbage", func(path string) error {
		return errors.Join(os.Rename(path, path+".away"), os.WriteFile(path, bytes.Repeat([]byte("garbage "), 20000), 0o600))
	}},
	{"replaced by its copy", func(path string) error {
		b, err := os.ReadFile(path)
		return errors.Join(err, os.Rename(path, path+".away"), os.WriteFile(path, b[:len(b)/2], 0o600))
	}},
}

// TestJournalLost: nothing that was in it is lost, and within a tick there is
// another one. What is left of the old one is of no consequence, whenever the
// process dies then.
func TestJournalLost(t *testing.T) {
	needJournal(t)
	for _, loss := range journalLosses {
		for _, pending := range []bool{false, true} {
			for _, next := range []string{"append", "flush", "wait"} {
				if loss.name == "replaced by its copy" && pending {
					continue // its records cannot be told from those of a process that died
				}
				name := fmt.Sprintf("%s, with pending records %t, then %s", loss.name, pending, next)
				t.Run(name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						o := options(t)
						o.Delay = time.Hour
						tr := open(t, o)
						tr.addLong(calm, 100, 1, 100) // behind the first pages
						tr.flush()
						last := 100
						if pending {
							last = 150
							tr.add(calm, 101, last)
						}
						synctest.Wait()
						assert.NoError(t, loss.do(o.journalPath()))
						switch next {
						case "append":
							tr.add(calm, last+1, last+10)
							last += 10
						case "flush":
							tr.flush()
							wantFile(t, o.Path, fmt.Sprintf("1-%d", last))
						}
						time.Sleep(1500 * time.Millisecond)
						tr.wantState(journaled)
						wantFile(t, o.Path, fmt.Sprintf("1-%d", last))
						tr.add(calm, last+1, last+10)
						wantFile(t, o.Path, fmt.Sprintf("1-%d", last)) // in the new one
						tr.crash()
						tr = open(t, o)
						wantFile(t, o.Path, fmt.Sprintf("1-%d", last+10))
						_, recovered, _ := tr.counts()
						assert.Equal(t, "recovered", recovered, 10)
					})
				})
			}
		}
	}
}

// TestJournalFaultTold: whoever finds out that the journal can't be written, it is told.
func TestJournalFaultTold(t *testing.T) {
	needJournal(t)
	for _, finds := range []string{"append", "flush"} {
		t.Run(finds, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := options(t)
				o.Delay = time.Hour
				tr := open(t, o)
				tr.add(calm, 1, 1)
				synctest.Wait()
				assert.NoError(t, os.Truncate(o.journalPath(), 0))
				if finds == "append" {
					tr.add(calm, 2, 2)
				} else {
					tr.flush()
				}
				synctest.Wait()
				tr.wantState("write-through: journal: fault")
				assert.Equal(t, "reports", len(tr.told("fault in the mapped file")), 1)
			})
		})
	}
}

// TestJournalLostAgain: the records of a journal that is away are not written by
// who opens it later.
func TestJournalLostAgain(t *testing.T) {
	needJournal(t)
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.Delay = time.Hour
		o.Path = filepath.Join(filepath.Dir(o.Path), "logs", "app.log")
		tr := open(t, o)
		tr.add(calm, 1, 100)
		assert.NoError(t, os.Rename(filepath.Dir(o.Path), filepath.Dir(o.Path)+".old"))
		time.Sleep(1500 * time.Millisecond)
		wantFile(t, o.Path, "1-100")
		assert.NoError(t, tr.end())
		o.Path = filepath.Join(filepath.Dir(o.Path)+".old", "app.log")
		open(t, o)
		wantFile(t, o.Path, "")
	})
}

// TestJournalGarbled: records that are in a journal while somebody overwrites it
// are in memory as well.
func TestJournalGarbled(t *testing.T) {
	needJournal(t)
	synctest.Test(t, func(t *testing.T) {
		o := options(t)
		o.Delay = time.Hour
		tr := open(t, o)
		tr.add(calm, 1, 100)
		assert.NoError(t, garble(o.journalPath()))
		tr.add(calm, 101, 200)
		time.Sleep(1500 * time.Millisecond)
		tr.flush()
		wantFile(t, o.Path, "1-200")
		tr.add(calm, 201, 300)
		assert.NoError(t, tr.end())
		wantFile(t, o.Path, "1-300")
		open(t, o)
		wantFile(t, o.Path, "1-300")
	})
}

// garble overwrites a file, in place.
func garble(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(bytes.Repeat([]byte("garbage "), (ringSize+4096)/8))
	return errors.Join(err, f.Close())
}

// TestJournalTaken: where something is in the way that is not ours, it stays as
// it is, and records are written through.
func TestJournalTaken(t *testing.T) {
	needJournal(t)
	for _, test := range []struct {
		name string
		put  func(path string) error
	}{
		{"directory", func(path string) error { return os.Mkdir(path, 0o700) }},
		{"link", func(path string) error {
			return errors.Join(os.WriteFile(path+".target", []byte("precious"), 0o600), os.Symlink(path+".target", path))
		}},
	} {
		for _, when := range []string{"at Open", "while it is open"} {
			t.Run(test.name+" "+when, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					o := options(t)
					if when == "at Open" {
						assert.NoError(t, test.put(o.journalPath()))
					}
					tr := open(t, o)
					if when != "at Open" {
						tr.add(calm, 1, 10)
						assert.NoError(t, errors.Join(os.Remove(o.journalPath()), test.put(o.journalPath())))
						time.Sleep(5 * time.Second)
					} else {
						tr.add(calm, 1, 10)
					}
					tr.wantState("write-through: open ")
					tr.add(calm, 11, 20)
					wantFile(t, o.Path, "1-20")
					time.Sleep(5 * time.Second)
					assert.Equal(t, "reports", len(tr.told("no journal", "open ")), 1)
					if test.name == "link" {
						assert.Equal(t, "target", content(t, o.journalPath()+".target"), "precious")
					}
					assert.NoError(t, os.Remove(o.journalPath()))
					time.Sleep(1500 * time.Millisecond)
					tr.wantState(journaled)
				})
			})
		}
	}
}

// TestJournalDamaged opens logs whose process died, after somebody has damaged
// the journal: at its length, or with bits that are set all over it. Whatever is
// lost then is told of, there is no torn line, and no trouble with new records.
func TestJournalDamaged(t *testing.T) {
	needJournal(t)
	o := options(t)
	o.Delay = time.Hour
	tr := open(t, o)
	tr.addLong(calm, 600, 1, 200) // one lap and a half
	tr.flush()
	tr.addLong(calm, 600, 201, 260)
	// A write that was cut off is under way.
	tr.set(func(l *Log) { l.write = faulty([]*fault{{part: 333}}) })
	_ = tr.Flush()
	tr.add(calm, 261, 280)
	tr.crash()
	before, journal := content(t, o.Path), content(t, o.journalPath())

	random := rand.New(rand.NewPCG(1, 2))
	damages := map[string]func(b []byte) []byte{
		"none":      func(b []byte) []byte { return b },
		"one bit":   func(b []byte) []byte { b[random.IntN(len(b))] ^= 1 << random.IntN(8); return b },
		"page gone": func(b []byte) []byte { clear(b[random.IntN(len(b)/4096)*4096:][:4096]); return b },
		"header bit": func(b []byte) []byte {
			b[random.IntN(4096)] ^= 1 << random.IntN(8)
			return b
		},
		"cut off": func(b []byte) []byte { return b[:random.IntN(len(b))] },
		"bits": func(b []byte) []byte {
			for i := random.IntN(len(b)); i < len(b); i += 31 {
				b[i] |= 1 << random.IntN(8)
			}
			return b
		},
		"noise": func(b []byte) []byte {
			for i := range b {
				b[i] = byte(random.Uint32())
			}
			return b
		},
	}
	rounds := 60
	if race.Enabled {
		rounds = 15
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			for range rounds {
				// The file stays the one that the intent is for.
				assert.NoError(t, os.WriteFile(o.Path, []byte(before), 0o600))
				assert.NoError(t, os.WriteFile(o.journalPath(), damage([]byte(journal)), 0o600))
				wantRecovered(t, o, 280, name == "none")
				set, err := filepath.Glob(o.journalPath() + ".damaged-*")
				assert.NoError(t, err)
				for _, name := range set {
					assert.NoError(t, os.Remove(name))
				}
			}
		})
	}
}

// wantRecovered opens the log that TestJournalDamaged has made. The line that was
// cut off may stay if the rest of it is lost.
func wantRecovered(t *testing.T, o Options, last int, whole bool) {
	t.Helper()
	tr := open(t, o)
	tr.add(urgent, last+1, last+10)
	assert.NoError(t, tr.end())
	if whole {
		wantFile(t, o.Path, fmt.Sprintf("1-%d", last+10))
		assert.Equal(t, "reports", len(tr.told()), 0)
		return
	}
	var have []int
	torn := 0
	for l := range strings.Lines(content(t, o.Path)) {
		if n := number(l); n > 0 {
			have = append(have, n)
		} else {
			torn++
		}
	}
	if torn > 1 {
		t.Errorf("%d torn lines: %s", torn, numbers(content(t, o.Path)))
	}
	slices.Sort(have)
	have = slices.Compact(have)
	if len(have) == last+10 {
		return
	}
	if len(tr.told("damaged")) == 0 {
		t.Errorf("lines %s; reports: %q", series(have), tr.told())
	}
}
