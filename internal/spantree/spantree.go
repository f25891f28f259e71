// Package spantree prints the spans of a trace as a tree, each with the log lines that were
// written in it. Spans and lines are joined by their ids, and by nothing else.
package spantree

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spanlog/spanlog/internal/zipkin"
)

// Lines are the log lines of a trace by the id of their span, in order. All text is for
// the terminal as it is.
type Lines struct {
	BySpan map[string][]string
	Spans  []string // the ids, in the order of their first line
}

// Add adds a line of a span; without one, id is empty.
func (l *Lines) Add(id, text string) {
	if l.BySpan == nil {
		l.BySpan = make(map[string][]string)
	}
	if l.BySpan[id] == nil {
		l.Spans = append(l.Spans, id)
	}
	l.BySpan[id] = append(l.BySpan[id], text)
}

// Print prints the tree. Lines whose span is not among the spans come behind it. Text of the
// spans goes through safe, which makes it fit for a terminal.
func Print(w io.Writer, spans []zipkin.Span, lines *Lines, safe func(string) string) error {
	p := &printer{w: w, lines: lines, safe: safe, seen: make(map[string]bool)}
	for _, root := range zipkin.Tree(spans) {
		p.node(root, "", "")
	}
	for _, id := range lines.Spans {
		if p.seen[id] {
			continue
		}
		switch {
		case id == "":
			p.printf("records without a span\n")
		default:
			p.printf("span_id=%s\n", safe(id))
		}
		p.texts(id, "   ")
	}
	return p.err
}

type printer struct {
	w     io.Writer
	lines *Lines
	safe  func(string) string
	seen  map[string]bool // spans whose lines are printed
	err   error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

// node prints a span and what is below it: its lines, then its children. The branch leads to
// the span, and the indent to what is under it.
func (p *printer) node(n *zipkin.Node, branch, indent string) {
	s := n.Span
	title := fmt.Sprintf("%s%s: %s  span_id=%s  %s", branch, p.safe(s.Service()), p.safe(s.Name), p.safe(s.ID), time.Duration(s.Duration)*time.Microsecond)
	if reason, failed := s.Failure(); failed {
		title += strings.TrimRight("  FAILED "+p.safe(reason), " ")
	}
	if n.MissingParent {
		title += "  (its parent " + p.safe(s.ParentID) + " is missing)"
	}
	p.printf("%s\n", title)
	below := indent + "   "
	if len(n.Children) > 0 {
		below = indent + "│  "
	}
	if !p.seen[s.ID] { // the two halves of a span have one id
		p.seen[s.ID] = true
		p.texts(s.ID, below)
	}
	for i, child := range n.Children {
		if i < len(n.Children)-1 {
			p.node(child, indent+"├─ ", indent+"│  ")
		} else {
			p.node(child, indent+"└─ ", indent+"   ")
		}
	}
}

func (p *printer) texts(id, indent string) {
	for _, text := range p.lines.BySpan[id] {
		p.printf("%s  %s\n", indent, text)
	}
}
