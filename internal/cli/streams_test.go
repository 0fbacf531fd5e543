package cli

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

func TestInIsPiped(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = reader.Close() })
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	closed, err := os.Create(filepath.Join(t.TempDir(), "closed"))
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		file *os.File
		want bool
	}{
		"a pipe whose writer is gone": {reader, true},
		"a file":                      {open(t, "streams_test.go"), true},
		"a socket":                    {socket(t), true},
		"/dev/null":                   {open(t, os.DevNull), false},
		"a folder":                    {open(t, "."), false},
		"a closed file":               {closed, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			streams := NewStreams(test.file, test.file, test.file, func(string) string { return "" })
			if streams.InIsPiped != test.want {
				t.Errorf("InIsPiped = %v, want %v", streams.InIsPiped, test.want)
			}
			if streams.InIsTerminal || streams.OutIsTerminal || streams.ErrIsTerminal {
				t.Error("taken for a terminal")
			}
		})
	}
}

func open(t *testing.T, name string) *os.File {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

// socket is the stdin that Node.js and container runtimes give to a child.
func socket(t *testing.T) *os.File {
	t.Helper()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	file, err := listener.File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func TestColorNeedsATerminalAndConsent(t *testing.T) {
	tests := []struct {
		env              map[string]string
		terminal, colour bool
	}{
		{nil, true, true},
		{nil, false, false},
		{map[string]string{"NO_COLOR": "1"}, true, false},
		{map[string]string{"NO_COLOR": ""}, true, true},
		{map[string]string{"TERM": "dumb"}, true, false},
		{map[string]string{"TERM": "xterm"}, true, true},
	}
	for _, test := range tests {
		null := open(t, os.DevNull)
		streams := NewStreams(null, null, null, func(name string) string { return test.env[name] })
		streams.OutIsTerminal, streams.ErrIsTerminal = test.terminal, test.terminal
		if streams.ColorOut() != test.colour || streams.ColorErr() != test.colour {
			t.Errorf("%v, terminal %v: colour %v and %v, want %v",
				test.env, test.terminal, streams.ColorOut(), streams.ColorErr(), test.colour)
		}
	}
}
