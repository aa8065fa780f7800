"""A receiver of Hookline's own dialect, or of CloudEvents, in Flask: verified by the Standard Webhooks library.

SECRET is the webhook's, `whsec_...`.
"""

import os

from flask import Flask, request
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from report import listen, report

app = Flask(__name__)
hook = Webhook(os.environ["SECRET"])


@app.post("/webhook")
def webhook():
    try:
        event = hook.verify(request.get_data(), dict(request.headers))
    except WebhookVerificationError as error:
        report(understood=False, status=401, why=str(error))
        return "", 401
    try:
        inside = event["data"]
        line = {
            "what": event["type"],
            "who": inside["contact"]["email"],
            "text": inside["event"]["kind"],
            "campaign": inside["campaign"]["platform_campaign_id"],
            "campaign_name": inside["campaign"]["name"],
            "event": event["id"],
            "id": request.headers["webhook-id"],
        }
    except (KeyError, TypeError) as error:
        report(understood=False, status=400, why=repr(error))
        return "", 400
    report(understood=True, **line)
    return "", 204


if __name__ == "__main__":
    listen(app)
