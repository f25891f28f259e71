package spanlogtest_test

import (
	"fmt"
	"log/slog"

	"github.com/spanlog/spanlog/spanlogtest"
)

// Lines of JSON as maps. A key that stands twice, which a map would hide, is found.
func ExampleParseJSON() {
	var t printing // in a test: its *testing.T
	lines := []byte(`{"level":"INFO","msg":"low on tea","left":3}
{"level":"INFO","msg":"twice","trace_id":"1","trace_id":"2"}
`)
	for _, record := range spanlogtest.ParseJSON(t, lines) {
		fmt.Println(record[slog.MessageKey], record["left"], record["trace_id"])
	}
	// Output:
	// low on tea 3 <nil>
	// twice <nil> [1 2]
}

// Lines of text as maps. Dots in keys are groups, and all values are strings.
func ExampleParseText() {
	var t printing // in a test: its *testing.T
	line := []byte("level=INFO msg=\"low on tea\" shop.city=Leipzig shop.left=3\n")
	record := spanlogtest.ParseText(t, line)[0]
	fmt.Printf("%q %q\n", record[slog.MessageKey], record["shop"])
	// Output: "low on tea" map["city":"Leipzig" "left":"3"]
}

// All values of a key that stands more than once, in their order.
func ExampleRepeated() {
	var t printing // in a test: its *testing.T
	record := spanlogtest.ParseText(t, []byte("msg=m id=1 id=2"))[0]
	if ids, repeated := record["id"].(spanlogtest.Repeated); repeated {
		fmt.Println(len(ids), "ids:", ids[0], ids[1])
	}
	// Output: 2 ids: 1 2
}
