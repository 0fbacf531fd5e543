#!/bin/sh
# A post-renderer with kustomize: what Helm rendered is one resource, and an object is added to it.
set -e
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp "$OVERLAY"/*.yaml "$dir"
cat >"$dir/manifests.yaml"
"$KUSTOMIZE" build "$dir"
