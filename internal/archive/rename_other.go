//go:build !darwin && !linux

package archive

import "errors"

// renameExclusive is unsupported: there is no way to do it in one step.
func renameExclusive(string, string) error { return errors.ErrUnsupported }
