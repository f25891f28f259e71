package logfile

// Becoming the owner, and having a journal. Each of these steps may fail, and the
// keeper tries again with its next tick; until then records are written through,
// so nothing depends on it but speed. The order is what keeps records in order:
//
//	drain what this process has      it was accepted before the takeover
//	take the lock, load the journal  now nobody else writes to that
//	write what was left in it        with its own checkpoints, so it may be cut short
//	drain again, map                 from here on all new records are in the journal
//
// own_test.go has processes die and others take over, journal_unix_test.go has the
// journal removed, cut off and garbled.

import (
	"errors"
	"fmt"
	"time"

	"github.com/spanlog/spanlog/internal/journal"
	"github.com/spanlog/spanlog/internal/wording"
)

// own makes this process the log's owner if no other one is, and gives it a
// journal. Where it cannot, records are written through, and it is tried again at
// the keeper's next tick. drainMu is held.
func (l *Log) own() {
	if !l.out.regular {
		l.withoutRing(errors.New("the file is a device or a pipe"))
		return
	}
	if l.journal != nil && !l.journal.InPlace() && !l.abandon() {
		return
	}
	if l.journal == nil {
		// What others have left comes before what this process does from now on,
		// but behind what it has done.
		if l.drainAll() != nil {
			return
		}
		err := l.acquire()
		l.withoutRing(err)
		if err != nil {
			return
		}
	}
	if l.lacksRing() {
		l.mapJournal()
	}
}

// lacksRing reports whether records could go into the journal, and do not.
func (l *Log) lacksRing() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ring == nil && !l.opts.WriteThrough && !errors.Is(l.noRing, journal.ErrNoMap)
}

// withoutRing has records written through from now on, and says why; nil is for
// the moment before a ring is made. That is reported when it is news, unless it is
// nobody's fault.
func (l *Log) withoutRing(why error) {
	l.mu.Lock()
	before := l.noRing
	l.ring, l.noRing = nil, why
	l.mu.Unlock()
	switch {
	case why == nil, l.opts.WriteThrough, errors.Is(why, journal.ErrHeld), errors.Is(why, journal.ErrNoMap), !l.out.regular:
	case before == nil || before.Error() != why.Error():
		l.chores.report(fmt.Errorf("no journal, so every record is written through: %w", why))
	}
}

// abandon gives up a journal whose file somebody has taken away or cut off: no
// successor would find all that is in it. That is in memory as well. Once it is
// in the log, whoever comes across the file must not write it again, so that is
// emptied, wherever it is now.
func (l *Log) abandon() bool {
	l.withoutRing(errors.New("the journal's file was removed or cut off"))
	l.fault.Store(true)
	if l.drainAll() != nil {
		return false // then it waits in memory
	}
	if err := errors.Join(l.journal.Clear(), l.journal.Close(false)); err != nil {
		l.chores.report(err)
	}
	l.journal = nil
	return true
}

// acquire takes the journal's lock, and writes what the lock's last holder has
// left in it.
func (l *Log) acquire() error {
	j, err := journal.Acquire(l.opts.journalPath())
	if err != nil {
		return err
	}
	pending, err := j.Load()
	if errors.Is(err, journal.ErrDamaged) {
		aside, moving := j.SetAside()
		if err := errors.Join(moving, j.Close(false)); err != nil {
			return err
		}
		l.chores.report(fmt.Errorf("%w; what is left of it is in %s", err, aside))
		if j, err = journal.Acquire(l.opts.journalPath()); err != nil {
			return err
		}
		pending, err = j.Load()
	}
	if err != nil {
		return errors.Join(err, j.Close(false))
	}
	l.journal = j
	l.fault.Store(false)
	// What is recovered belongs to the period in which the file was last written
	// to, so the clock stands still meanwhile: no rotation comes between the two.
	turn := l.nextTurn()
	l.turn = time.Time{}
	l.recover(pending)
	l.turn = turn
	l.chores.tend() // also what a dead process has left of its
	return nil
}

// recover writes what a dead process has left. If the disk does not take it, it
// stays in the journal's file, and here in memory until it does.
func (l *Log) recover(p *journal.Pending) {
	part, done := 0, false
	if p.Intent != nil {
		part, done = l.resolve(p)
	}
	lost := p.Lost
	if done {
		l.note(l.journal.Done(p.BegunSize, p.BegunNumbers))
	} else {
		lost += p.BegunLost
		l.pushRecovered(p.Begun)
		if part > 0 { // then nothing of it is damaged
			l.begun = begun{chunk: l.draining.chunk(int64(len(l.draining.data))), at: p.Intent.Offset, part: part}
		}
	}
	l.pushRecovered(p.Rest)
	if lost > 0 {
		l.chores.report(fmt.Errorf("the journal was damaged; lost of a process that died: %s", wording.Count(lost, "record")))
	}
	if p.Again {
		l.chores.report(errors.New("the journal was damaged: some records of a process that died may be there twice"))
	}
	err := l.drainLocked(0, false)
	if err == nil && l.opts.syncs() {
		err = l.sync() // before the journal's copy goes
	}
	if err != nil {
		l.chores.report(fmt.Errorf("what a process that died has left: %w", err))
		l.wake() // the keeper tries again
	}
}

// pushRecovered puts records before all that this process has accepted: own has
// drained that, so there is nothing else in the batch. They keep the room that they
// have in the ring, by which finish strikes them off there. Their level is not
// known any more; only for a record that is lost would it be needed.
func (l *Log) pushRecovered(records []journal.Record) {
	for _, r := range records {
		l.draining.push(r.Line, record{size: len(r.Line), room: r.Size, numbers: r.Numbers, recovered: true})
	}
}

// mapJournal has records go into the journal from the next one on. There must be
// none on their way when that begins: of the ones before, it knows nothing. mu is
// held while it is mapped, so Append waits, as it does for nothing else here.
func (l *Log) mapJournal() {
	for {
		if l.drainAll() != nil {
			return
		}
		l.mu.Lock()
		if l.filling.empty() { // if not, its goroutines wait now, so this ends
			break
		}
		l.mu.Unlock()
	}
	err := l.journal.Map(l.opts.JournalSize)
	if err == nil {
		l.ring, l.noRing = l.journal, nil
		l.fault.Store(false)
	}
	l.mu.Unlock()
	if err != nil {
		l.withoutRing(err)
	}
}
