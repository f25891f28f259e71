package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/spanlog/spanlog/spanlogtest"
)

// compared is how many records of each contender are compared.
const compared = 8

// A lockedBuffer is for those that leave the lock to the writer.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// capture returns what a contender writes for a few records, as JSON and as text.
func capture(c *contender, sh *shape, spans []context.Context) (inJSON, inText []byte, err error) {
	dir, err := os.MkdirTemp("", "speed")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	var asJSON, asText lockedBuffer
	in, err := c.start(&setup{json: &asJSON, text: &asText, dir: dir, source: sh.source}, sh)
	if err != nil {
		return nil, nil, err
	}
	in.log(spans, compared)
	if in.flush != nil {
		err = in.flush()
	}
	if in.files != nil {
		files, err2 := in.files()
		err = errors.Join(err, err2)
		for _, f := range files {
			data, err2 := os.ReadFile(f)
			asJSON.Buffer.Write(data)
			err = errors.Join(err, err2)
		}
	}
	if in.close != nil {
		err = errors.Join(err, in.close())
	}
	return asJSON.Bytes(), asText.Bytes(), err
}

// A line that can't be parsed ends the parsers of spanlogtest as it ends a test.
type parseError string

type failing struct{ testing.TB }

func (failing) Helper()                        {}
func (failing) Fatalf(format string, a ...any) { panic(parseError(fmt.Sprintf(format, a...))) }

func parse(by func(testing.TB, []byte) []map[string]any, data []byte) (docs []map[string]any, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case parseError:
			err = errors.New(string(p))
		default:
			panic(p)
		}
	}()
	return by(failing{}, data), nil
}

func parseJSON(data []byte) ([]map[string]any, error) { return parse(spanlogtest.ParseJSON, data) }
func parseText(data []byte) ([]map[string]any, error) { return parse(spanlogtest.ParseText, data) }

// parseLines parses lines like "time level [source] message key=value", whose
// messages are those of the records in like.
func parseLines(data []byte, like []map[string]any, source bool) ([]map[string]any, error) {
	var text strings.Builder
	i := 0
	for line := range strings.Lines(string(data)) {
		if i >= len(like) {
			return nil, errors.New("more lines than records")
		}
		msg, _ := like[i][slog.MessageKey].(string)
		when, rest, _ := strings.Cut(line, " ")
		level, rest, _ := strings.Cut(rest, " ")
		fmt.Fprintf(&text, "time=%s level=%s msg=%s", when, level, strconv.Quote(msg))
		if source {
			var at string
			at, rest, _ = strings.Cut(rest, " ")
			text.WriteString(" source=" + at)
		}
		attrs, ok := strings.CutPrefix(rest, msg)
		if !ok {
			return nil, fmt.Errorf("no message %q in %q", msg, line)
		}
		text.WriteString(attrs)
		i++
	}
	return parseText([]byte(text.String()))
}
