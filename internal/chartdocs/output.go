package chartdocs

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Output is everything that is generated for one chart.
type Output struct {
	files map[string][]byte // by path
	whole []string          // folders that hold generated files only
}

// Generate computes the README, the schema and the copied dependencies of the chart in dir, which
// needs a README with the marks for the values. It writes nothing.
func Generate(dir string) (Output, error) {
	c, err := loadChart(dir)
	if err != nil {
		return Output{}, err
	}
	return c.generate()
}

func (c chart) generate() (Output, error) {
	path := filepath.Join(c.dir, "README.md")
	readme, err := os.ReadFile(path)
	if err != nil {
		return Output{}, fmt.Errorf("read the text of the chart %s: %w", c.name, err)
	}
	text, err := inject(string(readme), markdown(c.ownValues()))
	if err != nil {
		return Output{}, fmt.Errorf("write the values into %s: %w", path, err)
	}
	schema, err := c.schemaOf()
	if err != nil {
		return Output{}, err
	}
	out := Output{files: map[string][]byte{
		path: []byte(text),
		filepath.Join(c.dir, "values.schema.json"): schema,
	}}
	for _, d := range c.dependencies {
		if !d.copied {
			continue
		}
		if err := out.copy(d.chart, filepath.Join(c.dir, "charts", d.name)); err != nil {
			return Output{}, fmt.Errorf("copy the chart %s into the chart %s: %w", d.name, c.name, err)
		}
	}
	return out, nil
}

// copy adds the chart from as the folder to.
func (o *Output) copy(from chart, to string) error {
	generated, err := from.generate()
	if err != nil {
		return err
	}
	present, err := filesBelow(from.dir)
	if err != nil {
		return err
	}
	maps.Copy(present, generated.files)
	for path, content := range present {
		inside, err := filepath.Rel(from.dir, path)
		if err != nil {
			return err
		}
		o.files[filepath.Join(to, inside)] = content
	}
	o.whole = append(o.whole, to)
	return nil
}

// Write brings the files on disk up to date.
func (o Output) Write() error {
	stale, err := o.Stale()
	if err != nil {
		return err
	}
	for _, path := range stale {
		content, wanted := o.files[path]
		if !wanted {
			if err := os.Remove(path); err != nil {
				return fmt.Errorf("remove what is no longer generated: %w", err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("write what is generated: %w", err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return fmt.Errorf("write what is generated: %w", err)
		}
	}
	return nil
}

// Stale returns the files on disk that differ from what is generated, sorted: those that are
// missing, those with other content, and those that should not be there.
func (o Output) Stale() ([]string, error) {
	present := map[string][]byte{}
	for _, dir := range o.whole {
		files, err := filesBelow(dir)
		if err != nil {
			return nil, err
		}
		maps.Copy(present, files)
	}
	stale := map[string]bool{}
	for path := range present {
		stale[path] = true
	}
	for path, want := range o.files {
		got, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			return nil, fmt.Errorf("compare what is generated: %w", err)
		}
		stale[path] = err != nil || !bytes.Equal(got, want)
	}
	maps.DeleteFunc(stale, func(_ string, differs bool) bool { return !differs })
	return slices.Sorted(maps.Keys(stale)), nil
}

// filesBelow returns the content of all files below dir, none if there is no such folder.
func filesBelow(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	below := os.DirFS(dir)
	err := fs.WalkDir(below, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case os.IsNotExist(err) && path == ".":
			return fs.SkipAll
		case err != nil:
			return err
		case entry.IsDir():
			return nil
		}
		files[filepath.Join(dir, filepath.FromSlash(path))], err = fs.ReadFile(below, path)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the files below %s: %w", dir, err)
	}
	return files, nil
}
