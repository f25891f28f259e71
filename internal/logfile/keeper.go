package logfile

import "time"

// housekeeping is how often the keeper looks around when nothing is written.
const housekeeping = time.Second

// keep is the goroutine of a log. It writes what has gathered, soon or when it is
// much, and looks after the rest now and then. It takes drainMu for each task by
// itself, so that callers of Append and Flush get their turn, and holds no lock
// while it waits.
//
// Append wakes it for the first record, which starts the delay, and when much has
// gathered, which is written at once. To wake it mostly takes a system call, so while
// records come it starts the next delay by itself: it goes to sleep after one at whose
// end all is written. After a failure the delay is what the back-off says. It ends
// when stop is closed, and writes nothing then: that is for close to do, with a
// deadline.
func (l *Log) keep() {
	defer close(l.stopped)
	tick := time.NewTicker(housekeeping)
	defer tick.Stop()
	var syncing <-chan time.Time
	if l.opts.SyncEvery > 0 {
		t := time.NewTicker(l.opts.SyncEvery)
		defer t.Stop()
		syncing = t.C
	}
	later := time.NewTimer(time.Hour) // the delay; not running yet
	defer later.Stop()
	later.Stop()
	waiting := false // for later
	for {
		now := false
		select {
		case <-l.stop:
			return
		case <-l.wakeup:
			now = l.signaled.Load() || l.failing()
		case <-later.C:
			now, waiting = true, false
		case <-syncing:
			l.syncNow()
			continue
		case <-l.attend:
			l.tick()
			continue
		case <-tick.C:
			l.tick()
			continue
		}
		switch {
		case now && !l.writeAll():
			later.Reset(time.Until(l.retryTime())) // however long the delay would still be
			waiting = true
		case waiting, now && l.sleeps():
		default:
			later.Reset(l.opts.Delay)
			waiting = true
		}
	}
}

// sleeps reports whether nothing has gathered: then Append wakes the keeper for the next
// record.
func (l *Log) sleeps() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.awake = len(l.filling.records) > 0
	return !l.awake
}

// writeAll writes what has gathered, and reports whether that worked. While a
// failed write is left alone, there is nothing new to tell about it.
func (l *Log) writeAll() bool {
	l.drainMu.Lock()
	defer l.drainMu.Unlock()
	if l.failure != nil && !l.retry.Due() {
		return false
	}
	err := l.drainGathered()
	if err != nil {
		l.chores.report(err)
	}
	return err == nil
}

// failing reports whether what was to be written last is not, whoever has tried that.
func (l *Log) failing() bool {
	l.drainMu.Lock()
	defer l.drainMu.Unlock()
	return l.failure != nil
}

// retryTime is when a write that has failed may be tried again.
func (l *Log) retryTime() time.Time {
	l.drainMu.Lock()
	defer l.drainMu.Unlock()
	return l.retry.Next()
}

// syncNow has all that was appended by now on disk.
func (l *Log) syncNow() {
	l.drainMu.Lock()
	defer l.drainMu.Unlock()
	if err := l.drainLocked(l.accepted(), true); err != nil {
		l.chores.report(err)
	}
}

// tick sees to what does not wait for a record: that the file is the one at the
// path, so that nobody waits for an idle process to let go of the old one, that
// the clock's rotation comes, that the log has an owner and the owner a journal.
//
// With a write half done, the file is left as it is, for its rest has to follow
// there: writeNext looks at the path when that is over.
func (l *Log) tick() {
	l.drainMu.Lock()
	defer l.drainMu.Unlock()
	if !l.out.regular {
		return
	}
	now := time.Now()
	if err := l.ensureOpen(); err != nil {
		l.chores.report(err)
		return
	}
	if l.begun.records == 0 {
		if err := l.check(now); err != nil {
			l.chores.report(err)
			return
		}
		if l.journal != nil && l.rotates(now, 0) && l.rotation.Due() {
			l.rotate(now)
		}
	}
	l.own()
	if l.journal != nil && l.tends() {
		l.chores.tick(now)
	}
}

// attention has the keeper tick soon. It never waits.
func (l *Log) attention() {
	select {
	case l.attend <- struct{}{}:
	default:
	}
}
