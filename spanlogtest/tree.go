package spanlogtest

// Comparing what has come out with what was wanted. Values are compared as text, since a
// handler may write a number as one or in quotes; a leaf is for values that handlers write in
// different ways and are all right.

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A tree is the attributes that a record must have: strings for values, as
// fmt.Sprint prints what the results hold, trees for groups, a leaf, or broken.
type tree = map[string]any

// A leaf accepts more than one value. It returns what is wrong with v.
type leaf func(v any) (problem string)

// present accepts any value, for those that handlers may write as they like.
// It doesn't accept a group.
var present leaf = func(v any) string {
	if _, group := v.(map[string]any); group {
		return "is a group, want a value"
	}
	return ""
}

// anything accepts groups as well.
var anything leaf = func(any) string { return "" }

// containing accepts text with s in it.
func containing(s string) leaf {
	return func(v any) string {
		if text := fmt.Sprint(v); !strings.Contains(text, s) {
			return fmt.Sprintf("is %s, want text with %q in it", brief(text), s)
		}
		return ""
	}
}

// broken stands for an attribute that has no value that could be written. The
// handler may write anything for it, under another key as well, or nothing.
type broken struct{}

// diff says how got differs from want, one line for each key. If loose, keys
// beyond want are fine at the root.
func diff(got map[string]any, want tree, loose bool) []string {
	return appendDiff(nil, "", got, want, loose)
}

// appendDiff is diff for one group. A value that is broken may come out under another key, so
// as many keys beyond those wanted are fine as there are broken ones missing.
func appendDiff(problems []string, path string, got map[string]any, want tree, loose bool) []string {
	renamed := 0
	for _, k := range slices.Sorted(maps.Keys(want)) {
		name := fmt.Sprintf("%q", path+k)
		v, ok := got[k]
		if _, open := want[k].(broken); open {
			if !ok {
				renamed++
			}
			continue
		}
		if !ok {
			problems = append(problems, fmt.Sprintf("%s is missing; there is %s", name, brief(got)))
			continue
		}
		switch w := want[k].(type) {
		case leaf:
			if problem := w(v); problem != "" {
				problems = append(problems, name+" "+problem)
			}
		case tree:
			group, ok := v.(map[string]any)
			if !ok {
				problems = append(problems, fmt.Sprintf("%s is %s, want a group", name, brief(v)))
				continue
			}
			problems = appendDiff(problems, path+k+".", group, w, false)
		default:
			if text, ok := w.(string); !ok || fmt.Sprint(v) != text {
				problems = append(problems, fmt.Sprintf("%s is %s, want %s", name, brief(v), brief(w)))
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[k]; ok || loose {
			continue
		}
		if renamed--; renamed < 0 {
			problems = append(problems, fmt.Sprintf("%q should not be there; its value is %s", path+k, brief(got[k])))
		}
	}
	return problems
}

// brief formats a value for a failure message.
func brief(v any) string {
	const most = 300
	text := fmt.Sprintf("%v", v)
	if s, ok := v.(string); ok {
		text = strconv.Quote(s)
	}
	if len(text) > most {
		text = text[:most] + "…"
	}
	return text
}

// lookup returns the value of a field at the root. A name with dots may be a
// literal key or, as in text, nested.
func lookup(m map[string]any, name string) (any, bool) {
	if v, ok := m[name]; ok {
		return v, true
	}
	group, rest, dotted := strings.Cut(name, ".")
	if inner, ok := m[group].(map[string]any); dotted && ok {
		return lookup(inner, rest)
	}
	return nil, false
}

// flat returns all members of m and of the groups in it, and the groups.
func flat(m map[string]any) map[string]any {
	all := maps.Clone(m)
	for _, v := range m {
		if group, ok := v.(map[string]any); ok {
			for k, v := range flat(group) {
				put(all, k, v)
			}
		}
	}
	return all
}

// paths returns the places below the root where key stands, with dots between
// the groups.
func paths(m map[string]any, key string) []string {
	var found []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		inner, ok := m[k].(map[string]any)
		if !ok {
			continue
		}
		if _, ok := inner[key]; ok {
			found = append(found, k+"."+key)
		}
		for _, p := range paths(inner, key) {
			found = append(found, k+"."+p)
		}
	}
	return found
}
