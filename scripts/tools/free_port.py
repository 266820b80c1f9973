"""Print a port of this machine to listen on: the one asked for, or the first free from 8000."""

import argparse
import socket
import sys

FIRST, LAST = 8000, 8099


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def main() -> int:
    """Print the port; status 1 and a sentence if there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exactly", type=int, help="this port or none")
    options = parser.parse_args()
    wanted = [options.exactly] if options.exactly else range(FIRST, LAST + 1)
    found = next((port for port in wanted if is_free(port)), None)
    if found is None:
        print(f"error: port {wanted[0]} is taken; choose another with --port", file=sys.stderr)
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
