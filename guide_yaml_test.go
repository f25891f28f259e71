package spanlog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spanlog/spanlog"
)

// A yamlDoc is a document of a YAML block.
type yamlDoc struct {
	where string
	m     map[string]any
}

// yamlDocs are the YAML documents of the guides. Python reads them, so that no module of ours
// needs a library for it.
func yamlDocs(t *testing.T) (docs []yamlDoc) {
	t.Helper()
	var texts, wheres []string
	for _, guide := range guides {
		for _, b := range codeBlocks(t, guide) {
			if b.lang == "yaml" {
				texts, wheres = append(texts, b.text), append(wheres, fmt.Sprintf("%s:%d", guide, b.line))
			}
		}
	}
	in, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	if err := exec.Command("python3", "-c", "import yaml").Run(); err != nil {
		t.Skip("SKIPPED: no python3 with yaml: ", err)
	}
	const program = "import json, sys, yaml; json.dump([list(yaml.safe_load_all(b)) for b in json.load(sys.stdin)], sys.stdout)"
	cmd := exec.Command("python3", "-c", program)
	cmd.Stdin = bytes.NewReader(in)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	var blocks [][]map[string]any
	if err := json.Unmarshal(out, &blocks); err != nil {
		t.Fatal(err)
	}
	for i, b := range blocks {
		for _, m := range b {
			docs = append(docs, yamlDoc{wheres[i], m})
		}
	}
	return docs
}

// at returns what is at a path of keys, with 0 for the first of a list, or nil.
func at(v any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		switch w := v.(type) {
		case map[string]any:
			v = w[key]
		case []any:
			if v = nil; key == "0" && len(w) > 0 {
				v = w[0]
			}
		default:
			return nil
		}
	}
	return v
}

// list is a list of maps.
func list(v any) (ms []map[string]any) {
	all, _ := v.([]any)
	for _, one := range all {
		if m, ok := one.(map[string]any); ok {
			ms = append(ms, m)
		}
	}
	return ms
}

// TestGuideYAML: the YAML of the guides can be read, and what it refers to is in it.
func TestGuideYAML(t *testing.T) {
	kinds := map[string]int{}
	for _, d := range yamlDocs(t) {
		switch {
		case d.m["apiVersion"] != nil:
			kinds["manifest"]++
			checkManifest(t, d)
		case d.m["receivers"] != nil:
			kinds["Collector"]++
			checkCollector(t, d)
		case d.m["pipeline"] != nil:
			kinds["Fluent Bit"]++
			checkKeys(t, d, regexp.MustCompile(`"\$(\w+)"|"time_key":"(\w+)"`))
		default:
			t.Errorf("%s: what is it?", d.where)
		}
	}
	if kinds["manifest"] < 3 || kinds["Collector"] < 3 || kinds["Fluent Bit"] < 1 {
		t.Errorf("found %v", kinds)
	}
}

// checkManifest checks that a workload selects its own pods, and mounts volumes that it has.
func checkManifest(t *testing.T, d yamlDoc) {
	labels, _ := at(d.m, "spec.template.metadata.labels").(map[string]any)
	selects, _ := at(d.m, "spec.selector.matchLabels").(map[string]any)
	if len(selects) == 0 || fmt.Sprint(selects) != fmt.Sprint(labels) {
		t.Errorf("%s: selects %v, and its pods have %v", d.where, selects, labels)
	}
	var volumes []string
	for _, v := range list(at(d.m, "spec.template.spec.volumes")) {
		volumes = append(volumes, fmt.Sprint(v["name"]))
	}
	containers := append(list(at(d.m, "spec.template.spec.containers")), list(at(d.m, "spec.template.spec.initContainers"))...)
	if len(containers) == 0 {
		t.Errorf("%s: no containers", d.where)
	}
	used := map[string]bool{}
	for _, c := range containers {
		for _, m := range list(c["volumeMounts"]) {
			name := fmt.Sprint(m["name"])
			if used[name] = true; !slices.Contains(volumes, name) {
				t.Errorf("%s: there is no volume %s", d.where, name)
			}
		}
	}
	if len(used) != len(volumes) {
		t.Errorf("%s: has volumes %v, mounts %v", d.where, volumes, used)
	}
}

