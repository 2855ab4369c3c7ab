package checklists

import (
	"strings"
	"testing"

	"github.com/JustAJobApp/runbook/steps"
)

// step writes a step with a by-hand block.
func step(id string, lines ...string) string {
	return "## T {#" + id + "}\n\n```yaml step\n" + strings.Join(lines, "\n") + "\n```\n```sh by-hand\ntrue\n```\n\n"
}

const (
	service = "params: {service: {kind: service, required: true}, note: {kind: text}, times: {kind: int, default: '3'}}"
	with    = "with: {service: '${service}'}"
)

// TestWays proves what a file may read where: want is a part of the only problem, "" where there is none.
func TestWays(t *testing.T) {
	state := step("state", "check: containers.state", with, "save: {disabled: disabled, deployed: deployed, s: state}")
	live := step("live", "check: containers.live", with, "when: deployed", "save: {v: version}")
	decide := step("way", "decide: Which", "save: {way: option}", "options:", "  - {id: a, label: A}", "  - {id: b, label: B}", "  - {id: no, label: No, ends: true}")
	tickA, tickB := step("ta", "tick: a", `when: way == "a"`), step("tb", "tick: b", `when: way == "b"`)
	for name, c := range map[string]struct{ body, want string }{
		"same when":            {state + live + step("t", "tick: v ${v}", "when: deployed"), ""},
		"no when":              {state + live + step("t", "tick: v ${v}"), "`${v}` may have no value here: the step `live` saves it, and does not always come first"},
		"stronger when":        {state + live + step("t", "tick: v ${v}", "when: deployed and disabled"), ""},
		"weaker when":          {state + live + step("t", "tick: v ${v}", "when: deployed or disabled"), "`${v}` may have no value here"},
		"other when":           {state + live + step("t", "tick: v ${v}", "when: not deployed"), "`${v}` may have no value here"},
		"double negation":      {state + live + step("t", "tick: v ${v}", "when: not (not deployed)"), ""},
		"compared truth":       {state + live + step("t", "tick: v ${v}", "when: deployed == true"), ""},
		"both branches":        {state + live + step("l2", "check: containers.live", with, "when: not deployed", "save: {v: version}") + step("t", "tick: v ${v}"), ""},
		"tested, then read":    {state + live + step("t", "tick: x", "when: deployed and v > 3"), ""},
		"read, then tested":    {state + live + step("t", "tick: x", "when: v > 3 and deployed"), "`v` may have no value here"},
		"or, then read":        {state + live + step("t", "tick: x", "when: not deployed or v > 3"), ""},
		"the same number":      {state + live + step("l2", "check: containers.keys", with, "when: deployed and v > 3", "save: {m: missing}") + step("t", "tick: ${m}", "when: deployed and v > 3"), ""},
		"the other number":     {state + live + step("l2", "check: containers.keys", with, "when: deployed and v > 3", "save: {m: missing}") + step("t", "tick: ${m}", "when: deployed and v >= 3"), "`${m}` may have no value"},
		"at least, turned":     {state + live + step("l2", "check: containers.keys", with, "when: deployed and v >= 3", "save: {m: missing}") + step("t", "tick: ${m}", "when: deployed and not (v < 3)"), ""},
		"saved anew":           {state + live + step("s2", "check: containers.state", with, "save: {deployed: deployed}") + step("t", "tick: v ${v}", "when: deployed"), "`${v}` may have no value here"},
		"one of several texts": {state + step("l", "check: containers.live", with, `when: s in ["A", "B"]`, "save: {v: version}") + step("t", "tick: ${v}", `when: s == "B"`), ""},
		"another text":         {state + step("l", "check: containers.live", with, `when: s in ["A", "B"]`, "save: {v: version}") + step("t", "tick: ${v}", `when: s == "C"`), "`${v}` may have no value here"},
		"never":                {state + step("t", "tick: x", `when: s == "A" and s == "B"`), "this `when` can never hold here"},
		"never after a test":   {state + step("t", "tick: x", `when: deployed and not deployed`), "this `when` can never hold here"},
		"optional":             {step("t", "tick: ${note}"), "`${note}` may have no value here: the parameter is optional"},
		"optional, tested":     {step("t", "tick: ${note}", `when: note != ""`), ""},
		"optional, tested for": {step("t", "tick: ${note}", `when: note == "x"`), ""},
		"optional, not tested": {step("t", "tick: ${note}", `when: note != "x"`), "`${note}` may have no value here"},
		"default":              {step("t", "tick: ${times}", "when: times > 1"), ""},
		"a name that is none":  {step("t", "tick: x", `when: nonsense`), "`nonsense` is no parameter, and no step before this saves it; expected note, service or times"},
		"every option":         {decide + tickA + tickB, ""},
		"option without step":  {decide + tickA, "no later `when` is met by the option `b`; expected a step for it, or ends: true"},
		"option by its no":     {decide + tickA + step("tb", "tick: b", `when: way != "a"`), ""},
		"ended before":         {decide + tickA + tickB + step("t", "tick: x", `when: way == "no"`), "this `when` can never hold here"},
		"after an end":         {decide + tickA + tickB + step("l", "check: containers.live", with, `when: way in ["a", "b"]`, "save: {v: version}") + step("t", "tick: ${v}"), ""},
		"no option":            {decide + tickA + tickB + step("t", "tick: x", `when: way == "c"`), "`c` is none of the options of `way`; expected a, b or no"},
		"proved":               {step("on", "do: containers.enable", with) + step("w", "wait: containers.running", with, "timeout: 5m", "proves: [on]"), ""},
		"proved by a check":    {step("on", "do: containers.enable", with) + step("w", "check: containers.live", with, "proves: [on]"), ""},
		"proved before":        {step("w", "check: containers.live", with) + step("on", "do: containers.enable", with), "no later check or wait shows that `on` worked"},
		"proved on a way":      {decide + tickA + tickB + step("on", "do: containers.enable", with) + step("w", "check: containers.live", with, `when: way == "a"`, "proves: [on]"), "not on every way"},
		"proved on each way":   {decide + tickA + tickB + step("on", "do: containers.enable", with) + step("w", "check: containers.live", with, `when: way == "a"`, "proves: [on]") + step("w2", "check: containers.live", with, `when: way == "b"`, "proves: [on]"), ""},
		"ended before proof":   {step("on", "do: containers.enable", with) + decide + tickA + tickB + step("w", "check: containers.live", with, "proves: [on]"), "not on every way"},
		"needs on its way":     {state + step("h", "check: web.health", with, "when: disabled") + step("on", "do: containers.enable", with, "when: disabled", "needs: [h]") + step("w", "check: containers.live", with, "proves: [on]"), ""},
		"needs off its way":    {state + step("h", "check: web.health", with, "when: disabled") + step("on", "do: containers.enable", with, "needs: [h]") + step("w", "check: containers.live", with, "proves: [on]"), "`h` does not always come before this step"},
		"a field's options":    {step("q", "ask: Q", "fields: {size: {kind: text, options: [big, small]}}") + step("t", "tick: x", `when: size == "bg"`), "`bg` is none of the options of `size`; expected big or small (`big`?)"},
		"a number not seen":    {step("h", "check: web.health", with, "on_fail: note", "save: {code: code}") + step("t", "tick: x", "when: code >= 500"), ""},
		"a text not seen":      {step("h", "check: web.health", with, "on_fail: note", "save: {code: code}") + step("t", "tick: ${code}"), "may fail and the run goes on"},
		"a truth not seen":     {step("h", "check: containers.state", with, "on_fail: note", "save: {d: disabled}") + step("t", "tick: x", "when: not d"), "may fail and the run goes on"},
		"a fact":               {step("h", "check: containers.state", with, "on_fail: fact", "save: {d: disabled}") + step("t", "tick: x", "when: not d"), ""},
		"the same sum":         {state + live + step("l2", "check: containers.keys", with, "when: deployed and v * 2 > 3", "save: {m: missing}") + step("t", "tick: ${m}", "when: deployed and v * 2 > 3"), ""},
		"another sum":          {state + live + step("l2", "check: containers.keys", with, "when: deployed and v * 2 > 3", "save: {m: missing}") + step("t", "tick: ${m}", "when: deployed and v * 3 > 3"), "`${m}` may have no value"},
		"a sum of texts":       {state + step("t", "tick: x", `when: s + "x" == "yx"`), "`+` between a text and a text; expected numbers on both sides"},
		"a secret as text":     {step("t", "tick: ${pass}"), "`${pass}` is a secret"},
		"a secret tested":      {step("t", "tick: x", `when: pass == ""`), "`pass` is a secret"},
		"a secret in argv":     {step("t", "command: [git, '${pass}']"), "`${pass}` is a secret"},
		"a secret in env":      {step("t", "command: [git, log]", "env: {TOKEN: '${pass}'}"), ""},
		"a part of a secret":   {step("t", "command: [git, log]", "env: {TOKEN: 'x${pass}'}"), "is a secret and only a part of this text"},
		"a command's output":   {step("t", "command: [git, log]", "save: {out: output, code: exit}") + step("u", "tick: ${out}", "when: code == 0"), ""},
		"written as it is":     {step("t", "tick: costs $${note} dollars"), ""},
	} {
		params := service
		if strings.Contains(name, "secret") {
			params = "params: {service: {kind: service, required: true}, pass: {kind: secret, required: true}}"
		}
		ps := Lint("x.md", []byte(head("x", params)+c.body), catalogue, nil)
		if c.want == "" && len(ps) > 0 || c.want != "" && (len(ps) != 1 || !strings.Contains(ps[0].String(), c.want)) {
			t.Errorf("%s:\n got %s\nwant %s", name, Problems(ps).Error(), c.want)
		}
	}
}

