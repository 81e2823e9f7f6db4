"""What each question measures, in words and units."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A counter shown beside the metric."""

    key: str
    title: str
    with_ratio: bool = False
    scale: float = 1.0


@dataclass(frozen=True)
class Question:
    title: str
    metric: str = 'real_time'
    unit: str = 'ns'
    scale: float = 1.0  # from what the program reports to the unit
    higher_is_better: bool = False
    columns: tuple = ()


ECHO = Question(
    '64-byte messages over loopback TCP, server and clients on one processor each',
    metric='requests_per_second',
    unit='requests/s',
    higher_is_better=True,
    columns=(
        Column('p50_us', 'p50 µs'),
        Column('p99_us', 'p99 µs', with_ratio=True),
        Column('p999_us', 'p99.9 µs'),
        Column('cpu_us_each', 'server CPU µs/request'),
    ),
)

PARKED = Question(
    'memory of each that has run and waits, page tables included',
    metric='bytes_each',
    unit='bytes',
    columns=(
        Column('page_table_bytes_each', 'of it page tables'),
        Column('vmas', 'VMAs of the process'),
        Column('create_ns', 'ns to make and park'),
        Column('tear_down_ns', 'ns to take down'),
    ),
)

SKYNET = Question(
    'a tree of a million leaves, each run by itself and summed up by those above',
    unit='ms',
    scale=1e-6,
    columns=(
        Column('peak_bytes', 'peak MiB', scale=2**-20),
        Column('first_ns', 'ms for the first', scale=1e-6),
    ),
)

TIMER = Question(
    'so many sleep once for 1 to 1000 ms, from the first start to the last end: processor time',
    metric='cpu_seconds',
    unit='CPU s',
    columns=(
        Column('system_seconds', 'of it in the kernel'),
        Column('page_faults', 'page faults'),
        Column('late_p50_us', 'late p50 µs'),
        Column('late_p99_us', 'p99 µs'),
        Column('wall_seconds', 'wall s'),
    ),
)

QUESTIONS = {
    'switch': Question('one explicit one-way switch that carries a pointer-sized value'),
    'switch/fp': Question('the same where the sticky floating-point flags of the two sides differ'),
    'yield': Question('one scheduler yield among so many ready fibers'),
    'spawn': Question('create, run an empty body and join, one at a time'),
    'skynet': SKYNET,
    'generator': Question('one 64-bit integer out of a flat generator'),
    'tree_walk': Question('one node out of a generator that walks a tree of so many levels by recursion'),
    'timer': TIMER,
    'cancel': Question('one of so many that sleep, cancelled, unwound and joined'),
    'with_timeout': Question('a limit of a second around a call that returns at once'),
    'parked': PARKED,
    'echo': ECHO,
}


def question_of(group):
    """For a group such as `yield/1000`. A question that is not described here is shown by its time."""
    name = group.split('/')[0]
    return QUESTIONS.get(group) or QUESTIONS.get(name) or Question(name)
