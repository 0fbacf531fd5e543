//go:build e2e

package e2e_test

import "testing"

// A release moves to a store that only a row of the user's describes, with the Secret that the row names, and back.
func TestMoveToARowOfTheUsers(t *testing.T) {
	if !*full {
		t.Skip("it is a cutover as the others are: -full runs it")
	}
	l := newLake(t, "helm4", "row")
	l.row = "{name: rclone-s3, port: 8080, portNames: [http], credentials: {secretName: lake-rclone-s3, accessKeyEnv: [S3_ACCESS_KEY], secretKeyEnv: [S3_SECRET_KEY]}}"
	set := []string{
		"versitygw.enabled=false", "rcloneS3.enabled=true", "rcloneS3.auth.accessKey=" + accessKey, "rcloneS3.auth.secretKey=" + secretKey,
	}
	l.must(t, l.helm, "ferry", l.ferryFrom("rclone-s3", "minio", append(set, "--install", "--wait")...)...)
	l.ready("app.kubernetes.io/name=load", 1)
	l.goOn()
	l.must(t, l.helm, "ferry", l.ferryFrom("minio", "rclone-s3", set...)...)
	l.holds("rclone-s3")
	l.must(t, l.helm, "ferry", l.ferryFrom("rclone-s3", "minio", set...)...)
	l.holds("minio")
}
