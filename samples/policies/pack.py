#!/usr/bin/env python3
"""A placement policy of one's own: few hosts, well used.

Jobs are packed onto as few hosts as hold them with one processor for each, so that the others can be switched off.
Choose it with: yado policy ./samples/policies/pack.py

A line of JSON on standard input is a view; a line on standard output, flushed, is the plan. Anything on standard error
goes to the daemon's log.
"""

import json
import sys


def decide(view):
    hosts = [h for h in view["hosts"] if not h.get("draining") and not h.get("closed")]
    # The host with the most to do is filled first; names decide where two have the same.
    hosts.sort(key=lambda h: (-h["runQueue"], h["name"]))
    queue = {h["name"]: h["runQueue"] for h in view["hosts"]}
    room = {h["name"]: h["memoryAvailable"] for h in view["hosts"]}
    moves = []
    for source in reversed(hosts):
        for job in sorted((j for j in view["jobs"] if j["host"] == source["name"] and not j["pinned"]), key=lambda j: j["id"]):
            for target in hosts:
                if target["name"] == source["name"]:
                    break
                fits = queue[target["name"]] + job["demand"] <= max(1, target["cpus"]) and job["memoryBytes"] <= room[target["name"]]
                if fits:
                    queue[source["name"]] -= job["demand"]
                    queue[target["name"]] += job["demand"]
                    room[target["name"]] -= job["memoryBytes"]
                    moves.append({"job": job["id"], "host": target["name"], "reason": f"there is room on {target['name']}"})
                    break
    return {"moves": moves}


for line in sys.stdin:
    print(json.dumps(decide(json.loads(line))), flush=True)
