package levelhttp_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/spanlog/spanlog"
	"github.com/spanlog/spanlog/levelhttp"
)

// The handler has no authentication of its own: this one lets nobody in without a token.
func Example() {
	rules := spanlog.Levels("info, http=warn")
	log := spanlog.Must(spanlog.New(&spanlog.Options{Level: rules}))
	defer log.Close()

	levels := levelhttp.New(rules, &levelhttp.Options{Logger: slog.New(slog.DiscardHandler)})
	mux := http.NewServeMux()
	mux.Handle("/log/level", onlyWith("s3cr3t", levels))

	for _, token := range []string{"", "s3cr3t"} {
		r := httptest.NewRequest("PUT", "/log/level", strings.NewReader(`{"rules":"info, db=debug"}`))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		fmt.Print(w.Code, " ", w.Body)
	}
	// Output:
	// 401 who are you?
	// 200 {"rules":"INFO, db=DEBUG"}
}

func onlyWith(token string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token { // a real one compares in constant time
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}
