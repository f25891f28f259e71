package spanlog_test

import (
	"bytes"
	"fmt"

	"github.com/spanlog/spanlog"
)

// No value makes a line of its own in any format. The formats for people let nothing through
// that a terminal obeys; JSON is for programs, and leaves what is above ASCII to them, such as
// U+009B, by which some terminals take what follows for a command.
func Example_hostileText() {
	for _, format := range []spanlog.Formatter{spanlog.Text, spanlog.Pretty, spanlog.JSON} {
		var out bytes.Buffer
		log := spanlog.Must(spanlog.New(&spanlog.Options{ReplaceAttr: removeTime}, spanlog.Console{Writer: &out, Format: format}))
		log.Info("sign in", "user", "ann\nlevel=ERROR msg=forged\x1b[2J\u009b31m")
		_ = log.Close()
		fmt.Printf("%+q\n", out.String())
	}

	// Output:
	// "level=INFO msg=\"sign in\" user=\"ann\\nlevel=ERROR msg=forged\\x1b[2J\\u009b31m\"\n"
	// "INFO  sign in\n    user:\n    \u2502 ann\n    \u2502 level=ERROR msg=forged\\x1b[2J\\u009b31m\n"
	// "{\"level\":\"INFO\",\"msg\":\"sign in\",\"user\":\"ann\\nlevel=ERROR msg=forged\\u001b[2J\u009b31m\"}\n"
}
