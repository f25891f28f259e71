package spanlogtest

// Trace fields in what has come out: whether they are there, right, once and at the root. Their
// names and forms are those of Options.Fields. A name with dots may be a key or, in text, a
// path: lookup finds both.

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/trace"
)

// checkTrace says what is wrong with the trace fields of a record that was
// logged with sc, which is either valid or altogether zero.
func (p *probe) checkTrace(got map[string]any, sc trace.SpanContext) []string {
	if p.suite.opts.NoTrace {
		return nil
	}
	if !sc.IsValid() {
		// There is no telling an attribute of that name from a field. Checks
		// that log such attributes look for themselves.
		return nil
	}
	var problems []string
	fields := p.suite.opts.Fields(sc)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		v, ok := lookup(got, name)
		switch rep, _ := v.(Repeated); {
		case !ok:
			problems = append(problems, fmt.Sprintf("no %s at the root%s", name, elsewhere(got, name)))
		case rep != nil:
			problems = append(problems, fmt.Sprintf("%s stands %d times at the root: %s", name, len(rep), brief([]any(rep))))
		case fmt.Sprint(v) != fields[name]:
			problems = append(problems, fmt.Sprintf("%s is %#v, want %q", name, v, fields[name]))
		}
	}
	return problems
}

// checkIDs says which trace fields of a record, wherever they stand and however
// often, are not those of sc.
func (p *probe) checkIDs(got map[string]any, sc trace.SpanContext) []string {
	if p.suite.opts.NoTrace || !sc.IsValid() {
		return nil
	}
	var problems []string
	fields, all := p.suite.opts.Fields(sc), flat(got)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		v, ok := lookup(all, name)
		found, several := v.(Repeated)
		if ok && !several {
			found = Repeated{v}
		}
		for _, v := range found {
			if fmt.Sprint(v) != fields[name] {
				problems = append(problems, fmt.Sprintf("%s is %s, want %q", name, brief(v), fields[name]))
			}
		}
	}
	return problems
}

// elsewhere helps with the usual mistake: the field is in the open group.
func elsewhere(got map[string]any, name string) string {
	if found := paths(got, name); len(found) > 0 {
		return ", but there is " + strings.Join(found, ", ")
	}
	return ""
}

// checkNoTrace says which trace fields a record has that should have none,
// at the root or in groups.
func (p *probe) checkNoTrace(got map[string]any) []string {
	var problems []string
	for _, name := range p.fieldNames() {
		if v, ok := lookup(got, name); ok {
			problems = append(problems, fmt.Sprintf("%s is there, with the value %#v", name, v))
		}
		for _, path := range paths(got, name) {
			problems = append(problems, fmt.Sprintf("%s is there", path))
		}
	}
	return problems
}

// without returns m without the fields that have one of the names, at the root
// and in groups, and without the groups that have nothing else in them.
func without(m map[string]any, names []string) map[string]any {
	kept := map[string]any{}
	for k, v := range m {
		if slices.Contains(names, k) {
			continue
		}
		if group, ok := v.(map[string]any); ok && len(group) > 0 {
			rest := without(group, withinGroup(names, k))
			if len(rest) == 0 {
				continue
			}
			v = rest
		}
		kept[k] = v
	}
	return kept
}

// withinGroup returns the names that fields have in a group: as anywhere, and,
// if the name has dots, which text takes for groups, what is left of it.
func withinGroup(names []string, group string) []string {
	names = slices.Clip(names)
	for _, name := range names {
		if rest, ok := strings.CutPrefix(name, group+"."); ok {
			names = append(names, rest)
		}
	}
	return names
}

// checkOnce says which trace fields stand in a group as well as, or instead
// of, at the root.
func (p *probe) checkOnce(got map[string]any) []string {
	var problems []string
	for _, name := range p.fieldNames() {
		for _, path := range paths(got, name) {
			problems = append(problems, fmt.Sprintf("%s should not be there, trace fields belong to the root", path))
		}
	}
	return problems
}

// fieldNames returns the names of the trace fields, sorted.
func (p *probe) fieldNames() []string {
	return slices.Sorted(maps.Keys(p.suite.opts.Fields(sampled.sc)))
}
