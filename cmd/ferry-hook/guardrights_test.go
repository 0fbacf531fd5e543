package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	authorization "k8s.io/api/authorization/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/internal/config"
	"github.com/helm-ferry/ferry/internal/kube"
	"github.com/helm-ferry/ferry/internal/manifest"
	"github.com/helm-ferry/ferry/internal/testworld"
	"github.com/helm-ferry/ferry/render"
)

// right is one that an account has or must not have: verb group/resource/name.
type right string

// attributes splits it.
func (r right) attributes(namespace string) *authorization.ResourceAttributes {
	verb, object, _ := strings.Cut(string(r), " ")
	parts := append(strings.Split(object, "/"), "")
	return &authorization.ResourceAttributes{Namespace: namespace, Verb: verb, Group: parts[0], Resource: parts[1], Name: parts[2]}
}

// The guard needs what it judges by, and two patches.
var (
	needed = []right{
		"list /persistentvolumeclaims", "get /persistentvolumeclaims/uploads", "patch /persistentvolumeclaims/uploads",
		"list apps/statefulsets", "patch apps/statefulsets/db", "get /services/shop-objectstorage", "get /configmaps/shop-migration-record", "get /configmaps/shop-ferry",
	}
	never = []right{
		"delete /persistentvolumeclaims/uploads", "update /persistentvolumeclaims/uploads", "create /persistentvolumeclaims", "deletecollection /persistentvolumeclaims",
		"delete apps/statefulsets/db", "update apps/statefulsets/db", "create apps/statefulsets", "patch apps/deployments/web", "get /services/other",
		"list /services", "patch /services/shop-objectstorage", "create /secrets", "update /secrets/shop", "delete /secrets/shop", "watch /secrets",
		"patch /configmaps/shop-migration-record", "list /pods", "create /pods", "create batch/jobs", "get /persistentvolumes/pv", "list /nodes",
	}
)

// TestRightsOfTheGuard asks a real API server what the guard's account may do in each spelling of its
// Role: what it needs, and nothing else.
func TestRightsOfTheGuard(t *testing.T) {
	cluster := testworld.StartAPIServer(t)
	for name, test := range map[string]struct {
		manifests []byte
		may, not  []right
	}{
		"helm":   {renderedGuard(t, render.HooksHelm), []right{"list /secrets", "get /secrets/sh.helm.release.v1.shop.v1", "list /configmaps"}, []right{"list apps/deployments"}},
		"argocd": {renderedGuard(t, render.HooksArgoCD), []right{"list apps/deployments", "get /configmaps/shop-guard"}, []right{"list /secrets", "get /secrets/shop", "list /configmaps", "get /configmaps/other"}},
		"library": {
			libraryGuard(t),
			[]right{"get /secrets/sh.helm.release.v1.shop.v1", "get /secrets/sh.helm.release.v1.shop.v11", "get /configmaps/sh.helm.release.v1.shop.v2"},
			[]right{"list /secrets", "get /secrets/shop", "get /secrets/sh.helm.release.v1.other.v1", "list /configmaps", "get /configmaps/other", "list apps/deployments"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			namespace := "rights-" + name
			if err := cluster.Namespace(t.Context(), namespace, nil); err != nil {
				t.Fatal(err)
			}
			if err := cluster.Apply(t.Context(), namespace, test.manifests); err != nil {
				t.Fatal(err)
			}
			account, err := cluster.As(t.Context(), namespace, "shop-guard")
			if err != nil {
				t.Fatal(err)
			}
			client, err := kube.New(account, namespace)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range append(test.may, needed...) {
				if !may(t, client, r) {
					t.Errorf("the guard may not %s", r)
				}
			}
			for _, r := range append(test.not, never...) {
				if may(t, client, r) {
					t.Errorf("the guard may %s", r)
				}
			}
		})
	}
}

func may(t *testing.T, client kube.Client, r right) bool {
	t.Helper()
	return allowed(t, client, r.attributes(client.Namespace))
}

func allowed(t *testing.T, client kube.Client, attributes *authorization.ResourceAttributes) bool {
	t.Helper()
	review, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(t.Context(), &authorization.SelfSubjectAccessReview{
		Spec: authorization.SelfSubjectAccessReviewSpec{ResourceAttributes: attributes},
	}, meta.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return review.Status.Allowed
}

// renderedGuard are account, Role and RoleBinding as the renderer adds them.
func renderedGuard(t *testing.T, hooks render.Hooks) []byte {
	t.Helper()
	text := []byte("apiVersion: helm-ferry.dev/v1alpha1\nkind: Ferry\nmetadata: {name: shop}\n")
	cfg, err := config.Load("ferry.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	rendering, err := render.Render(t.Context(), nil, render.Config{Door: render.Helm4, Hooks: hooks, Ferry: &render.Document{Config: cfg, Text: text}})
	if err != nil {
		t.Fatal(err)
	}
	return rights(t, rendering.Bytes())
}

// libraryGuard are the same as the library chart renders them.
func libraryGuard(t *testing.T) []byte {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), testworld.Helm3(t), "template", "shop", guardedChart(t, true)).Output()
	if err != nil {
		t.Fatal(err)
	}
	return rights(t, out)
}

func rights(t *testing.T, manifests []byte) []byte {
	t.Helper()
	stream, err := manifest.Parse(manifests)
	if err != nil {
		t.Fatal(err)
	}
	var text [][]byte
	for _, o := range stream.Objects() {
		if o.Kind == "ServiceAccount" || o.Kind == "Role" || o.Kind == "RoleBinding" {
			text = append(text, bytes.TrimPrefix(o.Document().Bytes(), []byte("---\n")))
		}
	}
	if len(text) != 3 {
		t.Fatalf("%d objects give the guard its rights, want 3", len(text))
	}
	return bytes.Join(text, []byte("---\n"))
}
