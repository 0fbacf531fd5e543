package cutover

// Parts that are tested by themselves.
var (
	OfAutoscaler       = ofAutoscaler
	Estimate           = estimate
	ApplicationHeals   = applicationHeals
	HelmReleaseHeals   = helmReleaseHeals
	KustomizationHeals = kustomizationHeals
)
