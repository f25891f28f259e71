package viewer

// The guard: who may ask. There is no password, so what protects the logs is that only this
// machine can reach them, and that the one program on it which others have act for them, the
// browser, says on whose behalf it asks. TestGuard has each way in.

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// policy is what pages may do: run scripts and ask for JSON from here, and nothing else.
// Text cannot become markup by accident: the sinks for that take trusted types only, of which
// there are none.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Guard lets those requests through to a handler that may have come from a page of the
// handler's own, or from a program or a person at this machine. All others are refused with 403.
//
// A page elsewhere can have its name lead to this machine, once a browser has loaded it (DNS
// rebinding). So the Host of a request has to be a number, localhost, or one of names. A request
// that a page elsewhere has made names that page's Origin, or says that it is made across
// sites: links to pages are followed all the same, but their JSON is refused.
func Guard(next http.Handler, names ...string) http.Handler { return guard(next, check, names) }

// GuardIntake is Guard for a handler that only takes, and tells nothing of what it has, as that
// for spans. A program may call it by any name: a container calls the machine that it runs on
// host.docker.internal, and a proxy calls it what it likes.
//
// Browsers are held to what Guard asks for. They are known by the Origin, which they send with
// every POST, to the page's own site as well. So a page whose name leads here is refused: to its
// browser it is at home, but Origin and Host have the foreign name.
func GuardIntake(next http.Handler, names ...string) http.Handler {
	return guard(next, checkIntake, names)
}

// guard sets the headers of all answers, also of refusals, and asks check before next is asked.
func guard(next http.Handler, check func(*http.Request, []string) error, names []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store") // logs are nobody else's, and assets change with the program
		if err := check(r, names); err != nil {
			refuse(w, http.StatusForbidden, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// check is what Guard asks for. A request with none of the headers that only browsers send is let
// through by its Host alone: what a program may do at this machine is not for a web server to say.
func check(r *http.Request, names []string) error {
	if !isLocalName(r.Host, names) {
		return fmt.Errorf("header Host: %q: want localhost or the address as a number", r.Host)
	}
	if origin := r.Header.Get("Origin"); origin != "" && origin != "http://"+r.Host {
		return fmt.Errorf("header Origin: %q: pages of other sites are refused", origin)
	}
	// Browsers that are too old for this send an Origin with what matters, or cannot read the answer.
	site := r.Header.Get("Sec-Fetch-Site")
	if site != "" && site != "same-origin" && site != "none" && !followsLink(r) {
		return fmt.Errorf("header Sec-Fetch-Site: %q: pages of other sites are refused", site)
	}
	return nil
}

// followsLink reports whether a browser follows a link to a page. What is no page is not led to from elsewhere: it
// could not be read there, but a frame or a form could start one search after the other, and tell by the time
// that they take what is in the logs.
func followsLink(r *http.Request) bool {
	dest := r.Header.Get("Sec-Fetch-Dest")
	page := !strings.HasPrefix(r.URL.Path, "/api/") && !strings.Contains(r.URL.Path, "/trace.") // nor an export
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" && (dest == "" || dest == "document") && page
}

// checkIntake is what GuardIntake asks for.
func checkIntake(r *http.Request, names []string) error {
	if r.Method == http.MethodPost && r.Header["Origin"] == nil && r.Header["Sec-Fetch-Site"] == nil {
		return nil // no browser has sent it
	}
	return check(r, names)
}

// isLocalName reports whether a Host header is none that a stranger can own: no name server is asked
// for a number, and none should be for a name in localhost (RFC 6761).
func isLocalName(host string, names []string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return true
	}
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	for _, n := range names {
		if n != "" && name == strings.ToLower(n) {
			return true
		}
	}
	return false
}
