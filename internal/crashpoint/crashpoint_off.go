//go:build !crashpoint

package crashpoint

// Enabled reports whether this is a build for tests that kill. It is constant,
// so that what depends on it is not compiled otherwise.
const Enabled = false

// Here is a point at which a test can have the process killed.
func Here(string) {}
