package viewer

import (
	"bytes"
	"fmt"
	"net/http"
	"time"
)

// sendTime is how long a client may take to read a message. A browser that sleeps does not read,
// and connects anew when it is awake.
const sendTime = 15 * time.Second

// An eventWriter answers with server-sent events, as browsers have them for EventSource
// (https://html.spec.whatwg.org/multipage/server-sent-events.html). It is for one goroutine.
type eventWriter struct {
	http.ResponseWriter
	client *http.ResponseController
}

// newEventWriter begins the answer. Nothing else may be written to it.
func newEventWriter(w http.ResponseWriter) *eventWriter {
	w.Header().Set("Content-Type", "text/event-stream")
	return &eventWriter{w, http.NewResponseController(w)}
}

// send sends a message at once. The id is what a browser tells us of when it connects anew, in
// the header Last-Event-ID; with "", it goes on telling the one before. An error means that the
// client has gone, or does not read.
//
// JSON has no newline but the one at its end, so a message is one line of data.
func (e *eventWriter) send(event, id string, message any) error {
	var data bytes.Buffer
	if err := encodeJSON(&data, message); err != nil {
		return err
	}
	if id != "" {
		event += "\nid: " + id
	}
	_ = e.client.SetWriteDeadline(time.Now().Add(sendTime)) // not all can have one
	if _, err := fmt.Fprintf(e, "event: %s\ndata: %s\n", event, &data); err != nil {
		return err
	}
	return e.client.Flush()
}
