package cutover

// Parts that are tested by themselves.
var (
	OfAutoscaler = ofAutoscaler
	Estimate     = estimate
)
