"""How often and how long each benchmark runs, and in which order."""

import random
from dataclasses import dataclass, replace

# A process costs this much besides the time it measures.
START_SECONDS = 0.05

# Google Benchmark runs shorter trials first. Echo is told the processor time of the load generator, which waits for the
# server about as long as it works, or with one connection several times as long; those that are to be cancelled take
# longer to start than to end.
TRIALS = 2.0
TRIALS_OF = {'echo/1': 5.0, 'cancel/100000': 8.0}

# Groups, and single benchmarks, that take about so many seconds a run, whatever they are given: it is their size that is
# asked about.
LARGE = {
    'parked/1000000': 20.0,
    'skynet/boost_fiber': 45.0,
    'skynet/boost_fiber_dispatch': 20.0,
    'timer/1000': 1.1,
    'timer/100000': 2.0,
    'timer/1000000': 12.0,
    'yield/100000': 2.0,
}


def large_of(benchmark):
    """By which name in LARGE it is large, or None."""
    return next((name for name in (benchmark.group, benchmark.name) if name in LARGE), None)


@dataclass(frozen=True)
class Plan:
    """`rounds` runs of every benchmark, each of at least `seconds`, or `echo_seconds` where the kernel's network is in it.

    Large ones run in the first `large_rounds` of them only.
    """

    rounds: int
    seconds: float
    echo_seconds: float
    large_rounds: int = 1

    def seconds_of(self, benchmark):
        # A crowd sleeps for a second whatever it is given, and is measured once.
        if benchmark.question == 'timer':
            return 0.1
        return self.echo_seconds if benchmark.question == 'echo' else self.seconds

    def rounds_of(self, benchmark):
        return min(self.rounds, self.large_rounds) if large_of(benchmark) else self.rounds

    def expected(self, benchmark):
        if large := large_of(benchmark):
            return LARGE[large]
        return TRIALS_OF.get(benchmark.group, TRIALS) * self.seconds_of(benchmark) + START_SECONDS

    def expected_total(self, benchmarks):
        return sum(self.rounds_of(b) * self.expected(b) for b in benchmarks)

    def within(self, benchmarks, budget):
        """The same plan with shorter runs, so that all of it takes about `budget` seconds at most."""
        fixed = sum(self.rounds_of(b) * LARGE.get(large_of(b), START_SECONDS) for b in benchmarks)
        timed = self.expected_total(benchmarks) - fixed
        if timed <= 0 or fixed + timed <= budget:
            return self
        scale = max(0.1, (budget - fixed) / timed)
        return replace(self, seconds=scale * self.seconds, echo_seconds=scale * self.echo_seconds)

    def steps(self, benchmarks, seed=None):
        """Every benchmark once per round, each round in an order of its own.

        A machine that grows slower while it is measured then slows all contenders alike.
        """
        shuffler = random.Random(seed)
        for index in range(self.rounds):
            order = [b for b in benchmarks if index < self.rounds_of(b)]
            shuffler.shuffle(order)
            yield from order


FULL = Plan(rounds=9, seconds=0.25, echo_seconds=1.0, large_rounds=3)
QUICK = Plan(rounds=3, seconds=0.1, echo_seconds=0.4, large_rounds=0)
QUICK_BUDGET = 140.0  # seconds; what is left of three minutes absorbs a slow machine
QUICK_DEADLINE = 170.0
