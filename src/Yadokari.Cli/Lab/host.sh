# Init of one lab host: pid 1 of the host's pid namespace, with its own network, name, clocks, /proc, /run and /dev/shm.
# usage: host.sh DIRECTORY YADO SUBNET NUMBER COUNT OFFSET
set -eu
dir=$1 program=$2 subnet=$3 number=$4 count=$5 offset=$6
name=h$number

read -r line </proc/self/stat
start=$(echo "${line##*) }" | cut -d ' ' -f 20)
pid=${line%% *}
# The start time is told in this host's own clock, which is ahead of the machine's; 100 ticks are a second.
start=$((start - offset * 100))

hostname "$name"
cd "$dir"
mount -t proc proc /proc
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t tmpfs -o mode=755 run /run
case $dir in /run/*) mkdir -p "$dir" && mount -c --bind . "$dir" ;; esac
mkdir -p /run/lock "/run/user/$(id -u)"
mkdir -m 1777 /run/tmp
cd /

. "$dir/$name/environment"
peers=
[ ! -f "$dir/cluster" ] || { peers="--cluster $(cat "$dir/cluster")" && count=0; }
i=0
while [ $i -lt "$count" ]; do
    i=$((i + 1))
    [ "$i" -eq "$number" ] || peers="$peers --peer $subnet.$i:1991"
done
# shellcheck disable=SC2086 # one word per option
"$program" host --listen "$subnet.$number:1991" --accept all --accept-users all $peers &
echo "$pid $start" >"$dir/$name/init.new"
mv "$dir/$name/init.new" "$dir/$name/init.pid"

while :; do
    sleep infinity &
    wait $! || :
done
