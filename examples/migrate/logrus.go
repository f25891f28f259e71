package main

import (
	"context"
	"io"
	"log/slog"

	"github.com/sirupsen/logrus"
	logrusslog "github.com/sirupsen/logrus/hooks/slog"

	"github.com/spanlog/spanlog"
)

// requestKey is the key of a request's id on a context.
type requestKey struct{}

// A requestHook adds the request's id, and hides passwords.
type requestHook struct{}

func (requestHook) Levels() []logrus.Level { return logrus.AllLevels }

func (requestHook) Fire(e *logrus.Entry) error {
	if e.Context != nil {
		if id, ok := e.Context.Value(requestKey{}).(string); ok {
			e.Data["request"] = id
		}
	}
	if _, ok := e.Data["password"]; ok {
		e.Data["password"] = "[REDACTED]"
	}
	return nil
}

func logrusBefore(ctx context.Context) error {
	log := logrus.New()
	log.SetFormatter(&logrus.JSONFormatter{})
	log.AddHook(requestHook{})

	ctx = context.WithValue(ctx, requestKey{}, "r-17")
	log.WithContext(ctx).WithError(errDeclined).WithFields(logrus.Fields{
		"order": 17, "took": took, "password": "hunter2",
	}).Warn("order put on hold")
	return nil
}

// requestAttrs is what requestHook takes from the context.
func requestAttrs(ctx context.Context, dst []slog.Attr) []slog.Attr {
	if id, ok := ctx.Value(requestKey{}).(string); ok {
		dst = append(dst, slog.String("request", id))
	}
	return dst
}

func logrusAfter(ctx context.Context) error {
	log, err := spanlog.New(&spanlog.Options{
		FromContext: requestAttrs,
		Redact:      []string{"password"},
	}, spanlog.Console{})
	if err != nil {
		return err
	}
	defer log.Close()

	ctx = context.WithValue(ctx, requestKey{}, "r-17")
	log.WarnContext(ctx, "order put on hold", spanlog.Err(errDeclined),
		"order", 17, "took", took, "password", "hunter2")
	return nil
}

// logrusStays has calls of logrus written by spanlog, through logrus's own hook.
func logrusStays(ctx context.Context) error {
	log, err := spanlog.New(&spanlog.Options{
		FromContext: requestAttrs,
		Redact:      []string{"password"},
	}, spanlog.Console{})
	if err != nil {
		return err
	}
	defer log.Close()

	stays := logrus.New()
	stays.SetOutput(io.Discard)
	stays.SetLevel(logrus.TraceLevel) // spanlog's levels decide
	stays.AddHook(logrusslog.NewHook(log.Logger, &logrusslog.HookOptions{LevelMapper: fromLogrus}))

	ctx = context.WithValue(ctx, requestKey{}, "r-17")
	stays.WithContext(ctx).WithError(errDeclined).WithFields(logrus.Fields{
		"order": 17, "took": took, "password": "hunter2",
	}).Warn("order put on hold")
	return nil
}

// fromLogrus keeps Fatal and Panic apart from Error; the hook's own mapping has no
// level FATAL.
func fromLogrus(l logrus.Level) slog.Level {
	if l <= logrus.FatalLevel { // and Panic
		return spanlog.LevelFatal
	}
	return logrusslog.Level(l).Level()
}

// logrusNames writes what dashboards made for logrus look for.
func logrusNames(ctx context.Context) error {
	log, err := spanlog.New(&spanlog.Options{
		FromContext: requestAttrs,
		Redact:      []string{"password"},
		ReplaceAttr: likeLogrus,
	}, spanlog.Console{})
	if err != nil {
		return err
	}
	defer log.Close()
	ctx = context.WithValue(ctx, requestKey{}, "r-17")
	log.WarnContext(ctx, "order put on hold", spanlog.Err(errDeclined), "order", 17, "took", took, "password", "hunter2")
	return nil
}
