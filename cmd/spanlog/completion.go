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
	var names, flags []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	new(view).flags().VisitAll(func(f *flag.Flag) { flags = append(flags, "-"+f.Name) })
	switch args[0] {
	case "bash":
		fmt.Fprintf(c.out, bashCompletion, strings.Join(names, " "), strings.Join(flags, " "))
	case "zsh":
		fmt.Fprintf(c.out, "autoload -U +X bashcompinit && bashcompinit\n"+bashCompletion, strings.Join(names, " "), strings.Join(flags, " "))
	case "fish":
		for _, cmd := range commands() {
			fmt.Fprintf(c.out, "complete -c spanlog -n __fish_use_subcommand -a %s -d '%s'\n", cmd.name, strings.ReplaceAll(cmd.about, "'", `\'`))
		}
		new(view).flags().VisitAll(func(f *flag.Flag) {
			_, usage := flag.UnquoteUsage(f)
			fmt.Fprintf(c.out, "complete -c spanlog -o %s -d '%s'\n", f.Name, strings.ReplaceAll(usage, "'", `\'`))
		})
	default:
		return fmt.Errorf("completion: no shell %q: want one of bash, zsh and fish", args[0])
	}
	return nil
}

const bashCompletion = `_spanlog() {
	local word=${COMP_WORDS[COMP_CWORD]}
	COMPREPLY=()
	case $word in
	-*) COMPREPLY=($(compgen -W '%[2]s' -- "$word")) ;;
	*) [ "$COMP_CWORD" != 1 ] || COMPREPLY=($(compgen -W '%[1]s' -- "$word")) ;;
	esac
}
complete -o default -o bashdefault -F _spanlog spanlog
`
