package zipkin

import "slices"

// Node is a span with the spans below it.
type Node struct {
	Span Span
	// Children are in the order of their start.
	Children []*Node
	// MissingParent says that the span names a parent but is a root all the
	// same: the parent was not reported, was not sampled or is yet to come, or
	// going up from it leads round in a circle.
	MissingParent bool

	parent *Node // nil for a root
	walk   int   // used by cutCycles: number of the first climb that came by
}

// Tree puts spans in the order of calls and returns those at the top. Roots
// and children are in the order of their start. Every span is in the tree
// exactly once, whatever the spans claim of each other.
//
// Ids are compared as they stand: spans should be in the normal form of
// [Store.Trace]. Spans of different traces make different trees. The slice is
// not changed; the nodes are the caller's.
func Tree(spans []Span) []*Node {
	nodes := make([]*Node, len(spans))
	for i, span := range spans {
		nodes[i] = &Node{Span: span}
	}
	slices.SortStableFunc(nodes, func(a, b *Node) int { return compare(a.Span, b.Span) })

	all := make(parents, len(nodes))
	for _, n := range nodes {
		all.add(n)
	}
	for _, n := range nodes {
		n.parent = all.of(n)
		n.MissingParent = n.parent == nil && n.Span.ParentID != ""
	}
	cutCycles(nodes)

	var roots []*Node
	for _, n := range nodes {
		if n.parent == nil {
			roots = append(roots, n)
		} else {
			n.parent.Children = append(n.parent.Children, n)
		}
	}
	return roots
}

// isServerHalf reports whether n may be the server's half of a shared span. Not
// every tracer sets the flag; a server's span that has the id of a client's is
// one all the same.
func isServerHalf(n *Node) bool { return n.Span.Shared || n.Span.Kind == "SERVER" }

// cutCycles makes a root of the earliest node of every circle, so that going
// up from any node comes to an end.
func cutCycles(nodes []*Node) {
	for i, start := range nodes {
		climb := i + 1 // 0 is "nobody has been here"
		n := start
		for n != nil && n.walk == 0 {
			n.walk = climb
			n = n.parent
		}
		if n == nil || n.walk != climb {
			continue // at a root, or where an earlier climb has been
		}
		// n is on a circle that this climb has gone round.
		first := n
		for m := n.parent; m != n; m = m.parent {
			if compare(m.Span, first.Span) < 0 {
				first = m
			}
		}
		first.parent = nil
		first.MissingParent = first.Span.ParentID != ""
	}
}
