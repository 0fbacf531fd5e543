package s3

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"

	"github.com/helm-ferry/ferry/mirror"
)

// requestError is a failed request in words that hold no secret. kind is the
// sentinel of package mirror that fits, or nil; cause is kept for errors.Is when it
// is an ended context.
type requestError struct {
	text        string
	kind, cause error
}

func (e *requestError) Error() string { return e.text }

func (e *requestError) Unwrap() []error {
	var errs []error
	for _, err := range []error{e.kind, e.cause} {
		if err != nil {
			errs = append(errs, err)
		}
	}

	return errs
}

// fail describes the error of one operation. Only the error's text goes on, and
// nothing that the caller of the store holds secret in it.
func (s *Store) fail(op, subject string, err error) error {
	if err == nil {
		return nil
	}
	if resp, ok := errors.AsType[minio.ErrorResponse](err); ok {
		text := fmt.Sprintf("%s %s: %s", op, subject, resp.Error())
		if resp.Code != "" && !strings.Contains(text, resp.Code) {
			text += fmt.Sprintf(" (%s)", resp.Code)
		}

		kind := kindOf(resp)
		for _, known := range []error{mirror.ErrTagsRefused, mirror.ErrFilingRefused, mirror.ErrChanged, mirror.ErrNoObject, mirror.ErrUnsupported} {
			if errors.Is(err, known) {
				kind = known
			}
		}

		return &requestError{text: s.hide(text), kind: kind}
	}
	failed := &requestError{text: s.hide(fmt.Sprintf("%s %s: %v", op, subject, err))}
	switch {
	case errors.Is(err, mirror.ErrTagsRefused):
		failed.kind = mirror.ErrTagsRefused
	case errors.Is(err, mirror.ErrChanged):
		failed.kind = mirror.ErrChanged
	case errors.Is(err, mirror.ErrUnsupported):
		failed.kind = mirror.ErrUnsupported
	case errors.Is(err, context.Canceled):
		failed.cause = context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		failed.cause = context.DeadlineExceeded
	case !final(err):
		failed.kind = mirror.ErrTemporary
	}

	return failed
}

// final reports whether a failed connection would fail again.
func final(err error) bool {
	return errors.As(err, new(*tls.CertificateVerificationError)) ||
		errors.As(err, new(x509.UnknownAuthorityError)) ||
		errors.As(err, new(x509.HostnameError)) ||
		errors.As(err, new(x509.CertificateInvalidError)) ||
		errors.As(err, new(tls.RecordHeaderError)) ||
		strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// namesKey reports whether the argument that is called invalid is the key.
func namesKey(resp minio.ErrorResponse) bool {
	return resp.Code == minio.InvalidArgument && strings.HasPrefix(resp.Message, "Object name")
}

// kindOf finds the sentinel for a server's answer, by its code and else by its
// status.
func kindOf(resp minio.ErrorResponse) error {
	if namesKey(resp) {
		return mirror.ErrKeyRefused
	}
	for _, row := range kinds {
		if slices.Contains(row.codes, resp.Code) {
			return row.kind
		}
	}
	switch resp.StatusCode {
	case http.StatusInsufficientStorage:
		return mirror.ErrFull
	case http.StatusNotFound:
		return mirror.ErrNoObject
	case http.StatusNotImplemented:
		return mirror.ErrUnsupported
	case http.StatusPreconditionFailed:
		return mirror.ErrChanged
	case http.StatusRequestTimeout, http.StatusTooManyRequests, 499, 520,
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return mirror.ErrTemporary
	default:
		return nil
	}
}

var kinds = []struct {
	kind  error
	codes []string
}{
	{mirror.ErrNoBucket, []string{minio.NoSuchBucket}},
	{mirror.ErrNoObject, []string{minio.NoSuchKey, "NoSuchVersion", "MethodNotAllowedDeleteMarker"}},
	{mirror.ErrChanged, []string{minio.PreconditionFailed}},
	{mirror.ErrFilingRefused, []string{"InvalidStorageClass"}},
	{mirror.ErrPartsRefused, []string{"EntityTooSmall", "EntityTooLarge", "InvalidPartNumber"}},
	{mirror.ErrTagsRefused, []string{"InvalidTag"}},
	{mirror.ErrNoSetting, []string{
		"NoSuchBucketPolicy", "NoSuchLifecycleConfiguration", "NoSuchCORSConfiguration", "NoSuchTagSet", "NoSuchTagSetError",
		"ServerSideEncryptionConfigurationNotFoundError", "ObjectLockConfigurationNotFoundError", "NoSuchConfiguration",
	}},
	{mirror.ErrUnsupported, []string{minio.NotImplemented, "MethodNotAllowed", "XNotImplemented"}},
	{mirror.ErrKeyRefused, []string{
		"KeyTooLongError", "XMinioInvalidObjectName", "XMinioInvalidResourceName", "XMinioObjectExistsAsDirectory",
		"ExistingObjectIsDirectory", "ObjectParentIsFile", "DirectoryObjectContainsData", "InvalidURI", "BadRequest",
		"400 Bad Request",
	}},
	{mirror.ErrCredentials, []string{"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken"}},
	{mirror.ErrDenied, []string{"AccessDenied", "AllAccessDisabled", "AccountProblem"}},
	{mirror.ErrClock, []string{"RequestTimeTooSkewed"}},
	{mirror.ErrFull, []string{"XMinioStorageFull", "InsufficientStorage", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded"}},
	{mirror.ErrBucketName, []string{"InvalidBucketName", "BucketAlreadyExists"}},
	{mirror.ErrDigest, []string{"BadDigest"}},
	{mirror.ErrTemporary, []string{
		"ConditionalRequestConflict", "IncompleteBody", "InternalError", "NoSuchUpload", "OperationAborted",
		"RequestTimeout",
		"ServiceUnavailable", "SlowDown", "SlowDownRead", "SlowDownWrite", "Throttling", "ThrottlingException",
		"XMinioServerNotInitialized", "XMinioIAMNotInitialized", "XMinioBucketMetadataNotInitialized",
	}},
}
