//go:build purego

package rawslog

import "log/slog"

// Attrs reports false: it can't tell.
func Attrs(*slog.Record) (front, back []slog.Attr, ok bool) { return nil, nil, false }

// Number reports false: it can't tell.
func Number(*slog.Value) (kind slog.Kind, bits uint64, ok bool) { return 0, 0, false }

// String reports false: it can't tell.
func String(*slog.Value) (s string, ok bool) { return "", false }

// Text returns the text of a string, or of an error of errors.New or fmt.Errorf.
func Text(v *slog.Value) (s string, ok bool) { return text(*v) }
