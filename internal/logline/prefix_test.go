package logline

import (
	"strings"
	"testing"

	"github.com/spanlog/spanlog/internal/assert"
)

// TestPrefixes has lines as they come out of containers.
func TestPrefixes(t *testing.T) {
	const object = `{"time":"2026-11-22T11:57:00Z","level":"INFO","msg":"paid","order":17}`
	const read = `json 2026-11-22T11:57:00Z INFO msg=paid | `
	for _, test := range []struct{ name, line, want string }{
		{"docker compose", `shop-1     | ` + object, read + `container=shop-1 order=17`},
		{"docker compose, timestamps", `shop-1  | 2026-11-22T11:57:09.123456789Z ` + object, read + `container=shop-1 order=17`},
		{"docker compose, colours", "\x1b[36mshop-1  | \x1b[0m" + object, read + `container=shop-1 order=17`},
		{"docker compose, colours of both", "\x1b[36mshop-1  | \x1b[0m\x1b[32m" + object + "\x1b[0m\n", read + `container=shop-1 order=17`},
		{"docker compose, old", `shop_1  | ` + object, read + `container=shop_1 order=17`},
		{"docker compose, old, colours", "\x1b[36mshop_1  |\x1b[0m " + object, read + `container=shop_1 order=17`},
		{"docker compose, text", `shop-1  | time=2026-11-22T11:57:00Z level=INFO msg=paid`, `text 2026-11-22T11:57:00Z INFO msg=paid | container=shop-1`},
		{"docker logs, timestamps", `2026-11-22T11:57:09.123456789Z ` + object, read + `order=17`},
		{"kubectl, prefix", `[pod/shop-7d4b9c-x2x/shop] ` + object, read + `pod=shop-7d4b9c-x2x container=shop order=17`},
		{"kubectl, prefix and timestamps", `[pod/shop-7d4b9c-x2x/shop] 2026-11-22T11:57:09.123456789Z ` + object, read + `pod=shop-7d4b9c-x2x container=shop order=17`},
		{"CRI", `2026-11-22T12:57:09.123456789+01:00 stderr F ` + object, read + `stream=stderr order=17`},
		{"the time of a prefix, where the record has none", `2026-11-22T12:57:09.5+01:00 stdout F {"level":"INFO"}`, `json 2026-11-22T11:57:09.5Z INFO | stream=stdout`},
		{"… in a text", `2026-11-22T11:57:09.5Z level=info msg=paid`, `text 2026-11-22T11:57:09.5Z INFO msg=paid`},
		{"… in a part of a line", `2026-11-22T11:57:09.5Z stdout P {"level":"INFO","ms`, `plain torn 2026-11-22T11:57:09.5Z INFO msg=2026-11-22T11:57:09.5Z stdout P {"level":"INFO","ms`},
		{"cut off", `shop-1  | {"level":"INFO","ms`, `plain torn INFO msg=shop-1  | {"level":"INFO","ms`},
		{"prose", `shop-1  | listening on :8080`, `plain msg=shop-1  | listening on :8080`},
		{"prose with a time", `2026-11-22T11:57:09.5Z listening on :8080`, `plain msg=2026-11-22T11:57:09.5Z listening on :8080`},
		{"a brace with a time", `2026-11-22T11:57:09.5Z {listening}`, `plain msg=2026-11-22T11:57:09.5Z {listening}`},
		{"nothing behind it", `shop-1  | `, `plain msg=shop-1  | `},
		{"no blank before the bar", `shop-1| ` + object, `plain msg=shop-1| ` + object},
		{"no blank behind the bar", `shop-1 |` + object, `plain msg=shop-1 |` + object},
		{"a name without a number", `shop | ` + object, `plain msg=shop | ` + object},
		{"a number only", `3 | ` + object, `plain msg=3 | ` + object},
		{"a day", `2026-11-22 | ` + object, `plain msg=2026-11-22 | ` + object},
		{"a level", `ERROR    | ` + object, `plain msg=ERROR    | ` + object},
		{"signs only", `--1 | ` + object, `plain msg=--1 | ` + object},
		{"a pod of signs only", `[pod/../shop] ` + object, `plain msg=[pod/../shop] ` + object},
		{"a long name", strings.Repeat("x", 252) + `-1 | ` + object, `plain msg=` + strings.Repeat("x", 252) + `-1 | ` + object},
		{"no name", ` | ` + object, `plain msg= | ` + object},
		{"several words", `the shop | ` + object, `plain msg=the shop | ` + object},
		{"no container", `[pod/shop] ` + object, `plain msg=[pod/shop] ` + object},
		{"a pod without a name", `[pod//shop] ` + object, `plain msg=[pod//shop] ` + object},
		{"a container without a name", `[pod/shop/] ` + object, `plain msg=[pod/shop/] ` + object},
		{"another object than a pod", `[job/shop/shop] ` + object, `plain msg=[job/shop/shop] ` + object},
		{"no such day", `2026-02-30T11:57:09.5Z ` + object, `plain msg=2026-02-30T11:57:09.5Z ` + object},
		{"a time without a zone", `2026-11-22T11:57:09.5123 ` + object, `plain msg=2026-11-22T11:57:09.5123 ` + object},
		{"a date without its time", `2026-11-22 ` + object, `plain msg=2026-11-22 ` + object},
		{"a stream without a time", `stdout F ` + object, `plain msg=stdout F ` + object},
		{"another stream", `2026-11-22T11:57:09Z stdlog F ` + object, `plain msg=2026-11-22T11:57:09Z stdlog F ` + object},
		{"another tag", `2026-11-22T11:57:09Z stdout X ` + object, `plain msg=2026-11-22T11:57:09Z stdout X ` + object},
		{"twice", `shop-1 | shop-1 | ` + object, `plain msg=shop-1 | shop-1 | ` + object},
		{"behind the object", object + ` | shop-1`, `plain torn 2026-11-22T11:57:00Z INFO msg=` + object + ` | shop-1`},
	} {
		r := parse(t, test.line)
		assert.Equal(t, test.name, describe(r), test.want)
		if r.Kind == JSON && strings.Contains(test.line, object) {
			assert.Equal(t, test.name+", the object", string(Object([]byte(test.line))), object)
		}
		checkLine(t, []byte(test.line))
	}
}
