"""gdb commands for programs that use coir.

    (gdb) source .../coir-gdb.py
    (gdb) coir fibers
    (gdb) coir bt NAME | ADDRESS | all

They work on a running process and on a core file, with and without debug information: the library tells
where things are by its symbol coir_debugger_info (lib/fiber/debugger_info.hpp).
"""

import re
import struct

import gdb
from gdb.unwinder import Unwinder

UNSTARTED, RUNNING, SUSPENDED, READY, PARKED, DEAD = range(6)
STATES = ("not started", "running", "suspended", "parked", "parked", "dead")


def read(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def word(address):
    return struct.unpack("<Q", read(address, 8))[0]


def text(address):
    """The C string there."""
    found = b""
    while b"\0" not in found:
        # Up to the page's end, for the next one may not be there.
        found += read(address + len(found), 64 - (address + len(found)) % 64)
    return found.split(b"\0")[0].decode(errors="replace")


class Info:
    """What the library says of itself; see debugger_info.hpp."""

    FIELDS = (
        "chunk_next chunk_blocks blocks_per_chunk block_size context state parent home stack own "
        "waits_for name thread_id is_saved_in_block context_size"
    ).split()

    def __init__(self):
        try:
            at = int(gdb.parse_and_eval("(unsigned long)&coir_debugger_info"))
        except gdb.error as error:
            raise gdb.GdbError("This program has no coir in it, or it was stripped of symbols: no coir_debugger_info") from error
        version, registers, self.chunks = struct.unpack("<IIQ", read(at, 16))
        if version != 2:
            raise gdb.GdbError(f"coir-gdb.py knows layout 2, the program has {version}: take the script of its coir")
        numbers = struct.unpack(f"<{len(self.FIELDS)}I", read(at + 16, 4 * len(self.FIELDS)))
        for field, number in zip(self.FIELDS, numbers):
            setattr(self, field, number)
        at += 16 + 4 * len(self.FIELDS)
        self.saved = {}
        for i in range(registers):
            name, offset = struct.unpack("<8sI", read(at + 12 * i, 12))
            if name[0]:
                self.saved[name.rstrip(b"\0").decode()] = offset


class Fiber:
    def __init__(self, info, address):
        self.address = address
        self.context = address + info.context
        self.has_context = word(self.context) != 0
        if not info.is_saved_in_block:
            self.context = word(self.context)
        self.state = read(address + info.state, 1)[0]
        self.parent = word(address + info.parent)
        self.home = word(address + info.home)
        self.base, units = struct.unpack("<QI", read(address + info.stack, 12))
        self.top = self.base + (units & 0xFFFFFF) * 4096
        self.thread = struct.unpack("<i", read(self.home + info.thread_id, 4))[0] if self.home else 0
        own = word(address + info.own)
        self.name = ""
        if own:
            start, size = struct.unpack("<QQ", read(own + info.name, 16))
            self.name = read(start, size).decode(errors="replace")
        self.waits_for = text(word(address + info.waits_for)) if self.state == PARKED else "its turn to run"

    @property
    def title(self):
        kind = "main fiber" if self.state in (RUNNING, SUSPENDED, READY, PARKED) and not self.base else "fiber"
        return f"{kind} '{self.name}'" if self.name else f"{kind} {self.address:#x}"

    def runs(self, threads):
        """Whether a thread is on its stack just now; of a thread's own stack: on none of its fibers'."""
        if self.base:
            return any(self.base <= sp < self.top for sp in threads.values())
        return self.thread in threads and not any(
            f.base <= threads[self.thread] < f.top for f in self.siblings if f.base
        )

    def state_text(self, threads):
        if self.state not in (UNSTARTED, DEAD) and self.runs(threads):
            return "running"
        return STATES[self.state]


def stack_pointers():
    """Of every thread, by its number in the kernel."""
    found = {}
    before = gdb.selected_thread()
    for thread in gdb.selected_inferior().threads():
        thread.switch()
        found[thread.ptid[1] or thread.ptid[0]] = int(gdb.parse_and_eval("(unsigned long)$sp"))
    if before:
        before.switch()
    return found


def fibers(info):
    found = []
    chunk = word(info.chunks)
    while chunk:
        for i in range(info.blocks_per_chunk):
            at = chunk + info.chunk_blocks + i * info.block_size
            if word(at + info.home) and read(at + info.state, 1)[0] != DEAD:
                found.append(Fiber(info, at))
        chunk = word(chunk + info.chunk_next)
    for f in found:
        f.siblings = [g for g in found if g.home == f.home]
    return found


class Suspended(Unwinder):
    """Makes gdb take a suspended fiber for the caller of the frame that the thread is in."""

    def __init__(self):
        super().__init__("coir")
        self.registers = None
        self.at = None

    def __call__(self, frame):
        if self.registers is None or int(frame.read_register("rsp")) != self.at:
            return None
        pc = frame.read_register("rip")

        class Id:
            pass

        long = gdb.lookup_type("unsigned long")
        here = Id()
        # A caller whose stack is not above its callee's is taken for a corrupt one.
        here.sp, here.pc = gdb.Value(self.registers["rsp"] - 1024).cast(long), pc
        unwound = frame.create_unwind_info(here)
        for name, value in self.registers.items():
            unwound.add_saved_register(name, gdb.Value(value).cast(long))
        return unwound


UNWINDER = Suspended()
gdb.unwinder.register_unwinder(None, UNWINDER, replace=True)


def backtrace(info, fiber):
    if not info.saved:
        return "  (coir-gdb.py does not know this processor)\n"
    UNWINDER.registers = {name: word(fiber.context + offset) for name, offset in info.saved.items()}
    UNWINDER.registers.setdefault("rsp", fiber.context + info.context_size)
    UNWINDER.at = int(gdb.parse_and_eval("(unsigned long)$sp"))
    try:
        gdb.invalidate_cached_frames()
        lines = gdb.execute("bt", to_string=True).splitlines()
    finally:
        UNWINDER.registers = None
        gdb.invalidate_cached_frames()
    # The first is where the thread is, which has nothing to do with it.
    found = []
    for line in lines:
        match = re.match(r"#(\d+)(\s+.*)", line)
        if match and match[1] != "0":
            found.append(f"  #{int(match[1]) - 1}{match[2]}")
        elif not match and found:
            found.append("  " + line)
    return "\n".join(found) + "\n"


class Coir(gdb.Command):
    """Fibers of a program that uses coir."""

    def __init__(self):
        super().__init__("coir", gdb.COMMAND_STACK, prefix=True)


class Fibers(gdb.Command):
    """coir fibers: lists every fiber that has not ended, by thread."""

    def __init__(self):
        super().__init__("coir fibers", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        info = Info()
        found = fibers(info)
        threads = stack_pointers()
        titles = {f.address: f.title for f in found}
        for thread in sorted({f.thread for f in found}):
            print(f"thread {thread}:")
            for f in found:
                if f.thread != thread:
                    continue
                state = f.state_text(threads)
                line = f"  {f.address:#x}  {f.title} ({state})"
                if state == "parked":
                    line += f", waits for {f.waits_for}"
                if f.parent:
                    line += f", parent {titles.get(f.parent, 'ended')}"
                print(line)


class Backtrace(gdb.Command):
    """coir bt NAME | ADDRESS | all: where suspended fibers are."""

    def __init__(self):
        super().__init__("coir bt", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        wanted = argument.strip()
        if not wanted:
            raise gdb.GdbError("coir bt needs the name of a fiber, its address, or all")
        info = Info()
        threads = stack_pointers()
        found = fibers(info)
        if wanted != "all":
            found = [f for f in found if wanted in (f.name, f"{f.address:#x}")]
            if not found:
                raise gdb.GdbError(f"No fiber is named {wanted}, or at that address; see coir fibers")
        for f in found:
            print(f"{f.title} ({f.state_text(threads)})")
            if f.state == UNSTARTED or not f.has_context:
                continue
            if f.runs(threads):
                print("  (runs: see the thread's own backtrace)")
            else:
                gdb.write(backtrace(info, f))


Coir()
Fibers()
Backtrace()
