package s3http

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/helm-ferry/ferry/internal/s3list"
	"github.com/helm-ferry/ferry/mirror"
)

// callError is a failed call in words that hold no secret. kinds are the sentinels of
// package mirror that fit, and how the context ended; code is the server's.
type callError struct {
	text, code string
	status     int
	kinds      []error
}

func (e *callError) Error() string   { return e.text }
func (e *callError) Unwrap() []error { return e.kinds }

// failed describes a call that got no answer, or none that makes sense.
func (c *call) failed(ctx context.Context, err error) error {
	e := &callError{text: c.hide(fmt.Sprintf("%s %s: %v", c.op, c.subject(), err))}
	switch {
	case ctx.Err() != nil:
		e.kinds = []error{ctx.Err(), context.Cause(ctx)}
	case errors.Is(err, mirror.ErrTagsRefused):
		e.kinds = []error{mirror.ErrTagsRefused}
	case errors.Is(err, mirror.ErrChanged):
		e.kinds = []error{mirror.ErrChanged}
	case !final(err):
		e.kinds = []error{mirror.ErrTemporary}
	}

	return e
}

// finalError is what stays the same however often it is tried.
type finalError struct{ text string }

func (e *finalError) Error() string { return e.text }

// final reports whether what failed would fail again.
func final(err error) bool {
	return errors.As(err, new(*finalError)) ||
		errors.As(err, new(*tls.CertificateVerificationError)) ||
		errors.As(err, new(x509.UnknownAuthorityError)) ||
		errors.As(err, new(x509.HostnameError)) ||
		errors.As(err, new(x509.CertificateInvalidError)) ||
		errors.As(err, new(tls.RecordHeaderError)) ||
		strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// maxErrorText is how much is read of an error document.
const maxErrorText = 64 << 10

// refused describes an answer that says no, and closes it.
func (c *call) refused(ctx context.Context, resp *http.Response) error {
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorText))
	if err != nil && ctx.Err() != nil {
		return c.failed(ctx, err)
	}
	said, err := s3list.ParseError(text)
	if err != nil {
		said = &s3list.Error{Code: resp.Status, Message: resp.Status}
	}
	if said.Region == "" && (resp.StatusCode/100 == 3 || said.Code == "AuthorizationHeaderMalformed") {
		said.Region = resp.Header.Get("X-Amz-Bucket-Region")
	}

	return c.said(resp.StatusCode, said)
}

// said describes what a server says instead of doing it.
func (c *call) said(status int, said *s3list.Error) error {
	message := said.Message
	switch {
	case message == "":
		message = said.Code
	case !strings.Contains(message, said.Code):
		message += " (" + said.Code + ")"
	}
	if said.Region != "" {
		message += ": the region is " + strconv.Quote(said.Region)
	}
	e := &callError{text: c.hide(fmt.Sprintf("%s %s: %s", c.op, c.subject(), message)), code: said.Code, status: status}
	if kind := c.kind(status, said); kind != nil {
		e.kinds = []error{kind}
	}

	return e
}

// kind finds the sentinel for an answer, by its code and else by its status.
func (c *call) kind(status int, said *s3list.Error) error {
	code := said.Code
	switch {
	case code == "InvalidArgument" && strings.HasPrefix(said.Message, "Object name"):
		return mirror.ErrKeyRefused
	case c.files && (code == "NotImplemented" || code == "AccessDenied"):
		// What is denied or not there may be the filing only.
		return mirror.ErrFilingRefused
	case c.header["X-Amz-Tagging"] != nil && slices.Contains([]string{"NotImplemented", "InvalidArgument", "InvalidRequest"}, code):
		// A server that does not implement something of a plain write does not
		// implement tags; some call a header that they do not take an invalid argument.
		return mirror.ErrTagsRefused
	case code == "NoSuchKey" && c.header["If-Match"] != nil && c.method == http.MethodPut:
		return mirror.ErrChanged
	}
	if code == "InvalidRequest" && c.method == http.MethodGet && !c.ofBucket {
		return mirror.ErrSealed // it needs a key of the reader's, which is all that a plain read can lack
	}
	for _, row := range kinds {
		if slices.Contains(row.codes, code) {
			return row.kind
		}
	}
	switch status {
	case http.StatusInsufficientStorage:
		return mirror.ErrFull
	case http.StatusNotFound:
		if c.ofBucket {
			return mirror.ErrNoBucket
		}

		return mirror.ErrNoObject
	case http.StatusPreconditionFailed:
		return mirror.ErrChanged
	case http.StatusNotImplemented:
		return mirror.ErrUnsupported
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
	{mirror.ErrNoBucket, []string{"NoSuchBucket"}},
	{mirror.ErrNoObject, []string{"NoSuchKey", "NoSuchVersion", "MethodNotAllowedDeleteMarker"}},
	{mirror.ErrChanged, []string{"PreconditionFailed"}},
	{mirror.ErrFilingRefused, []string{"InvalidStorageClass"}},
	{mirror.ErrPartsRefused, []string{"EntityTooSmall", "EntityTooLarge", "InvalidPartNumber"}},
	{mirror.ErrTagsRefused, []string{"InvalidTag"}},
	{mirror.ErrUnsupported, []string{"NotImplemented", "MethodNotAllowed", "XNotImplemented"}},
	{mirror.ErrKeyRefused, []string{
		"KeyTooLongError", "XMinioInvalidObjectName", "XMinioInvalidResourceName", "XMinioObjectExistsAsDirectory",
		"ExistingObjectIsDirectory", "ObjectParentIsFile", "DirectoryObjectContainsData", "InvalidURI", "BadRequest",
		"400 Bad Request",
	}},
	{mirror.ErrCredentials, []string{"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken"}},
	{mirror.ErrDenied, []string{"AccessDenied", "403 Forbidden", "AllAccessDisabled", "AccountProblem"}},
	{mirror.ErrClock, []string{"RequestTimeTooSkewed"}},
	{mirror.ErrFull, []string{"XMinioStorageFull", "InsufficientStorage", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded"}},
	{mirror.ErrBucketName, []string{"InvalidBucketName", "BucketAlreadyExists"}},
	{mirror.ErrDigest, []string{"BadDigest"}},
	{mirror.ErrTemporary, []string{
		"ConditionalRequestConflict", "IncompleteBody", "InternalError", "NoSuchUpload", "OperationAborted", "RequestTimeout",
		"ServiceUnavailable", "SlowDown", "SlowDownRead", "SlowDownWrite", "Throttling", "ThrottlingException",
		"XMinioServerNotInitialized", "XMinioIAMNotInitialized", "XMinioBucketMetadataNotInitialized",
	}},
}

// signature matches what a server may repeat of a signed request.
var signature = regexp.MustCompile(`Signature=[0-9a-fA-F]+`)

// maxText is how much a server may say in an error.
const maxText = 1000

// hide blots secrets out of a text and cuts it to a readable length.
func (c *call) hide(text string) string {
	for _, secret := range []string{c.keys.SecretKey, c.keys.SessionToken, c.keys.AccessKey} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[secret]")
		}
	}
	text = signature.ReplaceAllString(text, "Signature=[secret]")
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + " …"
	}

	return text
}
