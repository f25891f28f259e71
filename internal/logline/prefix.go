package logline

// Prefixes: what the runtime of a container, or the tool that reads its logs, has put in front of
// each line. They are known by their form. A line that begins as an object has none, so the usual
// line costs no more.

import (
	"bytes"
	"time"
	"unicode"
)

// A prefix is what stands in front of a line. What it does not say is nil, or 0.
type prefix struct {
	pod, container, stream []byte
	time                   int64 // Unix nanoseconds
	size                   int   // 0: there is no prefix
}

// The keys of what a prefix says.
var keyPod, keyContainer, keyStream = []byte("pod"), []byte("container"), []byte("stream")

// readPrefix finds the prefix of a line. These are known; a time can also follow one of the first
// two:
//
//	[pod/shop-7d4b/shop] …                     kubectl logs --prefix
//	shop-1  | …                                docker compose logs; the name ends in a number
//	2026-11-22T11:57:00.123456789Z …           kubectl, docker and docker compose logs --timestamps
//	2026-11-22T11:57:00.123456789Z stdout F …  the files of a Kubernetes node (CRI)
func readPrefix(b []byte, loc *time.Location) (p prefix) {
	p.readName(b)
	p.size += colorsInFront(b[p.size:]) // docker compose gives each name a colour
	p.readTime(b[p.size:], loc)
	p.size += colorsInFront(b[p.size:])
	return p
}

// readName reads the name of a container.
func (p *prefix) readName(b []byte) {
	const front = "[pod/"
	if bytes.HasPrefix(b, []byte(front)) {
		podEnd := nameEnd(b, len(front))
		if podEnd < 0 || podEnd == len(b) || b[podEnd] != '/' {
			return
		}
		end := nameEnd(b, podEnd+1)
		if end >= 0 && bytes.HasPrefix(b[end:], []byte("] ")) {
			p.pod, p.container, p.size = b[len(front):podEnd], b[podEnd+1:end], end+len("] ")
		}
		return
	}
	end := nameEnd(b, 0)
	if end < 0 || !isNumbered(b[:end]) {
		return
	}
	bar := end
	for bar < len(b) && b[bar] == ' ' { // names are made equally long
		bar++
	}
	if bar == end || bar == len(b) || b[bar] != '|' {
		return
	}
	i := bar + 1
	if i += colorsInFront(b[i:]); i < len(b) && b[i] == ' ' {
		p.container, p.size = b[:end], i+1
	}
}

// nameEnd returns the end of the name of a pod or a container, or -1 if there is none at i.
func nameEnd(b []byte, i int) int {
	start := i
	for i < len(b) && i-start <= longestName && (isAlphanumeric(b[i]) || b[i] == '-' || b[i] == '_' || b[i] == '.') {
		i++
	}
	if i == start || i-start > longestName || !isAlphanumeric(b[start]) {
		return -1
	}
	return i
}

// longestName is how long a name can be in Kubernetes.
const longestName = 253

func isAlphanumeric(c byte) bool { return c-'0' <= 9 || c|0x20-'a' <= 'z'-'a' }

// isNumbered reports whether a name is one of those that docker compose makes, as shop-1: much
// else stands before a bar, such as levels, and the numbers of lines and days.
func isNumbered(name []byte) bool {
	i := len(name)
	for i > 0 && name[i-1]-'0' <= 9 {
		i--
	}
	return 0 < i && i < len(name) && (name[i-1] == '-' || name[i-1] == '_') && bytes.ContainsFunc(name[:i], unicode.IsLetter)
}

// readTime reads a time, and a stream behind it. The tag of a stream is F for a full line, or P for
// a part of one that was too long.
func (p *prefix) readTime(b []byte, loc *time.Location) {
	const shortest, longest = len("2006-01-02T15:04:05Z"), len("2006-01-02T15:04:05.999999999+01:00")
	end := bytes.IndexByte(b[:min(len(b), longest+1)], ' ')
	if end < shortest || b[len("2006-01-02")] != 'T' || !hasZone(b[:end]) {
		return
	}
	t, ok := parseTime(b[:end], loc)
	if !ok {
		return
	}
	p.time = t
	p.size += end + 1
	b = b[end+1:]
	const stream, tag = len("stdout"), len("stdout F ")
	if len(b) < tag || string(b[:stream]) != "stdout" && string(b[:stream]) != "stderr" {
		return
	}
	if rest := string(b[stream:tag]); rest == " F " || rest == " P " {
		p.stream = b[:stream]
		p.size += tag
	}
}

// hasZone reports whether a time ends in a zone, as it does wherever it is a prefix.
func hasZone(b []byte) bool {
	zone := b[len(b)-len("+01:00"):]
	return b[len(b)-1] == 'Z' || zone[0] == '+' || zone[0] == '-'
}

// addTo adds what is said of the container to a record.
func (p *prefix) addTo(r *Record) {
	for _, a := range [...]struct{ key, text []byte }{{keyPod, p.pod}, {keyContainer, p.container}, {keyStream, p.stream}} {
		if a.text != nil {
			r.add(nil, a.key, &value{text: a.text, kind: valueString, plain: true}, a.text)
		}
	}
}

// Object returns the object of a line of [JSON]: the line without what is in front of it and
// behind.
func Object(line []byte) []byte {
	b := trim(line)
	if i := skipSpace(b, 0); i < len(b) && b[i] != '{' {
		p := readPrefix(b, nil)
		b = b[p.size:]
	}
	return bytes.TrimSpace(b)
}
