// Package spanlog is the slog back end where every record knows its trace.
//
// Programs keep calling [log/slog]. spanlog is the [slog.Handler] behind it: it
// takes the active OpenTelemetry span from the context, puts trace_id and
// span_id at the root of every record, and delivers the record to the console, to
// files and to any other sink, each with its own level and format.
//
//	ctx := context.Background()
//	shutdown, err := telemetry.Start(ctx, telemetry.Options{Service: spanlog.Service{Name: "shop"}})
//	if err != nil {
//		return err
//	}
//	defer shutdown(ctx)
//	log, err := spanlog.New(nil, spanlog.Console{}, spanlog.File{Path: "app.log", Level: slog.LevelDebug})
//	if err != nil {
//		return err
//	}
//	defer log.Close()
//	slog.SetDefault(log.Logger)
//
// Log with a context. slog.Info has none, so its records know no trace:
//
//	slog.InfoContext(ctx, "order placed", "order", 17)
//
// # Around a handler that you already have
//
// [NewHandler] adds the trace fields and passes each record on. It is all that is
// needed where the rest is in place:
//
//	slog.SetDefault(slog.New(spanlog.NewHandler(slog.NewJSONHandler(os.Stderr, nil), nil)))
//
// # Trace fields
//
// trace_id, span_id and trace_flags stand at the root of the record, whatever
// groups are open, as OpenTelemetry's "trace context in non-OTLP log formats" has
// them. Spans that are not sampled count, and so do the spans of callers: their
// ids are what the next service logs. Without a span there are no fields.
//
// Some back ends refuse a document that has a key twice. So, while a span is
// active, an attribute at the root with the name of a trace field is renamed, to
// attr.trace_id and the like; if it has the active span's own id, it is left out.
//
// Back ends that want other names or forms have a [Schema].
//
// # Sinks and formats
//
// [New] takes any number of sinks: [Console], [File], [Writer] for an io.Writer,
// [Relay] for a slog.Handler, [OTel] for OpenTelemetry's logs API. Each has a
// level, and the first three have a format: [JSON] and [Text], which write slog's
// bytes; [Pretty], for people; [Pattern], in the layout language of Python's
// logging; or a [FormatFunc]. A record is formatted once for all the sinks that
// share a format.
//
// # Traces and logs in one place
//
// Options.SpanEvents shows records on their span, and Options.SpanErrors its
// failure; Console.TraceURL makes links of ids. [OTel] sends records to a Collector,
// with telemetry.Start. docs/tracing.md has the whole way, in both directions.
//
// # More when it matters
//
// A level can be [Rules] by logger and package, such as "info, http=warn,
// github.com/acme/shop/db=debug", that are changed while the program runs: by
// [Rules.Set], or over HTTP with package levelhttp. [WithLevel] has one request
// logged in full. [Sample] keeps all records of some traces, the same in every
// service.
//
// A [FlightRecorder] holds what is below its sink's level, in bounded memory, until
// something goes wrong in the trace: an error, a failed or slow span, a call of
// [Trigger]. Then the trace's records are written, and otherwise they vanish with
// its root span. docs/levels.md has the whole of it.
//
// # Trouble and overload
//
// What goes wrong in one sink, an error or a panic, does not reach another, nor
// the program: [Options].OnError hears it, and [Logger.Stats] counts it. A sink
// that keeps failing gets no records for a while, but for one now and then that
// tries it. Once it delivers again, a record at WARN tells whoever reads it what
// is missing.
//
// Sinks that hold sinks deal with more:
//
//   - [Async]: the program does not wait for a sink that is slow or stuck, such as
//     a console whose reader does not read
//   - [Failover]: while one sink fails, another gets the records
//   - [Limit]: a message that repeats itself is counted instead
//
// They nest, as in
//
//	spanlog.Async{Sink: spanlog.Limit{Sink: spanlog.Console{}}}
//
// A record is delivered, or it is counted, by level and reason. Code that runs
// within a logging call, such as a LogValue or a Writer, may log itself: none of it
// waits for itself, and it comes to an end.
//
// # The log file
//
// A record that went to a [File] survives the death of the process, once Handle
// has returned: it is in a journal, a small file that is mapped into memory, until
// it is in the log. That costs a memory copy, not a system call. What a process
// that died has left, the next one writes, each record once.
//
// A File is rotated by size and by the clock, compressed and deleted as its
// options say, followed by other processes on the same path, and made again if
// somebody has moved it. A full disk costs only what does not fit into the
// journal, and that is counted. What survives what, down to a loss of power, is a
// table in docs/durability.md, each cell with its test.
//
// # Attributes from the context
//
// [With] puts attributes on a context; [Scope] and [Add] have deeper code add to
// the records of a whole request. Options.FromContext and Options.Baggage take
// them from what the context carries anyway. All of them stand at the root.
//
// # Secrets
//
// Options.Redact names keys of attributes and groups whose values are never
// written, to no sink, at no depth of groups. It does not look into maps, slices
// and structs.
//
// No value can forge a line, and in Text, Pattern and Pretty none can send escape
// sequences to a terminal. JSON is for programs: like slog's, it escapes what JSON
// has to, which leaves some control characters above ASCII.
//
// # Environment
//
// What the code says wins over the environment, and that over the defaults. A bad
// value is a record at WARN and the default. [NewHandler] reads none of these.
//
//	SPANLOG_LEVEL             Options.Level; see ParseLevel and Levels
//	SPANLOG_FORMAT            the Format of consoles; see ParseFormat
//	OTEL_SERVICE_NAME         Options.Service
//	OTEL_RESOURCE_ATTRIBUTES  the rest of Options.Service
//	DD_SERVICE, DD_VERSION, DD_ENV  the same, with SchemaDatadog
//	NO_COLOR, FORCE_COLOR, TERM     colours; see ColorAuto
//
// # Shutdown
//
// [Logger.Close] flushes and closes the sinks. [Logger.Shutdown] does so within a
// deadline, even if a sink is stuck, and says how many records are left.
// [Logger.Flush] flushes without closing, [Logger.Fatal] shuts down before exiting,
// and [Logger.FlushOnPanic], deferred, flushes when a goroutine panics. After
// shutdown the console and files still deliver.
package spanlog
