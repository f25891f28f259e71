// Package levelhttp shows and changes the level rules of a running program over HTTP, for a
// limited time if it is asked to:
//
//	mux.Handle("/log/level", onlyAdmins(levelhttp.New(rules, nil)))
//
//	curl https://admin.internal/log/level
//	{"rules":"INFO, http=WARN"}
//
//	curl -X PUT -d '{"rules":"info, db=debug","for":"10m"}' https://admin.internal/log/level
//	{"rules":"INFO, db=DEBUG","until":"2026-11-28T12:10:00Z","then":"INFO, http=WARN"}
//
// Whoever can reach the handler can have a program log all it has, which may be secrets and
// can fill a disk, or nothing, which hides what they do next. It has no authentication of its
// own: put it behind what the program has, on a listener that is not public. What a browser
// sends on behalf of another site is refused, as far as the browser says so; behind no
// authentication, that does not keep out a site that has made its name mean your machine.
package levelhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog"
)

// Options are what there is to choose for a [Handler]. Nil and the zero value are the
// defaults. They are read by [New] and not changed.
type Options struct {
	// Logger logs each change, at INFO and with [spanlog.WithLevel], so that spanlog's
	// sinks take it whatever the rules say. By default, it is slog.Default at the time of
	// the change.
	Logger *slog.Logger
}

// Handler is an [http.Handler] for one path: GET shows the rules, and PUT changes them.
//
// The answer to both is an object with the rules that are in force. If they are limited, it
// also says until when, and which come then. A PUT has an object with the rules, in the form
// of [spanlog.Levels], and, for a change that goes back by itself, for how long, in the form
// of [time.ParseDuration]. The rules then go back to what they were before the first limited
// change, also if a second one has taken the place of the first. A change without a limit
// ends one with a limit. Rules that somebody else has set in the meantime stay, unless they
// are the same.
//
// What is wrong with a request is told by an object with the text under "error", and nothing
// is changed. The status is 400, or 403 for another site's request, 405 for other methods
// and 413 for a body over 64 KiB.
//
// A Handler is safe for concurrent use. While nothing is limited it has no goroutine, nor
// anything else to be closed.
type Handler struct {
	rules   *spanlog.Rules
	logger  *slog.Logger
	browser http.CrossOriginProtection

	mu      sync.Mutex // held while rules are changed by the handler
	limited *limit     // nil: nothing is
}

// A limit is a change that goes back by itself. It goes back only if the rules are still
// those that it has set: whoever has changed them elsewhere knew of no limit.
type limit struct {
	set   string // the rules that it has set, as Rules.String has them
	then  string // those that come after it
	until time.Time
	timer *time.Timer
}

// New returns a handler for rules, which must not be nil: it answers each request with
// status 500 then. The rules may be those of several sinks: a change is one for all of
// them.
func New(rules *spanlog.Rules, opts *Options) *Handler {
	h := &Handler{rules: rules}
	if opts != nil {
		h.logger = opts.Logger
	}
	return h
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch {
	case h.rules == nil:
		answer(w, http.StatusInternalServerError, failure{"levelhttp: New was given no rules"})
	case h.isForeign(r):
		answer(w, http.StatusForbidden, failure{"requests on behalf of another site are refused"})
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		answer(w, http.StatusOK, h.state())
	case r.Method == http.MethodPut:
		h.put(w, r)
	default:
		w.Header().Set("Allow", "GET, HEAD, PUT")
		answer(w, http.StatusMethodNotAllowed, failure{fmt.Sprintf("method %q: want GET, HEAD or PUT", r.Method)})
	}
}

// isForeign reports whether a browser sends the request on behalf of another site. To read
// the answer to a GET such a site would need to be allowed to, but need not even ask.
func (h *Handler) isForeign(r *http.Request) bool {
	return h.browser.Check(r) != nil || r.Header.Get("Sec-Fetch-Site") == "cross-site"
}

// maxBody is more than any rules need.
const maxBody = 64 << 10

func (h *Handler) put(w http.ResponseWriter, r *http.Request) {
	// All of it is read first: whether it is too large must not depend on what is in it.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		answer(w, http.StatusRequestEntityTooLarge, failure{fmt.Sprintf("the body is larger than %d bytes", tooLarge.Limit)})
		return
	}
	var c change
	if err == nil {
		c, err = parse(body)
	}
	var now state
	var attrs []slog.Attr
	if err == nil {
		now, attrs, err = h.change(r, c)
	}
	if err != nil {
		answer(w, http.StatusBadRequest, failure{err.Error()})
		return
	}
	h.log(r.Context(), "log levels changed", attrs...)
	answer(w, http.StatusOK, now)
}

