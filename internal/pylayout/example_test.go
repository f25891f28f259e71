package pylayout_test

import (
	"fmt"
	"log/slog"

	"github.com/spanlog/spanlog/internal/pylayout"
)

func ExampleParse() {
	ops, err := pylayout.Parse("%(levelname)-8s| %(message)s (%(lineno)03d)")
	if err != nil {
		panic(err)
	}
	var line []byte
	for _, op := range ops {
		start := len(line)
		switch op.Field {
		case pylayout.FieldNone:
			line = append(line, op.Literal...)
		case pylayout.FieldLevelName:
			line = op.Spec.Pad(pylayout.AppendLevelName(line, slog.LevelWarn), start)
		case pylayout.FieldMessage:
			line = op.Spec.Pad(append(line, "disk is nearly full"...), start)
		case pylayout.FieldLineNo:
			line = op.Spec.AppendInt(line, 42)
		}
	}
	fmt.Println(string(line))
	// Output: WARNING | disk is nearly full (042)
}

func ExampleParse_error() {
	_, err := pylayout.Parse("[%(levelnme)s] %(message)s")
	fmt.Println(err)
	// Output: layout "[%(levelnme)s] %(message)s": position 3: unknown field "levelnme" (did you mean "levelname"?)
}
