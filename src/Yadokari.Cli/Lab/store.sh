# The lab's etcd, on the bridge, where every host that is not cut off reaches it. Keeps its data in the lab's directory.
# usage: store.sh DIRECTORY ADDRESS
set -eu
dir=$1 address=$2
# /proc is that of the machine; exec keeps pid and start time.
read -r line </proc/self/stat
start=$(echo "${line##*) }" | cut -d ' ' -f 20)
echo "${line%% *} $start" >"$dir/store.new"
mv "$dir/store.new" "$dir/store.pid"
exec etcd --name lab --data-dir "$dir/etcd" --log-level error \
    --listen-client-urls "http://$address:2379" --advertise-client-urls "http://$address:2379" \
    --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster lab=http://127.0.0.1:2380
