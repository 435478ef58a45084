package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
)

// peer is PyTorch, which stays between two questions, since it takes seconds to start. It ends with the turn.
type peer struct {
	process *exec.Cmd
	ask_    io.WriteCloser
	answers *bufio.Reader
	said    *tail
}

// ask sends a line of options to torch_gan.py and gives its line of JSON.
func (p *peer) ask(t *turn, options string) (string, error) {
	if p.process == nil {
		if err := p.start(t); err != nil {
			return "", err
		}
	}
	_, err := fmt.Fprintln(p.ask_, options)
	if err == nil {
		var answer string
		if answer, err = p.answers.ReadString('\n'); err == nil {
			if strings.Contains(answer, `"error"`) && t.peer == "cuda" {
				p.close() // it ends itself: CUDA may be unusable
			}
			return strings.TrimSpace(answer), nil
		}
	}
	said := p.said
	return "", explain(errors.Join(errors.New("PyTorch ended"), p.close()), said.String())
}

func (p *peer) start(t *turn) (err error) {
	c := command(t.ctx, t.python, filepath.Join(t.folder, "torch_gan.py"), "--serve", "--device", t.peer)
	p.said = &tail{}
	c.Stderr = p.said
	if p.ask_, err = c.StdinPipe(); err != nil {
		return err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	p.process, p.answers = c, bufio.NewReader(out)
	return nil
}

// close ends PyTorch, if it runs.
func (p *peer) close() error {
	if p.process == nil {
		return nil
	}
	p.ask_.Close()
	reap(p.process)
	err := p.process.Wait()
	p.process = nil
	return err
}

// tail keeps the end of what is written to it.
type tail struct{ text []byte }

func (t *tail) Write(text []byte) (int, error) {
	t.text = append(t.text, text...)
	t.text = t.text[max(0, len(t.text)-4096):]
	return len(text), nil
}

func (t *tail) String() string { return string(t.text) }
