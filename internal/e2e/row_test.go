//go:build e2e

package e2e_test

import "testing"

// A release moves to a store that only a row of the user's describes, with the Secret that the row names, and back.
func TestMoveToARowOfTheUsers(t *testing.T) {
	if !*full {
		t.Skip("it is a cutover as the others are: -full runs it")
	}
	l := newLake(t, "helm4", "row")
	l.storage = "providers: [{name: rclone-s3, port: 8080, portNames: [http], " +
		"credentials: {secretName: lake-rclone-s3, accessKeyEnv: [S3_ACCESS_KEY], secretKeyEnv: [S3_SECRET_KEY]}}]"
	l.second = "rclone-s3"
	l.set = []string{"rcloneS3.enabled=true", "rcloneS3.auth.accessKey=" + accessKey, "rcloneS3.auth.secretKey=" + secretKey}
	l.installed()
	l.applied()
	l.applied()
}
