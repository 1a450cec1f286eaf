namespace Yadokari.Cli.Completion;

/// <summary>What a shell loads so that it completes yado's command lines; each asks <c>yado complete</c> at every key.</summary>
internal static class ShellScripts
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["bash"] = """
            # yado(1) completions for bash
            _yado() {
                local IFS=$'\n' line
                COMPREPLY=()
                for line in $(yado complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); do
                    COMPREPLY+=("${line%%$'\t'*}")
                done
                [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
                return 0
            }
            complete -o bashdefault -o default -F _yado yado

            """,
        ["zsh"] = """
            #compdef yado
            # yado(1) completions for zsh
            _yado() {
                local -a found
                local line
                for line in "${(@f)$(yado complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
                    [[ -n $line ]] && found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
                done
                if (( ${#found} )); then
                    _describe yado found
                else
                    _files
                fi
            }
            if [[ ${funcstack[1]} == _yado ]]; then
                _yado "$@"
            else
                compdef _yado yado
            fi

            """,
        ["fish"] = """
            # yado(1) completions for fish
            function __yado_complete
                set -l words (commandline -opc) (commandline -ct)
                yado complete -- $words[2..] 2>/dev/null
            end
            function __yado_knows
                test -n "$(__yado_complete)"
            end
            complete -c yado -f -n __yado_knows -a '(__yado_complete)'

            """,
    };
}