// checkCollector checks that pipelines name what is configured, and that the fields that
// are parsed are some that spanlog writes.
func checkCollector(t *testing.T, d yamlDoc) {
	pipelines, _ := at(d.m, "service.pipelines").(map[string]any)
	for _, p := range pipelines {
		for kind, names := range p.(map[string]any) {
			for _, name := range names.([]any) {
				if at(d.m, kind+"."+name.(string)) == nil {
					t.Errorf("%s: there is no %s %v", d.where, kind, name)
				}
			}
		}
	}
	extensions, _ := at(d.m, "service.extensions").([]any)
	for _, name := range extensions {
		if at(d.m, "extensions."+name.(string)) == nil {
			t.Errorf("%s: there is no extension %v", d.where, name)
		}
	}
	checkKeys(t, d, regexp.MustCompile(`"attributes\.(\w+)"`))
}

// checkKeys checks that the fields that a configuration names are in a line of spanlog's.
func checkKeys(t *testing.T, d yamlDoc, field *regexp.Regexp) {
	text, err := json.Marshal(d.m)
	if err != nil {
		t.Fatal(err)
	}
	var buf strings.Builder
	open(t, nil, spanlog.Writer{Writer: &buf}).InfoContext(inSpan(bg), "m")
	line := parsed(t, buf.String())
	for _, m := range field.FindAllStringSubmatch(string(text), -1) {
		if key := strings.Join(m[1:], ""); line[key] == nil { // one of the groups has it
			t.Errorf("%s: a line has no %s", d.where, key)
		}
	}
}

// TestGuideEnvironment gives the environment of the manifests to a logger: variables refer to
// earlier ones only, those of ours are known, and no value is bad.
func TestGuideEnvironment(t *testing.T) {
	sources := content(t, "options.go") + content(t, "telemetry/env.go")
	found := 0
	for _, d := range yamlDocs(t) {
		env := list(at(d.m, "spec.template.spec.containers.0.env"))
		if len(env) == 0 {
			continue
		}
		found++
		set := map[string]string{}
		for _, e := range env {
			name, value := fmt.Sprint(e["name"]), fmt.Sprint(e["value"])
			if path, ok := at(e, "valueFrom.fieldRef.fieldPath").(string); ok {
				value = strings.ReplaceAll(path, ".", "-")
			}
			value = regexp.MustCompile(`\$\((\w+)\)`).ReplaceAllStringFunc(value, func(ref string) string {
				v, ok := set[ref[2:len(ref)-1]]
				if !ok {
					t.Errorf("%s: %s refers to %s, which does not come before it", d.where, name, ref)
				}
				return v
			})
			if ours := strings.HasPrefix(name, "SPANLOG_") || strings.HasPrefix(name, "OTEL_"); ours && !strings.Contains(sources, `"`+name+`"`) {
				t.Errorf("%s: nobody reads %s", d.where, name)
			}
			set[name] = value
			t.Setenv(name, value)
		}
		var buf strings.Builder
		l := open(t, nil, spanlog.Writer{Writer: &buf})
		l.Info("m")
		line := parsed(t, strings.TrimSpace(buf.String())) // one, as there is no warning
		if line["service.name"] != "shop" || strings.Contains(buf.String(), "WARN") {
			t.Errorf("%s: got %s", d.where, &buf)
		}
		if attrs := set["OTEL_RESOURCE_ATTRIBUTES"]; attrs != "" && (line["host.name"] != "spec-nodeName" || line["service.version"] != "1.4" || line["deployment.environment.name"] != "production") {
			t.Errorf("%s: got %s", d.where, &buf)
		}
	}
	if found < 2 {
		t.Errorf("found %d environments", found)
	}
}
