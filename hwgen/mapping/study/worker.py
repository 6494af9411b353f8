"""A worker process: ``python -m hwgen.mapping.study.worker FD``.

The file descriptor is one end of a socket pair. It brings the parts of a problem, then questions;
answers go back, or the exceptions that they ended with.
"""

import signal
import sys
from multiprocessing.connection import Connection

from threadpoolctl import threadpool_limits

from hwgen.mapping.study.parts import Parts

__all__ = ["serve"]


def serve(connection: Connection) -> None:
    """Answer until the other end is closed."""
    parts: Parts = connection.recv()
    try:
        problem = parts.problem(threads=1)
    except Exception as error:
        connection.recv()  # a question, which this answers
        connection.send(error)
        return
    while True:
        question = connection.recv()
        try:
            answer = problem.answer(question)
        except Exception as error:
            connection.send(error)
        else:
            connection.send(answer)


def main() -> None:
    """Run the process. An interrupt is meant for the one that asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with threadpool_limits(1), Connection(int(sys.argv[1])) as connection:
            serve(connection)
    except (EOFError, OSError):  # the other end is gone
        return


if __name__ == "__main__":
    main()
