package helmcli

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is that of a Helm.
type Version struct{ Major, Minor, Patch int }

// ParseVersion reads a version as Helm prints it: v3.22.0, v4.3.1+g0123456.
func ParseVersion(text string) (Version, error) {
	core, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(text), "v"), "+")
	core, _, _ = strings.Cut(core, "-")
	parts := strings.Split(core, ".")
	numbers := make([]int, len(parts))
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil {
			return Version{}, fmt.Errorf("%q is no version of Helm", text)
		}
		numbers[i] = n
	}
	if len(numbers) != 3 {
		return Version{}, fmt.Errorf("%q is no version of Helm", text)
	}
	return Version{numbers[0], numbers[1], numbers[2]}, nil
}

// String writes the version without a v.
func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch) }

// Before tells whether the version is older.
func (v Version) Before(other Version) bool {
	if v.Major != other.Major {
		return v.Major < other.Major
	}
	if v.Minor != other.Minor {
		return v.Minor < other.Minor
	}
	return v.Patch < other.Patch
}
