#!/usr/bin/env python3
"""The product's routing on traces that nobody in this project wrote, scored by somebody else's floor.

  python3 tests/trace/figures.py --program build/release/sportello [--seeds 1,2,3,4,5]

Needs ../shared/trace beside the checkout (its FORMAT.md says what a trace is) and skips without it.
For each of two seeds, the program is asked for every decision over its standard input and output,
and plays the same trace by itself: both logs of assignments must be the same to the byte, their
costs equal, the other floor must accept the log as a replay, and a processor without fused
arithmetic must decide the same (R30). Then the mean breach cost of all seeds is set against the
best of the other policies. Each check counts as a test; the last line is "N passed, N failed,
N skipped". Python 3, standard library alone.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = os.path.join(HERE, "..", "..", "..", "shared", "trace", "omnisim.py")
BASELINES = ("rr", "least", "fifo", "prio", "edf")
AT_MOST = {"normal": 0.28, "overload": 0.33, "storm": 0.52}  # of the best baseline's cost
FAIRNESS = 0.97  # Jain's index of occupancies on a normal day, at least
# Makes the C library compute as it does on processors that lack these.
NO_FUSED_ARITHMETIC = "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX2_Usable,-FMA_Usable"


class Failed(Exception):
    pass


def output_of(command, **environment):
    done = subprocess.run(command, capture_output=True, text=True, timeout=600,
                          env=os.environ | environment)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}\n{done.stdout[-500:]}{done.stderr[-2000:]}")
    return done.stdout


def tool(*arguments):
    return output_of([sys.executable, TOOLS, *arguments])


def bytes_of(path):
    with open(path, "rb") as file:
        return file.read()


class Floor:
    """One folder of traces, each made once, and everything that is asked of them."""

    def __init__(self, program, folder):
        self.program, self.folder = os.path.abspath(program), folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def trace(self, scenario, seed):
        path = self.path(f"{scenario}-{seed}.jsonl")
        if not os.path.exists(path):
            tool("gen", "--scenario", scenario, "--seed", str(seed), "--out", path + ".new")
            os.replace(path + ".new", path)
        return path

    def own(self, scenario, seed, *more, **environment):
        command = [self.program, "simulate", "--json", "--trace", self.trace(scenario, seed)]
        return json.loads(output_of(command + list(more), **environment))

    def scored(self, scenario, seed, policy, *more):
        trace = self.trace(scenario, seed)
        return json.loads(tool("run", "--trace", trace, "--policy", policy, *more))


def check_agreement(floor, scenario, seed):
    asked, played, plain = (floor.path(f"{how}-{seed}.txt") for how in ("asked", "played", "plain"))
    question = f"'{floor.program}' simulate --stdio"
    theirs = floor.scored(scenario, seed, "external", "--exec", question, "--log", asked)
    ours = floor.own(scenario, seed, "--log", played)
    floor.own(scenario, seed, "--log", plain, GLIBC_TUNABLES=NO_FUSED_ARITHMETIC)
    again = floor.scored(scenario, seed, "replay", "--log", played)

    def same_log():
        if bytes_of(asked) != bytes_of(played):
            raise Failed(f"{asked} and {played} differ")
        if not bytes_of(played):
            raise Failed("nothing was assigned")

    def same_cost():
        # Theirs is rounded to a tenth.
        if abs(theirs["cost"] - ours["cost"]) > 0.051:
            raise Failed(f"cost {theirs['cost']} asked, {ours['cost']} played")
        if theirs["obligations"] != ours["obligations"]:
            raise Failed(f"{theirs['obligations']} and {ours['obligations']} obligations")

    def same_elsewhere():
        if bytes_of(plain) != bytes_of(played):
            raise Failed(f"{plain} and {played} differ")

    def replayed():
        if again != theirs:
            raise Failed(f"the replay costs {again['cost']}, the original {theirs['cost']}")

    name = f"{scenario} {seed}"
    return [(f"{name}: asked and played give the same bytes", same_log),
            (f"{name}: asked and played cost the same", same_cost),
            (f"{name}: R30 another processor decides the same", same_elsewhere),
            (f"{name}: the log is accepted as a replay", replayed)]


def mean(values):
    return sum(values) / len(values)


def check_costs(floor, seeds, pool):
    """A table of mean costs, and one check for each scenario."""
    jobs = {}
    for scenario in AT_MOST:
        for seed in seeds:
            floor.trace(scenario, seed)
            jobs[scenario, seed, "own"] = pool.submit(floor.own, scenario, seed)
            for policy in BASELINES:
                jobs[scenario, seed, policy] = pool.submit(floor.scored, scenario, seed, policy)
    print(f"{'mean cost':10s}" + "".join(f"{name:>9s}" for name in (*BASELINES, "own")) +
          "  own/best  at most")
    checks = []
    for scenario, limit in AT_MOST.items():
        def costs(policy):
            return mean([jobs[scenario, seed, policy].result()["cost"] for seed in seeds])

        theirs, own = {policy: costs(policy) for policy in BASELINES}, costs("own")
        share = own / min(theirs.values())
        print(f"{scenario:10s}" + "".join(f"{theirs[p]:9.0f}" for p in BASELINES) +
              f"{own:9.0f}  {share:8.3f}  {limit:7.2f}", flush=True)

        def within(share=share, limit=limit):
            if share > limit:
                raise Failed(f"{share:.3f} of the best baseline's cost; at most {limit}")

        checks.append((f"{scenario}: cost at most {limit} of the best baseline", within))

    def fair():
        worst = min(jobs["normal", seed, "own"].result()["fairness"] for seed in seeds)
        if worst < FAIRNESS:
            raise Failed(f"Jain's index of occupancies is {worst:.3f}; at least {FAIRNESS}")

    return checks + [(f"R29 normal: fairness at least {FAIRNESS}", fair)]


def run(checks):
    failed = 0
    for name, check in checks:
        try:
            check()
            print(f"ok   {name}")
        except Failed as error:
            failed += 1
            print(f"FAIL {name}: {error}")
    return len(checks) - failed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True, help="the built sportello")
    parser.add_argument("--seeds", default="1,2,3,4,5")
    arguments = parser.parse_args()
    if not os.path.exists(TOOLS):
        print("skipped: there is no ../shared/trace beside the checkout")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="sportello-trace-") as folder:
        floor = Floor(arguments.program, folder)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for make in (lambda: check_agreement(floor, "normal", seeds[0]),
                         lambda: check_agreement(floor, "storm", seeds[-1]),
                         lambda: check_costs(floor, seeds, pool)):
                try:
                    good, bad = run(make())
                except Failed as error:
                    print(f"FAIL {error}")
                    good, bad = 0, 1
                passed, failed = passed + good, failed + bad
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
