package plain

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
)

// Input reads a person's lines. What was typed before a prompt stood there is dropped on a terminal, so that an impatient enter
// never answers a question that nobody has read.
type Input struct {
	Terminal bool // a person sits there: a name that sends may be typed
	from     io.Reader
	drop     func() error
	keeps    bool // tests: lines that came early count
	rest     []byte
	lines    chan line
	asked    chan struct{}
}

type line struct {
	text string
	err  error
}

// NewPipe reads from what is no terminal: nobody sits there, and nothing that is read may send.
func NewPipe(r io.Reader) *Input {
	in := &Input{from: r, lines: make(chan line), asked: make(chan struct{}), drop: func() error { return nil }}
	go in.loop()
	return in
}

// NewTerminal reads from a terminal.
func NewTerminal(r io.Reader) *Input {
	in := NewPipe(r)
	in.Terminal = true
	if f, ok := r.(*os.File); ok {
		in.drop = func() error { return flush(f) }
	}
	return in
}

// Drop forgets what was typed before now.
func (in *Input) Drop() {
	if !in.Terminal || in.keeps {
		return
	}
	_ = in.drop() // a terminal that cannot forget is still one that can be read
	in.rest = nil
}

// Read waits for a line. io.EOF is the end of input.
func (in *Input) Read(ctx context.Context) (string, error) {
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case in.asked <- struct{}{}:
	}
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case l := <-in.lines:
		return l.text, l.err
	}
}

// loop reads only when asked, so that nothing is taken from the input that nobody waits for. It ends with the process.
func (in *Input) loop() {
	for range in.asked {
		text, err := in.next()
		in.lines <- line{text, err}
	}
}

const maxLine = 64 << 10

// next is one line without its end. A terminal gives a line a read; a pipe gives any amount.
func (in *Input) next() (string, error) {
	buf := make([]byte, 4096)
	for {
		if i := bytes.IndexByte(in.rest, '\n'); i >= 0 {
			text := string(bytes.TrimSuffix(in.rest[:i], []byte("\r")))
			in.rest = in.rest[i+1:]
			return text, nil
		}
		if len(in.rest) > maxLine {
			return "", errors.New("a line of more than 64 KiB")
		}
		n, err := in.from.Read(buf)
		in.rest = append(in.rest, buf[:n]...)
		if err != nil && n == 0 {
			if len(in.rest) > 0 && errors.Is(err, io.EOF) {
				text := string(in.rest)
				in.rest = nil
				return text, nil
			}
			return "", err
		}
	}
}
