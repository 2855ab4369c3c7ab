package cli_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/charmbracelet/x/xpty"
)

// terminal is a program on a real pseudo-terminal, with an emulator that reads what it draws.
type terminal struct {
	t     *testing.T
	pty   xpty.Pty
	cmd   *exec.Cmd
	ended chan struct{} // the program's output has ended
	exit  chan struct{}

	mu  sync.Mutex
	emu *vt.Emulator
	raw bytes.Buffer
}

func onTerminal(t *testing.T, w, h int, env []string, args ...string) *terminal {
	t.Helper()
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return program(t, w, h, bin, env, args...)
}

// program runs any program on a terminal. What env sets goes before the usual.
func program(t *testing.T, w, h int, bin string, env []string, args ...string) *terminal {
	t.Helper()
	p, err := xpty.NewPty(w, h)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := exec.Command(bin, args...)
	c.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "RUNBOOK_STATE=" + filepath.Join(dir, "state"), "RUNBOOK_OPERATOR=ana",
		"TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8"}, env...)
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true} // without it there is no SIGWINCH and no SIGHUP
	if err := p.Start(c); err != nil {
		t.Fatal(err)
	}
	tm := &terminal{t: t, pty: p, cmd: c, emu: vt.NewEmulator(w, h), ended: make(chan struct{}), exit: make(chan struct{})}
	go func() { _, _ = io.Copy(p, tm.emu) }() // the terminal's answers to what the program asks it
	go func() {
		defer close(tm.ended)
		b := make([]byte, 1<<16)
		for {
			n, err := p.Read(b)
			tm.mu.Lock()
			tm.raw.Write(b[:n])
			_, _ = tm.emu.Write(b[:n])
			tm.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	go func() {
		_ = c.Wait() // its exit code is looked at
		close(tm.exit)
		if u, ok := p.(*xpty.UnixPty); ok {
			_ = u.Slave().Close() // our copy would keep the terminal open
		}
	}()
	t.Cleanup(func() { _ = c.Process.Kill(); _ = p.Close() })
	return tm
}

// screen is what stands there, line by line.
func (tm *terminal) screen() string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	var sb strings.Builder
	for y := 0; y < tm.emu.Height(); y++ {
		var l strings.Builder
		for x := 0; x < tm.emu.Width(); x++ {
			switch c := tm.emu.CellAt(x, y); {
			case c != nil && c.Content != "":
				l.WriteString(c.Content)
			case c == nil || c.Width != 0:
				l.WriteByte(' ')
			}
		}
		sb.WriteString(strings.TrimRight(l.String(), " ") + "\n")
	}
	return sb.String()
}

// see waits until all the texts stand on the screen.
func (tm *terminal) see(texts ...string) {
	tm.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		s, all := tm.screen(), true
		for _, t := range texts {
			all = all && strings.Contains(s, t)
		}
		if all {
			return
		}
		select {
		case <-tm.ended:
			tm.t.Fatalf("the program has ended before %q stood there:\n%s\n%q", texts, s, tm.raw.String())
		default:
		}
	}
	tm.t.Fatalf("%q does not stand on the screen:\n%s", texts, tm.screen())
}

func (tm *terminal) key(text string) {
	if _, err := tm.pty.Write([]byte(text)); err != nil {
		tm.t.Fatal(err)
	}
}

// end waits for the program's end, checks that the terminal is as it was, and gives the exit code.
func (tm *terminal) end() int {
	tm.t.Helper()
	select {
	case <-tm.exit:
	case <-time.After(20 * time.Second):
		tm.t.Fatalf("the program does not end:\n%s", tm.screen())
	}
	select {
	case <-tm.ended:
	case <-time.After(5 * time.Second):
		tm.t.Error("its output does not end")
	}
	tm.mu.Lock()
	defer tm.mu.Unlock()
	if tm.emu.IsAltScreen() {
		tm.t.Error("the alternate screen is still there")
	}
	out := tm.raw.String()
	for on, off := range map[string]string{"\x1b[?1049h": "\x1b[?1049l", "\x1b[?25l": "\x1b[?25h", "\x1b[?1000h": "\x1b[?1000l", "\x1b[?1002h": "\x1b[?1002l",
		"\x1b[?1006h": "\x1b[?1006l", "\x1b[?2004h": "\x1b[?2004l", "\x1b[?1004h": "\x1b[?1004l"} {
		if last := strings.LastIndex(out, on); last >= 0 && strings.LastIndex(out, off) < last {
			tm.t.Errorf("%q was switched on and is not switched off", on)
		}
	}
	return tm.cmd.ProcessState.ExitCode()
}

