package logline

// Searching lines for a text. What somebody types is what they see, and a line may have it escaped:
// a quote, a newline, a letter as \u00e9. A search cannot know which, so it looks at the line with
// all of that undone.

// AppendUnescaped appends a line, or a part of one, with what its escapes stand for in
// their place: those of JSON, and those that Go and logfmt encoders write. Where a
// backslash begins none of them, it stands for itself. Invalid UTF-8 becomes U+FFFD.
func AppendUnescaped(dst, line []byte) []byte { return appendQuoted(dst, line) }
