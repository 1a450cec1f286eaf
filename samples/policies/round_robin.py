#!/usr/bin/env python3
"""The smallest policy: jobs that have not been moved yet are dealt out to all hosts in turn.

Choose it with: yado policy ./samples/policies/round_robin.py
"""

import json
import sys

for line in sys.stdin:
    view = json.loads(line)
    hosts = sorted(h["name"] for h in view["hosts"] if not h.get("draining") and not h.get("closed"))
    new = sorted((j for j in view["jobs"] if j["moves"] == 0 and not j["pinned"]), key=lambda j: j["id"])
    deal = [(job, hosts[number % len(hosts)]) for number, job in enumerate(new)] if hosts else []
    moves = [{"job": job["id"], "host": host, "reason": "its turn"} for job, host in deal if job["host"] != host]
    print(json.dumps({"moves": moves}), flush=True)
