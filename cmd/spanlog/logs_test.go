package main

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// TestOnlyOnceMissing: also of logs that are not there yet, which -f and serve wait for.
func TestOnlyOnceMissing(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := os.Mkdir(real, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, link); err != nil {
		t.Skip(err)
	}
	for _, test := range []struct{ paths, want []string }{
		{[]string{"real/app.log", "link/app.log"}, []string{"real/app.log"}},
		{[]string{"link/app.log", "real/other.log"}, []string{"link/app.log", "real/other.log"}},
		{[]string{"none/app.log", "none/../none/app.log"}, []string{"none/app.log"}},
	} {
		var paths, want []string
		for _, path := range test.paths {
			paths = append(paths, dir+"/"+path)
		}
		for _, path := range test.want {
			want = append(want, dir+"/"+path)
		}
		if got, err := onlyOnce(paths, true); !reflect.DeepEqual(got, want) || err != nil {
			t.Errorf("%v: got %v, %v", test.paths, got, err)
		}
	}
}
