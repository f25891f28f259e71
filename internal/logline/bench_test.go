package logline

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// BenchmarkHead reads the heads of lines as a log has them, one after the other.
func BenchmarkHead(b *testing.B) {
	for _, c := range benchLogs() {
		b.Run("log="+c.name, func(b *testing.B) {
			var s Scanner
			var h Head
			size := 0
			for _, line := range c.lines {
				size += len(line)
				s.Head(line, &h)
				if h.Kind != c.kind {
					b.Fatalf("%v: %s", h.Kind, line)
				}
			}
			b.SetBytes(int64(size / len(c.lines)))
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
			size := 0
			for _, line := range c.lines {
				size += len(line)
			}
			b.SetBytes(int64(size / len(c.lines)))
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
	b.SetBytes(int64(len(c.lines[0])))
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

func benchLogs() []benchLog {
	log := func(kind Kind, name string, lines ...string) benchLog {
		c := benchLog{name: name, kind: kind}
		for _, l := range lines {
			c.lines = append(c.lines, []byte(l))
		}
		return c
	}
	const span = `"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01","service.name":"shop"`
	return []benchLog{
		log(JSON, "spanlog-JSON",
			`{"time":"2026-11-22T11:57:00.123456789Z","level":"INFO","msg":"request done",`+span+`,"method":"GET","path":"/api/v1/orders/17","status":200,"took":1834212,"bytes":5120,"peer":"10.0.17.3:44120"}`,
			`{"time":"2026-11-22T11:57:00.123501Z","level":"DEBUG","msg":"cache miss","trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331","trace_flags":"01","service.name":"shop","key":"order:17:lines","user":{"id":4711,"plan":"free"},"attempt":1,"node":"cache-3","ttl":300000000000}`,
			`{"time":"2026-11-22T11:57:00.2Z","level":"ERROR","msg":"payment failed: the provider did not answer in time",`+span+`,"error":"context deadline exceeded","provider":"acme-pay","amount":12.5,"order":17,"retry":true}`),
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
		log(JSON, "1-MiB", `{"time":"2026-11-22T11:57:00.123Z","level":"INFO","msg":"`+strings.Repeat("payment failed ", 1<<16)+`"}`),
		log(JSON, "escapes", string(bytes.ReplaceAll([]byte(`{"time":"2026-11-22T11:57:00.123Z","level":"INFO","msg":"`+strings.Repeat(`{'order':17,'state':'paid'}`, 20)+`"}`), []byte("'"), []byte(`\"`)))),
	}
}
