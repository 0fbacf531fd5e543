// Package node makes a real Kubernetes cluster of one node, without Docker, inside
// a network namespace of its own:
//
//	n, err := node.Up(ctx, dir)           // kubelet, containerd, kube-proxy, CoreDNS, the control plane
//	err = n.Load(ctx, image.Image{…})     // into containerd
//	n.Command(ctx, "helm", "list")        // a program that sees the cluster
//	n.Dial(ctx, "tcp", "203.0.113.7:9000") // a connection to a Service
//	err = node.Down(ctx, dir)             // all of it, also after a crash
//
// Everything that belongs to a cluster is in its folder, or named after it: [Down]
// needs nothing else, and ends what an earlier process left behind. Addresses are
// from documentation ranges (RFC 5737) and exist inside the namespace only.
//
// The StorageClass "folder" is the default: a claim gets a folder of its own, which
// is deleted with its volume, as a cloud's disk would be.
//
// It needs Linux, root, and Debian's runc, containernetworking-plugins, iptables,
// conntrack and iproute2; [Packages] installs what is missing.
package node
