"""What the tests read on standard output: a line with the port, then a line for every delivery."""

import json
import logging
import sys

from werkzeug.serving import make_server


# A line for every request would stand between those of the tests.
logging.getLogger("werkzeug").setLevel(logging.ERROR)


def report(**line):
    # In one piece: deliveries come on several threads.
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def listen(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    report(port=server.server_port)
    server.serve_forever()
