// Package spantree prints the spans of a trace as a tree, each with the log lines that were
// written in it. Spans and lines are joined by their ids, and by nothing else: neither times
// nor services, whose clocks and names nobody guarantees.
//
// It only prints. Package zipkin makes the tree, whoever calls Print has found and formatted
// the lines: the command "spanlog trace" with its own console, examples/quickstart with a line
// of its own. The viewer's tree is that of package tracejoin.
package spantree

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spanlog/spanlog/internal/zipkin"
)

// Lines are the log lines of a trace by the id of their span, in order. All text is for
// the terminal as it is: it has been made safe, and may have colours. The zero value has none.
type Lines struct {
	bySpan map[string][]string
	spans  []string // the ids, in the order of their first line
}

// Add adds a line of a span; without one, id is empty. The id is in lower-case hexadecimal, as
// Zipkin has it.
func (l *Lines) Add(id, text string) {
	if l.bySpan == nil {
		l.bySpan = make(map[string][]string)
	}
	if l.bySpan[id] == nil {
		l.spans = append(l.spans, id)
	}
	l.bySpan[id] = append(l.bySpan[id], text)
}

// Print prints the tree. Lines whose span is not among the spans come behind it: nothing that
// was logged is left out because a span was not sampled, or is not there yet. Text of the
// spans goes through safe, which makes it fit for a terminal: it comes from any service that
// may send spans.
func Print(w io.Writer, spans []zipkin.Span, lines *Lines, safe func(string) string) error {
	p := &printer{w: w, lines: lines, safe: safe, seen: make(map[string]bool)}
	for _, root := range zipkin.Tree(spans) { // several, if some are missing in between
		p.node(root, "", "")
	}
	for _, id := range lines.spans {
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

// A printer prints one tree. After the first error of w it prints nothing more.
type printer struct {
	w     io.Writer
	lines *Lines
	safe  func(string) string
	seen  map[string]bool // spans whose lines are printed, by id
	err   error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

// node prints a span and what is below it: its lines, then its children. The branch leads to
// the span, and the indent to what is under it. Below a span with children, its lines stand
// right of the branch that leads to these.
func (p *printer) node(n *zipkin.Node, branch, indent string) {
	s := n.Span
	title := fmt.Sprintf("%s%s: %s  span_id=%s  %s", branch, p.safe(s.Service()), p.safe(s.Name), p.safe(s.ID), time.Duration(s.Duration)*time.Microsecond)
	if reason, failed := s.Failure(); failed {
		title += strings.TrimRight("  FAILED "+p.safe(reason), " ") // there may be no reason
	}
	if n.MissingParent {
		title += "  (its parent " + p.safe(s.ParentID) + " is missing)"
	}
	p.printf("%s\n", title)
	below := indent + "   "
	if len(n.Children) > 0 {
		below = indent + "│  "
	}
	// A span that is half a client's and half a server's is two of one id, the second below
	// the first (Zipkin calls that a shared span). Its lines are printed once.
	if !p.seen[s.ID] {
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

// texts prints the lines of a span.
func (p *printer) texts(id, indent string) {
	for _, text := range p.lines.bySpan[id] {
		p.printf("%s  %s\n", indent, text)
	}
}
