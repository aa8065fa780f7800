"use strict";

// A receiver of the classic Breakcold's webhooks: the secret is in the body.

const crypto = require("node:crypto");
const express = require("express");
const { listen, must, refuse, report } = require("./report");

const { SECRET } = process.env;

function isProven(secret) {
  const expected = Buffer.from(SECRET);
  const given = Buffer.from(typeof secret === "string" ? secret : "");
  return given.length === expected.length && crypto.timingSafeEqual(given, expected);
}

const app = express();
app.use(express.json({ limit: "2mb" }));

app.post("/webhook", (request, response) => {
  const { id_space: space, event, secret, payload } = request.body;
  if (!isProven(secret)) {
    return refuse(response, 401, "secret");
  }
  try {
    // Of a lead the payload is the lead itself; of a message it names its lead.
    const lead = event.startsWith("campaign.email.") ? payload.lead : payload;
    report({
      understood: true,
      what: must(event, "string", "event"),
      who: must(lead.email, "string", "the lead's email"),
      text: must(event.startsWith("campaign.email.") ? payload.event_at : lead.created_at, "string", "the time"),
      campaign: payload.id_campaign ?? null,
      campaign_name: payload.campaign?.name ?? null,
      space: must(space, "string", "id_space"),
    });
    return response.sendStatus(200);
  } catch (error) {
    return refuse(response, 400, error.message);
  }
});

listen(app);
