package zipkin

// The intake: from the body of a request to spans in normal form. Anybody who can reach the port
// can send anything here. So a body is read through its limits, nothing is stored before all of it
// is known to be good, and what is refused is said in words for whoever has written the sender.

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// post stores the spans of a request, all or none.
func (s *Store) post(w http.ResponseWriter, r *http.Request) {
	spans, err := s.receive(w, r)
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		s.put(spans)
		w.WriteHeader(http.StatusAccepted)
	case errors.As(err, &tooLarge):
		msg := fmt.Sprintf("body: more than %d bytes", tooLarge.Limit)
		http.Error(w, msg, http.StatusRequestEntityTooLarge)
	case errors.Is(err, errTooMany):
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
	default:
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

// receive reads the spans of a request, in normal form.
func (s *Store) receive(w http.ResponseWriter, r *http.Request) ([]Span, error) {
	// JSON only, and only when it says so: a web page can't send this type to a
	// foreign server without that server's consent, so that no page can write
	// into the store of whoever looks at it.
	contentType := r.Header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(contentType); err != nil || media != "application/json" {
		return nil, fieldError("Content-Type", contentType, errors.New("want application/json"))
	}
	body := http.MaxBytesReader(w, r.Body, s.maxBody())
	switch encoding := r.Header.Get("Content-Encoding"); encoding {
	case "", "identity":
	case "gzip":
		unzipped, err := gzip.NewReader(body)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		// A second bound: a thousand bytes can unfold to a million.
		body = http.MaxBytesReader(w, unzipped, s.maxBody())
	default:
		return nil, fieldError("Content-Encoding", encoding, errors.New("want gzip"))
	}
	return decode(body, s.maxSpans())
}

// errTooMany tells of a request with more spans than the store can hold, some of which would be
// forgotten before anybody could ask for them.
var errTooMany = errors.New("too many spans")

// decode reads a JSON array of at most limit spans into normal form, or says which of them is bad.
func decode(body io.Reader, limit int) ([]Span, error) {
	var spans []Span
	err := eachSpan(body, func(n int, span Span) error {
		if n == limit {
			return fmt.Errorf("%w: more than %d", errTooMany, limit)
		}
		span, err := span.normal()
		if err != nil {
			return fmt.Errorf("span %d: %w", n, err)
		}
		spans = append(spans, span)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return spans, nil
}

// eachSpan calls do with each span of a JSON array and its number, up to the first error. It takes
// them one by one, because an array of small values is many times larger in memory than in the
// body.
func eachSpan(body io.Reader, do func(n int, span Span) error) error {
	return eachElement(body, "span", do)
}

// eachElement is eachSpan for an array of anything; what is one of them.
func eachElement[T any](body io.Reader, what string, do func(n int, element T) error) error {
	d := json.NewDecoder(body)
	if start, err := d.Token(); err == io.EOF {
		return fmt.Errorf("JSON: empty: want an array of %ss", what)
	} else if err != nil {
		return jsonError(err)
	} else if start != json.Delim('[') {
		return fmt.Errorf("JSON: %v: want an array of %ss", start, what)
	}
	for n := 0; d.More(); n++ {
		var element T
		if err := d.Decode(&element); err != nil {
			return fmt.Errorf("%s %d: %w", what, n, jsonError(err))
		}
		if err := do(n, element); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return jsonError(err)
	}
	switch _, err := d.Token(); err {
	case io.EOF:
		return nil
	case nil:
		return errors.New("JSON: something follows the array")
	default:
		return jsonError(err)
	}
}

// jsonError words a decoder's error for whoever wrote the JSON, who doesn't
// care for Go's types.
func jsonError(err error) error {
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrongType) && wrongType.Field == "":
		return fmt.Errorf("JSON %s: want a span", wrongType.Value)
	case errors.As(err, &wrongType):
		return fmt.Errorf("%s: JSON %s can't be %s", wrongType.Field, wrongType.Value, wrongType.Type)
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("JSON: %w", err)
}
