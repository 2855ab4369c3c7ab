package theme

import (
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"github.com/JustAJobApp/runbook/steps"
)

func at(p colorprofile.Profile, isDark *bool) *Theme {
	return New(Options{Frame: Production(), Profile: p, Dark: isDark})
}

func yes() *bool { v := true; return &v }
func no() *bool  { v := false; return &v }

func TestRolesByProfileAndBackground(t *testing.T) {
	for _, c := range []struct {
		name string
		t    *Theme
		role Role
		want string
	}{
		{"dark hex", at(colorprofile.TrueColor, yes()), RoleWarn, "\x1b[38;2;242;193;78mx\x1b[m"},
		{"light hex", at(colorprofile.TrueColor, no()), RoleBad, "\x1b[38;2;168;32;26mx\x1b[m"},
		{"unknown hex", at(colorprofile.TrueColor, nil), RoleOK, "\x1b[38;2;45;134;58mx\x1b[m"},
		{"dark 256", at(colorprofile.ANSI256, yes()), RoleBad, "\x1b[38;5;210mx\x1b[m"},
		{"unknown 256 has no hue", at(colorprofile.ANSI256, nil), RoleOK, "x"},
		{"dark 16", at(colorprofile.ANSI, yes()), RoleWarn, "\x1b[93mx\x1b[m"},
		{"light 16 own", at(colorprofile.ANSI, no()), RoleOK, "x"},
		{"light 16 bold", at(colorprofile.ANSI, no()), RoleWarn, "\x1b[1mx\x1b[m"},
		{"no colour keeps reverse", at(colorprofile.ASCII, yes()), RoleUnknown, "\x1b[7mx\x1b[m"},
		{"text", at(colorprofile.TrueColor, yes()), RoleText, "x"},
	} {
		if got := c.t.Paint(c.role, "x"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Warn and bad must never look alike, and neither must ok: that is why they are set by hand.
func TestStatesDoNotLookAlikeWhereThereIsColour(t *testing.T) {
	for _, p := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI256, colorprofile.ANSI} {
		for _, dark := range []*bool{yes(), no()} {
			th := at(p, dark)
			seen := map[string]Role{}
			for _, r := range []Role{RoleOK, RoleWarn, RoleBad, RoleUnknown} {
				got := th.Paint(r, "x")
				if other, ok := seen[got]; ok {
					t.Errorf("%v dark=%v: roles %d and %d are both %q", p, *dark, other, r, got)
				}
				seen[got] = r
			}
		}
	}
}

func TestWhatTheOperatorChoseStays(t *testing.T) {
	th := New(Options{Frame: Production(), Profile: colorprofile.TrueColor, Dark: no(), Fixed: true})
	before := th.Paint(RoleBad, "x")
	th.SetDark(true)
	if th.Paint(RoleBad, "x") != before {
		t.Error("the terminal's answer changed a chosen background")
	}
	bare := New(Options{Frame: Production(), Profile: colorprofile.TrueColor, Bare: true, Fixed: true})
	bare.SetProfile(colorprofile.TrueColor)
	if got := bare.Paint(RoleOK, "x"); got != "x" {
		t.Errorf("no colour asked for, got %q", got)
	}
}

func TestVersionMovesWithEveryChange(t *testing.T) {
	th := at(colorprofile.TrueColor, nil)
	v := th.Version()
	th.SetDark(true)
	if th.Version() == v {
		t.Error("a new background keeps the version")
	}
	v = th.Version()
	th.SetProfile(colorprofile.ANSI)
	if th.Version() == v {
		t.Error("a new profile keeps the version")
	}
}

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want Charset
	}{
		{map[string]string{"LANG": "en_US.UTF-8"}, Unicode},
		{map[string]string{"LANG": "C.utf8"}, Unicode},
		{map[string]string{}, Unicode},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "C"}, ASCII},
		{map[string]string{"LANG": "de_DE.ISO-8859-1"}, ASCII},
		{map[string]string{"LANG": "ja_JP.UTF-8"}, ASCII},
		{map[string]string{"LC_CTYPE": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, ASCII},
		{map[string]string{"LANG": "en_US.UTF-8", "TERM": "linux"}, PlainSigns},
	} {
		if got := Detect(func(k string) string { return c.env[k] }); got != c.want {
			t.Errorf("%v: %v, want %v", c.env, got, c.want)
		}
	}
}

func TestSignsAndFoldsKeepTheirColumns(t *testing.T) {
	ascii := New(Options{Frame: Production(), Charset: ASCII})
	for s := Pass; s < signs; s++ {
		if n := ansi.StringWidth(unicodeSigns[s]); n != 1 {
			t.Errorf("%s takes %d columns", unicodeSigns[s], n)
		}
		if a := ascii.Sign(s); ansi.StringWidth(a) != 1 && s != Ellipsis {
			t.Errorf("%q takes more than a column", a)
		}
	}
	for _, text := range []string{"╔═ PRODUCTION ═╗", "✓ pass · ✗ fail", "cut he…", "\x1b[1m▸ 2\x1b[m ─┤", "名前 Müller", "▁▂█ ░", "…", "a …"} {
		got := ascii.Fold(text)
		if ansi.StringWidth(got) != ansi.StringWidth(text) {
			t.Errorf("%q became %q: other width", text, got)
		}
		for i := range len(got) {
			if got[i] >= 0x80 {
				t.Errorf("%q became %q: not ASCII", text, got)
				break
			}
		}
	}
	if got := ascii.Fold("cut he…"); got != "cut h.." {
		t.Errorf("an ellipsis became %q", got)
	}
	linux := New(Options{Frame: Production(), Charset: PlainSigns})
	if got := linux.Fold("│ ✓ pass"); got != "│ + pass" {
		t.Errorf("the console shows %q", got)
	}
}

func TestFramesDifferWithoutColour(t *testing.T) {
	for _, set := range []Charset{Unicode, ASCII} {
		prod, prac := New(Options{Frame: Production(), Charset: set}), New(Options{Frame: Practice("x"), Charset: set})
		if prod.Outer() == prac.Outer() {
			t.Errorf("charset %d: the borders are the same", set)
		}
	}
	if th := at(colorprofile.ASCII, nil); !strings.Contains(th.Word("PRODUCTION"), "\x1b[1;7m") {
		t.Error("PRODUCTION is not reversed without colour")
	}
	if Production().Title == Practice("").Title || Production().Cloud == Practice("").Cloud {
		t.Error("the words are the same")
	}
}

func TestEveryStateHasSignAndWord(t *testing.T) {
	th := at(colorprofile.ASCII, nil)
	for _, s := range []steps.State{"", steps.Passed, steps.Warned, steps.Failed, steps.Unknown, steps.Approved, steps.Skipped, steps.NotApplicable, steps.Waiting} {
		if sign, word := th.State(s); sign == "" || word == "" {
			t.Errorf("%q has sign %q and word %q", s, sign, word)
		}
	}
}
