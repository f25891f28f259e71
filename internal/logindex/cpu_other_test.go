//go:build !unix

package logindex

import "time"

func cpu() time.Duration { return 0 }
