package viewer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel/trace"

	"github.com/spanlog/spanlog/internal/logquery"
	"github.com/spanlog/spanlog/internal/tracejoin"
)

// serveTrace answers with a trace.
func (v *Viewer) serveTrace(w http.ResponseWriter, r *http.Request) {
	if t, ok := v.join(w, r, maxText); ok {
		writeJSON(w, t)
	}
}

// exportJSON answers with a trace as a file.
func (v *Viewer) exportJSON(w http.ResponseWriter, r *http.Request) {
	t, ok := v.join(w, r, 0)
	if !ok {
		return
	}
	w.Header().Set("Content-Disposition", attachment(t, "json"))
	w.Header().Set("Content-Type", "application/json")
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	_ = e.Encode(t) // the client has gone
}

// exportHTML answers with the page of a trace as a file that needs nothing else.
func (v *Viewer) exportHTML(w http.ResponseWriter, r *http.Request) {
	t, ok := v.join(w, r, 0)
	if !ok {
		return
	}
	page, err := exportPage(t)
	if err != nil {
		refuse(w, http.StatusInternalServerError, err)
		return
	}
	w.Header().Set("Content-Disposition", attachment(t, "html"))
	w.Header().Set("Content-Type", contentTypes[".html"])
	_, _ = w.Write(page) // the client has gone
}

func attachment(t *tracejoin.Trace, ext string) string {
	return fmt.Sprintf(`attachment; filename="trace-%s.%s"`, t.TraceID, ext)
}

// join answers with an error, or returns the trace that a request names, with so much text of each
// record.
func (v *Viewer) join(w http.ResponseWriter, r *http.Request, maxText int) (*tracejoin.Trace, bool) {
	id, err := logquery.ParseTrace(r.PathValue("id"))
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return nil, false
	}
	t, err := v.trace(r.Context(), id, maxText)
	switch {
	case err != nil:
		refuse(w, http.StatusInternalServerError, err)
	case len(t.Records) == 0 && len(t.Spans) == 0:
		refuse(w, http.StatusNotFound, fmt.Errorf("trace %s: neither records nor spans are found%s", id, v.whyNot(t)))
	default:
		return t, true
	}
	return nil, false
}

// whyNot says what may be the reason that nothing is found.
func (v *Viewer) whyNot(t *tracejoin.Trace) string {
	var why strings.Builder
	if s := v.Index.Stats(); !s.Indexed {
		fmt.Fprintf(&why, ". The logs are indexed up to %d %% so far", 100*s.Bytes/max(s.Total, 1))
	}
	for _, g := range t.Gaps {
		fmt.Fprintf(&why, ". %s", strings.TrimSuffix(g.Text, "."))
	}
	return why.String()
}

func (v *Viewer) trace(ctx context.Context, id trace.TraceID, maxText int) (*tracejoin.Trace, error) {
	in := tracejoin.Input{ID: id, MaxText: maxText}
	in.Spans, in.From, in.Err = v.Spans.of(ctx, id)
	found, err := v.Index.Trace(ctx, id)
	if err != nil {
		return nil, err
	}
	in.Lines, in.More, in.Gone = found.Lines, found.More, found.Gone
	return tracejoin.Join(in), nil
}

// exportScripts are those of the pages that the page of a trace needs, in the order of
// their imports.
var exportScripts = []string{"dom.js", "entry.js", "waterfall.js", "tracepage.js", "export.js"}

// exportTemplate is the document of an export. Its policy has the sums of its script and style:
// nothing else runs, wherever the file is opened.
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
<script type="application/json" id="trace">{{.Trace}}</script>
<script type="module">{{.Script}}</script>
</body>
</html>
`))

// exportPage is the page of a trace as one document.
func exportPage(t *tracejoin.Trace) ([]byte, error) {
	style, err := assets.ReadFile("assets/style.css")
	if err != nil {
		return nil, err
	}
	script, err := bundle(exportScripts)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(t) // which has no < in it that would end the element
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	err = exportTemplate.Execute(&page, map[string]any{
		"Title": t.Name + " " + t.TraceID,
		"Style": template.CSS(style), "StyleSum": sum(style),
		"Script": template.JS(script), "ScriptSum": sum(script),
		"Trace": template.JS(data),
	})
	return page.Bytes(), err
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
