package main

import "fmt"

// goal is a target of the mirror for one series. An empty road means all of them.
type goal struct {
	series, servers string
	text            string
	reach           func(Races, Race) (met bool, result string)
}

// MinIO to MinIO, and in memory on both sides.
const (
	realServers = minioServer + " to " + minioServer
	inMemory    = memoryServer + " to " + memoryServer
)

func goals() []goal {
	all := []goal{
		{cold, realServers, "at least 1.15 times as fast as rclone", fasterThan("rclone", 1.15)},
		{cold, realServers, "at least 2 times as fast as mc", fasterThan("mc", 2)},
		{cold, realServers, "not slower than a bare GET and PUT loop over minio-go with 64 workers", fasterThan(bareCopy, 1)},
		{cold, realServers, "at most 0.12 ms of processor time for an object", perObject(0.12e-3)},
		{cold, inMemory, "at least 2 times as fast as with minio-go as its driver", fasterThan(reference, 2)},
		{parts, realServers, "at most 0.5 s of processor time for a GB", perGB(0.5)},
		{parts, realServers, "at most 64 MiB of memory", memoryAtMost(64 << 20)},
		{manyKeys, inMemory, "at most 1.2 times the memory of 10 000 keys", memoryBeside(fewKeys, 1.2)},
	}
	for _, series := range []string{noop, noopFlat} {
		all = append(all,
			goal{series, realServers, "at most 0.8 of the time of the best of mc and rclone", shareOfBest(wall, 0.8)},
			goal{series, inMemory, "at most a fifth of the time of the best of mc and rclone", shareOfBest(wall, 0.2)},
			goal{series, "", "at most a fifth of the processor time of the best of mc and rclone", shareOfBest(cpu, 0.2)},
		)
	}
	// where nothing is to do, the goals above are higher
	all = append(all, goal{noop, minioServer + " to " + versityGW, "not slower than the best of mc and rclone", shareOfBest(wall, 1)})
	for _, series := range []string{cold, parts, mebibytes} {
		all = append(all, goal{series, "", "not slower than the best of mc and rclone", shareOfBest(wall, 1)})
	}

	return all
}

func fasterThan(program string, factor float64) func(Races, Race) (bool, string) {
	return func(r Races, race Race) (bool, string) {
		ratio := wall(r.of(race, program)) / wall(r.of(race, ferry))

		return ratio >= factor, ratioText(ratio)
	}
}

func shareOfBest(measure func(Run) float64, share float64) func(Races, Race) (bool, string) {
	return func(r Races, race Race) (bool, string) {
		ratio := measure(r.of(race, ferry)) / r.best(race, measure)

		return ratio <= share, fmt.Sprintf("%.2f of it", ratio)
	}
}

func perObject(seconds float64) func(Races, Race) (bool, string) {
	return func(r Races, race Race) (bool, string) {
		each := cpu(r.of(race, ferry)) / float64(race.Objects)

		return each <= seconds, fmt.Sprintf("%.3f ms", each*1000)
	}
}

func perGB(seconds float64) func(Races, Race) (bool, string) {
	return func(r Races, race Race) (bool, string) {
		each := cpu(r.of(race, ferry)) / (float64(race.Bytes) / 1e9)

		return each <= seconds, fmt.Sprintf("%.2f s", each)
	}
}

func memoryAtMost(bytes float64) func(Races, Race) (bool, string) {
	return func(r Races, race Race) (bool, string) {
		most := peak(r.of(race, ferry))

		return most <= bytes, fmt.Sprintf("%.0f MiB", most/(1<<20))
	}
}

// memoryBeside compares with another series between the same servers.
func memoryBeside(series string, most float64) func(Races, Race) (bool, string) {
	return func(r Races, race Race) (bool, string) {
		ratio := peak(r.of(race, ferry)) / peak(r.of(Race{Series: series, Servers: race.Servers}, ferry))

		return ratio <= most, ratioText(ratio)
	}
}

// leastKeys is what the scanner of listings reads in a second on one core.
const leastKeys = 1e6

// judge holds a race against its targets.
func (r Races) judge(race Race) []Verdict {
	var verdicts []Verdict
	for _, g := range goals() {
		if g.series != race.Series || g.servers != "" && g.servers != race.Servers {
			continue
		}
		met, result := g.reach(r, race)
		verdicts = append(verdicts, Verdict{
			Met: met, Target: fmt.Sprintf("%s, %s: %s", race.Series, race.Servers, g.text), Result: result,
		})
	}

	return verdicts
}

// judgeAll holds all races and the scanner against their targets.
func (r Races) judgeAll() []Verdict {
	var verdicts []Verdict
	for _, race := range r.Races {
		verdicts = append(verdicts, r.judge(race)...)
	}
	if rates := r.Scanner[scanOwn]; len(rates) > 0 {
		keys := median([]float64(rates))
		verdicts = append(verdicts, Verdict{
			Met: keys >= leastKeys, Target: "listing: a core reads at least 1 million keys a second", Result: millions(keys),
		})
	}

	return verdicts
}

func millions(keys float64) string { return fmt.Sprintf("%.2f million", keys/1e6) }

// ratioText has two decimals, since some targets do.
func ratioText(ratio float64) string { return fmt.Sprintf("%.2f×", ratio) }
