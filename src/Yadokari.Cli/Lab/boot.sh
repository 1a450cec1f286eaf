# Starts one lab host, from within the lab's own namespaces; its network is there already, and stays when the host dies.
# usage: boot.sh DIRECTORY YADO SUBNET NUMBER COUNT OFFSET
set -eu
dir=$1 program=$2 subnet=$3 number=$4 count=$5 offset=$6
exec nsenter --net="/run/netns/h$number" \
    unshare --pid --mount --uts --ipc --time --monotonic "$offset" --boottime "$offset" --fork --kill-child --propagation private \
    sh "$dir/host.sh" "$dir" "$program" "$subnet" "$number" "$count" "$offset" </dev/null >>"$dir/h$number/host.log" 2>&1
