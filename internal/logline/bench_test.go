package logline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// BenchmarkHead reads the heads of lines as a log has them, one after the other.
func BenchmarkHead(b *testing.B) {
	for _, c := range benchLogs() {
		b.Run("log="+c.name, func(b *testing.B) {
			var s Scanner
			var h Head
			for _, line := range c.lines {
				if s.Head(line, &h); h.Kind != c.kind {
					b.Fatalf("%v: %s", h.Kind, line)
				}
			}
			b.SetBytes(int64(c.size()))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				s.Head(c.lines[i%len(c.lines)], &h)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, c := range benchLogs() {
		b.Run("log="+c.name, func(b *testing.B) {
			var s Scanner
			var r Record
			b.SetBytes(int64(c.size()))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				s.Parse(c.lines[i%len(c.lines)], &r)
			}
		})
	}
}

// BenchmarkValid is what encoding/json needs to look at the same lines without reading
// anything.
func BenchmarkValid(b *testing.B) {
	c := benchLogs()[0]
	b.SetBytes(int64(c.size()))
	for i := 0; b.Loop(); i++ {
		if !json.Valid(c.lines[i%len(c.lines)]) {
			b.Fatal("not valid")
		}
	}
}

type benchLog struct {
	name  string
	kind  Kind
	lines [][]byte
}

// size is the mean one of a line.
func (c benchLog) size() int {
	size := 0
	for _, line := range c.lines {
		size += len(line)
	}
	return size / len(c.lines)
}

func benchLogs() []benchLog {
	log := func(kind Kind, name string, lines ...string) benchLog {
		c := benchLog{name: name, kind: kind}
		for _, l := range lines {
			c.lines = append(c.lines, []byte(l))
		}
		return c
	}
	return []benchLog{
		log(JSON, "spanlog-JSON", varied()...),
		log(Text, "spanlog-Text",
			`time=2026-11-22T11:57:00.123Z level=INFO msg="request done" trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 trace_flags=01 service.name=shop method=GET path=/api/v1/orders/17 status=200 took=1.834212ms bytes=5120 peer=10.0.17.3:44120`,
			`time=2026-11-22T11:57:00.124Z level=WARN msg="payment failed" trace_id=0af7651916cd43dd8448eb211c80319c span_id=b7ad6b7169203331 trace_flags=01 service.name=shop error="context deadline exceeded" provider=acme-pay amount=12.5 order=17`),
		log(JSON, "Python",
			`{"asctime": "2026-11-22 11:57:00,123", "levelname": "WARNING", "name": "shop.pay", "message": "payment failed", "otelTraceID": "4bf92f3577b34da6a3ce929d0e0e4736", "otelSpanID": "00f067aa0ba902b7", "otelServiceName": "shop", "otelTraceSampled": true, "user": {"name": "bob"}, "pathname": "/srv/shop/pay.py", "lineno": 17}`),
		log(JSON, "ECS-nested",
			`{"@timestamp":"2026-11-22T11:57:00.123Z","log.level":"error","message":"payment failed","ecs":{"version":"1.6.0"},"log":{"logger":"shop.pay","origin":{"file":{"line":13,"name":"pay.py"},"function":"pay"},"original":"payment failed"},"process":{"name":"MainProcess","pid":7805,"thread":{"id":140473140640640,"name":"MainThread"}},"span":{"id":"00f067aa0ba902b7"},"trace":{"id":"4bf92f3577b34da6a3ce929d0e0e4736"}}`),
		log(Plain, "stack-trace",
			`goroutine 17 [running]:`,
			`github.com/acme/shop/pay.(*Client).Pay(0xc000123456, {0x7f0000, 0xc000012345})`,
			"\t/srv/shop/pay/client.go:117 +0x1d4"),
		log(JSON, "docker-compose", prefixed("shop-1     | ", varied())...),
		log(JSON, "CRI", prefixed("2026-11-22T11:57:00.123456789Z stdout F ", varied())...),
		log(JSON, "1-MiB", `{"time":"2026-11-22T11:57:00.123Z","level":"INFO","msg":"`+strings.Repeat("payment failed ", 1<<16)+`"}`),
		log(JSON, "escapes", string(bytes.ReplaceAll([]byte(`{"time":"2026-11-22T11:57:00.123Z","level":"INFO","msg":"`+strings.Repeat(`{'order':17,'state':'paid'}`, 20)+`"}`), []byte("'"), []byte(`\"`)))),
	}
}

// prefixed are lines with something in front of each.
func prefixed(prefix string, lines []string) []string {
	for i, line := range lines {
		lines[i] = prefix + line
	}
	return lines
}

// varied are lines of about 300 bytes that differ in their attributes, as those of a program
// do: nothing can get used to one line.
func varied() (lines []string) {
	r := rand.New(rand.NewPCG(1, 2))
	at := time.Date(2026, 11, 22, 11, 57, 0, 0, time.UTC)
	for range 2000 {
		at = at.Add(time.Duration(r.IntN(2_000_000)))
		rest := []string{
			fmt.Sprintf(`"level":"INFO","msg":"request done",SPAN,"method":"GET","path":"/api/v1/orders/%d","status":200,"took":%d,"bytes":%d,"peer":"10.0.17.%d:44120"`, r.IntN(1e6), r.IntN(1e8), r.IntN(1e5), r.IntN(256)),
			fmt.Sprintf(`"level":"DEBUG","msg":"cache miss",SPAN,"key":"order:%d:lines","user":{"id":%d,"plan":"free"},"attempt":%d,"node":"cache-%d","ttl":300000000000`, r.IntN(1e6), r.IntN(1e6), r.IntN(4), r.IntN(20)),
			fmt.Sprintf(`"level":"ERROR","msg":"payment failed: the provider did not answer in time",SPAN,"error":"context deadline exceeded","provider":"acme-pay","amount":%g,"order":%d,"retry":true`, float64(r.IntN(1e5))/100, r.IntN(1e6)),
			fmt.Sprintf(`"level":"INFO","msg":"mail queued",SPAN,"to":"%s@example.com","template":"order-confirmation","language":"de","size":%d,"queue":"mail-%d"`, strings.Repeat("x", 1+r.IntN(20)), r.IntN(1e6), r.IntN(8)),
			fmt.Sprintf(`"level":"WARN","msg":"slow query: \"SELECT * FROM orders WHERE customer = $1\"",SPAN,"rows":%d,"took":%d,"db":"orders","replica":%t,"tags":["db","slow"]`, r.IntN(1e4), r.IntN(1e9), r.IntN(2) == 0),
		}[r.IntN(5)]
		span := fmt.Sprintf(`"trace_id":"%016x%016x","span_id":"%016x","trace_flags":"01","service.name":"shop"`, r.Uint64(), r.Uint64(), r.Uint64())
		lines = append(lines, `{"time":"`+at.Format(time.RFC3339Nano)+`",`+strings.Replace(rest, "SPAN", span, 1)+"}")
	}
	return lines
}
