// Package charts holds the Helm charts of Ferry: the library chart ferry, which other charts
// depend on, and lakehouse, the release that demos and tests use. There is no code in it; its
// tests render both charts with both Helms.
package charts

//go:generate go run github.com/helm-ferry/ferry/internal/chartdocs/gen ferry lakehouse
