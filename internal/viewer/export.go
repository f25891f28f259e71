package viewer

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"time"

	"github.com/spanlog/spanlog/internal/tracejoin"
)

// stallTime is how long a client may take to read a part of an export: others wait for theirs.
const stallTime = time.Minute

// A turn has one export made at a time: each has the whole of a trace in memory.
type turn chan struct{}

// of has requests for an export wait until it is their turn.
func (t turn) of(v *Viewer, export http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case t <- struct{}{}:
		case <-r.Context().Done():
			return
		case <-v.Done:
			refuse(w, http.StatusServiceUnavailable, errors.New("spanlog ends"))
			return
		}
		defer func() { <-t }()
		client := http.NewResponseController(w)
		export(&deadlineWriter{w, client}, r)
		_ = client.Flush() // it has gone
		// The connection may be used for other requests.
		_ = client.SetWriteDeadline(time.Time{})
	}
}

// A deadlineWriter gives a client the stallTime for each part of an answer.
type deadlineWriter struct {
	http.ResponseWriter
	client *http.ResponseController
}

func (w *deadlineWriter) Write(part []byte) (int, error) {
	_ = w.client.SetWriteDeadline(time.Now().Add(stallTime)) // not all can have one
	return w.ResponseWriter.Write(part)
}

// exportJSON answers with a trace as a file.
func (v *Viewer) exportJSON(w http.ResponseWriter, r *http.Request) {
	t, ok := v.join(w, r, tracejoin.Input{})
	if !ok {
		return
	}
	w.Header().Set("Content-Disposition", attachment(t, "json"))
	w.Header().Set("Content-Type", "application/json")
	_ = writeTrace(w, t, false) // the client has gone
}

// exportHTML answers with the page of a trace as a file that needs nothing else.
func (v *Viewer) exportHTML(w http.ResponseWriter, r *http.Request) {
	t, ok := v.join(w, r, tracejoin.Input{})
	if !ok {
		return
	}
	head, err := exportHead(t.Name + " " + t.TraceID)
	if err != nil {
		refuse(w, http.StatusInternalServerError, err)
		return
	}
	w.Header().Set("Content-Disposition", attachment(t, "html"))
	w.Header().Set("Content-Type", contentTypes[".html"])
	_ = writeExport(w, head, t) // the client has gone
}

func attachment(t *tracejoin.Trace, ext string) string {
	return fmt.Sprintf(`attachment; filename="trace-%s.%s"`, t.TraceID, ext)
}

// exportScripts are those of the pages that the page of a trace needs, in the order of
// their imports.
var exportScripts = []string{"dom.js", "part.js", "entry.js", "waterfall.js", "tracepage.js", "export.js"}

// exportTemplate is the document of an export up to the trace. Its policy has the sums of its script and
// style: nothing else runs, wherever the file is opened. A module runs when all of the document is there.
var exportTemplate = template.Must(template.New("export").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '{{.ScriptSum}}'; style-src '{{.StyleSum}}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>{{.Style}}</style>
</head>
<body class="export">
<main id="main"></main>
<script type="module">{{.Script}}</script>
`))

// exportHead is what an export begins with.
func exportHead(title string) ([]byte, error) {
	style, err := assets.ReadFile("assets/style.css")
	if err != nil {
		return nil, err
	}
	script, err := bundle(exportScripts)
	if err != nil {
		return nil, err
	}
	var head bytes.Buffer
	err = exportTemplate.Execute(&head, map[string]any{
		"Title": title,
		"Style": template.CSS(style), "StyleSum": sum(style),
		"Script": template.JS(script), "ScriptSum": sum(script),
	})
	return head.Bytes(), err
}

// writeExport writes an export.
func writeExport(w io.Writer, head []byte, t *tracejoin.Trace) error {
	if _, err := fmt.Fprintf(w, `%s<script type="application/json" id="trace">`, head); err != nil {
		return err
	}
	if err := writeTrace(w, t, true); err != nil {
		return err
	}
	_, err := io.WriteString(w, "</script>\n</body>\n</html>\n")
	return err
}

// bundle makes one script of several modules: what they import from each other is in the
// same scope then. Their imports and exports stand at the beginnings of lines.
func bundle(names []string) ([]byte, error) {
	var script bytes.Buffer
	for _, name := range names {
		b, err := assets.ReadFile("assets/" + name)
		if err != nil {
			return nil, err
		}
		for line := range bytes.Lines(b) {
			if bytes.HasPrefix(line, []byte("import ")) {
				continue
			}
			script.Write(bytes.TrimPrefix(line, []byte("export ")))
		}
	}
	return script.Bytes(), nil
}

// sum is what a policy calls a script or a style by.
func sum(b []byte) template.HTMLAttr {
	s := sha256.Sum256(b)
	return template.HTMLAttr("sha256-" + base64.StdEncoding.EncodeToString(s[:]))
}