func TestTheTerminalIsAsItWas(t *testing.T) {
	for name, leave := range map[string]struct {
		do   func(*terminal)
		code int
	}{
		"q":            {func(tm *terminal) { tm.key("q") }, 0},
		"ctrl+c twice": {func(tm *terminal) { tm.key("\x03"); tm.key("\x03") }, 0},
		"SIGTERM":      {func(tm *terminal) { _ = tm.cmd.Process.Signal(syscall.SIGTERM) }, 130},
		"SIGHUP":       {func(tm *terminal) { _ = tm.cmd.Process.Signal(syscall.SIGHUP) }, 130},
		"SIGINT":       {func(tm *terminal) { _ = tm.cmd.Process.Signal(syscall.SIGINT) }, 130},
		"two signals": {func(tm *terminal) {
			_ = tm.cmd.Process.Signal(syscall.SIGTERM)
			_ = tm.cmd.Process.Signal(syscall.SIGTERM)
		}, 130},
		"after resizes": {func(tm *terminal) { tm.storm(); tm.see("PRACTICE"); tm.key("q") }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			tm := onTerminal(t, 140, 40, nil, "practice", "bad-deploy")
			tm.see("PRACTICE", "nothing here is real", "Procedures")
			leave.do(tm)
			if code := tm.end(); code != leave.code {
				t.Errorf("exit %d, want %d", code, leave.code)
			}
		})
	}
}

// storm resizes the terminal to the odd and back.
func (tm *terminal) storm() {
	for _, s := range [][2]int{{1, 1}, {500, 200}, {2, 40}, {140, 1}, {60, 20}, {80, 24}, {140, 40}} {
		tm.mu.Lock()
		tm.emu.Resize(s[0], s[1])
		tm.mu.Unlock()
		if err := tm.pty.Resize(s[0], s[1]); err != nil {
			tm.t.Fatal(err)
		}
	}
}

func TestAClosedTerminalEndsTheProgram(t *testing.T) {
	tm := onTerminal(t, 80, 24, nil, "practice", "bad-deploy")
	tm.see("PRACTICE")
	_ = tm.pty.Close()
	select {
	case <-tm.exit:
	case <-time.After(20 * time.Second):
		t.Fatal("the program goes on without its terminal")
	}
}

// TestHomeSaysWhatIsWrong is the beginning of the main job, at the sizes that count.
func TestHomeSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		w, h int
		env  []string
	}{{140, 40, nil}, {80, 24, nil}, {60, 20, nil}, {200, 60, nil}, {80, 24, []string{"NO_COLOR=1"}}, {80, 24, []string{"LANG=C", "LC_ALL=C"}}} {
		tm := onTerminal(t, c.w, c.h, c.env, "practice", "bad-deploy")
		tm.see("PRACTICE", "500", "recommended")
		tm.key("q")
		tm.end()
	}
}

// TestADumbTerminalGetsLines: no escape sequence reaches a terminal that knows none.
func TestADumbTerminalGetsLines(t *testing.T) {
	tm := onTerminal(t, 80, 24, []string{"TERM=dumb"}, "practice", "bad-deploy")
	tm.see("Nothing here is real", "runbook list")
	if code := tm.end(); code != 0 {
		t.Errorf("exit %d", code)
	}
	if strings.Contains(tm.raw.String(), "\x1b") {
		t.Errorf("escape sequences: %q", tm.raw.String())
	}
}

// TestTypeAheadAnswersNothing: what was typed before the prompt stood there is dropped, and the name that sends is asked for.
func TestTypeAheadAnswersNothing(t *testing.T) {
	tm := onTerminal(t, 100, 60, nil, "run", "rollback-image", "--env", "practice", "--set", "service=jaja-backend", "--plain")
	tm.key("1\nINC-88\njaja-backend\n") // nothing stands there yet
	tm.see("Type 1 or the name >")
	tm.key("1\n")
	tm.see("INC-88 >")
	tm.key("INC-88\n")
	tm.see("to send it once")
	tm.key("jaja-backnd\n")
	tm.see("Not sent: jaja-backnd is not jaja-backend.")
	tm.key(":quit\n")
	tm.see("Back with: runbook resume")
	if code := tm.end(); code != 4 {
		t.Errorf("exit %d, want 4", code)
	}
}
