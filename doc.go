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
// Below is a section for each concept. Each name in it has an example.
//
// # Loggers
//
// [New] makes a [Logger] of [Options] and sinks. New(nil) alone is a console on
// stderr at level Info, and cannot fail; [Must] is for a logger that the program
// cannot do without. What is wrong with an option or a sink is an error of New,
// which names the sink and the field.
//
// The Logger stays in main, which closes it. What is passed on is a plain
// *slog.Logger: slog.Default, or what With and WithGroup return. A logger has a
// name if With is given one under [NameKey].
//
// [LevelTrace] and [LevelFatal] are the two levels that slog leaves out.
//
// # Around a handler that you already have
//
// [NewHandler] adds the trace fields and passes each record on. It is all that is
// needed where the rest is in place:
//
//	slog.SetDefault(slog.New(spanlog.NewHandler(slog.NewJSONHandler(os.Stderr, nil), nil)))
//
// It takes all [Options] but AddSource and ReplaceAttr, which are for that handler
// to have, and reads no environment variable.
//
// # Trace fields
//
// trace_id, span_id and trace_flags stand at the root of the record, whatever
// groups are open, as OpenTelemetry's "trace context in non-OTLP log formats" has
// them. Spans that are not sampled count, and so do the spans of callers: their
// ids are what the next service logs. Without a span there are no fields.
//
// Options.SpanContext is for tracers other than OpenTelemetry's.
//
// # Schemas
//
// Back ends that want other names or forms have a [Schema], such as
// [SchemaDatadog], [SchemaECS] or [SchemaGoogleCloud]: Options.Schema. [ParseSchema]
// finds one by its name. Each key can be changed. A handler of somebody else's is
// told of it by [Schema.ReplaceAttr].
//
// # Names that collide
//
// Some back ends refuse a document that has a key twice. So, while a span is
// active, an attribute at the root with the name of a trace field is renamed, to
// attr.trace_id and the like; if it has the active span's own id, it is left out.
// Two spanlog handlers around each other so add the trace fields once; a service is
// written by each that is given one. In groups, and without a span, such a name is
// one like any other.
//
// # Sinks
//
// A sink is plain data, read once by [New]:
//
//   - [Console]: stderr, or another writer that somebody looks at
//   - [File]: a log file, which loses no record when the process dies
//   - [Writer]: an io.Writer. One that is an [EntryWriter] gets the time, the level
//     and the span of each record as well: for Kafka, syslog, Loki and the like
//   - [Relay]: a slog.Handler
//   - [OTel]: OpenTelemetry's logs API, and so a Collector
//
// The others hold sinks: [Async], [Failover], [Limit], [Sample] and
// [FlightRecorder], of which the sections below tell. They nest, as in
//
//	spanlog.Async{Sink: spanlog.Limit{Sink: spanlog.Console{}}}
//
// New refuses what makes no sense, and says what would, such as an Async around
// a File. Files get each record first: there it is safe.
//
// # Formats
//
// Console, File and Writer have a Format: [JSON] and [Text], which write slog's
// bytes; [Pretty], for people; [Pattern], in the layout language of Python's
// logging; or a [FormatFunc] of one's own, which is given an [Event]. [ParseFormat]
// finds one by its name. A record is formatted once for all the sinks that share a
// format.
//
// On a terminal, Pretty shows the lines of a trace in one colour. With
// Console.TraceURL the trace's id is a link.
//
// # The log file
//
// A record that went to a [File] survives the death of the process, once Handle
// has returned nil: it is in a journal, a small file that is mapped into memory,
// until it is in the log. That costs a memory copy, not a system call. What a
// process that died has left, the next one writes, each record once.
//
// If its options say so, a File is rotated by size (MaxSize) and by the clock
// ([Daily], [Hourly], [Every]), and what was rotated is compressed, and deleted by
// number, age or size. It is followed by other processes on the same path, and made
// again if somebody has moved it; [Logger.Reopen] is for programs that are told by a
// signal. A full disk costs only what does not fit into the journal, and that is
// counted.
//
// A loss of power takes what the operating system has not written yet, unless
// File.Sync has it written: [SyncErrors], [SyncAlways] or [SyncEvery]. What
// survives what is a table in docs/durability.md, each cell with its test.
//
// # Levels
//
// Each sink has a level. By default that is Options.Level, which by default is what
// SPANLOG_LEVEL says, or Info. A Relay has the level of its handler. Any
// slog.Leveler will do: a constant, a [slog.LevelVar] to be changed later, or
// [Rules] by logger and package, such as [Levels] makes of
//
//	info, http=warn, github.com/acme/shop/db=debug
//
// Rules are changed while the program runs, by [Rules.Set], or over HTTP with
// package levelhttp, also for ten minutes only. [WithLevel] has one request logged
// in full, by all sinks whose level is not [Pinned].
//
// # Attributes from the context
//
// [With] puts attributes on a context. [Scope] opens a place on it that deeper code
// fills with [Add], for all the later records of a request. Options.FromContext
// takes attributes from what the context carries anyway, and Options.Baggage those
// members of OpenTelemetry's baggage that it lists. All of them stand at the root,
// and give way to an attribute of the logger's or the record's with the same key.
//
// # Secrets
//
// Options.Redact names keys of attributes and groups whose values are never
// written, to no sink, at no depth of groups. It does not look into maps, slices
// and structs, nor into messages and the texts of errors. What else there is to be
// hidden is for Options.ReplaceAttr.
//
// No value can forge a line, and in Text, Pattern and Pretty none can send escape
// sequences to a terminal. JSON is for programs: like slog's, it escapes what JSON
// has to, which leaves some control characters above ASCII.
//
// # Errors
//
// [Err] makes an attribute of an error, under "error". [SchemaDatadog] and
// [SchemaECS] have its text, type and stack in fields of their own, and so has
// [OTel]. Pretty shows the stack below the line. An error, or any value, whose
// method panics costs the record no more than that value.
//
// # Traces and logs in one place
//
// Options.SpanEvents makes records events of their span, which Zipkin shows as
// annotations. Options.SpanErrors makes a record at a level the failure of its
// span. [OTel] sends records to a Collector, with telemetry.Start. docs/tracing.md
// has the whole way, from a line to its trace and back.
//
// # Flight recorder
//
// A [FlightRecorder] holds what is below its sink's level, in bounded memory, until
// something goes wrong in the trace: an error, a failed or slow span, a call of
// [Trigger]. Then the trace's records are written, and otherwise they vanish with
// its root span. docs/levels.md has the whole of it.
//
// # Sampling
//
// A [Sample] keeps all the records of some traces, the same ones in every service,
// and of the others what is at Warn and above. Within a FlightRecorder it leaves
// little of the traces that succeed, and all of those that fail:
//
//	spanlog.FlightRecorder{Sink: spanlog.Sample{Sink: spanlog.File{Path: "app.log"}, Ratio: 0.01}}
//
// # Trouble
//
// What goes wrong in one sink, an error or a panic, does not reach another, nor
// the program: [Options].OnError hears it as a [SinkError], Handle returns it, and
// [Logger.Stats] counts it. By default, OnError is a line on stderr, at most one in
// ten seconds.
//
// A sink that keeps failing gets no records for a while, but for one now and then
// that tries it; a File tries again by itself. Once it delivers again, a record at
// WARN tells whoever reads it what is missing.
//
// A record is delivered, or it is counted, by level and reason (see [Drops]).
// telemetry.Metrics makes OpenTelemetry's metrics of these counts, and package
// expvar takes [Stats] as they are.
//
// # Overload
//
//   - [Async]: the program does not wait for a sink that is slow or stuck, such as
//     a console whose reader does not read. Its [Overflow] says which records go
//     when its queue is full
//   - [Failover]: while one sink fails, another gets the records
//   - [Limit]: a message that repeats itself is counted instead
//
// What a sink had no room for is an [ErrDropped]. docs/overload.md has the whole
// of it.
//
// # Logging from within logging
//
// Code of the program's that runs within a logging call may log itself: a LogValue,
// an error's method, a [FormatFunc], OnError, a writer, a handler. Its records go to
// the sinks that do not wait for it. It does not wait for itself, and comes to an
// end: what is nested deeper than four calls is counted as "nested".
//
// # Shutdown
//
// The template for main: tracing first, then the logger; and the other way round at
// the end, as deferred calls go. The context that the signal has ended is good
// enough for both.
//
//	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
//	defer stop()
//	service := spanlog.Service{Name: "shop", Version: "1.4.2"}
//	shutdown, err := telemetry.Start(ctx, telemetry.Options{Service: service})
//	if err != nil {
//		return err
//	}
//	defer shutdown(ctx) // the spans that are left
//	log, err := spanlog.New(&spanlog.Options{Service: service}, spanlog.Console{}, spanlog.File{Path: "app.log"})
//	if err != nil {
//		return err
//	}
//	defer log.Close() // the records that are left
//	defer log.FlushOnPanic(ctx)
//	slog.SetDefault(log.Logger)
//
// [Logger.Close] flushes and closes the sinks. [Logger.Shutdown] does so within a
// deadline, even if a sink is stuck, and says how many records are left.
// [Logger.Flush] flushes without closing, [Logger.Fatal] shuts down before exiting,
// and [Logger.FlushOnPanic], deferred, flushes when a goroutine panics. After
// shutdown the console and files still deliver; other sinks return [ErrClosed].
//
// # Testing
//
// Package spanlogtest has a Recorder, which keeps what a program logs, and with
// which span, and a conformance suite for handlers.
//
// # Environment
//
// What the code says wins over the environment, and that over the defaults. A bad
// value is a record at WARN and the default. [NewHandler] reads none of these.
//
//	SPANLOG_LEVEL             Options.Level, as for ParseLevel or Levels. Else INFO
//	SPANLOG_FORMAT            the Format of consoles, as for ParseFormat. Else pretty on a terminal, else json
//	OTEL_SERVICE_NAME         Service.Name. Else service.name of the next
//	OTEL_RESOURCE_ATTRIBUTES  Service: service.version, deployment.environment.name, host.name. Else nothing
//	DD_SERVICE, DD_VERSION    Service.Name and Version with SchemaDatadog. Else the two above
//	DD_ENV                    Service.Env with SchemaDatadog. Else that of the resource attributes
//	NO_COLOR                  not empty: Pretty has no colours, see ColorAuto. Else the next
//	FORCE_COLOR               not empty: it has them, but for 0 and false. Else the next
//	TERM                      dumb: it has none. Else it has them on a terminal
//
// Package telemetry reads those of OpenTelemetry's SDK.
//
// # What costs what
//
// The numbers are in benchmarks/README.md, and what makes them in docs/speed.md.
//
//   - A record that no sink wants costs about what it does with slog's own
//     handlers, and no allocation.
//   - A record of five numbers, texts, times or errors to a Console, Writer or File
//     as JSON, Text or Pattern allocates nothing. [NewHandler] allocates up to
//     three times beside the handler that it is around, without a span not at all.
//   - A second sink of the same format costs little, one of another format its
//     encoding. What With adds is encoded once.
//   - ReplaceAttr, Redact, FromContext, Baggage and a schema with fields for errors
//     have the attributes of each record gathered before they are written; so have a
//     group, a LogValuer, and an attribute on the context, for the records with
//     these. A program that calls neither With nor Scope nor WithLevel pays nothing
//     for them.
//   - AddSource looks a place up once. Rules are a comparison for what is below them
//     all; for the rest, the record has to be made before its package is known.
//   - A File takes a copy in memory for each record, a system call for one at Error
//     and above, and with Sync one fsync for all that wait for it.
//   - Async takes a copy, and by default up to 8 MiB; a FlightRecorder up to 32 MiB,
//     and for a record that it holds about a quarter more time than for one that is
//     written to nowhere.
//   - SpanEvents sends a record with its span once more. OTel converts each value.
package spanlog
