package logline

// Prefixes: what the runtime of a container, or the tool that reads its logs, has put in front of
// each line. They are known by their form. A line that begins as an object has none, so the usual
// line costs no more.

import (
	"bytes"
	"time"
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
//	shop-1  | …                                docker compose logs
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
		pod := len(front)
		podEnd := nameEnd(b, pod)
		if podEnd == pod || podEnd == len(b) || b[podEnd] != '/' {
			return
		}
		container := podEnd + 1
		end := nameEnd(b, container)
		if end == container || !bytes.HasPrefix(b[end:], []byte("] ")) {
			return
		}
		p.pod, p.container, p.size = b[pod:podEnd], b[container:end], end+len("] ")
		return
	}
	end := nameEnd(b, 0)
	bar := end
	for bar < len(b) && b[bar] == ' ' { // names are made equally long
		bar++
	}
	if end > 0 && bar > end && bytes.HasPrefix(b[bar:], []byte("| ")) {
		p.container, p.size = b[:end], bar+len("| ")
	}
}

// nameEnd returns the first place from i on that is not of the name of a pod or a container.
func nameEnd(b []byte, i int) int {
	for i < len(b) && (b[i]-'0' <= 9 || b[i]|0x20-'a' <= 'z'-'a' || b[i] == '-' || b[i] == '_' || b[i] == '.') {
		i++
	}
	return i
}

// readTime reads a time, and a stream behind it. The tag of a stream is F for a full line, or P for
// a part of one that was too long.
func (p *prefix) readTime(b []byte, loc *time.Location) {
	const shortest, longest = len("2006-01-02T15:04:05Z"), len("2006-01-02T15:04:05.999999999+01:00")
	end := bytes.IndexByte(b[:min(len(b), longest+1)], ' ')
	if end < shortest || b[len("2006-01-02")] != 'T' {
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
