package main

import (
	"context"
	"fmt"
	"strings"
)

// compareAll returns what differs in the output of each contender of each
// scenario from that of log/slog's handlers with the wrapper: notes[scenario][contender].
func compareAll(all []scenario, spans []context.Context) (map[string]map[string][]string, error) {
	notes := map[string]map[string][]string{}
	for i := range all {
		s := &all[i]
		notes[s.name] = map[string][]string{}
		for j := range s.contenders {
			c := &s.contenders[j]
			found, err := compareOne(c, s.shape, spansOf(s.shape, spans))
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", s.name, c.name, err)
			}
			if c.note != "" {
				found = append(found, c.note)
			}
			notes[s.name][c.name] = found
		}
	}
	return notes, nil
}

func spansOf(sh *shape, spans []context.Context) []context.Context {
	if sh.spanless {
		return []context.Context{context.Background()}
	}
	return spans
}

// references make what others are compared with.
var (
	referenceJSON = handled("", inJSON, wrapped(toJSON))
	referenceText = handled("", inText, wrapped(toText))
)

// compareOne returns what differs in a contender's output. Nothing written is an
// error, unless that is what is asked for.
func compareOne(c *contender, sh *shape, spans []context.Context) ([]string, error) {
	asJSON, asText, err := capture(c, sh, spans)
	if err != nil {
		return nil, err
	}
	if sh.silent || c.writes == inNothing {
		if len(asJSON)+len(asText) > 0 {
			return nil, fmt.Errorf("it writes: %.100q", string(asJSON)+string(asText))
		}
		return nil, nil
	}
	var notes []string
	if c.writes == inRecords {
		notes = append(notes, "records, not text")
	}
	if c.writes == inJSON || c.writes == inBoth || c.writes == inRecords {
		like, err := reference(&referenceJSON, sh, spans)
		if err != nil {
			return nil, err
		}
		got, err := parseJSON(asJSON)
		if err != nil {
			notes = append(notes, "not JSON")
		} else if found, err := differences(like, got); err != nil {
			return nil, err
		} else {
			notes = append(notes, found...)
		}
	}
	if c.writes == inText || c.writes == inBoth || c.writes == inLines {
		like, err := reference(&referenceText, sh, spans)
		if err != nil {
			return nil, err
		}
		found, err := textDifferences(c, asText, like, sh.source)
		if err != nil {
			return nil, err
		}
		notes = append(notes, found...)
	}
	return notes, nil
}

func textDifferences(c *contender, text []byte, like []map[string]any, source bool) ([]string, error) {
	if c.writes != inLines {
		got, err := parseText(text)
		if err != nil {
			return []string{"not key=value"}, nil
		}
		return differences(like, got)
	}
	var notes []string
	if !strings.HasPrefix(string(text), "time=") {
		notes = append(notes, "time, level and message without keys")
	}
	got, err := parseLines(text, like, source)
	if err != nil {
		return append(notes, "not key=value"), nil
	}
	found, err := differences(like, got)
	return append(notes, found...), err
}

// reference returns what a contender is compared with. The wrapper puts the ids
// into the open group; here, they are at the root.
func reference(c *contender, sh *shape, spans []context.Context) ([]map[string]any, error) {
	asJSON, asText, err := capture(c, sh, spans)
	if err != nil {
		return nil, err
	}
	by, data := parseJSON, asJSON
	if c.writes == inText {
		by, data = parseText, asText
	}
	docs, err := by(data)
	if err == nil && len(docs) != compared {
		err = fmt.Errorf("%d reference records instead of %d", len(docs), compared)
	}
	for _, doc := range docs {
		liftIDs(doc)
	}
	return docs, err
}
