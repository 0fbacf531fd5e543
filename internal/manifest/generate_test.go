package manifest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// generator writes manifests with everything in them that people and templates write.
type generator struct {
	*rand.Rand
	out     strings.Builder
	newline string
	anchors []string
}

// generate returns a manifest; the same for the same seed. Not all of them are valid YAML.
func generate(seed uint64) string {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), newline: "\n"}
	if g.oneIn(8) {
		g.newline = "\r\n"
	}
	g.out.WriteString(g.pick("", "---\n", "--- # separator\n", "# Source: a/b.yaml\n", "---\n# above\n\n"))
	g.out.WriteString("kind: A\n")
	g.mapping(0, 0, []string{"metadata", "spec", "data"})
	text := g.out.String()
	if g.oneIn(8) {
		text = strings.TrimRight(text, "\n")
	}
	return strings.ReplaceAll(text, "\n", g.newline)
}

func (g *generator) oneIn(n int) bool { return g.IntN(n) == 0 }

func (g *generator) pick(choices ...string) string { return choices[g.IntN(len(choices))] }

func (g *generator) line(indent int, format string, values ...any) {
	fmt.Fprintf(&g.out, strings.Repeat(" ", indent)+format+"\n", values...)
}

func (g *generator) between(indent int) {
	if g.oneIn(6) {
		g.line(g.IntN(indent+3), "# comment %d", g.IntN(1000))
	}
	if g.oneIn(10) {
		g.line(g.IntN(3), "")
	}
}

func (g *generator) mapping(indent, depth int, keys []string) {
	for i, key := range keys {
		g.between(indent)
		text := g.pick(key, key, key, `"`+key+`"`, "'"+key+"'")
		g.value(indent, depth, text+":", i%2 == 0)
	}
	g.between(indent)
}

// value writes what stands behind a key or a dash.
func (g *generator) value(indent, depth int, lead string, deeper bool) {
	properties := g.properties()
	switch kind := g.IntN(10); {
	case depth < 2 && (deeper || kind < 2):
		g.line(indent, "%s", lead+properties+g.pick("", "", " # beside"))
		g.mapping(indent+1+g.IntN(4), depth+1, []string{g.pick("annotations", "annotations", "labels", "größe"), g.pick("name", "x", "y/z", "😀")})
	case depth < 3 && kind == 2:
		g.line(indent, "%s", lead+properties)
		column := indent + g.IntN(3)
		if lead == "-" {
			column += 2
		}
		for range 1 + g.IntN(3) {
			g.between(indent)
			g.value(column, depth+1, "-", false)
		}
	case kind < 5:
		g.block(indent, lead+properties)
	case kind == 5:
		g.line(indent, "%s", lead+properties+" "+g.flow(0)+g.pick("", " # beside", "  "))
	case kind == 6:
		next := "\n" + strings.Repeat(" ", indent+2)
		g.line(indent, "%s", lead+properties+" "+g.pick("one"+next+"two", "'one"+next+next+"two'", `"one`+next+`two\`+next+`three"`, "'o''"+next+"x'  # beside"))
	case kind == 7 && len(g.anchors) > 0:
		g.line(indent, "%s", lead+" *"+g.pick(g.anchors...)+g.pick("", " # beside"))
	default:
		g.line(indent, "%s", lead+properties+" "+g.scalar()+g.pick("", "", " # beside", "   "))
	}
}

func (g *generator) properties() string {
	properties := g.pick("", "", "", "", "", "", "", " !!str", " !custom")
	if properties != " !!str" {
		properties = g.pick("", "", "", properties)
	}
	if g.oneIn(8) {
		name := fmt.Sprintf("n%d", g.IntN(5))
		g.anchors = append(g.anchors, name)
		properties += " &" + name
	}
	return properties
}

func (g *generator) block(indent int, lead string) {
	style := g.pick("|", ">")
	chomp := g.pick("", "", "+", "-")
	content := indent + 1 + g.IntN(4)
	comment := g.pick("", "", " # header")
	hint := ""
	if g.oneIn(5) {
		hint = fmt.Sprint(content - indent)
	}
	g.line(indent, "%s %s%s%s%s", lead, style, chomp, hint, comment)
	for range g.IntN(5) {
		text := g.pick("one", "two words", "", "  indented", "# hash", "key: value", "\ttab", "trailing  ", "http://minio:9000", "ü😀", "- x", "\u2028", "   ")
		if text == "" {
			g.line(0, "")
			continue
		}
		g.line(content, "%s", text)
	}
	for range g.IntN(3) {
		g.line(g.IntN(content+1), "")
	}
}

func (g *generator) scalar() string {
	return g.pick("one", "two words", "1", "'1'", `"true"`, "true", "yes", "null", "~", "", `""`, "''", "0x50", "12:30", "2001-01-01",
		"http://minio:9000", `"a\nb\t\u00e9\U0001F600"`, "'it''s'", "a#b", "😀", "ü: \"x\"", "-1", ".5", "=", "<<", `"<<"`, "{}", "[]", "a\tb", "x  y", "long "+strings.Repeat("word ", 40)+"end")
}

func (g *generator) flow(depth int) string {
	gap := g.pick("", " ", "\n"+strings.Repeat(" ", 14), " # in flow\n"+strings.Repeat(" ", 14), "\n# at the edge\n ")
	if depth > 2 || g.oneIn(3) {
		return g.pick("a", "1", "'x, y'", `"}"`, "http://x:1/y", `"😀"`, "a b")
	}
	if g.oneIn(2) {
		return "[" + gap + g.flow(depth+1) + g.pick(",", ", ") + g.flow(depth+1) + g.pick("", ",", gap) + "]"
	}
	return "{" + gap + g.pick(`"a": `+g.flow(depth+1), "a: "+g.flow(depth+1), "a") + g.pick(",", ", ") + gap + `"b": ` + g.flow(depth+1) + gap + "}"
}

// checkGenerated edits a generated manifest in several ways, if it is valid.
func checkGenerated(t *testing.T, seed uint64) bool {
	t.Helper()
	text := generate(seed)
	stream, err := Parse([]byte(text))
	if err != nil {
		return false
	}
	value := awkward[seed%uint64(len(awkward))]
	checkSet(t, text, value, "metadata", "annotations", "helm.sh/resource-policy")
	checkSet(t, text, "keep", "metadata", "labels", "name")
	if n := uint64(len(scalarsOf(stream))); n > 0 {
		checkReplace(t, text, int(seed*7919%n), value)
		checkReplace(t, text, int(seed*104729%n), "http://store:9000")
	}
	checkAsItems(t, stream)
	return true
}

func TestEditsOfGeneratedManifestsAreFaithful(t *testing.T) {
	t.Parallel()
	valid := 0
	for seed := range uint64(500) {
		if checkGenerated(t, seed) {
			valid++
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, generate(seed))
		}
	}
	if valid < 125 {
		t.Errorf("only %d of the manifests were valid", valid)
	}
}

// Like the test, over as many seeds as there is time for.
func FuzzGenerated(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { checkGenerated(t, seed) })
}
