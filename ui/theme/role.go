package theme

import "github.com/charmbracelet/colorprofile"

// Role is what a colour is for.
type Role uint8

// Roles. Text is the terminal's own foreground.
const (
	RoleText Role = iota
	RoleMuted
	RoleAccent
	RoleOK
	RoleWarn
	RoleBad
	RoleUnknown
	RoleWait
	RolePractice
	RoleLine
	roles
)

// shade is one role's colour at one background: 24 bits, the 256 palette's and the 16 palette's, all as SGR parameters. Empty is
// the terminal's own. They are set by hand: left to itself, reducing colours turns warn and bad into the same red.
type shade struct{ hex, x256, x16 string }

const (
	strong  = "1"
	reverse = "7"
)

var dark = [roles]shade{
	RoleMuted:    {"38;2;167;176;188", "38;5;145", ""},
	RoleAccent:   {"38;2;124;196;255", "38;5;117", strong},
	RoleOK:       {"38;2;143;214;148", "38;5;114", "92"},
	RoleWarn:     {"38;2;242;193;78", "38;5;221", "93"},
	RoleBad:      {"38;2;255;155;145", "38;5;210", "91"},
	RoleUnknown:  {"38;2;217;179;255", "38;5;183", reverse},
	RoleWait:     {"38;2;127;220;230", "38;5;80", "96"},
	RolePractice: {"38;2;111;214;195", "38;5;79", "96"},
	RoleLine:     {"38;2;125;135;148", "38;5;102", ""},
}

var light = [roles]shade{
	RoleMuted:    {"38;2;89;98;109", "38;5;241", ""},
	RoleAccent:   {"38;2;11;87;164", "38;5;25", "34"},
	RoleOK:       {"38;2;27;101;48", "38;5;22", ""},
	RoleWarn:     {"38;2;120;77;0", "38;5;94", strong},
	RoleBad:      {"38;2;168;32;26", "38;5;124", "31"},
	RoleUnknown:  {"38;2;111;42;149", "38;5;90", reverse},
	RoleWait:     {"38;2;0;95;106", "38;5;23", ""},
	RolePractice: {"38;2;0;99;90", "38;5;23", ""},
	RoleLine:     {"38;2;107;116;126", "38;5;242", ""},
}

// neutral is for a background that is not known: readable on black and on white alike, in true colour only.
var neutral = [roles]shade{
	RoleMuted:    {hex: "38;2;117;117;117"},
	RoleAccent:   {"38;2;45;121;187", strong, strong},
	RoleOK:       {hex: "38;2;45;134;58"},
	RoleWarn:     {"38;2;163;105;0", strong, strong},
	RoleBad:      {"38;2;214;61;55", strong, strong},
	RoleUnknown:  {"38;2;156;88;193", reverse, reverse},
	RoleWait:     {hex: "38;2;21;129;149"},
	RolePractice: {hex: "38;2;17;132;118"},
}

// bare is for no colour at all: what cannot be told by a hue is told by bold and reverse, beside its sign and word.
var bare = [roles]shade{RoleAccent: {x16: strong}, RoleWarn: {x16: strong}, RoleBad: {x16: strong}, RoleUnknown: {x16: reverse}}

// of picks the SGR parameters for a colour profile.
func (s shade) of(p colorprofile.Profile) string {
	switch p {
	case colorprofile.TrueColor:
		return s.hex
	case colorprofile.ANSI256:
		return s.x256
	default:
		return s.x16
	}
}

// palette picks the table for a profile and a background; dark is nil while that is not known.
func palette(p colorprofile.Profile, isDark *bool) *[roles]shade {
	switch {
	case p < colorprofile.ANSI:
		return &bare
	case isDark == nil:
		return &neutral
	case *isDark:
		return &dark
	default:
		return &light
	}
}
