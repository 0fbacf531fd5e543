package config

import (
	"reflect"
	"strings"
)

// suggest returns the candidate nearest to name, if one is near enough to be a slip of the finger.
func suggest(name string, candidates []string) string {
	best, bestDistance := "", (len(name)+2)/3+1
	for _, candidate := range candidates {
		if len(name)-len(candidate) >= bestDistance || len(candidate)-len(name) >= bestDistance {
			continue
		}
		if d := distance(strings.ToLower(name), strings.ToLower(candidate)); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitution := diagonal
			if a[i] != b[j] {
				substitution++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitution, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// elsewhere returns the path of the outermost field of that name in the whole document: a field is
// often right and only in the wrong place.
func elsewhere(name string) string {
	type place struct {
		path string
		of   reflect.Type
	}
	for places := []place{{"", reflect.TypeFor[Config]()}}; len(places) > 0; places = places[1:] {
		names, indexes := fieldsOf(places[0].of)
		for _, known := range names {
			path := join(places[0].path, known)
			if known == name {
				return path
			}
			if field := places[0].of.Field(indexes[known]); field.Type.Kind() == reflect.Struct {
				places = append(places, place{path, field.Type})
			}
		}
	}
	return ""
}
