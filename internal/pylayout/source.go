package pylayout

import "strings"

// Filename returns the last element of a source file's path, as Python's field
// filename. Go's paths have slashes on every system.
func Filename(path string) string {
	return path[strings.LastIndexByte(path, '/')+1:]
}

// Module returns the name of a source file without its last extension, as
// Python's field module. Dots at the start are no extension.
func Module(path string) string {
	name := Filename(path)
	if dot := strings.LastIndexByte(name, '.'); strings.Trim(name[:max(dot, 0)], ".") != "" {
		return name[:dot]
	}
	return name
}

// AppendFuncName appends the name of a function as Python's field funcName has
// it: the last identifier of the name in [runtime.Frame], without package,
// receiver and type arguments.
//
//	main.main                  main
//	example.com/a/b.(*T).Foo   Foo
//	example.com/a/b.Foo[...]   Foo
//
// A closure has no name of its own in Go. It keeps that of the function around
// it, with the compiler's suffix; so do numbered init functions.
//
//	main.main.func1            main.func1
//	main.(*T).Foo.func1.2      Foo.func1.2
//	main.init.0                init.0
//
// The body of a loop over a function (main.walk-range1) and a method value
// (main.T.Foo-fm) count as the function itself.
func AppendFuncName(dst []byte, function string) []byte {
	// Type arguments can hold slashes and dots, so the path ends before them.
	path, _, _ := strings.Cut(function, "[")
	function = function[strings.LastIndexByte(path, '/')+1:]
	if _, name, ok := strings.Cut(function, "."); ok {
		function = name
	}
	start := identifier(function)
	// Leave out type arguments and, up to the next dot, suffixes such as -fm.
	depth, skip := 0, false
	for _, c := range []byte(function[start:]) {
		switch c {
		case '[':
			depth++
		case '-':
			skip = true
		case '.':
			skip = false
		}
		if depth == 0 && !skip {
			dst = append(dst, c)
		}
		if c == ']' {
			depth--
		}
	}
	return dst
}

// identifier returns where the last identifier starts that a programmer wrote.
// Inlined closures repeat the receiver: (*T).P.(*T).P.func1.func2 is P's.
func identifier(function string) int {
	start, begin, depth := 0, 0, 0
	for i := 0; i <= len(function); i++ {
		if i < len(function) {
			switch function[i] {
			case '[':
				depth++
			case ']':
				depth--
			}
			if function[i] != '.' || depth > 0 {
				continue
			}
		}
		part := function[begin:i]
		switch {
		case strings.HasPrefix(part, "(") && i < len(function):
			start = i + 1 // a receiver: the method follows
		case !generated(part):
			start = begin
		}
		begin = i + 1
	}
	return start
}

// generated reports whether the compiler made up the part of a name: func1, 2,
// gowrap1, deferwrap1, or the empty part of glob..func1.
func generated(part string) bool {
	part, _, _ = strings.Cut(part, "-")
	word := strings.TrimRight(part, "0123456789")
	switch word {
	case "":
		return true
	case "func", "gowrap", "deferwrap":
		return word != part // without a number it is somebody's own name
	}
	return false
}
