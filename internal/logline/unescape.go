package logline

// AppendUnescaped appends a line, or a part of one, with what its escapes stand for in
// their place: those of JSON, and those that Go and logfmt encoders write. Where a
// backslash begins none of them, it stands for itself. Invalid UTF-8 becomes U+FFFD.
func AppendUnescaped(dst, line []byte) []byte { return appendQuoted(dst, line) }
