package testworld

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// lentFrom is the environment variable with the folder that Lend keeps its servers in.
const lentFrom = "FERRY_TEST_LOANS"

// The kinds of servers that are lent, each in folders of that name and a number.
const (
	lentAPIServer = "api-server"
	lentMinIO     = "minio"
)

// loan is what the folder of a lent server says of it in loan.json, which is there once the server is ready.
type loan struct {
	Logs []string `json:"logs"` // paths

	Store      string   `json:"store,omitempty"`      // of an API server: URL of its etcd,
	Keys       []string `json:"keys,omitempty"`       // what that held when the server was ready,
	Kubeconfig string   `json:"kubeconfig,omitempty"` // path

	S3   *S3    `json:"s3,omitempty"`   // of a store, which its owner's keys open,
	Data string `json:"data,omitempty"` // path of the folder that it serves
}

// errKept says that a server cannot be cleared, and hence not be lent any more.
var errKept = errors.New("it keeps what it has")

// Lend starts API servers and MinIOs below dir, one after the other, for LaunchAPIServer and StartMinIO in the
// processes that have the environment variable it returns: starting one costs five seconds and three quarters of a
// second of processor, and clearing one nothing. The servers run until ctx ends; wait returns after that.
func Lend(ctx context.Context, dir string, apiServers, minIOs int) (env string, wait func() error) {
	var running sync.WaitGroup
	errs := make([]error, 2)
	running.Go(func() { errs[0] = lend(ctx, dir, lentAPIServer, apiServers, offeredAPIServer) })
	running.Go(func() { errs[1] = lend(ctx, dir, lentMinIO, minIOs, offeredMinIO) })

	return lentFrom + "=" + dir, func() error {
		running.Wait()

		return errors.Join(errs...)
	}
}

// lend starts servers of a kind, and stops them when ctx ends.
func lend(ctx context.Context, dir, kind string, n int, start func(context.Context, string) (loan, func(), error)) error {
	for i := range n {
		folder := filepath.Join(dir, fmt.Sprintf("%s-%d", kind, i))
		l, stop, err := start(ctx, folder)
		if err == nil {
			defer stop()
			err = l.write(folder)
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("start a server to lend: %w", err)
		}
	}
	<-ctx.Done()

	return nil
}

func (l loan) write(folder string) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "loan.new"), text, 0o600); err != nil {
		return err
	}

	return os.Rename(filepath.Join(folder, "loan.new"), filepath.Join(folder, "loan.json"))
}

func offeredAPIServer(ctx context.Context, dir string) (loan, func(), error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return loan{}, nil, err
	}
	server, err := startAPIServer(ctx, dir)
	if err != nil {
		return loan{}, nil, err
	}
	select { // some of what a server makes for itself comes after it says that it is ready
	case <-ctx.Done():
	case <-time.After(3 * time.Second):
	}
	keys, err := server.store.keys(ctx)
	if err != nil {
		server.Stop()

		return loan{}, nil, err
	}
	l := loan{Store: string(server.store), Kubeconfig: server.Kubeconfig, Keys: keys}
	for _, p := range server.processes {
		l.Logs = append(l.Logs, p.log)
	}

	return l, server.Stop, nil
}

func offeredMinIO(ctx context.Context, dir string) (loan, func(), error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return loan{}, nil, err
	}
	server, err := launchMinIO(ctx, dir, Uncollected())
	if err != nil {
		return loan{}, nil, err
	}

	return loan{Logs: []string{server.process.log}, S3: &server.S3, Data: filepath.Join(dir, "data")}, server.Stop, nil
}

// borrow has accept take and clear a server that is lent and that nobody has, until giveBack. There may be none: then
// giveBack is nil.
func borrow(kind string, accept func(loan) error) (giveBack func(), err error) {
	from := os.Getenv(lentFrom)
	if from == "" {
		return nil, nil
	}
	offers, err := filepath.Glob(filepath.Join(from, kind+"-*", "loan.json"))
	if err != nil {
		return nil, err
	}
	for _, offer := range offers {
		giveBack, err := tryLock(filepath.Join(filepath.Dir(offer), "lock"))
		if err != nil {
			return nil, err
		}
		if giveBack == nil {
			continue
		}
		var l loan
		text, err := os.ReadFile(offer)
		if err == nil {
			err = json.Unmarshal(text, &l)
		}
		if err == nil {
			err = accept(l)
		}
		if err == nil {
			return giveBack, nil
		}
		if errors.Is(err, errKept) {
			err = os.Rename(offer, offer+".kept")
		}
		giveBack()
		if err != nil && !errors.Is(err, os.ErrNotExist) { // somebody else may have found it kept
			return nil, fmt.Errorf("borrow a server of %s: %w", filepath.Dir(offer), err)
		}
	}

	return nil, nil
}
