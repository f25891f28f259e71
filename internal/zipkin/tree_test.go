package zipkin

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// draw prints a tree on one line: a(b c(d)). A root whose parent is missing
// has a ? after it, a server's half of a shared span a '.
func draw(nodes []*Node) string {
	var parts []string
	for _, n := range nodes {
		s := n.Span.ID
		if n.Span.Shared {
			s += "'"
		}
		if n.MissingParent {
			s += "?"
		}
		if len(n.Children) > 0 {
			s += "(" + draw(n.Children) + ")"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func count(nodes []*Node) int {
	n := len(nodes)
	for _, node := range nodes {
		n += count(node.Children)
	}
	return n
}

// parse reads spans from a line of words: id/parent@timestamp:service, all but
// the id optional. A ' after the id marks a server's half of a shared span, a
// K: before it the kind, with K one of C and S.
func parse(t *testing.T, line string) []Span {
	t.Helper()
	var spans []Span
	for _, word := range strings.Fields(line) {
		s := Span{TraceID: "1"}
		if kind, ok := map[string]string{"C:": "CLIENT", "S:": "SERVER"}[word[:min(2, len(word))]]; ok {
			s.Kind, word = kind, word[2:]
		}
		word, service, found := strings.Cut(word, ":")
		if found {
			s.LocalEndpoint = &Endpoint{ServiceName: service}
		}
		word, at, found := strings.Cut(word, "@")
		if found {
			if _, err := fmt.Sscan(at, &s.Timestamp); err != nil {
				t.Fatal(err)
			}
		}
		id, parent, _ := strings.Cut(word, "/")
		s.ParentID = parent
		s.ID, s.Shared = strings.CutSuffix(id, "'")
		spans = append(spans, s)
	}
	return spans
}

func TestTree(t *testing.T) {
	for _, tt := range []struct{ name, spans, want string }{
		{"nothing", "", ""},
		{"one", "a", "a"},
		{"child", "b/a a", "a(b)"},
		{"order of start", "a@1 b/a@9 c/a@3 d/a@5", "a(c d b)"},
		{"unknown start is last", "a@1 b/a c/a@3", "a(c b)"},
		{"same start, by id", "a@1 c/a@3 b/a@3", "a(b c)"},
		{"deep", "d/c c/b b/a a", "a(b(c(d)))"},
		{"two roots", "b@2 a@1 c/b", "a b(c)"},
		{"missing parent", "b/a@1 c/b@2", "b?(c)"},
		{"missing parent beside root", "r@1 c/x@2 d/r@3", "r(d) c?"},
		{"shared", "C:b/a@2:shop S:b'/a@3:cart a@1:shop", "a(b(b'))"},
		{"shared, below the server", "b/a@2:shop b'/a@3:cart a@1:shop c/b@4:cart", "a(b(b'(c)))"},
		{"shared, below the client", "b/a@2:shop b'/a@3:cart a@1:shop c/b@4:shop", "a(b(b' c))"},
		{"shared, below whom", "b/a@2:shop b'/a@3:cart a@1:shop c/b@4", "a(b(b'(c)))"},
		{"shared, no client", "b'/a@3 a@1 c/b@4", "a(b'(c))"},
		{"shared, nobody else", "b'/a@3", "b'?"},
		{"shared, unmarked", "C:b/a@2 S:b/a@3 a@1", "a(b(b))"},
		{"same id twice, no halves", "b/a@2 b/a@3 a@1", "a(b b)"},
		{"own parent", "a/a", "a?"},
		{"two in a circle", "a/b@1 b/a@2", "a?(b)"},
		{"circle with a tail", "t/c@9 c/b@3 b/a@2 a/c@1", "a?(b(c(t)))"},
		{"tail seen first", "t/c@1 c/b@4 b/a@3 a/c@2", "a?(b(c(t)))"},
		{"circle beside a tree", "r@1 s/r@2 a/b@3 b/a@4", "r(s) a?(b)"},
		{"two circles", "a/b@1 b/a@2 c/d@3 d/c@4", "a?(b) c?(d)"},
		{"shared in a circle", "b/b@1 b'/b@2", "b?(b')"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := draw(Tree(parse(t, tt.spans))); got != tt.want {
				t.Errorf("%s: got %s, want %s", tt.spans, got, tt.want)
			}
		})
	}
}

func TestTreeKeepsTracesApart(t *testing.T) {
	spans := []Span{{TraceID: "1", ID: "a"}, {TraceID: "2", ID: "b", ParentID: "a"}}
	if got, want := draw(Tree(spans)), "a b?"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestTreeHoldsEverySpan builds trees of spans that claim anything of each
// other.
func TestTreeHoldsEverySpan(t *testing.T) {
	few := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"})
	span := rapid.Custom(func(t *rapid.T) Span {
		return Span{
			TraceID:       "1",
			ID:            few.Draw(t, "id"),
			ParentID:      rapid.OneOf(rapid.Just(""), few).Draw(t, "parent"),
			Kind:          rapid.SampledFrom([]string{"", "CLIENT", "SERVER"}).Draw(t, "kind"),
			Timestamp:     rapid.Int64Range(0, 3).Draw(t, "timestamp"),
			Shared:        rapid.Bool().Draw(t, "shared"),
			LocalEndpoint: &Endpoint{ServiceName: few.Draw(t, "service")},
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		spans := rapid.SliceOfN(span, 0, 12).Draw(t, "spans")
		unseen := make(map[*Endpoint]bool) // each span's endpoint is its own
		for _, s := range spans {
			unseen[s.LocalEndpoint] = true
		}
		var visit func(parent *Node, nodes []*Node)
		visit = func(parent *Node, nodes []*Node) {
			for i, n := range nodes {
				if !unseen[n.Span.LocalEndpoint] {
					t.Fatalf("span %s is there twice", n.Span.ID)
				}
				delete(unseen, n.Span.LocalEndpoint)
				if i > 0 && compare(nodes[i-1].Span, n.Span) > 0 {
					t.Fatalf("%s comes before %s", nodes[i-1].Span.ID, n.Span.ID)
				}
				if n.MissingParent != (parent == nil && n.Span.ParentID != "") {
					t.Fatalf("MissingParent of %s is %v", n.Span.ID, n.MissingParent)
				}
				if parent != nil && parent.Span.ID != n.Span.ParentID && parent.Span.ID != n.Span.ID {
					t.Fatalf("%s hangs on %s, not on %s", n.Span.ID, parent.Span.ID, n.Span.ParentID)
				}
				visit(n, n.Children)
			}
		}
		visit(nil, Tree(spans))
		if len(unseen) > 0 {
			t.Fatalf("%d spans are missing", len(unseen))
		}
	})
}

// TestTreeOneID has a tree of spans that all claim one id: it takes no time that grows with the
// square of their number, or this does not end.
func TestTreeOneID(t *testing.T) {
	const n = 300_000
	spans := make([]Span, n)
	for i := range spans {
		spans[i] = Span{TraceID: "1", ID: "a", ParentID: "a", Timestamp: int64(i), LocalEndpoint: &Endpoint{ServiceName: fmt.Sprint(i)}}
	}
	if got := count(Tree(spans)); got != n {
		t.Errorf("%d spans are in the tree, want %d", got, n)
	}
}