// A change is the body of a PUT. Fields that are not known are refused: one that is
// misspelt would be a change without its limit.
type change struct {
	rules string
	limit time.Duration // 0: none
}

func parse(body []byte) (c change, err error) {
	var in struct {
		Rules *string `json:"rules"`
		For   *string `json:"for"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		// Its own text has Go types in it, which say nothing to who has sent the request.
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			err = errors.New("got " + wrong.Value)
			if wrong.Field != "" {
				return c, fmt.Errorf("%s: %w: want a text", wrong.Field, err)
			}
		}
		return c, fmt.Errorf(`the body: %w: want {"rules":"info, db=debug","for":"10m"}`, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return c, errors.New("the body: there is more behind the object")
	}
	if in.Rules == nil {
		return c, errors.New(`rules: missing: want a text such as "info, db=debug"`)
	}
	c.rules = *in.Rules
	if in.For == nil {
		return c, nil
	}
	if c.limit, err = time.ParseDuration(*in.For); err != nil || c.limit <= 0 {
		return c, fmt.Errorf(`for: %q: want a time such as "10m"`, *in.For)
	}
	return c, nil
}

// change sets rules, and sees to it that they go back. It returns what is to be answered, as
// logging may take longer than the limit, and what is to be logged, with the lock free.
func (h *Handler) change(r *http.Request, c change) (s state, attrs []slog.Attr, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.rules.String()
	if err := h.rules.Set(c.rules); err != nil {
		return s, nil, fmt.Errorf("rules: %w", err)
	}
	now := h.rules.String()
	then := before
	if l := h.limited; l != nil {
		if l.timer.Stop(); before == l.set {
			then = l.then
		}
		h.limited = nil
	}
	attrs = []slog.Attr{slog.String("before", before), slog.String("rules", now), slog.String("remote", r.RemoteAddr)}
	if c.limit > 0 {
		l := &limit{set: now, then: then, until: time.Now().Add(c.limit)}
		// Going back is logged in the trace of who has asked for it. Their request is over by
		// then, and a handler may drop what comes with a context that is done.
		ctx := trace.ContextWithSpanContext(context.Background(), trace.SpanContextFromContext(r.Context()))
		l.timer = time.AfterFunc(c.limit, func() { h.goBack(ctx, l) })
		h.limited = l
		attrs = append(attrs, slog.Duration("for", c.limit), slog.String("then", then))
	}
	return h.stateLocked(), attrs, nil
}

// goBack ends a limited change, and logs that.
func (h *Handler) goBack(ctx context.Context, l *limit) {
	if msg, attrs := h.end(l); msg != "" {
		h.log(ctx, msg, attrs...)
	}
}

func (h *Handler) end(l *limit) (msg string, attrs []slog.Attr) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.limited != l { // another change has come just now
		return "", nil
	}
	h.limited = nil
	now := h.rules.String()
	if now != l.set {
		return "log levels stay, as they were changed elsewhere", []slog.Attr{slog.String("rules", now)}
	}
	if err := h.rules.Set(l.then); err != nil { // it is what String has said
		return "log levels stay", []slog.Attr{slog.String("rules", now), spanlog.Err(err)}
	}
	return "log levels are back", []slog.Attr{slog.String("before", now), slog.String("rules", l.then)}
}

// log logs a change, also if the rules are for less.
func (h *Handler) log(ctx context.Context, msg string, attrs ...slog.Attr) {
	logger := h.logger
	if logger == nil {
		logger = slog.Default()
	}
	defer func() { _ = recover() }() // of a handler that panics: this may be a timer's goroutine
	logger.LogAttrs(spanlog.WithLevel(ctx, slog.LevelInfo), slog.LevelInfo, msg, attrs...)
}

// A state is the answer to a request.
type state struct {
	Rules string     `json:"rules"`
	Until *time.Time `json:"until,omitempty"`
	Then  string     `json:"then,omitempty"`
}

func (h *Handler) state() state {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.stateLocked()
}

func (h *Handler) stateLocked() state {
	s := state{Rules: h.rules.String()}
	if l := h.limited; l != nil && l.set == s.Rules {
		until := l.until.UTC()
		s.Until, s.Then = &until, l.then
	}
	return s
}

// A failure is the answer to a request that is refused.
type failure struct {
	Error string `json:"error"`
}

func answer(w http.ResponseWriter, status int, body any) {
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false) // nosniff, and no markup: it is for people with curl
	_ = e.Encode(body)     // texts and a time: cannot fail
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text.String()) // whoever has asked may be gone
}
