// Package peers runs Ferry and the programs that people use in its place to make one
// bucket like another: mc and rclone, each with the flags that its users would
// choose for that. The benchmarks and the survival suite take their commands from
// here, so that both show the same programs.
package peers
