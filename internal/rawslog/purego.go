//go:build purego

package rawslog

import "log/slog"

// Attrs reports false: it can't tell.
func Attrs(*slog.Record) (front, back []slog.Attr, ok bool) { return nil, nil, false }

// IsNumber reports false: it can't tell.
func IsNumber(*slog.Value) bool { return false }

// Number is not called.
func Number(*slog.Value) (kind slog.Kind, bits uint64) { return 0, 0 }

// IsString reports false: it can't tell.
func IsString(*slog.Value) bool { return false }

// String is not called.
func String(*slog.Value) string { return "" }

// Text returns the text of a string, or of an error of errors.New or fmt.Errorf.
func Text(v *slog.Value) (s string, ok bool) { return text(*v) }
