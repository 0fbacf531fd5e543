package config

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// bomb is a document of n levels, each of which repeats the one below ten times.
func bomb(n int) string {
	text := head + "  podTemplate:\n    a0: &a0 [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
	for i := 1; i <= n; i++ {
		text += fmt.Sprintf("    a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	return text
}

// product is a document in which lists of aliases stand inside one another, though no list is long.
func product(n int) string {
	list := func(name string) string {
		return strings.TrimSuffix(strings.Repeat("*"+name+", ", n), ", ")
	}
	return identity + "metadata:\n  name: a\n  annotations: {i: &i x}\n" +
		"spec:\n  objectStorage:\n    providers:\n    - &row\n      name: a\n      match:\n" +
		"      - &match {images: [" + list("i") + "]}\n" + strings.Repeat("      - *match\n", n) + strings.Repeat("    - *row\n", n)
}

func TestLoadRefusesWhatAliasesBlowUp(t *testing.T) {
	deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	chain := head + "  podTemplate:\n    a0: &a0 [x]\n"
	for i := 1; i < 2000; i++ {
		chain += fmt.Sprintf("    a%d: &a%d [*a%d]\n", i, i, i-1)
	}
	tests := map[string]struct{ document, want string }{
		"bomb":      {bomb(20), "f:6:29: holds more than 100000 values, counting what its aliases repeat"},
		"product":   {product(300), "holds more than 100000 values, counting what its aliases repeat"},
		"wide":      {head + "  podTemplate: {a: [" + strings.Repeat("1,", 200_000) + "]}\n", "holds more than 100000 values, counting what its aliases repeat"},
		"deep":      {head + "  podTemplate: {a: " + deep + "}\n", "is nested more than 100 levels deep"},
		"chain":     {chain, "is nested more than 100 levels deep"},
		"merges":    {head + "  podTemplate: {a: &a {b: &b {<<: [*a, *b]}}}\n", "f:5:36: the anchor &a contains itself"},
		"long name": {head + "  ? " + strings.Repeat("x", 500_000) + "\n  : 1\n", "unknown field; known here: image"},
		"many unknown": {
			head + manyFields(20_000), "spec.f19999: unknown field; known here: image",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			_, err := Load("f", []byte(test.document))
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %.300v, want %s", err, test.want)
			}
			if took > 10*time.Second {
				t.Errorf("took %v", took)
			}
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 512<<20 {
				t.Errorf("allocated %d MiB", allocated>>20)
			}
		})
	}
}

func manyFields(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "  f%d: 1\n", i)
	}
	return text.String()
}

func TestLoadTakesModestAliases(t *testing.T) {
	if _, err := Load("f", []byte(bomb(2))); err != nil {
		t.Error(err)
	}
}
