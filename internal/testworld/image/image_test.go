package image_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/helm-ferry/ferry/internal/testworld/image"
)

func ExampleImage_Write() {
	var archive bytes.Buffer
	if err := (image.Image{Name: "localhost/empty:1"}).Write(&archive); err != nil {
		fmt.Println(err)

		return
	}
	for t := tar.NewReader(&archive); ; {
		header, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			fmt.Println(err)

			return
		}
		fmt.Println(filepath.Ext(header.Name), header.Size > 0)
	}
	// Output:
	// .json true
	// .tar true
	// .json true
}

// The same files make the same bytes, so that an image is imported once.
func TestWriteIsDeterministic(t *testing.T) {
	file := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(file, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	i := image.Image{Name: "localhost/a:1", Entrypoint: []string{"/a"}, Files: map[string]string{"/b": file, "/a": file}}
	var first, second bytes.Buffer
	if err := errors.Join(i.Write(&first), i.Write(&second)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two archives of the same files differ")
	}
}

func TestWriteNamesTheFileThatIsMissing(t *testing.T) {
	err := image.Image{Name: "localhost/a:1", Files: map[string]string{"/a": filepath.Join(t.TempDir(), "none")}}.Write(io.Discard)
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error is %v", err)
	}
}
