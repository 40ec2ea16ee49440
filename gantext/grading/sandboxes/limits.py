"""What a submission may use: time, memory, processes, disk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes
    ----------
    cell_seconds : float
        For one cell.
    total_seconds : float
        For everything, restarts included.
    memory : int
        Bytes, of all its processes together.
    processes : int
        Processes and threads.
    disk : int
        Bytes in the folder that it may write to, and again in shared memory.
    open_files : int
        For each process.
    output : int
        Bytes that it may print.
    """

    cell_seconds: float = 60.0
    total_seconds: float = 600.0
    memory: int = 3 * 2**30
    processes: int = 64
    disk: int = 64 * 2**20
    open_files: int = 256
    output: int = 256 * 2**20

    def of_process(self) -> dict[str, int]:
        """Return the limits that the kernel keeps for each process, as `worker.confine` sets them.

        Returns
        -------
        dict
            The limits by their names.
        """
        return {
            "memory": self.memory,
            "processes": self.processes,
            "file_bytes": self.disk,
            "open_files": self.open_files,
            "cpu_seconds": int(self.total_seconds) + 5,
        }
