package main

import (
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spanlog/spanlog/spanlogtest"
)

var idKeys = []string{"trace_id", "span_id", "trace_flags"}

// otherNames are those that loggers give to slog's own fields.
var otherNames = map[string][]string{
	slog.TimeKey:    {"ts", "timestamp", "@timestamp"},
	slog.LevelKey:   {"lvl", "severity"},
	slog.MessageKey: {"message", "body"},
}

// differences returns what differs in got from like, in short notes. There may be
// several times as many records in got, each several times in a row.
func differences(like, got []map[string]any) ([]string, error) {
	if len(got) == 0 || len(got)%len(like) != 0 {
		return nil, fmt.Errorf("%d records instead of %d", len(got), len(like))
	}
	d := differ{seen: map[string]bool{}}
	var times, likeTimes []any
	for i, doc := range got {
		ref := maps.Clone(like[i/(len(got)/len(like))])
		doc = d.nested(ref, doc)
		d.rename(doc)
		if liftIDs(doc) {
			d.note("ids in the group")
		}
		times, likeTimes = append(times, doc[slog.TimeKey]), append(likeTimes, ref[slog.TimeKey])
		if _, ok := doc[slog.TimeKey]; ok {
			delete(doc, slog.TimeKey)
			delete(ref, slog.TimeKey)
		}
		d.compare("", ref, doc)
	}
	d.time(likeTimes, times)
	return d.all(), nil
}

// A differ collects what differs, each thing once.
type differ struct {
	seen                  map[string]bool
	notes                 []string
	missing, more, values []string
}

func (d *differ) once(list *[]string, key, s string) {
	if !d.seen[key] {
		d.seen[key] = true
		*list = append(*list, s)
	}
}

func (d *differ) note(s string) { d.once(&d.notes, s, s) }

// all returns the notes, with those of the same kind in one.
func (d *differ) all() []string {
	notes := slices.Clone(d.notes)
	missing := d.missing
	if containsAll(missing, idKeys) {
		notes = append(notes, "no ids")
		missing = slices.DeleteFunc(slices.Clone(missing), func(k string) bool { return slices.Contains(idKeys, k) })
	}
	if len(missing) > 0 {
		notes = append(notes, "without "+strings.Join(missing, ", "))
	}
	if len(d.more) > 0 {
		notes = append(notes, "with "+strings.Join(d.more, ", "))
	}
	return append(notes, d.values...)
}

func containsAll(list, of []string) bool {
	return !slices.ContainsFunc(of, func(s string) bool { return !slices.Contains(list, s) })
}

// nested returns a copy in which dotted keys are groups where like has one, and
// says so.
func (d *differ) nested(like, doc map[string]any) map[string]any {
	out := map[string]any{}
	for _, k := range slices.Sorted(maps.Keys(doc)) {
		path := strings.Split(k, ".")
		if _, ok := like[path[0]].(map[string]any); !ok {
			path = []string{k}
		}
		in := out
		for _, name := range path[:len(path)-1] {
			d.note("dotted keys for groups")
			inner, ok := in[name].(map[string]any)
			if !ok {
				inner = map[string]any{}
				in[name] = inner
			}
			in = inner
		}
		in[path[len(path)-1]] = doc[k]
	}
	return out
}

// rename gives slog's own fields their names, and says so.
func (d *differ) rename(doc map[string]any) {
	for _, want := range []string{slog.TimeKey, slog.LevelKey, slog.MessageKey} {
		for _, name := range otherNames[want] {
			if v, ok := doc[name]; ok && doc[want] == nil {
				doc[want] = v
				delete(doc, name)
				d.note(name + " for " + want)
			}
		}
	}
}

// liftIDs moves the fields of the trace from groups to the root, and reports
// whether there were any.
func liftIDs(doc map[string]any) bool {
	lifted := false
	for _, v := range doc {
		inner, ok := v.(map[string]any)
		if !ok {
			continue
		}
		liftIDs(inner)
		for _, k := range idKeys {
			if id, ok := inner[k]; ok {
				doc[k], lifted = id, true
				delete(inner, k)
			}
		}
	}
	return lifted
}

func (d *differ) compare(path string, like, got map[string]any) {
	for _, k := range slices.Sorted(maps.Keys(like)) {
		v, ok := got[k]
		if !ok {
			d.once(&d.missing, path+k, path+k)
			continue
		}
		d.value(path+k, like[k], v)
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if _, ok := like[k]; !ok {
			d.once(&d.more, path+k, path+k)
		}
	}
}

func (d *differ) value(path string, like, got any) {
	if reflect.DeepEqual(like, got) {
		return
	}
	inner, isGroup := got.(map[string]any)
	likeInner, wantGroup := like.(map[string]any)
	text, _ := got.(string)
	likeText, _ := like.(string)
	var note string
	switch _, repeated := got.(spanlogtest.Repeated); {
	case isGroup && wantGroup:
		d.compare(path+".", likeInner, inner)
		return
	case repeated:
		note = path + " more than once"
	case wantGroup:
		note = path + ": no group"
	case text != "" && strings.HasSuffix(likeText, "/"+text):
		note = path + ": only its end"
	default:
		note = fmt.Sprintf("%s: %s instead of %s", path, clip(got), clip(like))
	}
	d.once(&d.values, path, note)
}

// clip keeps notes short.
func clip(v any) string {
	const most = 30
	if f, ok := v.(float64); ok {
		v = strconv.FormatFloat(f, 'f', -1, 64)
	}
	if r := []rune(fmt.Sprint(v)); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return fmt.Sprint(v)
}

// time compares how exact the times are, which takes several, since zeros at the
// end may be left out.
func (d *differ) time(like, got []any) {
	want, have := 0, 0
	for i := range got {
		if got[i] == nil {
			return // missing, as noted
		}
		s, _ := got[i].(string)
		if _, err := time.Parse(time.RFC3339Nano, s); err != nil {
			d.note("time not as in RFC 3339")
			return
		}
		likeText, _ := like[i].(string)
		want, have = max(want, digits(likeText)), max(have, digits(s))
	}
	if want != have {
		d.note("time to " + map[int]string{0: "s", 3: "ms", 6: "µs", 9: "ns"}[(have+2)/3*3])
	}
}

// digits returns how many there are after the seconds' dot.
func digits(s string) int {
	_, fraction, _ := strings.Cut(s, ".")
	n := 0
	for n < len(fraction) && '0' <= fraction[n] && fraction[n] <= '9' {
		n++
	}
	return n
}
