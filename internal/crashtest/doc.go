// Package crashtest tests from outside, through the public API, that a
// spanlog.File keeps its promise: a record for which Handle has returned nil is
// in the log, once, whatever becomes of the process.
//
// The package has nothing but tests. They run themselves as child processes,
// which write numbered records, and tell through a pipe which of them Handle has
// taken. The children are killed, files are moved under them, a second process
// joins in; then all files are read, and every number has to be there.
//
//	go test ./internal/crashtest                      kill at random times, rotate under load
//	go test -tags crashpoint ./internal/crashtest     also kill at each point of package crashpoint
//
// A few environment variables make the tests longer, and repeat one that failed
// as far as timing allows:
//
//	SPANLOG_KILLS=1000        about how many processes are killed; by default 100 with the tag, 20 without
//	SPANLOG_TORTURE=250000    how many records each goroutine writes under rotation; by default 5000
//	SPANLOG_SEED=12345        where the random numbers begin, as a failure prints it
//
// Long runs need -timeout. What a test that failed has left on disk is kept, and
// the failure says where.
package crashtest
