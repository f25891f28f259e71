package zipkin

// The handler: Zipkin's paths over a store. Who may ask is not decided here: the companion command
// puts package viewer's guard in front of it.

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// defaultLimit is how many traces Zipkin returns unless asked for more.
const defaultLimit = 10

// Handler returns an HTTP handler that serves the store at the paths of
// Zipkin's v2 API:
//
//	POST /api/v2/spans        stores spans: 202, or 400 or 413 with the reason
//	GET  /api/v2/trace/{id}   the spans of a trace, or 404
//	GET  /api/v2/traces       the latest traces; ?limit=10&serviceName=shop
//	GET  /api/v2/services     the names of the services
//	GET  /health              {"status":"UP"}
func (s *Store) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v2/spans", s.post)
	mux.HandleFunc("GET /api/v2/trace/{id}", s.getTrace)
	mux.HandleFunc("GET /api/v2/traces", s.getTraces)
	mux.HandleFunc("GET /api/v2/services", func(w http.ResponseWriter, _ *http.Request) {
		write(w, s.Services())
	})
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		write(w, map[string]string{"status": "UP"})
	})
	return mux
}

// getTrace answers with the spans of one trace. A log line may have an id in a
// form that Zipkin wouldn't take; it is looked up all the same.
func (s *Store) getTrace(w http.ResponseWriter, r *http.Request) {
	id := strings.ToLower(r.PathValue("id"))
	if _, err := normalTraceID(id); err != nil {
		http.Error(w, fieldError("trace id", id, err).Error(), http.StatusBadRequest)
		return
	}
	spans := s.Trace(id)
	if spans == nil {
		http.Error(w, fmt.Sprintf("trace %s: not found", id), http.StatusNotFound)
		return
	}
	write(w, spans)
}

// getTraces answers with the latest traces, each an array of its spans.
func (s *Store) getTraces(w http.ResponseWriter, r *http.Request) {
	service, limit, err := parseQuery(r.URL.Query())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	write(w, s.tracesOf(service, limit))
}

// parseQuery reads the part of Zipkin's query language that this server has.
// The rest is an error: to leave out a filter would answer another question.
func parseQuery(query url.Values) (service string, limit int, err error) {
	limit = defaultLimit
	for name, values := range query {
		switch value := values[0]; name {
		case "limit":
			limit, err = strconv.Atoi(value)
			if err != nil || limit <= 0 {
				return "", 0, fmt.Errorf("limit: %q: want a positive number", value)
			}
		case "serviceName":
			service = strings.ToLower(value)
		default:
			return "", 0, fmt.Errorf("%s: not supported: want limit or serviceName", name)
		}
	}
	return service, limit, nil
}

// write answers with v as JSON. An error means that the client has gone, and
// there is nobody left to tell.
func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
