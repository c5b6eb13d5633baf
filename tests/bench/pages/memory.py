"""The memory of a server's processes, and the most they held since somebody began to watch."""

from pathlib import Path

MEGABYTE = 1024  # of the kilobytes that the kernel tells


class Memory:
    """Megabytes of the largest process among a leader and its children."""

    def __init__(self, leader: int) -> None:
        self._leader = leader

    @property
    def now(self) -> float:
        return max(self._told("VmRSS"))

    @property
    def most(self) -> float:
        """Since the last `watch`, or since the processes began."""
        return max(self._told("VmHWM"))

    def watch(self) -> None:
        """From here on `most` counts anew."""
        for process in self._processes():
            (process / "clear_refs").write_text("5")

    def _processes(self) -> list[Path]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:  # it ended meanwhile
                continue
            if self._leader in (int(process.name), parent):
                found.append(process)
        return found

    def _told(self, name: str) -> list[float]:
        lines = [line for each in self._processes() for line in (each / "status").read_text().splitlines()]
        return [int(line.split()[1]) / MEGABYTE for line in lines if line.startswith(f"{name}:")]
