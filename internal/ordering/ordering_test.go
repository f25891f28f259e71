package ordering

import (
	"slices"
	"testing"
)

func TestBools(t *testing.T) {
	all := []bool{true, false, true, false}
	if slices.SortFunc(all, Bools); !slices.Equal(all, []bool{false, false, true, true}) {
		t.Errorf("got %v", all)
	}
}
