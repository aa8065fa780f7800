"use strict";

// A receiver of SmartLead's webhooks: the signature is checked over the raw body, then the name of the event decides what is read.
//
// SECRET is what is signed with; SIGNATURE_HEADER and SIGNATURE_PREFIX say how, if it is not the usual way.

const crypto = require("node:crypto");
const express = require("express");
const { listen, must, refuse, report } = require("./report");

const { SECRET, SIGNATURE_HEADER = "X-Smartlead-Signature", SIGNATURE_PREFIX = "sha256=" } = process.env;

function isSigned(body, signature) {
  const expected = SIGNATURE_PREFIX + crypto.createHmac("sha256", SECRET).update(body).digest("hex");
  const given = Buffer.from(signature ?? "");
  return given.length === expected.length && crypto.timingSafeEqual(given, Buffer.from(expected));
}

// By the name of the event: whom it is about, and what it says.
const handlers = {
  EMAIL_SENT: (event) => ({ who: event.to_email, text: must(event.sent_message.text, "string", "sent_message.text") }),
  FIRST_EMAIL_SENT: (event) => handlers.EMAIL_SENT(event),
  EMAIL_OPEN: (event) => ({ who: event.to_email, text: must(event.time_opened, "string", "time_opened") }),
  EMAIL_LINK_CLICK: (event) => ({ who: event.to_email, text: must(event.link_details[0], "string", "link_details") }),
  EMAIL_REPLY: (event) => ({
    who: event.leadCorrespondence.targetLeadEmail,
    text: must(event.reply_message.text, "string", "reply_message.text"),
  }),
  EMAIL_BOUNCE: (event) => ({ who: event.to_email, text: must(event.bounce_message.text, "string", "bounce_message.text") }),
  LEAD_UNSUBSCRIBED: (event) => ({ who: event.lead_email, text: must(event.event_timestamp, "string", "event_timestamp") }),
  LEAD_CATEGORY_UPDATED: (event) => ({
    who: event.lead_email,
    text: must(event.lead_category.new_name, "string", "lead_category.new_name"),
  }),
};

// The older documents: the name in `event`, and an object for each thing.
const nested = {
  EMAIL_SENT: (event) => must(event.timestamp, "string", "timestamp"),
  EMAIL_OPENED: (event) => String(must(event.opened_count, "number", "opened_count")),
  EMAIL_CLICKED: (event) => must(event.link.url, "string", "link.url"),
  EMAIL_REPLIED: (event) => must(event.reply.body, "string", "reply.body"),
  EMAIL_BOUNCED: (event) => must(event.timestamp, "string", "timestamp"),
  EMAIL_UNSUBSCRIBED: (event) => must(event.timestamp, "string", "timestamp"),
};

function understand(event) {
  if (typeof event.event === "string" && event.event in nested) {
    return { what: event.event, who: must(event.lead.email, "string", "lead.email"), text: nested[event.event](event) };
  }
  const handler = handlers[must(event.event_type, "string", "event_type")];
  if (handler === undefined) {
    throw new TypeError(`${event.event_type} is not known`);
  }
  const { who, text } = handler(event);
  return { what: event.event_type, who: must(who, "string", "the lead's address"), text };
}

const app = express();

app.post("/webhook", express.raw({ type: "application/json", limit: "2mb" }), (request, response) => {
  if (!isSigned(request.body, request.get(SIGNATURE_HEADER))) {
    return refuse(response, 401, "signature");
  }
  try {
    const event = JSON.parse(request.body);
    const campaign = must(event.campaign_id, "number", "campaign_id");
    const id = must(request.get("X-Request-Id"), "string", "X-Request-Id");
    report({ understood: true, ...understand(event), campaign, campaign_name: event.campaign_name, id });
    return response.json({ received: true });
  } catch (error) {
    return refuse(response, 400, error.message);
  }
});

listen(app);
