"""The published command line for SmartLead's API, as it is installed: its arguments are this one's.

SMARTLEAD_BASE_URL and SMARTLEAD_API_KEY are all that tells it that it does not speak to SmartLead.
"""

from smartlead_cli.main import app

if __name__ == "__main__":
    app(prog_name="smartlead")
