package testworld

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// freeAddress returns a loopback address that nobody listens on. The port is
// below the range from which systems number outgoing connections, so that only
// another call can take it before the caller does.
func freeAddress() (string, error) {
	var err error
	for range 50 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(20000+rand.IntN(10000)))
		var l net.Listener
		if l, err = net.Listen("tcp", address); err == nil {
			return address, l.Close()
		}
	}

	return "", errors.Join(errors.New("no free port between 20000 and 30000"), err)
}

// port returns the port of an address that freeAddress returned.
func port(address string) string {
	_, p, _ := net.SplitHostPort(address)

	return p
}
