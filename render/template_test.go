package render

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
)

// pure has a call of every function that a template may use, beside those of Go itself. $d is a
// mapping, $t a time.
var pure = []string{
	// text
	`abbrev 5 "hello world"`, `abbrevboth 5 10 "1234 5678 9123"`, `trunc 3 "abcd"`, `trim " a "`, `upper "a"`,
	`lower "A"`, `title "a b"`, `untitle "A B"`, `substr 0 2 "abc"`, `repeat 2 "a"`, `trimall "a" "aba"`,
	`trimAll "a" "aba"`, `trimSuffix "a" "ba"`, `trimPrefix "a" "ab"`, `nospace "a b"`, `initials "A B"`,
	`swapcase "aB"`, `snakecase "aB"`, `camelcase "a_b"`, `kebabcase "aB"`, `wrap 1 "a b"`, `wrapWith 1 "," "a b"`,
	`contains "a" "ab"`, `hasPrefix "a" "ab"`, `hasSuffix "b" "ab"`, `quote "a" 1`, `squote "a" 1`, `cat "a" 1`,
	`indent 2 "a"`, `nindent 2 "a"`, `replace "a" "b" "ab"`, `plural "one" "many" 2`, `sha1sum "a"`, `sha256sum "a"`,
	`sha512sum "a"`, `adler32sum "a"`, `toString 1`, `hello`,
	// numbers
	`atoi "1"`, `int64 "1"`, `int "1"`, `float64 "1.5"`, `seq 1 3`, `toDecimal "777"`,
	`until 3`, `untilStep 1 9 2`, `add1 1`, `add 1 2`, `sub 2 1`, `div 4 2`, `mod 5 2`, `mul 2 3`,
	`add1f 1.5`, `addf 1.5 1`, `subf 1.5 1`, `divf 3 2`, `mulf 1.5 2`, `biggest 1 2`, `max 1 2`, `min 1 2`,
	`maxf 1 2.5`, `minf 1 2.5`, `ceil 1.5`, `floor 1.5`, `round 1.55 1`,
	// lists
	`split "," "a,b"`, `splitList "," "a,b"`, `splitn "," 2 "a,b,c"`, `toStrings (list 1 2)`, `join "," (list 1 2)`,
	`sortAlpha (list "b" "a")`, `tuple 1 2`, `list 1 2`, `append (list 1) 2`, `mustAppend (list 1) 2`,
	`push (list 1) 2`, `mustPush (list 1) 2`, `prepend (list 1) 2`, `mustPrepend (list 1) 2`, `first (list 1 2)`, `mustFirst (list 1 2)`, `rest (list 1 2)`,
	`mustRest (list 1 2)`, `last (list 1 2)`, `mustLast (list 1 2)`, `initial (list 1 2)`, `mustInitial (list 1 2)`,
	`reverse (list 1 2)`, `mustReverse (list 1 2)`, `uniq (list 1 1 2)`, `mustUniq (list 1 1 2)`,
	`without (list 1 2) 1`, `mustWithout (list 1 2) 1`, `has 1 (list 1 2)`, `mustHas 1 (list 1 2)`,
	`slice (list 1 2 3) 1 2`, `mustSlice (list 1 2 3) 1 2`, `concat (list 1) (list 2)`, `chunk 2 (list 1 2 3)`,
	`mustChunk 2 (list 1 2 3)`, `compact (list "" "a")`, `mustCompact (list "" "a")`,
	// mappings
	`dict "a" 1 "b" 2 "c" 3`, `get $d "a"`, `set (dict "a" 1) "b" 2`, `unset (dict "a" 1) "a"`, `hasKey $d "a"`,
	`pluck "a" $d (dict "a" 2)`, `pick $d "a" "b"`, `omit $d "a"`, `merge (dict "a" 1) $d`,
	`mergeOverwrite (dict "a" 2) $d`, `mustMerge (dict "a" 1) $d`, `mustMergeOverwrite (dict "a" 2) $d`,
	`dig "a" "x" $d`, `deepCopy $d`, `mustDeepCopy $d`,
	// values
	`default 1 0`, `empty 0`, `coalesce 0 1`, `all 1 1`, `any 0 1`, `ternary 1 2 true`, `typeOf 1`, `typeIs "int" 1`,
	`typeIsLike "int" 1`, `kindOf 1`, `kindIs "int" 1`, `deepEqual $d $d`, `fromJson "{}"`, `mustFromJson "{}"`,
	`toJson $d`, `toPrettyJson $d`, `toRawJson $d`, `mustToJson $d`, `mustToPrettyJson $d`, `mustToRawJson $d`,
	`fail "on purpose"`,
	// paths, encodings, versions, patterns, addresses, spans
	`base "a/b"`, `dir "a/b"`, `clean "a//b"`, `ext "a.b"`, `isAbs "/a"`, `b64enc "a"`, `b64dec "YQ=="`, `b32enc "a"`,
	`b32dec "ME======"`, `semver "1.2.3"`, `semverCompare "^1.0.0" "1.2.3"`, `regexMatch "a" "b"`,
	`mustRegexMatch "a" "b"`, `regexFindAll "a" "aa" -1`, `mustRegexFindAll "a" "aa" -1`, `regexFind "a" "a"`,
	`mustRegexFind "a" "a"`, `regexReplaceAll "a" "a" "b"`, `mustRegexReplaceAll "a" "a" "b"`,
	`regexReplaceAllLiteral "a" "a" "b"`, `mustRegexReplaceAllLiteral "a" "a" "b"`, `regexSplit "a" "bab" -1`,
	`mustRegexSplit "a" "bab" -1`, `regexQuoteMeta "a."`, `urlParse "http://a:1/b?c=d"`,
	`urlJoin (urlParse "http://a/b")`, `duration "90"`, `must_date_modify "1h" $t`, `mustDateModify "1h" $t`,
	`unixEpoch $t`,
}

