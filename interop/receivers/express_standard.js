"use strict";

// A receiver of Hookline's own dialect, or of CloudEvents: verified by the Standard Webhooks library.
//
// SECRET is the webhook's, `whsec_...`.

const express = require("express");
const { Webhook } = require("standardwebhooks");
const { listen, must, refuse, report } = require("./report");

const webhook = new Webhook(process.env.SECRET);
const app = express();

app.post("/webhook", express.raw({ type: () => true, limit: "2mb" }), (request, response) => {
  let event;
  try {
    event = webhook.verify(request.body.toString("utf8"), request.headers);
  } catch (error) {
    return refuse(response, 401, error.message);
  }
  try {
    const inside = event.data;
    report({
      understood: true,
      what: must(event.type, "string", "type"),
      who: must(inside.contact.email, "string", "data.contact.email"),
      text: must(inside.event.kind, "string", "data.event.kind"),
      campaign: must(inside.campaign.platform_campaign_id, "string", "data.campaign.platform_campaign_id"),
      campaign_name: inside.campaign.name,
      event: must(event.id, "string", "id"),
      id: request.get("webhook-id"),
    });
    return response.status(204).end();
  } catch (error) {
    return refuse(response, 400, error.message);
  }
});

listen(app);
