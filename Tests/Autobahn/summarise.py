# The suite's index files as one page of Markdown. Fails when a case failed.
# Usage: summarise.py INDEX.json …
# SPDX-License-Identifier: GPL-3.0-or-later
import collections
import datetime
import json
import sys

AREAS = {
    1: "framing", 2: "pings and pongs", 3: "reserved bits", 4: "opcodes", 5: "fragmentation",
    6: "UTF-8", 7: "closing", 9: "limits and performance", 10: "auto-fragmentation",
    12: "compression of different payloads", 13: "compression with different parameters",
}
VERDICTS = ("OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED", "FAILED")


def verdict(case):
    """The case's verdict and that on its closing as one of VERDICTS, the worse of the two."""
    known = [word if word in VERDICTS else "FAILED"
             for word in (case["behavior"], case["behaviorClose"])]
    return max(known, key=VERDICTS.index)


cases = {}
for path in sys.argv[1:]:
    with open(path) as index:
        for agent in json.load(index).values():
            cases.update(agent)

areas = collections.defaultdict(collections.Counter)
others = []
for name, case in sorted(cases.items(), key=lambda item: [int(n) for n in item[0].split(".")]):
    result = verdict(case)
    areas[int(name.split(".")[0])][result] += 1
    if result != "OK":
        others.append((name, result, case))

print("# Autobahn 0.8.2 against chatkit-echo\n")
print(f"{datetime.date.today()}: {len(cases)} cases.\n")
print("| area | cases | OK | non-strict | informational | unimplemented | failed |")
print("|---|---:|---:|---:|---:|---:|---:|")
for area, counts in sorted(areas.items()):
    cells = " | ".join(str(counts[word]) for word in VERDICTS)
    print(f"| {area} {AREAS.get(area, '')} | {sum(counts.values())} | {cells} |")
if others:
    print("\nNot OK, with the close code that was sent:\n")
    for name, result, case in others:
        print(f"- {name}: {result.lower()}, {case['remoteCloseCode']}")
sys.exit(any(result == "FAILED" for _, result, _ in others) or not cases)
