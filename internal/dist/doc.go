// Package dist makes the archives of a release of the plugin:
//
//	ferry-0.1.0-helm3.tgz                for Helm 3, which wants plugin.yaml at the root
//	ferry-0.1.0.tgz                      for Helm 4, which wants it in a folder named after the plugin
//	ferry-post-renderer-0.1.0.tgz        for Helm 4: the post-renderer alone
//	SHA256SUMS                           checksums, as sha256sum -c reads them
//
// Each archive holds the programs for all platforms, so that one address serves everybody and nothing
// is downloaded by a script. The version is the one in plugin.yaml.
//
// Archives are deterministic: the same source, Go and platforms give the same bytes.
package dist
