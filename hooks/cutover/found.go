package cutover

import (
	"fmt"
	"strconv"
	"strings"
)

// maxFound is how many objects of a kind are kept by name; the log names all.
const maxFound = 100

// Found are objects: how many, and the first of them.
type Found struct {
	Total int      `json:"total"`
	First []string `json:"first,omitempty"`
}

func (f *Found) add(object string) {
	f.Total++
	if len(f.First) < maxFound {
		f.First = append(f.First, object)
	}
}

func (f *Found) join(other Found) {
	f.Total += other.Total
	f.First = append(f.First, other.First[:min(len(other.First), maxFound-len(f.First))]...)
}

// String names the first few. Keys may hold anything, hence the quotes.
func (f Found) String() string {
	named := f.First[:min(len(f.First), maxNamed)]
	quoted := make([]string, len(named))
	for i, object := range named {
		quoted[i] = strconv.Quote(object)
	}
	text := strings.Join(quoted, ", ")
	if more := f.Total - len(named); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
