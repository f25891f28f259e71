package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	testscript.Main(leakChecked{m}, map[string]func(){"spanlog": main})
}

// leakChecked looks for goroutines that are left behind, before the program ends.
type leakChecked struct{ *testing.M }

func (m leakChecked) Run() int {
	status := m.M.Run()
	if err := goleak.Find(); status == 0 && err != nil {
		println(err.Error())
		return 1
	}
	return status
}

// TestScripts runs the scenarios in testdata/script; -testwork keeps their files.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"gzip": gzipFile},
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "UTC")
			return nil
		},
	})
}

// gzipFile compresses a file, as gzip does.
func gzipFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: gzip FILE")
	}
	path := ts.MkAbs(args[0])
	content, err := os.ReadFile(path)
	ts.Check(err)
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	_, err = w.Write(content)
	ts.Check(errors.Join(err, w.Close(), os.WriteFile(path+".gz", buf.Bytes(), 0o600), os.Remove(path)))
}
