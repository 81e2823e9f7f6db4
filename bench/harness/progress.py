"""One progress bar with the remaining time; plain lines when nobody watches."""

import sys
import time


class Progress:
    """`expected` maps each step's key to a guess of its seconds; measured steps replace the guess."""

    WIDTH = 24
    PLAIN_INTERVAL = 10.0

    def __init__(self, steps, expected, stream=None, clock=time.monotonic):
        self._left = list(steps)
        self._total = len(self._left)
        self._expected = dict(expected)
        self._measured = {}
        self._stream = stream or sys.stderr
        self._clock = clock
        self._live = self._stream.isatty()
        self._last_plain = None
        self._began = None

    def begin(self, key):
        """Call before each step, in the order given."""
        self._began = self._clock()
        self._show(key)

    def end(self, key):
        self._measured.setdefault(key, []).append(self._clock() - self._began)
        self._left.remove(key)
        if not self._left:
            self._show('done')

    def close(self):
        if self._live:
            self._stream.write('\r\x1b[K')
            self._stream.flush()

    def remaining(self):
        """Seconds: what each step left took before, else its guess, corrected by how far off the guesses were."""
        guessed = sum(self._expected[k] * len(v) for k, v in self._measured.items())
        taken = sum(sum(v) for v in self._measured.values())
        off = taken / guessed if guessed > 0 else 1.0

        def cost(key):
            past = self._measured.get(key)
            return sum(past) / len(past) if past else off * self._expected[key]

        return sum(cost(key) for key in self._left)

    def _show(self, key):
        done = self._total - len(self._left)
        seconds = round(self.remaining())
        left = f'{seconds // 60}:{seconds % 60:02} left'
        if self._live:
            bar = '#' * (self.WIDTH * done // self._total)
            self._stream.write(f'\r\x1b[K[{bar:.<{self.WIDTH}}] {done}/{self._total}  {left}  {key}')
        else:
            now = self._clock()
            due = self._last_plain is None or now - self._last_plain >= self.PLAIN_INTERVAL
            if not due and self._left:
                return
            self._last_plain = now
            self._stream.write(f'{done}/{self._total}  {left}  {key}\n')
        self._stream.flush()
