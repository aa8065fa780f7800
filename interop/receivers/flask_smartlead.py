"""A receiver of SmartLead's webhooks in Flask, with one of the ways to prove a delivery that SmartLead's documents name.

PROOF is `signature` (`sha256=` and the digest in a header), `bare` (the digest alone) or `secret_key` (a field of the body).
SECRET is what is signed with or carried; SIGNATURE_HEADER names the header if it is another.
"""

import hashlib
import hmac
import os

from flask import Flask, jsonify, request

from report import listen, report

app = Flask(__name__)

SECRET = os.environ["SECRET"]
PROOF = os.environ.get("PROOF", "signature")
SIGNATURE_HEADER = os.environ.get("SIGNATURE_HEADER", "X-Smartlead-Signature")


def verify_signature(payload, signature):
    expected = hmac.new(SECRET.encode(), payload, hashlib.sha256).hexdigest()
    if PROOF == "signature":
        expected = "sha256=" + expected
    return hmac.compare_digest(expected.encode(), signature.encode())


def is_proven(payload):
    if PROOF == "secret_key":
        given = request.get_json(silent=True) or {}
        return hmac.compare_digest(SECRET.encode(), str(given.get("secret_key")).encode())
    return verify_signature(payload, request.headers.get(SIGNATURE_HEADER, ""))


def handle_reply(event):
    return event["sl_lead_email"], event["reply_message"]["text"]


def handle_category(event):
    return event["lead_email"], event["lead_category"]["new_name"]


HANDLERS = {
    "EMAIL_SENT": lambda event: (event["to_email"], event["sent_message"]["text"]),
    "FIRST_EMAIL_SENT": lambda event: (event["to_email"], event["sent_message"]["text"]),
    "EMAIL_OPEN": lambda event: (event["to_email"], event["time_opened"]),
    "EMAIL_LINK_CLICK": lambda event: (event["to_email"], event["link_details"][0]),
    "EMAIL_REPLY": handle_reply,
    "EMAIL_BOUNCE": lambda event: (event["to_email"], event["bounce_message"]["text"]),
    "LEAD_UNSUBSCRIBED": lambda event: (event["lead_email"], event["event_timestamp"]),
    "LEAD_CATEGORY_UPDATED": handle_category,
}

# The older documents, which name the event in `event`.
NESTED = {
    "EMAIL_SENT": lambda event: (event["lead"]["email"], event["timestamp"]),
    "EMAIL_OPENED": lambda event: (event["lead"]["email"], str(event["opened_count"])),
    "EMAIL_CLICKED": lambda event: (event["lead"]["email"], event["link"]["url"]),
    "EMAIL_REPLIED": lambda event: (event["lead"]["email"], event["reply"]["body"]),
    "EMAIL_BOUNCED": lambda event: (event["lead"]["email"], event["timestamp"]),
    "EMAIL_UNSUBSCRIBED": lambda event: (event["lead"]["email"], event["timestamp"]),
}


@app.post("/webhook")
def webhook():
    if not is_proven(request.get_data()):
        report(understood=False, status=401, why=PROOF)
        return jsonify(error="Invalid signature"), 401
    event = request.get_json()
    try:
        is_nested = "event" in event
        what = event["event"] if is_nested else event["event_type"]
        who, text = (NESTED if is_nested else HANDLERS)[what](event)
        campaign, campaign_name = event["campaign_id"], event["campaign_name"]
        if not (isinstance(who, str) and isinstance(text, str) and isinstance(campaign, int)):
            raise TypeError(f"who, text or campaign of {what} is of another type")
    except (KeyError, IndexError, TypeError) as error:
        report(understood=False, status=400, why=repr(error))
        return jsonify(error=repr(error)), 400
    report(
        understood=True,
        what=what,
        who=who,
        text=text,
        campaign=campaign,
        campaign_name=campaign_name,
        id=request.headers["X-Request-Id"],
    )
    return jsonify(status="received")


if __name__ == "__main__":
    listen(app)
