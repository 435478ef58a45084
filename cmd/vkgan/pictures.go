package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"vkgan/internal/digit"
	"vkgan/internal/files"
)

// picture is an image file as a model takes it, or why there is none.
type picture struct {
	name   string
	pixels []byte // [height,width], 0 background to 255 digit
	err    error
}

const standardInput = "-"

// pictureNames puts the PNG and JPEG files in a folder, by name, in its place.
func pictureNames(paths []string) ([]string, error) {
	var names []string
	for i, path := range paths {
		if path == standardInput && slices.Index(paths, path) < i {
			return nil, errors.New("- is given twice, but there is one standard input: give it once")
		}
		if at, err := os.Stat(path); err != nil || !at.IsDir() {
			names = append(names, path) // one that is not there is an error of its own
			continue
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, files.CannotRead(path, err)
		}
		before := len(names)
		for _, e := range entries {
			if slices.Contains([]string{".png", ".jpg", ".jpeg"}, strings.ToLower(filepath.Ext(e.Name()))) && !e.IsDir() {
				names = append(names, filepath.Join(path, e.Name()))
			}
		}
		if len(names) == before {
			return nil, fmt.Errorf("there is nothing to classify in %s: it has no file that ends in .png, .jpg or .jpeg", path)
		}
	}
	return names, nil
}

// readPictures reads pictures for images [height,width], several at a time, and gives them in order.
func readPictures(names []string, stdin io.Reader, height, width int) iter.Seq[picture] {
	return func(yield func(picture) bool) {
		ahead, enough := make(chan chan picture, runtime.GOMAXPROCS(0)), make(chan struct{})
		defer close(enough)
		go func() {
			defer close(ahead)
			for _, name := range names {
				one := make(chan picture, 1)
				select {
				case ahead <- one:
				case <-enough:
					return
				}
				go func() { one <- readPicture(name, stdin, height, width) }()
			}
		}()
		for one := range ahead {
			if !yield(<-one) {
				return
			}
		}
	}
}

func readPicture(name string, stdin io.Reader, height, width int) picture {
	from := stdin
	if name != standardInput {
		file, err := os.Open(name)
		if err != nil {
			return picture{name: name, err: files.Cause(err)}
		}
		defer file.Close()
		from = file
	}
	pixels, err := digit.Read(from, height, width)
	return picture{name, pixels, files.Cause(err)}
}
