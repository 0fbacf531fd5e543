package copying

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// File is a file that a command writes when its run has ended, or none. Readers see all of it or
// what was there before.
type File struct {
	flag, name string
}

// NewFile checks, before a run that may take hours, that the folder of the file can be written to.
// flag is named in errors. An empty name is no file.
func NewFile(flag, name string) (File, error) {
	if name == "" {
		return File{}, nil
	}
	probe, err := temporary(name)
	if err == nil {
		err = errors.Join(probe.Close(), os.Remove(probe.Name()))
	}
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", flag, err)
	}
	return File{flag, name}, nil
}

func temporary(name string) (*os.File, error) {
	return os.CreateTemp(filepath.Dir(name), ".ferry-*")
}

// Write replaces the file by what write writes.
func (f File) Write(write func(io.Writer) error) error {
	if f.name == "" {
		return nil
	}
	if err := f.replace(write); err != nil {
		return fmt.Errorf("%s %s: %w", f.flag, f.name, err)
	}
	return nil
}

func (f File) replace(write func(io.Writer) error) error {
	file, err := temporary(f.name)
	if err != nil {
		return err
	}
	defer func() { // what a failure leaves; else the file has its name by then
		_ = file.Close()
		_ = os.Remove(file.Name())
	}()
	if err := write(file); err != nil {
		return err
	}
	if err := file.Chmod(0o644); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	return os.Rename(file.Name(), f.name)
}

// read returns what the file holds, or nothing.
func (f File) read() []byte {
	text, err := os.ReadFile(f.name)
	if err != nil {
		return nil
	}
	return text
}
