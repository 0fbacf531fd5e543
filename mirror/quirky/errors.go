package quirky

import (
	"net/http"
)

// apiError is an answer that says no, in S3's words.
type apiError struct {
	status        int
	code, message string
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

var (
	errNoBucket     = &apiError{http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist"}
	errNoKey        = &apiError{http.StatusNotFound, "NoSuchKey", "The specified key does not exist."}
	errNoVersion    = &apiError{http.StatusNotFound, "NoSuchVersion", "The specified version does not exist."}
	errNoUpload     = &apiError{http.StatusNotFound, "NoSuchUpload", "The specified multipart upload does not exist."}
	errMarker       = &apiError{http.StatusMethodNotAllowed, "MethodNotAllowed", "That is a delete marker."}
	errCondition    = &apiError{http.StatusPreconditionFailed, "PreconditionFailed", "A precondition did not hold"}
	errNotModified  = &apiError{http.StatusNotModified, "NotModified", "Not modified"}
	errRange        = &apiError{http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The range cannot be had"}
	errPartNumber   = &apiError{http.StatusRequestedRangeNotSatisfiable, "InvalidPartNumber", "There is no such part"}
	errDigest       = &apiError{http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match"}
	errInvalidMD5   = &apiError{http.StatusBadRequest, "InvalidDigest", "The Content-MD5 is no MD5"}
	errPayload      = &apiError{http.StatusBadRequest, "XAmzContentSHA256Mismatch", "The SHA-256 did not match"}
	errIncomplete   = &apiError{http.StatusBadRequest, "IncompleteBody", "The body ended too early"}
	errPart         = &apiError{http.StatusBadRequest, "InvalidPart", "A part was not found or has another ETag"}
	errPartOrder    = &apiError{http.StatusBadRequest, "InvalidPartOrder", "The parts are not in order"}
	errTooSmall     = &apiError{http.StatusBadRequest, "EntityTooSmall", "A part is smaller than the minimum"}
	errXML          = &apiError{http.StatusBadRequest, "MalformedXML", "The XML cannot be read"}
	errArgument     = &apiError{http.StatusBadRequest, "InvalidArgument", "An argument is invalid"}
	errURI          = &apiError{http.StatusBadRequest, "InvalidURI", "The URI cannot be read"}
	errKeyLong      = &apiError{http.StatusBadRequest, "KeyTooLongError", "Your key is too long"}
	errFolder       = &apiError{http.StatusBadRequest, "XMinioObjectExistsAsDirectory", "Object is a folder of others"}
	errParent       = &apiError{http.StatusBadRequest, "ObjectParentIsFile", "A folder of the key is an object"}
	errMethod       = &apiError{http.StatusMethodNotAllowed, "MethodNotAllowed", "The method is not allowed here"}
	errNotThere     = &apiError{http.StatusNotImplemented, "NotImplemented", "This is not implemented"}
	errUnsupported  = &apiError{http.StatusBadRequest, "InvalidRequest", "Unsupported header received for this API call"}
	errOwned        = &apiError{http.StatusConflict, "BucketAlreadyOwnedByYou", "The bucket exists already"}
	errNotEmpty     = &apiError{http.StatusConflict, "BucketNotEmpty", "The bucket is not empty"}
	errLocked       = &apiError{http.StatusForbidden, "AccessDenied", "The object is locked"}
	errDenied       = &apiError{http.StatusForbidden, "AccessDenied", "Access denied"}
	errKeyID        = &apiError{http.StatusForbidden, "InvalidAccessKeyId", "The access key is not known"}
	errSignature    = &apiError{http.StatusForbidden, "SignatureDoesNotMatch", "The signature does not match"}
	errSkew         = &apiError{http.StatusForbidden, "RequestTimeTooSkewed", "The clocks are too far apart"}
	errBucketConfig = &apiError{http.StatusConflict, "InvalidBucketState", "The bucket cannot do that"}
	errNoRetention  = &apiError{http.StatusNotFound, "NoSuchObjectLockConfiguration", "There is no retention"}
	errInternal     = &apiError{http.StatusInternalServerError, "InternalError", "We encountered an internal error."}
	errSlowDown     = &apiError{http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate."}
	errGateway      = &apiError{http.StatusGatewayTimeout, "GatewayTimeout", "The upstream took too long"}
)

// response is an answer before it is sent.
type response struct {
	status int
	header http.Header
	body   [][]byte
}

func (r *response) size() int64 {
	var size int64
	for _, piece := range r.body {
		size += int64(len(piece))
	}

	return size
}

// empty answers without a body.
func empty(status int) *response { return &response{status: status, header: http.Header{}} }

// document answers with XML.
func document(status int, doc []byte) *response {
	return &response{
		status: status, header: http.Header{"Content-Type": {"application/xml"}}, body: [][]byte{doc},
	}
}

// failure answers with an error. It is also what a document of status 200 may hold.
func failure(e *apiError, resource string) *response {
	if e.status == http.StatusNotModified {
		return empty(e.status)
	}

	return document(e.status, e.document(resource))
}

func (e *apiError) document(resource string) []byte {
	return newDoc("Error").text("Code", e.code).text("Message", e.message).text("Resource", resource).
		text("RequestId", "quirky").end()
}
