"use strict";

// A receiver of Instantly's webhooks. Instantly signs nothing: the header that the webhook was given is compared.
//
// SECRET is what stands behind `Bearer`; SHAPE is `data` to read the object that older documents show, `flat` to read the top.

const crypto = require("node:crypto");
const express = require("express");
const { listen, must, refuse, report } = require("./report");

const { SECRET, SHAPE } = process.env;

function isProven(authorization) {
  const expected = Buffer.from(`Bearer ${SECRET}`);
  const given = Buffer.from(authorization ?? "");
  return given.length === expected.length && crypto.timingSafeEqual(given, expected);
}

// What each event says, beside whom it is about.
const texts = {
  email_sent: (event) => must(event.email_text, "string", "email_text"),
  email_opened: (event) => must(event.email_account, "string", "email_account"),
  link_clicked: (event) => must(event.email_account, "string", "email_account"),
  reply_received: (event) => must(event.reply_text_snippet, "string", "reply_text_snippet"),
  email_bounced: (event) => must(event.email_account, "string", "email_account"),
  lead_unsubscribed: (event) => must(event.timestamp, "string", "timestamp"),
  lead_interested: (event) => must(event.timestamp, "string", "timestamp"),
  lead_not_interested: (event) => must(event.timestamp, "string", "timestamp"),
};

const app = express();
app.use(express.json({ limit: "2mb" }));

app.post("/webhook", (request, response) => {
  if (!isProven(request.get("Authorization"))) {
    return refuse(response, 401, "authorization");
  }
  try {
    const { event_type: what, data } = request.body;
    if (SHAPE === "flat" && data !== undefined) {
      throw new TypeError("there is a data");
    }
    const event = SHAPE === "data" ? must(data, "object", "data") : request.body;
    const text = texts[must(what, "string", "event_type")];
    if (text === undefined) {
      throw new TypeError(`${what} is not known`);
    }
    if (Number.isNaN(Date.parse(must(event.timestamp, "string", "timestamp")))) {
      throw new TypeError("timestamp is no time");
    }
    report({
      understood: true,
      what,
      who: must(event.lead_email, "string", "lead_email"),
      text: text(event),
      campaign: must(event.campaign_id, "string", "campaign_id"),
      campaign_name: event.campaign_name,
      workspace: must(event.workspace, "string", "workspace"),
    });
    return response.json({ ok: true });
  } catch (error) {
    return refuse(response, 400, error.message);
  }
});

listen(app);
