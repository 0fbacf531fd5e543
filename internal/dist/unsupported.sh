#!/bin/sh
# Helm runs this on a system that the release has no program for.
message="this release has no program for $(uname -s) $(uname -m): build it from the source, https://github.com/helm-ferry/ferry"
case " $* " in
*" --helm4 "*) # Helm 4 shows a post-renderer's error only where it expects manifests
	printf 'ferry: error\n--- ferry: %s\n' "$message"
	exit 0
	;;
esac
echo "ferry: error: $message" >&2
exit 1
