package viewer

// Assets: the files that the pages are made of. They are in the program, so that a viewer needs
// nothing but its binary, and no page needs anything but the viewer. TestAssets holds them to that
// and to their size.

import (
	"bytes"
	"embed"
	"net/http"
	"path"
	"time"
)

// assets are the pages' files. They are as they were written: nothing is built or fetched.
//
//go:embed assets/*.html assets/*.css assets/*.js assets/*.svg
var assets embed.FS

// contentTypes are those of assets. A system's own table, which package mime reads, could have
// others, and with nosniff ([Guard]) a script with another type does not run.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// servePage serves the document of all pages: its script tells by the address which one it is.
func servePage(w http.ResponseWriter, r *http.Request) { serveFile(w, r, "page.html") }

// serveAsset serves one of the assets.
func serveAsset(w http.ResponseWriter, r *http.Request) { serveFile(w, r, r.PathValue("name")) }

// serveFile serves an asset by its name, in which nothing leads elsewhere (TestTraversal): it is
// looked up in what is embedded, by its last part. It has no time of change for a browser to ask by,
// as Guard has nothing be stored.
func serveFile(w http.ResponseWriter, r *http.Request, name string) {
	b, err := assets.ReadFile("assets/" + path.Base(name))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", contentTypes[path.Ext(name)])
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
}
