package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
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

// listenDefault is where pages are, unless another program is there.
const listenDefault = "127.0.0.1:9412"

// A server serves logs and traces as pages.
type server struct {
	listen       string
	listenZipkin string
	zipkin       string
	spans        string
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
	f.StringVar(&s.listenZipkin, "listen-zipkin", "", "receive spans at `ADDRESS` as a Zipkin server does, such as 127.0.0.1:9411")
	f.IntVar(&s.maxSpans, "max-spans", zipkin.DefaultMaxSpans, "keep up to `N` spans that were received; the oldest traces go first")
	f.StringVar(&s.zipkin, "zipkin", "", "ask the Zipkin server at `URL` for the spans of traces")
	f.StringVar(&s.spans, "spans", "", "read spans from `FILE`, an array in Zipkin's JSON")
	f.BoolVar(&s.rotated, "rotated", true, "with the files that were rotated away; -rotated=false: without")
	return f
}

func runServe(ctx context.Context, c console, args []string) (err error) {
	s := new(server)
	files, err := s.flags().parse(args, c.out)
	if err != nil {
		return err
	}
	if len(files) == 0 && s.listenZipkin == "" {
		return errors.New("serve: want the path of a log, - for standard input, or -listen-zipkin")
	}
	if s.maxSpans <= 0 {
		return fmt.Errorf("-max-spans %d: want a number of spans", s.maxSpans)
	}
	if err := s.listenAll(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.closeAll()) }()
	spans, err := s.source()
	if err != nil {
		return err
	}
	if i := slices.Index(files, "-"); i >= 0 {
		in, err := spool(c)
		if err != nil {
			return err
		}
		defer in.remove()
		files[i] = in.path
	}
	for _, file := range files {
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			c.warn(fmt.Errorf("%s is not there yet: it is waited for", file))
		}
	}
	o := logindex.Options{Follow: true, Rotated: s.rotated, TempDir: roomyTempDir()}
	if s.index, err = logindex.Open(files, o); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.index.Close()) }()
	return s.serve(ctx, c, spans)
}

// source is where spans are from.
func (s *server) source() (spans viewer.Spans, err error) {
	var from []string
	if s.zipkin != "" {
		if spans.Zipkin, err = zipkinAddress(s.zipkin); err != nil {
			return spans, err
		}
	}
	if s.intakeListener != nil {
		from = append(from, "the intake at "+s.intakeListener.Addr().String())
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
	if err := s.store.Add(read); err != nil {
		return spans, fmt.Errorf("%s: %w", s.spans, err)
	}
	return spans, nil
}

// serve serves until ctx ends.
func (s *server) serve(ctx context.Context, c console, spans viewer.Spans) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	v := &viewer.Viewer{Index: s.index, Spans: spans, Done: ctx.Done()}
	servers := map[net.Listener]*http.Server{
		s.pagesListener: newHTTPServer(viewer.Guard(v.Handler(), hostOf(s.listen))),
	}
	if l := s.intakeListener; l != nil {
		servers[l] = newHTTPServer(viewer.Guard(s.intake(), hostOf(s.listenZipkin)))
		fmt.Fprintf(c.out, "spans: http://%s/api/v2/spans\n", l.Addr())
	}
	for l := range servers {
		if a, ok := l.Addr().(*net.TCPAddr); ok && !a.IP.IsLoopback() {
			c.warn(fmt.Errorf("%s: whoever can reach this machine can read these logs", a))
		}
	}
	fmt.Fprintf(c.out, "pages: %s/\n", s.pages())
	ended := make(chan error, len(servers))
	for l, server := range servers {
		go func() { ended <- server.Serve(l) }()
	}
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

// A spooled log is standard input in a temporary file: what is shown has to be read again.
type spooled struct {
	path string
	file *os.File
}

// spool begins to copy standard input.
func spool(c console) (*spooled, error) {
	f, err := os.CreateTemp(roomyTempDir(), "spanlog-stdin-*.log")
	if err != nil {
		return nil, err
	}
	go func() {
		// Not the end of the command, which may come first.
		if _, err := io.Copy(f, c.in); err != nil && !errors.Is(err, os.ErrClosed) {
			c.warn(fmt.Errorf("standard input: %w", err))
		}
	}()
	return &spooled{f.Name(), f}, nil
}

func (s *spooled) remove() {
	_ = s.file.Close()
	_ = os.Remove(s.path) // nobody has it any more
}

// roomyTempDir is a directory for large temporary files: the usual one is in memory on some
// systems.
func roomyTempDir() string {
	if info, err := os.Stat("/var/tmp"); err == nil && info.IsDir() && os.Getenv("TMPDIR") == "" {
		return "/var/tmp"
	}
	return ""
}
