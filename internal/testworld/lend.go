package testworld

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// lentFrom is the environment variable with the folder that Lend keeps its servers in.
const lentFrom = "FERRY_TEST_API_SERVERS"

// loan is what the folder of a lent server says of it in loan.json, which is there once the server is ready.
type loan struct {
	Store      string   // URL of its etcd
	Kubeconfig string   // path
	Keys       []string // what its etcd held when it was ready
	Logs       []string // paths
}

// Lend starts n API servers below dir, one after the other, for LaunchAPIServer in the processes that have the
// environment variable it returns: starting one costs five seconds of processor, and clearing one nothing. The servers
// run until ctx ends; wait returns after that.
func Lend(ctx context.Context, dir string, n int) (env string, wait func() error) {
	done := make(chan error, 1)
	go func() {
		var errs []error
		for i := 0; i < n && ctx.Err() == nil; i++ {
			server, err := launchLent(ctx, filepath.Join(dir, strconv.Itoa(i)))
			if err != nil {
				if ctx.Err() == nil {
					errs = append(errs, fmt.Errorf("start an API server to lend: %w", err))
				}

				break
			}
			defer server.Stop()
		}
		<-ctx.Done()
		done <- errors.Join(errs...)
	}()

	return lentFrom + "=" + dir, func() error { return <-done }
}

func launchLent(ctx context.Context, dir string) (*APIServer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	server, err := startAPIServer(ctx, dir)
	if err != nil {
		return nil, err
	}
	if err := server.offer(ctx, dir); err != nil {
		server.Stop()

		return nil, err
	}

	return server, nil
}

// offer writes down what who borrows the server has to know.
func (a *APIServer) offer(ctx context.Context, dir string) error {
	select { // some of what a server makes for itself comes after it says that it is ready
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(3 * time.Second):
	}
	keys, err := a.store.keys(ctx)
	if err != nil {
		return err
	}
	l := loan{Store: string(a.store), Kubeconfig: a.Kubeconfig, Keys: keys}
	for _, p := range a.processes {
		l.Logs = append(l.Logs, p.log)
	}
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "loan.new"), text, 0o600); err != nil {
		return err
	}

	return os.Rename(filepath.Join(dir, "loan.new"), filepath.Join(dir, "loan.json"))
}

// borrow returns a server that is lent and that nobody has, cleared of what whoever had it before left there, or nil.
// Its kubeconfig is a copy in dir, which the borrower may change.
func borrow(ctx context.Context, dir string) (*APIServer, error) {
	from := os.Getenv(lentFrom)
	if from == "" {
		return nil, nil
	}
	offers, err := filepath.Glob(filepath.Join(from, "*", "loan.json"))
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
		a, err := accept(ctx, offer, dir)
		if err != nil {
			giveBack()

			return nil, fmt.Errorf("borrow an API server: %w", err)
		}
		a.giveBack = giveBack

		return a, nil
	}

	return nil, nil
}

func accept(ctx context.Context, offer, dir string) (*APIServer, error) {
	text, err := os.ReadFile(offer)
	if err != nil {
		return nil, err
	}
	var l loan
	if err := json.Unmarshal(text, &l); err != nil {
		return nil, err
	}
	store := etcd(l.Store)
	if err := store.clear(ctx, l.Keys); err != nil {
		return nil, err
	}
	kubeconfig := filepath.Join(dir, "kubeconfig")
	text, err = os.ReadFile(l.Kubeconfig)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(kubeconfig, text, 0o600); err != nil {
		return nil, err
	}
	cluster, err := open(kubeconfig)
	if err != nil {
		return nil, err
	}
	a := &APIServer{Cluster: cluster, store: store}
	for _, log := range l.Logs {
		a.processes = append(a.processes, &process{name: strings.TrimSuffix(filepath.Base(log), ".log"), log: log})
	}

	return a, nil
}

// open is the cluster of a kubeconfig that is the test's own.
func open(kubeconfig string) (Cluster, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return Cluster{}, err
	}
	config.QPS = -1 // no throttling: the server is the test's own
	config.WarningHandler = rest.NoWarnings{}

	return Cluster{Kubeconfig: kubeconfig, Config: config}, nil
}
