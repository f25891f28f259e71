// Package crashpoint lets tests kill a process at named points of its work.
//
// It does so only when built with the tag crashpoint; otherwise a point is an
// empty function, and costs nothing. With the tag, the environment variable
// SPANLOG_CRASH names the point, and after a colon how many times it is passed
// first:
//
//	SPANLOG_CRASH=after-intent:3
//
// The process then sends itself SIGKILL, as the kernel would when memory runs
// out: nothing deferred runs and no buffer is written.
package crashpoint
