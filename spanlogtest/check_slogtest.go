package spanlogtest

import (
	"fmt"
	"testing/slogtest"
)

// The cases of testing/slogtest are taken as they are, so that new ones in newer
// versions of Go are run as well.
var slogtestChecks = []check{
	// A handler that adds fields when there is a span passes these cases without one, as
	// testing/slogtest runs them, and may fail them with one: its fields end up in groups.
	{
		name:   "slogtest",
		rule:   "all cases of testing/slogtest hold, whatever span is active",
		source: "package testing/slogtest",
		run: func(p *probe) {
			for _, span := range spanKinds {
				s := &session{p: p, span: span}
				_, err := s.slogtest()
				for _, err := range split(err) {
					s.errorf("slogtest says", "%v", err)
				}
			}
		},
	},
}

// slogtest runs all cases on one handler. They log without a context; the bound
// handler puts the span in.
func (s *session) slogtest() (got []map[string]any, err error) {
	h, results := s.p.suite.newHandler(s.p.reporter)
	err = slogtest.TestHandler(s.bind(s.span.ctx, h), func() []map[string]any {
		got = results()
		return got
	})
	return got, err
}

// traceInSlogtest looks at the trace fields of each case, which slogtest doesn't
// know about.
func (p *probe) traceInSlogtest(span spanKind) {
	s := &session{p: p, span: span}
	got, _ := s.slogtest() // the error is another check's business
	for i, m := range got {
		problems := p.checkNoTrace(m)
		if span.sc.IsValid() {
			problems = append(p.checkTrace(m, span.sc), p.checkOnce(m)...)
		}
		for _, problem := range problems {
			s.errorf(fmt.Sprintf("in slogtest's case %d", i), "%s", problem)
		}
	}
}

// split undoes [errors.Join].
func split(err error) []error {
	switch e := err.(type) {
	case nil:
		return nil
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	}
	return []error{err}
}
