package cutover

import (
	"context"
	"errors"
	"fmt"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/helm-ferry/ferry/hooks"
	"github.com/helm-ferry/ferry/internal/release"
	"github.com/helm-ferry/ferry/mirror"
)

// Keys open a store.
type Keys struct{ AccessKey, SecretKey string }

// checkCredentials opens the target as the consumers will, with the Secret that the manifest to come
// gives them.
func (w World) checkCredentials(ctx context.Context, s hooks.Situation, m Move) ([]Problem, error) {
	if w.OpenAs == nil {
		return nil, nil
	}
	secret := w.Config.CredentialsSecret()
	data := release.SecretData(s.Next.Stream.Objects(), secret)
	if data == nil {
		live, err := w.Client.CoreV1().Secrets(w.Client.Namespace).Get(ctx, secret, meta.GetOptions{})
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("get Secret/%s in %s: %w", secret, w.Client.Namespace, err)
		}
		data = text(live)
	}
	store, err := w.OpenAs(ctx, m.To, Keys{data["access-key"], data["secret-key"]})
	if err == nil {
		_, err = store.Buckets(ctx)
	}
	if err == nil || !errors.Is(err, mirror.ErrCredentials) && !errors.Is(err, mirror.ErrDenied) {
		return nil, nil // whether the store answers at all, another check tells
	}
	return []Problem{{
		"Secret/" + secret, fmt.Sprintf("has credentials that %s does not accept (%v), and consumers read it", m.To, err),
		fmt.Sprintf("a store keeps the root credentials that it was first started with: put those into the Secret, or set them anew on %s", m.To),
	}}, nil
}

func text(secret *core.Secret) map[string]string {
	data := map[string]string{}
	for key, value := range secret.Data {
		data[key] = string(value)
	}
	return data
}