// TestFollow holds that scopes do not leak, and where circles are said.
func TestFollow(t *testing.T) {
	inner := head("inner", "params: {service: {kind: service, required: true}, image: {kind: image}, level: {kind: text, default: high}}", "outputs: {v: the version}") +
		step("live", "check: containers.live", with, "save: {v: version, hidden: image}")
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"handed up": {map[string]string{"outer": head("outer", service) + step("inner", "follow: inner", with, "save: {got: v}") + step("t", "tick: ${got}", "when: got > 1"), "inner": inner}, ""},
		"not an output": {map[string]string{"outer": head("outer", service) + step("inner", "follow: inner", with, "save: {got: hidden}"), "inner": inner},
			"outer.md:13:13: `inner` has no output `hidden`; expected v"},
		"leaks in":  {map[string]string{"outer": head("outer", service) + step("inner", "follow: inner"), "inner": inner}, "outer.md:11:9: `inner` is not given its `service`; expected with: {service: a service}"},
		"leaks out": {map[string]string{"outer": head("outer", service) + step("inner", "follow: inner", with) + step("t", "tick: ${v}"), "inner": inner}, "`${v}` is no parameter, and no step before this saves it"},
		"kind":      {map[string]string{"outer": head("outer", service) + step("inner", "follow: inner", "with: {service: '${times}'}"), "inner": inner}, "`${times}` is an int; expected a service"},
		"output not set": {map[string]string{"outer": head("outer", service) + step("inner", "follow: inner", with),
			"inner": strings.Replace(inner, "check: containers.live", "when: service == \"x\"\ncheck: containers.live", 1)}, "the output `v` may have no value here"},
		"circle of three": {map[string]string{"outer": head("outer") + step("b", "follow: b"), "b": head("b") + step("c", "follow: c"), "c": head("c") + step("outer", "follow: outer")},
			"outer.md:10:9: this leads in a circle: outer → b → c → outer"},
		"circle beside":  {map[string]string{"outer": head("outer") + step("b", "follow: b"), "b": head("b") + step("c", "follow: c"), "c": head("c") + step("b", "follow: b")}, "b.md:10:9: this leads in a circle: b → c → b"},
		"twice the same": {map[string]string{"outer": head("outer", service) + step("one", "follow: inner", with) + step("two", "follow: inner", with), "inner": inner}, ""},
		"too many": {map[string]string{"outer": head("outer") + strings.Join([]string{step("x1", "follow: f1"), step("x2", "follow: f1"), step("x3", "follow: f1"), step("x4", "follow: f1")}, ""),
			"f1": head("f1") + strings.Join([]string{step("x1", "follow: f2"), step("x2", "follow: f2"), step("x3", "follow: f2"), step("x4", "follow: f2"), step("x5", "follow: f2"), step("x6", "follow: f2")}, ""),
			"f2": head("f2") + strings.Join([]string{step("x1", "follow: f3"), step("x2", "follow: f3"), step("x3", "follow: f3"), step("x4", "follow: f3"), step("x5", "follow: f3"), step("x6", "follow: f3")}, ""),
			"f3": head("f3") + step("a", "tick: a") + step("b", "tick: b") + step("c", "tick: c") + step("d", "tick: d")}, "with all that it follows this has 748 steps; expected at most 500"},
	} {
		dir := t.TempDir()
		for id, text := range c.files {
			write(t, dir, id, text)
		}
		_, err := Dir(dir, catalogue).Load("outer")
		if said := problemsOf(err); c.want == "" && said != "" || !strings.Contains(said, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", name, said, c.want)
		}
	}
}

