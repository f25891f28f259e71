package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/spanlog/spanlog/internal/logindex"
	"github.com/spanlog/spanlog/internal/viewer"
	"github.com/spanlog/spanlog/internal/zipkin"
)

const serveUsage = "[flags] FILE…|-"

const serveExamples = `  spanlog serve app.log
  kubectl logs -f deploy/shop | spanlog serve -
  spanlog serve -zipkin http://localhost:9411 *.log
  spanlog serve -listen-zipkin 127.0.0.1:9411 app.log     it is the Zipkin that programs send spans to
`

// A server serves logs and traces as pages, and may take the place of a Zipkin server for the
// programs that make them. It puts together what does the work: logindex reads and finds lines,
// zipkin keeps spans that were sent, and viewer joins both and has the pages. Its own are the
// addresses, and the order in which all of that begins and ends.
//
// The fields down to rotated are what its flags say.
type server struct {
	listen       string // "": listenDefault, or any port
	listenZipkin string // "": there is no intake
	zipkin       string // the address of a server that is asked for spans, without its API's path
	spans        string // a file of spans
	maxSpans     int
	rotated      bool

	pagesListener  net.Listener
	intakeListener net.Listener  // nil: there is no intake
	store          *zipkin.Store // nil: no spans are received, or read from a file
	index          *logindex.Index
}

func (s *server) flags() *flagSet {
	f := newFlags("serve", serveUsage, serveExamples)
	f.StringVar(&s.listen, "listen", "", "serve the pages at `ADDRESS`; by default "+listenDefault+", or another port if that is taken")
	f.text(&s.listenZipkin, "listen-zipkin", "an address such as 127.0.0.1:9411", "receive spans at `ADDRESS` as a Zipkin server does, such as 127.0.0.1:9411")
	s.maxSpans = zipkin.DefaultMaxSpans
	f.number(&s.maxSpans, "max-spans", 1, "a number of spans", fmt.Sprintf("keep up to `N` spans that were received, by default %d; the oldest traces go first", zipkin.DefaultMaxSpans))
	f.Func("zipkin", "ask the Zipkin server at `URL` for the spans of traces", setZipkin(&s.zipkin))
	f.text(&s.spans, "spans", "the path of a file", "read spans from `FILE`, an array in Zipkin's JSON")
	f.BoolVar(&s.rotated, "rotated", true, "with the files that were rotated away; -rotated=false: without")
	return f
}

// runServe checks and opens everything before it says where the pages are. So whoever reads that line
// can go there, and what is wrong is told instead of it. What it has opened is closed in the
// opposite order.
func runServe(ctx context.Context, c console, args []string) (err error) {
	s := new(server)
	files, err := s.flags().parse(args, c.out)
	if err != nil {
		return err
	}
	if len(files) == 0 && s.listenZipkin == "" {
		return errors.New("serve: want the path of a log, - for standard input, or -listen-zipkin")
	}
	if files, err = onlyOnce(files, s.rotated); err != nil {
		return err
	}
	if err := s.listenAll(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.closeAll()) }()
	spans, err := s.source()
	if err != nil {
		return err
	}
	tellMissing(c, files) // the index follows all, and waits for those
	tellLeft(c, files)
	var names map[string]string
	if i := slices.Index(files, stdin); i >= 0 {
		in, err := openSpool(c.in, c.warn)
		if err != nil {
			return err
		}
		defer in.remove()
		files[i], names = in.path, map[string]string{in.path: spoolName}
	}
	// The index reads on in the background: the pages are there at once, and say how far it is.
	o := logindex.Options{Follow: true, Rotated: s.rotated, TempDir: roomyTempDir(), Names: names}
	if s.index, err = logindex.Open(files, o); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.index.Close()) }()
	return s.serve(ctx, c, spans)
}

// source is where spans are from. Spans that were sent and those of a file are in one store, as a
// trace may have some of each; a Zipkin server is asked for what that does not have.
func (s *server) source() (spans viewer.Spans, err error) {
	spans.Zipkin = s.zipkin
	var from []string
	if s.intakeListener != nil {
		from = append(from, "the intake at "+hostPort(s.intakeListener))
		spans.Listens = true
	}
	if s.spans != "" {
		from = append(from, s.spans)
	}
	if len(from) == 0 {
		return spans, nil
	}
	s.store = &zipkin.Store{MaxSpans: s.maxSpans}
	spans.Received, spans.From = s.store, strings.Join(from, " and ")
	if s.spans == "" {
		return spans, nil
	}
	read, err := readSpanFile(s.spans)
	if err != nil {
		return spans, err
	}
	// What a server would refuse is refused here too, with the number of the span: spans that are
	// left out would be missing in some trace, and nobody would know.
	if err := s.store.Add(read); err != nil {
		return spans, fmt.Errorf("-spans %s: %w", s.spans, err)
	}
	return spans, nil
}

// serve serves until ctx ends, or one of the servers does. It says where they are on standard
// output, in lines that a script can read.
func (s *server) serve(ctx context.Context, c console, spans viewer.Spans) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// Done ends tails, which have no end of their own, so that shutdown need not wait for them.
	v := &viewer.Viewer{Index: s.index, Spans: spans, Done: ctx.Done()}
	// There are two servers, because the intake has Zipkin's port and paths, and may be open to
	// others while the logs are not.
	servers := map[net.Listener]*http.Server{
		s.pagesListener: newHTTPServer(viewer.Guard(v.Handler(), s.names()...)),
	}
	s.tellReach(c, s.pagesListener, "-listen "+s.listen, "read these logs")
	if l := s.intakeListener; l != nil {
		servers[l] = newHTTPServer(s.intake())
		s.tellReach(c, l, "-listen-zipkin "+s.listenZipkin, "read the spans, and send some")
		fmt.Fprintf(c.out, "spans: http://%s/api/v2/spans\n", hostPort(l))
	}
	fmt.Fprintf(c.out, "pages: %s/\n", s.pages())
	ended := make(chan error, len(servers)) // nobody is left waiting
	for l, server := range servers {
		go func() { ended <- server.Serve(l) }()
	}
	// An interrupt is the usual end, and no error.
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
		err = fmt.Errorf("serve: %w", err)
	}
	stop()
	for _, server := range servers {
		err = errors.Join(err, shutdown(server))
	}
	return err
}

// tellReach warns of a listener that others can reach: there is no password, and what a page with a
// foreign name is refused, a program at another machine is not. The flag is what was typed, as that
// is what to change.
func (s *server) tellReach(c console, l net.Listener, flag, what string) {
	a, ok := l.Addr().(*net.TCPAddr)
	if !ok || a.IP.IsLoopback() {
		return
	}
	if a.IP.IsUnspecified() {
		flag += ": listens on all addresses of this machine"
	}
	c.warn(fmt.Errorf("%s: whoever can reach it can %s", flag, what))
}
