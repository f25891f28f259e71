package main

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/spanlog/spanlog"
)

// startPayment starts the payment service, and returns a connection to it.
func startPayment() (conn *grpc.ClientConn, stop func() error, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	// The stats handlers carry the trace across, and make a span on each side.
	conn, err = grpc.NewClient(listener.Addr().String(),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler()),
	)
	if err != nil {
		listener.Close()
		return nil, nil, err
	}
	server := grpc.NewServer(
		grpc.StatsHandler(otelgrpc.NewServerHandler()),
		grpc.ChainUnaryInterceptor(logCall, recoverCall),
	)
	server.RegisterService(&paymentService, payment{})
	go server.Serve(listener) // ends with GracefulStop

	return conn, func() error {
		err := conn.Close()
		server.GracefulStop()
		return err
	}, nil
}

// logCall is the access log of a gRPC server: one record per call, with what the
// method adds to the scope. For streams, an interceptor does the same with the
// context of the stream.
func logCall(ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	start := time.Now()
	service, method, _ := strings.Cut(strings.TrimPrefix(info.FullMethod, "/"), "/")
	ctx = spanlog.Scope(spanlog.With(ctx, spanlog.NameKey, service))
	resp, err := handle(ctx, req)
	slog.InfoContext(ctx, "call",
		"method", method,
		"code", status.Code(err).String(),
		"duration", time.Since(start),
		spanlog.Err(err))
	return resp, err
}

// recoverCall answers a panic with codes.Internal. By itself, gRPC would let it
// end the program.
func recoverCall(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (_ any, err error) {
	defer func() {
		if v := recover(); v != nil {
			logPanic(ctx, v)
			err = status.Error(codes.Internal, "internal error")
		}
	}()
	return handle(ctx, req)
}

// payment charges the cards that customers have left for their orders.
type payment struct{}

type card struct{ number string }

var cards = map[int64]*card{17: {number: "4111111111111111"}}

// Charge has a bug: an order may have no card.
func (payment) Charge(ctx context.Context, order *wrapperspb.Int64Value) (*emptypb.Empty, error) {
	number := cards[order.GetValue()].number
	spanlog.Add(ctx, "card", "*"+number[len(number)-4:])
	slog.InfoContext(ctx, "card charged")
	return &emptypb.Empty{}, nil
}

// charge is the client's side.
func charge(ctx context.Context, conn *grpc.ClientConn, order int64) error {
	return conn.Invoke(ctx, "/Payment/Charge", wrapperspb.Int64(order), &emptypb.Empty{})
}

// paymentService is what protoc would generate from
//
//	service Payment { rpc Charge(google.protobuf.Int64Value) returns (google.protobuf.Empty); }
var paymentService = grpc.ServiceDesc{
	ServiceName: "Payment",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{{
		MethodName: "Charge",
		Handler: func(srv any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
			var order wrapperspb.Int64Value
			if err := decode(&order); err != nil {
				return nil, err
			}
			info := &grpc.UnaryServerInfo{Server: srv, FullMethod: "/Payment/Charge"}
			return intercept(ctx, &order, info, func(ctx context.Context, req any) (any, error) {
				return srv.(payment).Charge(ctx, req.(*wrapperspb.Int64Value))
			})
		},
	}},
}
