package logline

// Ids of traces and spans, in all forms that are about. The W3C's Trace Context has 16 and 8
// bytes in hexadecimal; older systems have 64 bits for a trace as well, which are the low half
// then; Datadog writes decimal numbers; X-Ray and Google put something around. All become the
// same two types, so that lines of one trace are found together whoever wrote them. An id of
// zeros is none, everywhere. TestIDs has the table.

import (
	"bytes"
	"encoding/binary"

	"go.opentelemetry.io/otel/trace"
)

// leastDigits is how many hexadecimal digits an id has at least. Some libraries leave
// out zeros in front, but not that many: with fewer, it is some other id.
const leastDigits = 8

// parseTraceID parses a trace id: 32 hexadecimal digits, or fewer, for which there are
// zeros in front; a UUID; AWS X-Ray's form; Google's, within a project; or a decimal
// number.
func parseTraceID(b []byte, number bool, f form) (id trace.TraceID, ok bool) {
	// No other form has 32 characters, as nearly all ids have.
	if number || len(b) != 32 {
		if low, ok := parseDecimal(b, number, f); ok || number {
			binary.BigEndian.PutUint64(id[8:], low)
			return id, low != 0
		}
		if bytes.HasPrefix(b, []byte("projects/")) {
			const before = "/traces/"
			i := bytes.LastIndex(b, []byte(before))
			if i < 0 {
				return id, false
			}
			b = b[i+len(before):]
		}
	}
	switch {
	case len(b) == 35 && b[0] == '1' && b[1] == '-' && b[10] == '-': // X-Ray: version, time, the rest
		ok = decodeHex(id[:4], b[2:10]) && decodeHex(id[4:], b[11:])
	case len(b) == 36 && b[8] == '-' && b[13] == '-' && b[18] == '-' && b[23] == '-':
		ok = decodeHex(id[:4], b[:8]) && decodeHex(id[4:6], b[9:13]) && decodeHex(id[6:8], b[14:18]) &&
			decodeHex(id[8:10], b[19:23]) && decodeHex(id[10:], b[24:])
	default:
		ok = decodeID(id[:], b)
	}
	return id, ok && id != trace.TraceID{}
}

// parseSpanID parses a span id: 16 hexadecimal digits, or fewer, or a decimal number.
func parseSpanID(b []byte, number bool, f form) (id trace.SpanID, ok bool) {
	if low, ok := parseDecimal(b, number, f); ok || number {
		binary.BigEndian.PutUint64(id[:], low)
		return id, low != 0
	}
	ok = decodeID(id[:], b)
	return id, ok && id != trace.SpanID{}
}

// parseParent parses the W3C's traceparent: version, trace, span and flags, each in hexadecimal.
// Version ff is forbidden there, and what a later version has more stands behind another hyphen.
func parseParent(b []byte) (t trace.TraceID, s trace.SpanID, ok bool) {
	var version, flags [1]byte
	ok = len(b) >= 55 && b[2] == '-' && b[35] == '-' && b[52] == '-' &&
		decodeHex(version[:], b[:2]) && decodeHex(t[:], b[3:35]) && decodeHex(s[:], b[36:52]) && decodeHex(flags[:], b[53:55]) &&
		// A later version may have more behind it.
		version[0] != 0xFF && (len(b) == 55 || version[0] != 0 && b[55] == '-')
	return t, s, ok && t.IsValid() && s.IsValid()
}

// parseDecimal parses an id if it is a decimal number of 64 bits: one without quotes, one
// that has a decimal name, or one that has more digits than 64 bits have hexadecimal ones.
func parseDecimal(b []byte, number bool, f form) (uint64, bool) {
	if number || f == formDecimal || 17 <= len(b) && len(b) <= 20 {
		return parseDigits(b)
	}
	return 0, false
}

// decodeID decodes hexadecimal digits that may be too few, or have 0x in front, to dst, which
// is zeros. What is there are the low digits, so they go to the end.
func decodeID(dst, b []byte) bool {
	if len(b) == 2*len(dst) && decodeHex(dst, b) {
		return true
	}
	if len(b) > 2 && b[0] == '0' && b[1]|0x20 == 'x' {
		b = b[2:]
	}
	if len(b) < leastDigits || len(b) > 2*len(dst) {
		return false
	}
	dst = dst[len(dst)-(len(b)+1)/2:]
	if len(b)%2 == 1 {
		dst[0] = hexDigit[b[0]]
		if dst[0] > 15 {
			return false
		}
		dst, b = dst[1:], b[1:]
	}
	return decodeHex(dst, b)
}

// decodeHex decodes the two digits of each byte of dst. On false, dst may have been written to.
func decodeHex(dst, b []byte) bool {
	for len(dst) >= 4 && len(b) >= 8 {
		four, ok := decodeHex8(binary.LittleEndian.Uint64(b))
		if !ok {
			return false
		}
		binary.LittleEndian.PutUint32(dst, four)
		dst, b = dst[4:], b[8:]
	}
	bad := byte(0)
	for i := range dst {
		high, low := hexDigit[b[2*i]], hexDigit[b[2*i+1]]
		bad |= high | low
		dst[i] = high<<4 | low&0xF
	}
	return bad < 16
}

// decodeHex8 decodes eight digits, the first one in the low bits, to four bytes in the same
// order.
func decodeHex8(x uint64) (four uint32, ok bool) {
	letter := x >> 6 & ones // digits are 0x30 and up, letters 0x41 or 0x61
	n := x&(0xF*ones) + 9*letter
	// Turned back into digits, it must be the same. Letters behind f are too large.
	again := n + '0'*ones + ('a'-'0'-10)*((n+6*ones)>>4&ones)
	ok = again == x|letter<<5 && n&(0xF0*ones) == 0
	n = (n<<4 | n>>8) & 0x00FF00FF00FF00FF
	n = (n | n>>8) & 0x0000FFFF0000FFFF
	return uint32(n | n>>16), ok
}

// hexDigit is the value of a hexadecimal digit, and 0xFF for what is none.
var hexDigit = func() (digit [256]byte) {
	for i := range digit {
		digit[i] = 0xFF
	}
	for i := range byte(10) {
		digit['0'+i] = i
	}
	for i := range byte(6) {
		digit['a'+i], digit['A'+i] = 10+i, 10+i
	}
	return digit
}()
