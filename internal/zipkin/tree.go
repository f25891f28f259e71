package zipkin

// The tree: which span has called which. It is made of what spans say of their parents, which
// need not be true or complete; what a tree promises holds all the same.

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
	climb  int   // used by cutCycles: number of the first climb that came by
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

// cutCycles makes a root of the earliest node of every circle, so that going
// up from any node comes to an end. From each node it climbs up to a root, or
// to where an earlier climb has been: so each node is passed once, however
// many there are below it.
func cutCycles(nodes []*Node) {
	for i, start := range nodes {
		climb := i + 1 // 0 is "nobody has been here"
		n := start
		for n != nil && n.climb == 0 {
			n.climb = climb
			n = n.parent
		}
		if n == nil || n.climb != climb {
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
