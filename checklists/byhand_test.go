package checklists

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/JustAJobApp/runbook/steps"
)

// hostile are values that break most ways of putting a text into a command.
var hostile = []string{"plain", "two words", "  spaces  ", "it's", `"quoted"`, `'`, `''`, `\`, `\\n`, "$HOME", "${HOME}", "$(touch /tmp/never)", "`touch /tmp/never`", "; exit 3", "&& false", "| cat", "> /dev/null",
	"*", "~", "!!", "#no comment", "-n", "--help", "a\nb", "tab\there", "ü€𝄞", "%s%n", "{a,b}", "[x]", "$'x'", "EOF", "'; echo broken; '", "\"; echo broken; \"", "$((1+1))", "a=b", "", "\x01\x7f"}

// TestByHandQuoting hands hostile values to a real shell, which must see each as it is.
func TestByHandQuoting(t *testing.T) {
	for _, shell := range []string{"bash", "sh"} {
		path, err := exec.LookPath(shell)
		if err != nil {
			t.Fatalf("this test needs %s: %v", shell, err)
		}
		for _, value := range hostile {
			s := &steps.Step{ByHand: "printf '%s' \"${service}\" \"${note}\"\nown=1\nprintf '%s' \"${own}\"\n"}
			text := ByHand(s, steps.Values{"service": {Kind: steps.KindText, Text: value}, "note": {Kind: steps.KindText, Text: "|" + value + "|"}})
			got, err := exec.Command(path, "-c", text).CombinedOutput()
			if want := value + "|" + value + "|1"; err != nil || string(got) != want {
				t.Errorf("%s: %q became %q, %v", shell, want, got, err)
			}
		}
	}
}

// TestByHandLines holds the form: a line a variable that the block reads, then the block as it stands.
func TestByHandLines(t *testing.T) {
	block := "for i in 1 2; do echo \"${i} ${service} ${note}\"; done\necho \"${HOME}\" '$image'\nread -r answer; echo \"${answer}\"\ncat <<EOF\n${service}\nEOF\n"
	got := ByHand(&steps.Step{ByHand: block}, steps.Values{"service": {Kind: steps.KindService, Text: "jaja-backend"}, "unused": {Text: "x"}})
	if want := "service='jaja-backend'\n: \"${note:?has no value yet}\"\n" + block; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	out, err := exec.Command("sh", "-c", got).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "note") || strings.Contains(string(out), "jaja-backend") {
		t.Errorf("a variable without a value did not stop the shell: %s", out)
	}
	if got := ByHand(&steps.Step{}, nil); got != "" {
		t.Errorf("a step without a block gives %q", got)
	}
	secret := ByHand(&steps.Step{ByHand: "echo \"${pass}\"\n"}, steps.Values{"pass": {Kind: steps.KindSecret, Text: "infisical:prod/X"}})
	if strings.Contains(secret, "infisical") {
		t.Errorf("a secret's reference was written: %s", secret)
	}
}

// TestEveryBlockParses: what is shown to be copied is what a shell takes, for every step of every procedure.
func TestEveryBlockParses(t *testing.T) {
	lib := Embedded(catalogue)
	all, err := lib.List()
	if err != nil {
		t.Fatal(problemsOf(err))
	}
	for _, s := range all {
		p, err := lib.Load(s.ID)
		if err != nil {
			t.Fatal(problemsOf(err))
		}
		for i := range p.Steps {
			if text := ByHand(&p.Steps[i], nil); text != "" {
				if out, err := exec.Command("bash", "-n", "-c", text).CombinedOutput(); err != nil {
					t.Errorf("%s/%s: %s", s.ID, p.Steps[i].ID, out)
				}
			}
		}
	}
}
