package tracejoin

import "testing"

// TestOwnerIsGone joins a line whose record could not be read again: it does not belong to the
// one before it.
func TestOwnerIsGone(t *testing.T) {
	log := "time=2026-11-28T12:00:00Z msg=one trace_id=" + testTrace + " span_id=000000000000000a\n" +
		"time=2026-11-28T12:00:01Z msg=two trace_id=" + testTrace + " span_id=000000000000000b\n" +
		"    main.main()\n"
	in := Input{ID: traceID(t)}
	lines := readLog("app.log", log)
	in.Lines = append(in.Lines, lines[0], lines[2])
	got := Join(in)
	check(t, in, got)
	if last := got.Records[1]; !last.Continued || last.Span != 1 || got.Spans[1].Name != "main.main()" {
		t.Errorf("got\n%s", render(got))
	}
}
