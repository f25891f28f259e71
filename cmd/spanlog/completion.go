package main

// Completion: scripts that a shell reads when it starts. They must not call spanlog for each key that
// is pressed, so all words are in them.

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
)

const completionExamples = `  source <(spanlog completion bash)
  spanlog completion fish >~/.config/fish/completions/spanlog.fish
`

// shells are those that there is a completion for.
var shells = []string{"bash", "zsh", "fish"}

// runCompletion prints what makes a shell complete commands, flags and files. It is made of the
// commands and their flags, so it is always that of this program. Files are left to the shell, which
// knows better what people want of them.
func runCompletion(_ context.Context, c console, args []string) error {
	f := newFlags("completion", strings.Join(shells, "|"), completionExamples)
	args, err := f.parse(args, c.out)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return fmt.Errorf("completion: want one of bash, zsh and fish")
	}
	var script strings.Builder
	switch args[0] {
	case "bash":
		bashScript(&script)
	case "zsh":
		// Zsh can run bash's functions, once its own completion is on.
		script.WriteString("(( $+functions[compdef] )) || { autoload -U +X compinit && compinit; }\n" +
			"autoload -U +X bashcompinit && bashcompinit\n")
		bashScript(&script)
	case "fish":
		fishScript(&script)
	default:
		return fmt.Errorf("completion: no shell %q: want one of bash, zsh and fish", args[0])
	}
	_, err = io.WriteString(c.out, script.String()) // half a script would be run
	return err
}

// viewCommand is the command without a name, in the form of the others.
func viewCommand() *command { return &command{flags: new(view).flags} }

// flagNames are the command's flags, as they are typed and as help has them: with one dash.
func (c *command) flagNames() (names []string) {
	if c.flags != nil {
		c.flags().VisitAll(func(f *flag.Flag) { names = append(names, "-"+f.Name) })
	}
	return names
}

// bashScript writes a function for bash. What it has no words for is completed as a file.
func bashScript(w io.Writer) {
	var names []string
	var cases strings.Builder
	for _, cmd := range commands() {
		names = append(names, cmd.name)
		fmt.Fprintf(&cases, "\t%s) flags='%s' words='%s' ;;\n", cmd.name, strings.Join(cmd.flagNames(), " "), strings.Join(cmd.words(), " "))
	}
	fmt.Fprintf(w, bashCompletion, strings.Join(names, " "), strings.Join(viewCommand().flagNames(), " "), &cases)
}

// words are the arguments that the command can have, if they are not files.
func (c *command) words() []string {
	if c.name == "completion" {
		return shells
	}
	return nil
}

// bashCompletion is a format: the commands, the flags without one, and the lines for each command.
const bashCompletion = `_spanlog() {
	local word=${COMP_WORDS[COMP_CWORD]} flags='%[2]s' words=''
	if [ "$COMP_CWORD" = 1 ]; then words='%[1]s'; else case ${COMP_WORDS[1]} in
%[3]s	esac; fi
	case $word in
	-*) COMPREPLY=($(compgen -W "$flags" -- "$word")) ;;
	*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
	esac
}
complete -o default -o bashdefault -F _spanlog spanlog
`

// fishScript writes one line for each thing that can be completed, with the condition on which it
// can. The condition of a flag is the command, and not that no argument is there yet: flags may
// stand behind files.
func fishScript(w io.Writer) {
	var names []string
	for _, cmd := range commands() {
		names = append(names, cmd.name)
	}
	fmt.Fprint(w, fishFunctions)
	for _, cmd := range commands() {
		fmt.Fprintf(w, "complete -c spanlog -n __spanlog_first -a %s -d '%s'\n", cmd.name, fishText(cmd.about))
		condition := "__spanlog_command " + cmd.name
		if words := cmd.words(); len(words) > 0 {
			fmt.Fprintf(w, "complete -c spanlog -n '%s' -f -a '%s'\n", condition, strings.Join(words, " "))
		}
		cmd.fishFlags(w, condition)
	}
	viewCommand().fishFlags(w, "not __spanlog_command "+strings.Join(names, " "))
}

// fishFlags writes the lines of a command's flags. One that takes a value says so, or fish would
// take the value for a file.
func (c *command) fishFlags(w io.Writer, condition string) {
	if c.flags == nil {
		return
	}
	c.flags().VisitAll(func(f *flag.Flag) {
		value := " -r"
		if b, ok := f.Value.(interface{ IsBoolFlag() bool }); ok && b.IsBoolFlag() {
			value = ""
		}
		_, usage := flag.UnquoteUsage(f)
		fmt.Fprintf(w, "complete -c spanlog -n '%s' -o %s%s -d '%s'\n", condition, f.Name, value, fishText(usage))
	})
}

// fishText is text between single quotes.
func fishText(s string) string { return strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) }

// fishFunctions are the conditions. Fish has such functions itself, but they look for a word anywhere,
// and a command is one as the first argument only.
const fishFunctions = `function __spanlog_first
	test (count (commandline -opc)) -eq 1
end
function __spanlog_command
	set -l words (commandline -opc)
	contains -- "$words[2]" $argv
end
`
