package main

import "os"

// colorful reports whether colours are for who reads out, by the conventions that
// [spanlog.ColorAuto] has as well.
func colorful(out any) bool {
	if os.Getenv("NO_COLOR") != "" {
		return false
	}
	switch os.Getenv("FORCE_COLOR") {
	case "":
		return isTerminal(out) && os.Getenv("TERM") != "dumb"
	case "0", "false":
		return false
	}
	return true
}
