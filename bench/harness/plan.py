"""How often and how long each benchmark runs, and in which order."""

import random
from dataclasses import dataclass

# A process costs this much besides the time it measures.
START_SECONDS = 0.05

# Google Benchmark runs shorter trials first. Echo is told the processor time of the load generator, which waits for the
# server about as long as it works, or with one connection several times as long.
TRIALS = 2.0
TRIALS_OF = {'echo/1': 5.0}


@dataclass(frozen=True)
class Plan:
    """`rounds` runs of every benchmark, each of at least `seconds`, or `echo_seconds` where the kernel's network is in it."""

    rounds: int
    seconds: float
    echo_seconds: float

    def seconds_of(self, benchmark):
        return self.echo_seconds if benchmark.question == 'echo' else self.seconds

    def expected(self, benchmark):
        return TRIALS_OF.get(benchmark.group, TRIALS) * self.seconds_of(benchmark) + START_SECONDS

    def expected_total(self, benchmarks):
        return self.rounds * sum(self.expected(b) for b in benchmarks)

    def within(self, benchmarks, budget):
        """The same plan with shorter runs, so that all of it takes about `budget` seconds at most."""
        fixed = self.rounds * START_SECONDS * len(benchmarks)
        timed = self.expected_total(benchmarks) - fixed
        if timed <= 0 or fixed + timed <= budget:
            return self
        scale = max(0.1, (budget - fixed) / timed)
        return Plan(self.rounds, scale * self.seconds, scale * self.echo_seconds)

    def steps(self, benchmarks, seed=None):
        """Every benchmark once per round, each round in an order of its own.

        A machine that grows slower while it is measured then slows all contenders alike.
        """
        shuffler = random.Random(seed)
        for _ in range(self.rounds):
            order = list(benchmarks)
            shuffler.shuffle(order)
            yield from order


FULL = Plan(rounds=9, seconds=0.25, echo_seconds=1.0)
QUICK = Plan(rounds=3, seconds=0.1, echo_seconds=0.4)
QUICK_BUDGET = 140.0  # seconds; what is left of three minutes absorbs a slow machine
QUICK_DEADLINE = 170.0