func TestConditions(t *testing.T) {
	vars := steps.Values{"service": {Kind: steps.KindService, Text: "jaja-backend"}, "times": {Kind: steps.KindInt, Text: "5"}, "disabled": {Kind: steps.KindBool, Text: "false"}}
	for text, want := range map[string]bool{
		`service == "jaja-backend"`: true, `service != "jaja-backend"`: false, `times > 4`: true, `times >= 6`: false, `-times < 0`: true, `not disabled`: true, `times * 3 - 1 == 14`: true, `times + 1 <= 5`: false, `disabled or times == 5`: true,
		`service in ["a", "jaja-backend"]`: true, `service startsWith "jaja"`: true, `len(service) == 12`: true, `service contains "front"`: false, `service endsWith "end" and not (times == 5)`: false,
		`note == ""`: true, `note != "" and times > 1`: false, `true`: true,
	} {
		body := step("s", "check: containers.state", with, "save: {disabled: disabled}") + step("t", "tick: x", "when: '"+text+"'")
		dir := t.TempDir()
		write(t, dir, "x", head("x", service)+body)
		p, err := Dir(dir, catalogue).Load("x")
		if err != nil {
			t.Errorf("%s: %s", text, problemsOf(err))
			continue
		}
		when := p.Step("t").When
		if got, err := when.Eval(vars); err != nil || got != want || when.String() != text {
			t.Errorf("%s is %v, %v; want %v", when, got, err, want)
		}
	}
	p, err := Embedded(catalogue).Load("rollback")
	if err != nil {
		t.Fatal(problemsOf(err))
	}
	if _, err := p.Step("revert").When.Eval(nil); err == nil || !strings.Contains(err.Error(), "method has no value yet") {
		t.Errorf("a condition without its variable: %v", err)
	}
	if _, err := p.Step("rollback-image/live-wait").Until.Eval(steps.Values{"state": {Text: "ACTIVE"}, "version": {Text: "x"}, "coming": {Text: "14"}}); err == nil {
		t.Error("a number that is none was taken")
	}
}
