package testworld

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// freeAddress returns a loopback address that nobody listens on. The port is
// below the range from which systems number outgoing connections, so that only
// another call can take it before the caller does.
func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	var err error
	for range 50 {
		number := 20000 + rand.IntN(10000) //nolint:gosec // A port is no secret.
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(number))
		var l net.Listener
		if l, err = config.Listen(ctx, "tcp", address); err == nil {
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
