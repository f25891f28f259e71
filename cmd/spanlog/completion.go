package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
)

const completionExamples = `  source <(spanlog completion bash)
  spanlog completion fish >~/.config/fish/completions/spanlog.fish
`

// runCompletion prints what makes a shell complete commands, flags and files.
func runCompletion(_ context.Context, c console, args []string) error {
	f := newFlags("completion", "bash|zsh|fish", completionExamples)
	args, err := f.parse(args, c.out)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return fmt.Errorf("completion: want one of bash, zsh and fish")
	}
	view := command{name: "", flags: new(view).flags}
	switch args[0] {
	case "bash", "zsh":
		if args[0] == "zsh" {
			fmt.Fprintln(c.out, "autoload -U +X bashcompinit && bashcompinit")
		}
		var names []string
		var cases strings.Builder
		for _, cmd := range commands() {
			names = append(names, cmd.name)
			fmt.Fprintf(&cases, "\t%s) flags='%s' ;;\n", cmd.name, strings.Join(cmd.flagNames(), " "))
		}
		fmt.Fprintf(c.out, bashCompletion, strings.Join(names, " "), strings.Join(view.flagNames(), " "), &cases)
	case "fish":
		for _, cmd := range commands() {
			fmt.Fprintf(c.out, "complete -c spanlog -n __fish_use_subcommand -a %s -d '%s'\n", cmd.name, fishText(cmd.about))
			cmd.fishFlags(c, "__fish_seen_subcommand_from "+cmd.name)
		}
		view.fishFlags(c, "__fish_use_subcommand")
	default:
		return fmt.Errorf("completion: no shell %q: want one of bash, zsh and fish", args[0])
	}
	return nil
}

// flagNames are the command's flags, as they are typed.
func (c *command) flagNames() (names []string) {
	if c.flags != nil {
		c.flags().VisitAll(func(f *flag.Flag) { names = append(names, "-"+f.Name) })
	}
	return names
}

func (c *command) fishFlags(to console, condition string) {
	if c.flags == nil {
		return
	}
	c.flags().VisitAll(func(f *flag.Flag) {
		_, usage := flag.UnquoteUsage(f)
		fmt.Fprintf(to.out, "complete -c spanlog -n '%s' -o %s -d '%s'\n", condition, f.Name, fishText(usage))
	})
}

func fishText(s string) string { return strings.ReplaceAll(s, "'", `\'`) }

const bashCompletion = `_spanlog() {
	local word=${COMP_WORDS[COMP_CWORD]} flags='%[2]s'
	[ "$COMP_CWORD" = 1 ] || case ${COMP_WORDS[1]} in
%[3]s	esac
	COMPREPLY=()
	case $word in
	-*) COMPREPLY=($(compgen -W "$flags" -- "$word")) ;;
	*) [ "$COMP_CWORD" != 1 ] || COMPREPLY=($(compgen -W '%[1]s' -- "$word")) ;;
	esac
}
complete -o default -o bashdefault -F _spanlog spanlog
`
