package config

import (
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	const century = 100 * 365 * 24 * time.Hour
	tests := []struct {
		text string
		want time.Duration // negative: an error
		show string        // how it is written back, if not as text
	}{
		{"0", 0, "0s"},
		{"0s", 0, ""},
		{"90s", 90 * time.Second, "1m30s"},
		{"4m", 4 * time.Minute, ""},
		{"60m", time.Hour, "1h"},
		{"1h30m", 90 * time.Minute, ""},
		{"30m1h", 90 * time.Minute, "1h30m"},
		{"1.5h", 90 * time.Minute, "1h30m"},
		{"250ms", 250 * time.Millisecond, ""},
		{"1.5s", 1500 * time.Millisecond, ""},
		{"0.0019s", time.Millisecond, "1ms"},
		{"30d", 30 * day, ""},
		{"2w", 2 * week, ""},
		{"14d", 2 * week, "2w"},
		{"1w1d", 8 * day, "8d"},
		{"1w2d3h4m5s6ms", 9*day + 3*time.Hour + 4*time.Minute + 5*time.Second + 6*time.Millisecond, "9d3h4m5.006s"},
		{"1w5m", week + 5*time.Minute, "7d5m"},
		{"36500d", century, ""},
		{"36501d", -1, ""},
		{"5215w", -1, ""},
		{"36500d1s", -1, ""},
		{"99999999999999999999d", -1, ""},
		{"99999999999999999999h", -1, ""},
		{"", -1, ""},
		{" ", -1, ""},
		{"5", -1, ""},
		{"d", -1, ""},
		{"m", -1, ""},
		{"1x", -1, ""},
		{"1 h", -1, ""},
		{" 1h", -1, ""},
		{"1h ", -1, ""},
		{"-1h", -1, ""},
		{"+1h", -1, ""},
		{"-1d", -1, ""},
		{"+1d", -1, ""},
		{"1.5d", -1, ""},
		{".5h", -1, ""},
		{"1.h", -1, ""},
		{"1d1w", -1, ""},
		{"1d1d", -1, ""},
		{"1h1d", -1, ""},
		{"1us", -1, ""},
		{"1µs", -1, ""},
		{"1ns", -1, ""},
		{"1e3s", -1, ""},
		{"forever", -1, ""},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			got, err := ParseDuration(test.text)
			if (err != nil) != (test.want < 0) {
				t.Fatalf("got %v, error %v", got, err)
			}
			if err != nil {
				return
			}
			if got.Std() != test.want {
				t.Errorf("got %v, want %v", got.Std(), test.want)
			}
			show := test.show
			if show == "" {
				show = test.text
			}
			if got.String() != show {
				t.Errorf("written as %s, want %s", got, show)
			}
			if again, err := ParseDuration(got.String()); err != nil || again != got {
				t.Errorf("%s is read back as %v, error %v", got, again, err)
			}
		})
	}
}

func TestDurationSecondsRoundUp(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "1ms": 1, "1s": 1, "1001ms": 2, "4m": 240} {
		d, err := ParseDuration(text)
		if err != nil || d.Seconds() != want {
			t.Errorf("%s = %d seconds, want %d; error %v", text, d.Seconds(), want, err)
		}
	}
}

func TestBandwidth(t *testing.T) {
	tests := []struct {
		text string
		want Bandwidth // negative: an error
	}{
		{"", 0},
		{"50MiB", 50 << 20},
		{"50Mi", 50 << 20},
		{"50MiB/s", 50 << 20},
		{"50 MiB", 50 << 20},
		{"50MB", 50e6},
		{"50M", 50e6},
		{"800kB", 800e3},
		{"800KB", 800e3},
		{"1.5GiB", 3 << 29},
		{"1024", 1024},
		{"1024B", 1024},
		{"1TiB", 1 << 40},
		{"0", -1},
		{"0MiB", -1},
		{"-5MiB", -1},
		{"+5MiB", -1},
		{"5Mbit", -1},
		{"5EiB", -1},
		{"1,000kB", -1},
		{"MiB", -1},
		{".5MiB", -1},
		{" 5MiB", -1},
		{"5MiB/m", -1},
		{"99999999999999999999PiB", -1},
		{"fast", -1},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			var got Bandwidth
			err := got.UnmarshalText([]byte(test.text))
			if (err != nil) != (test.want < 0) {
				t.Fatalf("got %d, error %v", got, err)
			}
			if err != nil {
				return
			}
			if got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
			text, err := got.MarshalText()
			if err != nil {
				t.Fatal(err)
			}
			var again Bandwidth
			if err := again.UnmarshalText(text); err != nil || again != got {
				t.Errorf("%q is read back as %d, error %v", text, again, err)
			}
		})
	}
}

func TestSchedule(t *testing.T) {
	tests := []struct{ rpo, deadline, want string }{
		{"1h", "20m", "*/20 * * * *"},
		{"1h", "0", "*/30 * * * *"},
		{"30m", "20m", "*/5 * * * *"},
		{"40m", "20m", "*/10 * * * *"},
		{"50m", "20m", "*/15 * * * *"},
		{"2h20m", "20m", "0 * * * *"},
		{"1d", "20m", "0 */8 * * *"},
		{"2d", "20m", "0 */12 * * *"},
		{"1w", "20m", "0 0 * * *"},
		{"10m", "0", "*/5 * * * *"},
		{"29m", "20m", ""},
		{"9m", "0", ""},
		{"5m", "20m", ""},
	}
	for _, test := range tests {
		t.Run(test.rpo+" in "+test.deadline, func(t *testing.T) {
			rpo, err := ParseDuration(test.rpo)
			if err != nil {
				t.Fatal(err)
			}
			deadline, err := ParseDuration(test.deadline)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Schedule(rpo, deadline)
			if got != test.want || (err != nil) != (test.want == "") {
				t.Errorf("got %q, error %v, want %q", got, err, test.want)
			}
		})
	}
}
