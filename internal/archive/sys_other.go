//go:build !unix

package archive

import (
	"io/fs"
	"os"
)

const (
	openSafely = 0     // whether a link was followed is looked at once the file is open
	unlinkOpen = false // an open file cannot be deleted
)

// SyncDir does nothing: here, directories cannot be synced.
func SyncDir(string) error { return nil }

// TakeOwner does nothing: who may do what is inherited from the directory.
func TakeOwner(*os.File, fs.FileInfo) error { return nil }
