#!/usr/bin/env bash
# A script as people write them; with the word "sources" it makes sources and a Makefile here.
if [ "$1" = sources ]; then
    for i in 1 2 3 4 5 6 7 8; do
        for k in $(seq 1 300); do echo "int f${i}_$k(int x) { int s = 0; for (int j = 0; j < x; j++) s += j * $k ^ s; return s; }"; done >a$i.c
    done
    objects=$(for i in 1 2 3 4 5 6 7 8; do echo a$i.o; done)
    printf 'all.o: %s\n\tld -r -o all.o $^ && cksum all.o\n%%.o: %%.c\n\tgcc -pipe -O2 -c $<\n' "${objects//$'\n'/ }" >Makefile
    exit
fi
twist() { local word; word=$(echo "$1" | tr 0-9 a-j); echo "$word $(expr "$1" \* 7)"; }
total=0
for i in $(seq 1 250); do
    twist "$i"
    (echo "of $i"; seq "$i" | sort -rn | head -n 2) | tr a-z A-Z
    total=$((total + i))
done
while read -r number; do total=$((total + number)); done < <(seq 1 20000 | sort -rn)
echo "$total"
