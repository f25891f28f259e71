package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"github.com/spanlog/spanlog"
)

func TestMain(m *testing.M) {
	testscript.Main(leakChecked{m}, map[string]func(){"spanlog": main, "killed": killed})
}

// killed is a program that logs to app.log until it is killed, before what it has logged is there.
func killed() {
	log := spanlog.Must(spanlog.New(nil, spanlog.File{Path: "app.log", Delay: time.Hour}))
	for i := range 3 {
		log.Info("order received", "order", i+1)
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
	select {} // until that has come
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
