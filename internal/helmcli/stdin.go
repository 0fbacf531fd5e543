package helmcli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// Input has the line read from a file what it would read from standard input, as in -f - and
// --set-file KEY=-: Helm renders more than once, and every time the same.
func (w *Wiring) Input(line Line, in io.Reader) (Line, error) {
	path, asked := w.Path("stdin"), false
	line.Flags = slices.Clone(line.Flags)
	for i, flag := range line.Flags {
		if flag.Name != "values" && flag.Name != "set-file" {
			continue
		}
		files := strings.Split(flag.Value, ",")
		for j, file := range files {
			key := ""
			if flag.Name == "set-file" {
				key = file[:strings.LastIndexByte(file, '=')+1]
			}
			if strings.TrimSpace(file[len(key):]) == "-" {
				files[j], asked = key+path, true
			}
		}
		line.Flags[i].Value = strings.Join(files, ",")
	}
	if !asked {
		return line, nil
	}
	text, err := io.ReadAll(in)
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		return Line{}, fmt.Errorf("keep standard input for Helm: %w", err)
	}
	return line, nil
}
