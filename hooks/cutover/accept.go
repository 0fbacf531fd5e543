package cutover

import (
	"github.com/helm-ferry/ferry/internal/copying"
	"github.com/helm-ferry/ferry/mirror"
)

// judge sums a pass up.
func (w World) judge(j copying.Job, report mirror.Report, err error) copying.Verdict {
	return copying.Judge(j, report, err)
}
