package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/helm-ferry/ferry/internal/helmcli"
	"github.com/helm-ferry/ferry/internal/revision"
)

// rollbackFlags are those of an upgrade that mean the same to the rollback after it.
var rollbackFlags = []string{
	"cleanup-on-fail", "force", "force-replace", "no-hooks", "recreate-pods", "timeout", "wait", "wait-for-jobs",
	"burst-limit", "debug", "kube-apiserver", "kube-as-group", "kube-as-user", "kube-ca-file", "kube-context",
	"kube-insecure-skip-tls-verify", "kube-tls-server-name", "kube-token", "kubeconfig", "namespace", "qps",
}

// takeOver takes from Helm 3 what --atomic asks for, and tells whether it did. Helm would select the
// store from before again without what consumers have written since: it runs none of these hooks.
func (h *helmLine) takeOver(event string) bool {
	if event != "upgrade" || !h.RollsBack() {
		return false
	}
	h.Line = h.Without("atomic", "rollback-on-failure")
	if !h.Has("wait") {
		h.Line = h.Without("wait").With("wait", "true")
	}
	return true
}

// undo rolls the release back after an upgrade that has failed.
func (h *helmLine) undo(ctx context.Context, failure error) error {
	release := h.Words[0]
	history, err := revision.Read(ctx, h.client, release)
	if err != nil {
		return first(failure, err)
	}
	newest, err := h.newest(ctx, release)
	if err != nil {
		return first(failure, err)
	}
	if history.InForce == nil || newest.Number == history.InForce.Number {
		return failure // Helm has changed nothing
	}
	number := history.InForce.Number
	fmt.Fprintf(h.streams.Err, "ferry: %v: roll back to revision %d\n", failure, number)
	back := h.backTo(number)
	if err := back.rollBack(ctx, number); err != nil {
		return first(failure, fmt.Errorf("roll back to revision %d: %w", number, err))
	}
	return fmt.Errorf("%w; the release has been rolled back to revision %d", failure, number)
}

// backTo is the line of a rollback with those flags of this one that mean the same to it.
func (h *helmLine) backTo(number int) *helmLine {
	flags := slices.DeleteFunc(slices.Clone(h.Flags), func(f helmcli.Flag) bool { return !slices.Contains(rollbackFlags, f.Name) })
	return &helmLine{
		streams: h.streams, helm: h.helm, client: h.client,
		Line: helmcli.Line{Words: []string{h.Words[0], strconv.Itoa(number)}, Flags: flags},
	}
}
