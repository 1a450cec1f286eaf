# Bash at work: functions, subshells, command substitutions, pipelines, here documents. Arguments: the gate file, how many rounds.
gate=$1 rounds=$2

work() {
    local round=$1 sum word
    sum=$( (seq $((round * 7)) $((round * 7 + 900)); echo "$round") | tr 0-9 a-j | sort -r | cksum )
    while read -r word; do sum="$sum $word"; done < <(printf '%s\n' one two three | tac)
    echo "$round ${sum// /-} $(tr a-z A-Z <<END
here $round
END
)"
}

for ((round = 1; round <= rounds; round++)); do work "$round"; done
last=$(work "$rounds")
until [ -e "$gate" ]; do
    printf . >>"$gate.beats"
    [ "$(work "$rounds")" = "$last" ] || { echo "came out otherwise than before"; exit 1; }
done
echo done
