package mirror

import (
	"sync"
	"sync/atomic"
)

// crew is the workers of a walk. They come as there is work for them and stay until
// there is none any more.
type crew struct {
	work  func(pair)
	jobs  chan pair
	limit int

	waited atomic.Bool // somebody did for a worker

	mu      sync.Mutex
	hired   int
	working sync.WaitGroup
}

func newCrew(limit int, work func(pair)) *crew {
	return &crew{work: work, jobs: make(chan pair), limit: limit}
}

// give has a pair worked on, and waits for a worker who can.
func (c *crew) give(p pair) {
	select {
	case c.jobs <- p:
	default:
		if !c.hire(p) {
			c.waited.Store(true)
			c.jobs <- p
		}
	}
}

// busy tells whether there was more work than workers since it was last asked.
func (c *crew) busy() bool { return c.waited.Swap(false) }

// hire begins a worker with its first pair, if there may be another one.
func (c *crew) hire(p pair) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hired == c.limit {
		return false
	}
	c.hired++
	c.working.Go(func() {
		c.work(p)
		for p := range c.jobs {
			c.work(p)
		}
	})

	return true
}

// wait returns when all that was given is done. Nothing is given after it.
func (c *crew) wait() {
	close(c.jobs)
	c.working.Wait()
}
