package spanlog

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"path"
	"reflect"

	"github.com/spanlog/spanlog/internal/levelname"
)

// The handler that slog starts with writes through package log. Once it is
// wrapped and given to slog.SetDefault, package log writes through the wrapper:
// each waits for the other's lock forever (golang/go#62424, #77716). So, where
// it is to be wrapped, packageLog takes its place, which writes the same lines
// but to a log.Logger of its own.
type packageLog struct {
	next   slog.Handler // the original; for its level only
	out    *log.Logger
	file   int    // which of log.Lshortfile and log.Llongfile is set
	prefix string // with log.Lmsgprefix: what stands before the message
	p      prefix
	w      rewriter
	groups []string // the open groups
}

// withoutPackageLog returns h, or what takes its place.
func withoutPackageLog(h slog.Handler) slog.Handler {
	if !isSlogs(h, "defaultHandler") {
		return h
	}
	w, flags, prefix := log.Writer(), log.Flags(), log.Prefix()
	if isSlogs(w, "handlerWriter") {
		w, flags = os.Stderr, log.LstdFlags // SetDefault has been here already
	}
	const file = log.Lshortfile | log.Llongfile
	ph := &packageLog{next: h, file: flags & file}
	if flags&log.Lmsgprefix != 0 {
		ph.prefix, prefix = prefix, ""
	}
	ph.out = log.New(w, prefix, flags&^file)
	ph.adopt(reflect.ValueOf(h).Elem())
	return ph
}

// isSlogs reports whether a is a pointer to the type of slog's with a name.
func isSlogs(a any, name string) bool {
	t := reflect.TypeOf(a)
	return t != nil && t.Kind() == reflect.Pointer && t.Elem().PkgPath() == "log/slog" && t.Elem().Name() == name
}

// adopt takes over what With and WithGroup have added to the original, as far as
// it is where this version of Go keeps it. Reflection reads it; nothing is
// changed. TestSetDefault fails with a version that keeps it elsewhere.
func (h *packageLog) adopt(original reflect.Value) {
	defer func() { _ = recover() }() // kept elsewhere: out of reach
	common := original.FieldByName("ch").Elem()
	h.p.attrs = clone(common.FieldByName("preformattedAttrs").Bytes())
	groups := common.FieldByName("groups")
	for i := range groups.Len() {
		h.p = textWithGroup(h.p, groups.Index(i).String())
		h.groups = append(h.groups, groups.Index(i).String())
	}
}

func (h *packageLog) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h *packageLog) Handle(_ context.Context, r slog.Record) error {
	var line []byte
	if src := sourceOf(r.PC); src != nil && h.file != 0 {
		name := src.File
		if h.file&log.Lshortfile != 0 {
			name = path.Base(name)
		}
		line = fmt.Appendf(line, "%s:%d: ", name, src.Line)
	}
	line = append(append(line, h.prefix...), levelname.Of(r.Level)...)
	line = append(append(line, ' '), r.Message...)
	if len(h.p.attrs) > 0 {
		line = append(append(line, ' '), h.p.attrs...)
	}
	groups := clone(h.p.pending)
	r.Attrs(func(a slog.Attr) bool {
		for _, a := range h.w.rewrite(nil, a, place{groups: h.groups}) {
			line = textAttr(line, 0, &groups, a)
		}
		return true
	})
	return h.out.Output(0, string(line))
}

func (h *packageLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	h2 := *h
	h2.p = textWithAttrs(h.p, h.w.rewriteAll(attrs, place{groups: h.groups}))
	return &h2
}

func (h *packageLog) WithGroup(name string) slog.Handler {
	h2 := *h
	h2.p = textWithGroup(h.p, name)
	h2.groups = append(h.groups[:len(h.groups):len(h.groups)], name)
	return &h2
}
