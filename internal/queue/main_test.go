package queue

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A script is a queue on which words operate:
//
//	p3  puts an item of 3 bytes that is not urgent
//	u3  puts an urgent one; uMAX is the largest that an int can tell
//	>p3 the same with PutOver
//	<   takes an item
//	.   is done with it
//	*   drops all
//	#   closes
//
// Items are named a, b, c and so on, in the order in which they are put.
type script struct {
	t     *testing.T
	q     *Queue[string]
	names int
	// results says what came of each word: a, or -a if it was refused; d(a b) if a
	// and b were dropped for d; <a if a was taken, < if there was none; *(a b).
	results []string
}

// newScript makes a queue for 4 items and 10 bytes, of which one item and 3 bytes
// are for urgent ones.
func newScript(t *testing.T) *script {
	return &script{t: t, q: New[string](Limit{4, 10}, Limit{1, 3})}
}

func (s *script) note(result string) { s.results = append(s.results, result) }

func (s *script) do(words string) *script {
	s.t.Helper()
	for _, word := range strings.Fields(words) {
		switch word {
		case "<":
			v, _ := s.q.Take(s.t.Context())
			s.note("<" + v)
		case ".":
			s.q.Done()
		case "#":
			s.q.Close()
		case "*":
			s.note(fmt.Sprintf("*(%s)", strings.Join(s.q.Drop(), " ")))
		default:
			word, over := strings.CutPrefix(word, ">")
			name, size, urgent := s.item(word)
			if !over {
				s.note(verdict(name, s.q.Put(name, size, urgent)))
				continue
			}
			var dropped []string
			ok := s.q.PutOver(name, size, urgent, func(old string) { dropped = append(dropped, old) })
			result := verdict(name, ok)
			if dropped != nil {
				result += "(" + strings.Join(dropped, " ") + ")"
			}
			s.note(result)
		}
	}
	return s
}

// item reads a word such as p3.
func (s *script) item(word string) (name string, size int, urgent bool) {
	s.t.Helper()
	size = math.MaxInt
	if digits := word[1:]; digits != "MAX" {
		var err error
		if size, err = strconv.Atoi(digits); err != nil {
			s.t.Fatal(err)
		}
	}
	name = string(rune('a' + s.names))
	s.names++
	return name, size, word[0] == 'u'
}

func verdict(name string, ok bool) string {
	if ok {
		return name
	}
	return "-" + name
}

// left is what is in the queue, which is empty then.
func (s *script) left() string { return strings.Join(s.q.Drop(), " ") }
