# A shell's pipelines: one that lasts as long as the script, and many short ones. Arguments: the gate file, how many lines.
gate=$1 lines=$2

short() { yes "text to compress" | head -c 400000 | gzip -c -1 | gunzip -c | cksum; }

expected=$(short)
{
    seq 1 "$lines"
    until [ -e "$gate" ]; do
        printf . >>"$gate.beats"
        [ "$(short)" = "$expected" ] || echo "came out otherwise than before"
    done
} | tr 0-9 a-j | gzip -c -1 | gunzip -c | sort -r | cksum
