package zipkin

// Parents: what a span hangs on in the tree. Mostly it is the one span that has its parent's id.
// What makes it difficult is shared spans: two spans have one id then, and which of them is meant
// is told by services and kinds, as far as they tell it. TestTree has the cases.

// spanKey names a span, or those of them that a service made. Span ids are unique only within
// their trace.
type spanKey struct{ trace, id, service string }

// parents are the nodes that others can hang on, by what they are found by. A trace can have any
// number of spans with one id, so they are not gone through.
type parents map[spanKey]*candidates

// candidates are the first nodes with an id in the order of start. Where a key has a service, only
// any is used, and has those that this service made.
type candidates struct {
	any    firstTwo
	server firstTwo // halves of the server
	other  *Node    // no such half, so a client's if the span is shared
	client *Node    // the same, and a client's for sure
}

// firstTwo has one more than is needed, as no node hangs on itself.
type firstTwo [2]*Node

func (f *firstTwo) add(n *Node) {
	switch {
	case f[0] == nil:
		f[0] = n
	case f[1] == nil:
		f[1] = n
	}
}

// but returns the first that is not n, or nil.
func (f *firstTwo) but(n *Node) *Node {
	if f[0] == n {
		return f[1]
	}
	return f[0]
}

// add takes in a node. It is called for all of them in the order of start, before of is.
func (p parents) add(n *Node) {
	c := p.at(spanKey{n.Span.TraceID, n.Span.ID, ""})
	c.any.add(n)
	switch {
	case n.Span.IsServerHalf():
		c.server.add(n)
	case c.other == nil:
		c.other = n
	}
	if c.client == nil && !n.Span.IsServerHalf() && n.Span.Kind == "CLIENT" {
		c.client = n
	}
	if service := n.Span.Service(); service != "" {
		p.at(spanKey{n.Span.TraceID, n.Span.ID, service}).any.add(n)
	}
}

// at returns the candidates of a key, which may be none yet.
func (p parents) at(k spanKey) *candidates {
	c := p[k]
	if c == nil {
		c = new(candidates)
		p[k] = c
	}
	return c
}

// of returns the node that n hangs on, or nil. It is never n itself, but what it says may go
// round in a circle.
//
// In Zipkin's B3 tracers client and server report one span each under the same
// id. The server's half hangs on the client's half, and what the server calls
// hangs on the server's half.
func (p parents) of(n *Node) *Node {
	if n.Span.IsServerHalf() {
		c := p[spanKey{n.Span.TraceID, n.Span.ID, ""}]
		half := c.client // without the flag, two spans with one id are halves only if they say so
		if n.Span.Shared {
			half = c.other
		}
		if half != nil {
			return half
		}
	}
	if n.Span.ParentID == "" {
		return nil
	}
	if service := n.Span.Service(); service != "" {
		if c := p[spanKey{n.Span.TraceID, n.Span.ParentID, service}]; c != nil {
			if same := c.any.but(n); same != nil {
				return same // the half of the program that n ran in
			}
		}
	}
	c := p[spanKey{n.Span.TraceID, n.Span.ParentID, ""}]
	if c == nil {
		return nil
	}
	if server := c.server.but(n); server != nil {
		return server // what a server calls is below it; a client calls nothing but the server
	}
	return c.any.but(n)
}
