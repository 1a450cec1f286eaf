# Init of the whole lab: pid 1 of a pid namespace that holds every host, in a network namespace that holds only the
# bridge, so that the machine itself has no route to the lab. When this process ends, the kernel ends everything in it.
# usage: lab.sh DIRECTORY YADO SUBNET OFFSET…   one uptime offset in seconds per host; SUBNET is three octets: 10.199.0
set -eu
dir=$1 program=$2 subnet=$3
shift 3

# /proc is still that of the machine, so this is the pid as the machine sees it: field 1; field 22 is the start time.
read -r line </proc/self/stat
start=$(echo "${line##*) }" | cut -d ' ' -f 20)
pid=${line%% *}

# A /run of its own for the names of the network namespaces; the lab's directory stays in sight if it lies there.
cd "$dir"
mount -t tmpfs -o mode=755 yado-lab /run
case $dir in /run/*) mkdir -p "$dir" && mount -c --bind . "$dir" ;; esac
cd "$dir"

{
    echo "link set lo up"
    echo "link add lab0 type bridge"
    echo "link set lab0 up"
} | ip -batch -
i=0
for offset; do
    i=$((i + 1))
    ip netns add "h$i"
    echo "link add p$i type veth peer name eth0 netns h$i"
    echo "link set p$i master lab0"
    echo "link set p$i up"
done >links
ip -batch links
rm links
if [ -f "$dir/cluster" ]; then
    ip addr add "$subnet.254/24" dev lab0
    sh "$dir/store.sh" "$dir" "$subnet.254" </dev/null >>"$dir/store.log" 2>&1 &
fi
i=0
for offset; do
    i=$((i + 1))
    printf '%s\n' "link set lo up" "addr add $subnet.$i/24 dev eth0" "link set eth0 up" | ip -n "h$i" -batch -
    sh "$dir/boot.sh" "$dir" "$program" "$subnet" "$i" $# "$offset" &
done
echo "$pid $start" >lab.new
mv lab.new lab.pid

# An init reaps whatever is left to it; the shell does so in wait.
while :; do
    sleep infinity &
    wait $! || :
done
