package charts_test

import "testing"

func TestLint(t *testing.T) {
	t.Parallel()
	withHelms(t, func(t *testing.T, helm string) {
		t.Helper()
		for _, args := range [][]string{
			{"ferry"},
			{"lakehouse"},
			{"lakehouse", "--values", "lakehouse/demo-values.yaml"},
		} {
			if _, err := run(t, helm, append([]string{"lint", "--strict"}, args...)...); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestRepeatable renders twice: a chart without randomness gives the same manifests.
func TestRepeatable(t *testing.T) {
	t.Parallel()
	withHelms(t, func(t *testing.T, helm string) {
		t.Helper()
		args := []string{"template", "ilum", "lakehouse", "--values", "lakehouse/demo-values.yaml"}
		first, err := run(t, helm, args...)
		if err != nil {
			t.Fatal(err)
		}
		second, err := run(t, helm, args...)
		if err != nil {
			t.Fatal(err)
		}
		if string(first) != string(second) {
			t.Errorf("the first time\n%s\nthe second time\n%s", first, second)
		}
	})
}
