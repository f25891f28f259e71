package levelhttp_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/levelhttp"
)

// The handler shows the rules, and changes them. What is wrong with a request is
// told, and changes nothing.
func ExampleHandler() {
	rules := spanlog.Levels("info, http=warn")
	levels := levelhttp.New(rules, &levelhttp.Options{Logger: slog.New(slog.DiscardHandler)})

	request := func(method, body string) {
		w := httptest.NewRecorder()
		levels.ServeHTTP(w, httptest.NewRequest(method, "/log/level", strings.NewReader(body)))
		fmt.Print(w.Code, " ", w.Body)
	}
	request(http.MethodGet, "")
	request(http.MethodPut, `{"rules":"warn"}`)
	request(http.MethodPut, `{"rules":"loud"}`)
	request(http.MethodPost, "")
	fmt.Println(rules)
	// Output:
	// 200 {"rules":"INFO, http=WARN"}
	// 200 {"rules":"WARN"}
	// 400 {"error":"rules: level rules: rule 1 \"loud\" at byte 0: level \"loud\": want TRACE, DEBUG, INFO, WARN, ERROR, FATAL, one of them with an offset such as INFO+2, or a number, or OFF"}
	// 405 {"error":"method \"POST\": want GET, HEAD or PUT"}
	// WARN
}

// A change for ten minutes says what comes after it. Each change is logged, also
// where the rules are for less.
func ExampleNew() {
	rules := spanlog.Levels("error")
	log := spanlog.Must(spanlog.New(&spanlog.Options{Level: rules},
		spanlog.Console{Writer: os.Stdout, Format: spanlog.Pattern("%(levelname)s %(message)s %(attrs)s")}))
	defer log.Close()
	levels := levelhttp.New(rules, &levelhttp.Options{Logger: log.Logger})

	w := httptest.NewRecorder()
	levels.ServeHTTP(w, httptest.NewRequest("PUT", "/log/level", strings.NewReader(`{"rules":"error, db=debug","for":"10m"}`)))
	var answer struct{ Rules, Then, Until string }
	if err := json.NewDecoder(w.Body).Decode(&answer); err != nil {
		fmt.Println(err)
	}
	fmt.Println(answer.Rules, "then", answer.Then)
	// Output:
	// INFO log levels changed before=ERROR rules="ERROR, db=DEBUG" remote=192.0.2.1:1234 for=10m0s then=ERROR
	// ERROR, db=DEBUG then ERROR
}
