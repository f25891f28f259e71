package spanlog

import "fmt"

// FlightRecorder is a decorator that holds back the details of each trace until
// something goes wrong in it. This version of spanlog does not have it yet: New
// refuses it.
type FlightRecorder struct {
	// Sink is the sink to be decorated.
	Sink Sink
}

func (FlightRecorder) sinkName() string { return "flight recorder sink" }

func (FlightRecorder) build(*builder) (sinkCore, error) {
	return sinkCore{}, errNotYet("FlightRecorder")
}

// errNotYet refuses a sink whose type is part of the contract already.
func errNotYet(kind string) error {
	return fmt.Errorf("%s is not in this version of spanlog yet", kind)
}