// Every function of sprig is either called here or listed as impure: what a new version brings is
// looked at before a template can use it.
func TestEveryTemplateFunctionIsClassified(t *testing.T) {
	classified := map[string]string{}
	for _, name := range impure {
		classified[name] = "impure"
	}
	for _, call := range pure {
		name, _, _ := strings.Cut(call, " ")
		if classified[name] != "" {
			t.Errorf("%s is called, and is %s already", name, classified[name])
		}
		classified[name] = "called"
	}
	known := sprig.HermeticTxtFuncMap()
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if classified[name] == "" {
			t.Errorf("nobody has looked at the function %s: call it in pure, or list it in impure", name)
		}
	}
	for name := range classified {
		if known[name] == nil {
			t.Errorf("sprig has no function %s", name)
		}
	}
}

func TestTemplatesCannotUseImpureFunctions(t *testing.T) {
	for _, name := range impure {
		if _, err := template.Must(templates().Clone()).Parse("{{ " + name + " }}"); err == nil || !strings.Contains(err.Error(), "not defined") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A function of its arguments alone gives the same whenever, wherever and how often it is called.
func TestTemplateFunctionsArePure(t *testing.T) {
	zone := time.Local
	t.Cleanup(func() { time.Local = zone })
	for _, call := range pure {
		want := run(t, call)
		for i := range 30 {
			time.Local = time.FixedZone("elsewhere", 3600*(i%12))
			if got := run(t, call); got != want {
				t.Errorf("%s gives %q, and another time %q", call, want, got)
				break
			}
		}
	}
}

// run executes a call; an error is an outcome too.
func run(t *testing.T, call string) string {
	t.Helper()
	text := `{{ $d := dict "a" 1 "b" 2 "c" 3 "d" 4 "e" 5 "f" 6 }}{{ $t := .t }}{{ $x := ` + call + ` }}{{ $x }}`
	parsed, err := template.Must(templates().Clone()).New("call").Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", call, err)
	}
	var out strings.Builder
	if err := parsed.Execute(&out, map[string]any{"t": time.Unix(1_700_000_000, 0).UTC()}); err != nil {
		if call != `fail "on purpose"` {
			t.Errorf("%s: %v", call, err)
		}
		return err.Error()
	}
	return out.String()
}
