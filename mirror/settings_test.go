package mirror_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/helm-ferry/ferry/mirror"
	"github.com/helm-ferry/ferry/mirror/faulty"
	"github.com/helm-ferry/ferry/mirror/memory"
)

const (
	corsDoc      = "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>"
	tagsDoc      = "<Tagging><TagSet><Tag><Key>team</Key><Value>data</Value></Tag></TagSet></Tagging>"
	policyDoc    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}]}`
	lifecycleDoc = "<LifecycleConfiguration><Rule><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>"
	notifyDoc    = "<NotificationConfiguration><QueueConfiguration><Queue>q</Queue></QueueConfiguration></NotificationConfiguration>"
	retentionDoc = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>" +
		"<Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>"
)

func settingsOptions() mirror.Options {
	opts := options()
	opts.Settings = true

	return opts
}

// outcomes spells the settings of the only bucket of a report.
func outcomes(rep mirror.Report) map[string]mirror.SettingOutcome {
	found := map[string]mirror.SettingOutcome{}
	for _, row := range rep.Buckets[0].Settings {
		found[row.Name] = row.Outcome
	}

	return found
}

// settle gives the source's bucket one of everything, object lock included.
func (w *world) settle() {
	w.Helper()
	w.src = memory.New("mem://source:1", memory.Quirks{})
	if err := w.src.CreateBucket(w.Context(), bucket, mirror.BucketRequest{Lock: true}); err != nil {
		w.Fatal(err)
	}
	for name, doc := range map[string]string{
		"cors": corsDoc, "tagging": tagsDoc, "policy": policyDoc, "lifecycle": lifecycleDoc, "notification": notifyDoc,
		"object-lock": retentionDoc,
	} {
		w.set(w.src, name, doc)
	}
	w.put(w.src, map[string]string{"k": "content"})
}

// Settings are copied around the data and read back; a second run finds them the same.
func TestSettings(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.settle()
		var order []string
		dst := faulty.New(w.dst, faulty.Faults{Before: func(call faulty.Call) error {
			if call.Method == "SetSetting" || call.Method == "Put" {
				order = append(order, call.Key)
			}

			return nil
		}})
		rep := w.run(w.src, dst, settingsOptions(), mirror.OutcomeDone)
		w.equal("outcomes", outcomes(rep), map[string]mirror.SettingOutcome{
			"versioning": "same", "cors": "copied", "tagging": "copied", "policy": "copied", "lifecycle": "copied",
			"object-lock": "copied", "notification": "reported",
		})
		w.equal("order of writes", order, []string{"cors", "tagging", "k", "policy", "lifecycle", "object-lock"})
		w.verify(w.src, w.dst, settingsOptions(), mirror.OutcomeDone)
		rep = w.run(w.src, w.dst, settingsOptions(), mirror.OutcomeDone)
		for name, outcome := range outcomes(rep) {
			if outcome != "same" && name != "notification" {
				w.Errorf("%s is %s in a second run", name, outcome)
			}
		}
	})
}

// Without being asked for, settings stay where they are; a dry run sets none.
func TestSettingsAreLeftAlone(t *testing.T) {
	for name, opts := range map[string]mirror.Options{
		"not asked for": options(),
		"dry run":       func() mirror.Options { o := settingsOptions(); o.DryRun = true; return o }(),
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
				w.settle()
				w.make(w.dst)
				dst := faulty.New(w.dst, faulty.Faults{})
				rep := w.run(w.src, dst, opts, mirror.OutcomeDone)
				w.equal("settings set", dst.Calls("SetSetting"), 0)
				if opts.DryRun {
					w.equal("policy", outcomes(rep)["policy"], mirror.SettingPlanned)
				}
			})
		})
	}
}

// What could hurt the data waits until all of it is there.
func TestSettingsWaitForTheData(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.settle()
		denied := errors.New("denied")
		dst := faulty.New(w.dst, faulty.Faults{Before: faulty.Times(-1, "Put", denied)})
		rep := w.run(w.src, dst, settingsOptions(), mirror.OutcomePartial)
		for _, name := range []string{"policy", "lifecycle", "object-lock"} {
			w.equal(name, outcomes(rep)[name], mirror.SettingWaits)
			doc, err := w.dst.Setting(w.Context(), bucket, name)
			if err == nil && strings.Contains(string(doc), "Days") || err != nil && !errors.Is(err, mirror.ErrNoSetting) {
				w.Errorf("%s of the destination is %s, error %v", name, doc, err)
			}
		}
	})
}

// What the destination does not know, changes, refuses or has of its own is named.
func TestSettingsThatDiffer(t *testing.T) {
	for name, test := range map[string]struct {
		quirks  memory.Quirks
		change  func(w world, dst mirror.Store) mirror.Store
		want    mirror.SettingOutcome
		outcome mirror.Outcome
		says    string
	}{
		"unknown": {
			quirks: memory.Quirks{NoSettings: []string{"cors"}}, want: mirror.SettingUnsupported, outcome: mirror.OutcomePartial,
			says: "setting: cors cannot be held there",
		},
		"read back as another": {
			change:  func(_ world, dst mirror.Store) mirror.Store { return rewriting{dst} },
			want:    mirror.SettingDiffers,
			outcome: mirror.OutcomePartial, says: "setting: cors: reads back as",
		},
		"refused": {
			change: func(_ world, dst mirror.Store) mirror.Store {
				return faulty.New(dst, faulty.Faults{Before: faulty.Times(-1, "SetSetting", errors.New("denied"))})
			},
			want: mirror.SettingFailed, outcome: mirror.OutcomePartial, says: `error: cors of bucket "cargo": denied`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, memory.Quirks{}, test.quirks, func(w world) {
				w.set(w.src, "cors", corsDoc)
				dst := mirror.Store(w.dst)
				if test.change != nil {
					dst = test.change(w, dst)
				}
				rep := w.run(w.src, dst, settingsOptions(), test.outcome)
				w.equal("outcome", outcomes(rep), map[string]mirror.SettingOutcome{"cors": test.want})
				w.says(first(rep), test.says)
			})
		})
	}
}

// rewriting is a store that keeps another setting than it was given.
type rewriting struct{ mirror.Store }

func (r rewriting) SetSetting(ctx context.Context, bucket, name string, doc []byte) error {
	return r.Store.SetSetting(ctx, bucket, name, []byte(strings.ReplaceAll(string(doc), "GET", "PUT")))
}

// What only the destination has stays, and is named.
func TestSettingsOfTheDestination(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		w.set(w.dst, "policy", policyDoc)
		rep := w.run(w.src, w.dst, settingsOptions(), mirror.OutcomeDone)
		w.equal("outcome", outcomes(rep), map[string]mirror.SettingOutcome{"policy": mirror.SettingExtra})
		doc, err := w.dst.Setting(w.Context(), bucket, "policy")
		w.equal("policy", string(doc), policyDoc)
		if err != nil {
			w.Error(err)
		}
	})
}

// Verify finds a setting that is another one.
func TestVerifySettings(t *testing.T) {
	inWorld(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.make(w.dst)
		w.set(w.src, "policy", policyDoc)
		w.set(w.dst, "policy", strings.Replace(policyDoc, "GetObject", "PutObject", 1))
		w.equal("first", first(w.verify(w.src, w.dst, settingsOptions(), mirror.OutcomeDifferences)),
			"setting: policy: the destination has another one")
		w.verify(w.src, w.dst, options(), mirror.OutcomeDone)
	})
}

// A history is suspended only when it is there.
func TestSuspendedVersioning(t *testing.T) {
	inHistory(t, memory.Quirks{}, memory.Quirks{}, func(w world) {
		w.past(w.src, "k", "1", "2")
		w.set(w.src, "versioning", strings.Replace(versioningOn, "Enabled", "Suspended", 1))
		opts := settingsOptions()
		opts.Versions = true
		for range 2 {
			w.run(w.src, w.dst, opts, mirror.OutcomeDone)
			w.equal("history", w.all(w.dst), "k: 1 2")
			doc, err := w.dst.Setting(w.Context(), bucket, "versioning")
			if err != nil || !strings.Contains(string(doc), "Suspended") {
				w.Errorf("versioning is %s, error %v", doc, err)
			}
		}
	})
}

func TestEqualSettings(t *testing.T) {
	for name, test := range map[string]struct {
		a, b string
		same bool
	}{
		"white space and declaration": {corsDoc, "<?xml version=\"1.0\"?>\n" + strings.ReplaceAll(corsDoc, "><", ">\n  <"), true},
		"namespace": {
			corsDoc, strings.Replace(corsDoc, "<CORSConfiguration>", `<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`, 1), true,
		},
		"prefix": {"<a><b>1</b></a>", `<x:a xmlns:x="u"><x:b>1</x:b></x:a>`, true},
		"order":  {"<a><b>1</b><c>2</c></a>", "<a><c>2</c><b>1</b></a>", true},
		"text":   {"<a><b>1</b></a>", "<a><b>2</b></a>", false},
		"empty":  {"<a><b>1</b><c><d/></c></a>", "<a><b>1</b></a>", true},
		"where":  {"<a><b>1</b><c/></a>", "<a><c>1</c><b/></a>", false},
		"twice":  {"<a><b>1</b></a>", "<a><b>1</b><b>1</b></a>", false},
		"policy": {
			policyDoc, `{"Statement":[{"Action":["s3:GetObject"],"Principal":{"AWS":["*"]},"Effect":"Allow"}],"Version":"2012-10-17"}`, true,
		},
		"policy of another action": {policyDoc, strings.Replace(policyDoc, "Get", "Put", 1), false},
		"policy of another kind of principal": {
			`{"Principal":{"AWS":"1"}}`, `{"Principal":{"Federated":"1"}}`, false,
		},
		"neither": {"text", "text", true},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := mirror.Canonical([]byte(test.a)), mirror.Canonical([]byte(test.b))
			if (a == b) != test.same {
				t.Errorf("%s against %s", a, b)
			}
		})
	}
}
