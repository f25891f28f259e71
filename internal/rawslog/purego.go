//go:build purego

package rawslog

import "log/slog"

// Attrs reports false: it can't tell.
func Attrs(*slog.Record) (front, back []slog.Attr, ok bool) { return nil, nil, false }

// ValueOf returns what v is.
func ValueOf(v *slog.Value) Value { return valueOf(*v) }
