package logline

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var refCalendar = regexp.MustCompile(`^(\d{4})(?:-(\d\d)-|/(\d\d)/)(\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d+))?([zZ]| ?(?:UTC|Z)| ?[+-]\d\d(?::?\d\d)?)?$`)

func refTime(s string, loc *time.Location) (int64, bool) {
	m := refCalendar.FindStringSubmatch(s)
	if m == nil {
		return refUnix(s)
	}
	zone := strings.TrimPrefix(m[7], " ")
	offset := 0
	if zone != "" {
		loc = time.UTC
	}
	if len(zone) >= 3 && zone != "UTC" {
		digits := strings.ReplaceAll(zone[1:], ":", "") + "00"
		hours, _ := strconv.Atoi(digits[:2])
		minutes, _ := strconv.Atoi(digits[2:4])
		if hours > 23 || minutes > 59 {
			return 0, false
		}
		if offset = 3600*hours + 60*minutes; zone[0] == '-' {
			offset = -offset
		}
	}
	t, err := time.ParseInLocation("2006-01-02 15:04:05", m[1]+"-"+m[2]+m[3]+"-"+m[4]+" "+m[5], loc)
	if err != nil {
		return 0, false
	}
	nanos, _ := strconv.ParseInt((m[6] + "000000000")[:9], 10, 64)
	unix := new(big.Int).Add(big.NewInt(t.Unix()-int64(offset)), big.NewInt(0))
	if unix.CmpAbs(big.NewInt(9223372036)) >= 0 {
		return 0, false
	}
	ns := unix.Int64()*1e9 + nanos
	return ns, ns != 0
}

var refNumber = regexp.MustCompile(`^(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE]([+-]?[0-9]+))?$`)

func refUnix(s string) (int64, bool) {
	m := refNumber.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	if e, err := strconv.Atoi(m[1]); m[1] != "" && (err != nil || e > 1000 || e < -20_000) {
		return 0, false // much too large, or small, unless it has that many digits
	}
	v, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0, false
	}
	for _, unit := range []struct{ from, scale int64 }{{1e17, 1}, {1e14, 1e3}, {1e11, 1e6}, {1e8, 1e9}} {
		if v.Cmp(new(big.Rat).SetInt64(unit.from)) < 0 {
			continue
		}
		v.Mul(v, new(big.Rat).SetInt64(unit.scale))
		ns := new(big.Int).Quo(v.Num(), v.Denom())
		return ns.Int64(), ns.IsInt64()
	}
	return 0, false
}

var refLevels = map[string]slog.Level{
	"TRACE": -8, "TRC": -8, "VERBOSE": -8, "SILLY": -8, "FINER": -8, "FINEST": -8,
	"DEBUG": -4, "DBG": -4, "DBUG": -4, "FINE": -4,
	"INFO": 0, "INF": 0, "INFORMATION": 0, "INFORMATIONAL": 0,
	"NOTICE": 2,
	"WARN":   4, "WRN": 4, "WARNING": 4,
	"ERROR": 8, "ERR": 8, "EROR": 8, "SEVERE": 8,
	"FATAL": 12, "FTL": 12, "CRITICAL": 12, "CRIT": 12, "PANIC": 12, "PNC": 12, "DPANIC": 12, "ALERT": 12, "EMERG": 12, "EMERGENCY": 12,
}

var refLevelText = regexp.MustCompile(`^([A-Za-z]*)([+-]?[0-9]{1,5})?$`)

func refLevel(s string, f form) (slog.Level, bool) {
	m := refLevelText.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return 0, false
	}
	n, _ := strconv.Atoi(m[2])
	if m[1] != "" {
		if m[2] != "" && m[2][0] != '+' && m[2][0] != '-' {
			return 0, false
		}
		l, ok := refLevels[strings.ToUpper(m[1])]
		if !ok {
			return 0, false
		}
		return l + slog.Level(n), true
	}
	if m[2] == "" || f == formNamed {
		return 0, false
	}
	steps := func(from []int, levels ...slog.Level) (slog.Level, bool) {
		for i := len(from) - 1; i >= 0; i-- {
			if n >= from[i] {
				return levels[i], true
			}
		}
		return 0, false
	}
	syslog := []slog.Level{12, 12, 12, 8, 4, 2, 0, -4}
	switch {
	case f == formOTel:
		return slog.Level(n - 9), n >= 1 && n <= 24
	case f == formPython:
		return refSteps(n-20, 10), n >= 1 && n <= 60
	case f == formSeverity && n >= 100 && n < 1000:
		return steps([]int{100, 200, 300, 400, 500, 600}, -4, 0, 2, 4, 8, 12)
	case f == formSeverity && n >= 8:
		return slog.Level(n - 9), n <= 24
	case f == formUsual && n >= 100:
		l, _ := steps([]int{100, 200, 250, 300, 400, 500}, -4, 0, 2, 4, 8, 12)
		return l, n < 1000
	case f == formUsual && n >= 10:
		return refSteps(n-30, 10), true
	case f == formUsual && (n >= 8 || n < 0):
		return slog.Level(n), n >= -16
	}
	if n < 0 || n > 7 {
		return 0, false
	}
	return syslog[n], true
}

// refSteps is four levels for each step.
func refSteps(n, step int) slog.Level {
	v := new(big.Int)
	return slog.Level(v.Div(big.NewInt(4*int64(n)), big.NewInt(int64(step))).Int64())
}

func refID(s string, number, decimal bool, size int) []byte {
	notZero := func(id []byte) []byte {
		if len(bytes.Trim(id, "\x00")) == 0 {
			return nil
		}
		return id
	}
	if number || decimal || len(s) >= 17 && len(s) <= 20 {
		if refIsDigits(s) {
			n, _ := strconv.ParseUint(s, 10, 64)
			id, _ := hex.DecodeString(fmt.Sprintf("%0*x", 2*size, n))
			return notZero(id)
		}
		if number {
			return nil
		}
	}
	if size == 16 {
		if strings.HasPrefix(s, "projects/") {
			i := strings.LastIndex(s, "/traces/")
			if i < 0 {
				return nil
			}
			s = s[i+len("/traces/"):]
		}
		if m := regexp.MustCompile(`^1-([0-9a-fA-F]{8})-([0-9a-fA-F]{24})$`).FindStringSubmatch(s); m != nil {
			s = m[1] + m[2]
		} else if regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`).MatchString(s) {
			s = strings.ReplaceAll(s, "-", "")
		}
	}
	if len(s) > 2 && (strings.HasPrefix(s, "0x") || strings.HasPrefix(s, "0X")) {
		s = s[2:]
	}
	if len(s) < 8 || len(s) > 2*size {
		return nil
	}
	id, err := hex.DecodeString(strings.Repeat("0", 2*size-len(s)) + s)
	if err != nil {
		return nil
	}
	return notZero(id)
}

var refTraceparent = regexp.MustCompile(`(?s)^([0-9a-fA-F]{2})-([0-9a-fA-F]{32})-([0-9a-fA-F]{16})-[0-9a-fA-F]{2}($|-.*$)`)

// refParent returns the trace's or the span's id.
func refParent(s string, size int) []byte {
	m := refTraceparent.FindStringSubmatch(s)
	if m == nil || strings.EqualFold(m[1], "ff") || m[1] == "00" && m[4] != "" ||
		refID(m[2], false, false, 16) == nil || refID(m[3], false, false, 8) == nil {
		return nil
	}
	if size == 16 {
		return refID(m[2], false, false, 16)
	}
	return refID(m[3], false, false, 8)
}
