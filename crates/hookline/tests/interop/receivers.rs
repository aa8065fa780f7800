//! Receivers that were written for a platform understand what its dialect tells, wherever it came from.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    program::Program,
    world::{World, fixture, lemlist, receiver},
};

/// Something that a platform tells, and what receivers are to understand of it: a name, and a part of the text, in each dialect.
/// None where a dialect has no word for it.
pub(crate) struct Told {
    pub(crate) platform: &'static str,
    pub(crate) body: Value,
    pub(crate) who: &'static str,
    pub(crate) flat: (&'static str, &'static str),
    nested: Option<(&'static str, &'static str)>,
    instantly: (&'static str, &'static str),
    pub(crate) kind: &'static str,
    breakcold: &'static str,
}

const INES: &str = "ines.vidal@corvalia.example";
const MARA: &str = "mara.lind@fjordpack.example";
const PAULO: &str = "paulo.reis@cantaria.example";

/// What three platforms tell of three people.
pub(crate) fn told() -> Vec<Told> {
    let told = |platform: &'static str, body, who, flat, nested, instantly, (kind, breakcold)| Told {
        platform,
        body,
        who,
        flat,
        nested,
        instantly,
        kind,
        breakcold,
    };
    vec![
        told(
            "instantly",
            fixture("instantly/email_sent.json"),
            INES,
            ("EMAIL_SENT", "Hola Inés"),
            Some(("EMAIL_SENT", "2026-03-03T08:20:14Z")),
            ("email_sent", "Hola Inés"),
            ("email.sent", "campaign.email.sent"),
        ),
        told(
            "instantly",
            fixture("instantly/reply_received.json"),
            INES,
            ("EMAIL_REPLY", "Tuesday works."),
            Some(("EMAIL_REPLIED", "Tuesday works.")),
            ("reply_received", "Tuesday works."),
            ("email.replied", "campaign.email.reply"),
        ),
        told(
            "instantly",
            fixture("instantly/lead_interested.json"),
            INES,
            ("LEAD_CATEGORY_UPDATED", "Interested"),
            None,
            ("lead_interested", "2026-03-03T11:06:30.085Z"),
            ("contact.interested", "lead.status.update"),
        ),
        told(
            "smartlead",
            fixture("smartlead/email_sent.json"),
            MARA,
            ("EMAIL_SENT", "how do you plan berths?"),
            Some(("EMAIL_SENT", "2026-03-04T09:15:22Z")),
            ("email_sent", "how do you plan berths?"),
            ("email.sent", "campaign.email.sent"),
        ),
        told(
            "smartlead",
            fixture("smartlead/email_open.json"),
            MARA,
            ("EMAIL_OPEN", "2026-03-04T10:02:41.118"),
            Some(("EMAIL_OPENED", "1")),
            ("email_opened", "pia@get-lumenroute.example"),
            ("email.opened", "campaign.email.open"),
        ),
        told(
            "smartlead",
            fixture("smartlead/email_link_click.json"),
            MARA,
            ("EMAIL_LINK_CLICK", "https://lumenroute.example/"),
            Some(("EMAIL_CLICKED", "https://lumenroute.example/")),
            ("link_clicked", "pia@get-lumenroute.example"),
            ("email.clicked", "campaign.email.click"),
        ),
        told(
            "smartlead",
            fixture("smartlead/email_reply.json"),
            MARA,
            ("EMAIL_REPLY", "Thursday at ten?"),
            Some(("EMAIL_REPLIED", "Thursday at ten?")),
            ("reply_received", "Thursday at ten?"),
            ("email.replied", "campaign.email.reply"),
        ),
        told(
            "smartlead",
            fixture("smartlead/email_bounce.json"),
            MARA,
            ("EMAIL_BOUNCE", "550 5.1.1"),
            Some(("EMAIL_BOUNCED", "2026-03-04T09:15:")),
            ("email_bounced", "pia@get-lumenroute.example"),
            ("email.bounced", "campaign.email.bounce"),
        ),
        told(
            "smartlead",
            fixture("smartlead/lead_unsubscribed.json"),
            MARA,
            ("LEAD_UNSUBSCRIBED", "2026-03-05T07:21:50.94"),
            Some(("EMAIL_UNSUBSCRIBED", "2026-03-05T07:21:50Z")),
            ("lead_unsubscribed", "2026-03-05T07:21:50.940Z"),
            ("contact.unsubscribed", "campaign.email.unsubscribe"),
        ),
        told(
            "lemlist",
            lemlist("email_sent"),
            PAULO,
            ("EMAIL_SENT", "one question."),
            Some(("EMAIL_SENT", "2026-03-03T08:15:40Z")),
            ("email_sent", "one question."),
            ("email.sent", "campaign.email.sent"),
        ),
        told(
            "lemlist",
            lemlist("email_replied"),
            PAULO,
            ("EMAIL_REPLY", "Quinta-feira"),
            Some(("EMAIL_REPLIED", "Quinta-feira")),
            ("reply_received", "Quinta-feira"),
            ("email.replied", "campaign.email.reply"),
        ),
    ]
}

/// A name that is understood, whom it is about, the campaign as it is named there, and a part of the text.
type Understood = (String, &'static str, Option<Value>, &'static str);

/// What each campaign is called in a body, by who is told of it.
type Campaigns = BTreeMap<&'static str, Value>;

/// Tells everything to a receiver that waits with a webhook, and holds what it understood against what it should have.
async fn understands(world: &World, program: &Program, webhook: &Value, of: impl Fn(&Told, &Campaigns) -> Option<Understood>) {
    let told = told();
    for one in &told {
        world.tell(one.platform, &one.body).await;
    }
    let campaigns = campaigns(world).await;
    let expected: Vec<Understood> = told.iter().filter_map(|one| of(one, &campaigns)).collect();
    let shown = world.ended(webhook, expected.len() as u64).await;
    let lines = program.wait_until(|lines| lines.len() > expected.len()).await;
    let mut lines = lines[1..].to_vec();
    for (what, who, campaign, text) in &expected {
        let is_it = |line: &Value| {
            let is_of = line["understood"] == true && line["what"] == *what && line["who"] == *who;
            is_of
                && line["text"].as_str().is_some_and(|said| said.contains(text))
                && campaign.as_ref().is_none_or(|campaign| line["campaign"] == *campaign)
        };
        let Some(place) = lines.iter().position(is_it) else {
            panic!("no {what} of {who}, {campaign:?}, {text:?} in {lines:#?}")
        };
        lines.remove(place);
    }
    assert!(lines.is_empty(), "nothing else: {lines:#?}");
    assert_eq!((&shown["delivered"], &shown["failed"]), (&json!(expected.len()), &json!(0)), "{shown}");
}

/// The campaigns as the API shows them, by who is told of in them.
async fn campaigns(world: &World) -> Campaigns {
    let listed = world.node.get_of_workspace("campaigns").await;
    let of = |name: &str| {
        let campaigns = listed["data"].as_array().expect("a list");
        campaigns.iter().find(|campaign| campaign["name"] == name).unwrap_or_else(|| panic!("no {name} in {listed}")).clone()
    };
    BTreeMap::from([(INES, of("Iberia logistics Q1")), (MARA, of("Nordic ports Q1")), (PAULO, of("Quarries ⛏ 2026"))])
}

/// SmartLead's dialect to one of its receivers, in one of its shapes.
async fn smartlead(program: &str, variant: &str, settings: &Value, environment: &[(&str, &str)]) {
    const SECRET: &str = "b6f1d0a4-5f0e-4a3c-9d1b-7e2c80a9f355";
    let world = World::new().await;
    let environment: Vec<(&str, &str)> = environment.iter().copied().chain([("SECRET", SECRET)]).collect();
    let (program, url) = receiver(program, &environment).await;
    let mut fields = json!({"dialect": "smartlead", "variant": variant, "secret": SECRET});
    for (name, value) in settings.as_object().expect("an object") {
        fields[name] = value.clone();
    }
    let webhook = world.make_webhook(&url, &fields).await;
    understands(&world, &program, &webhook, |one, campaigns| {
        // What the nested shape has no name for comes in the flat one.
        let (name, text) = if variant == "nested" { one.nested.unwrap_or(one.flat) } else { one.flat };
        // A number: the platform's own, else that of the record.
        Some((name.to_owned(), one.who, Some(campaigns[one.who]["number"].clone()), text))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn express_for_smartlead_understands_the_flat_shape() {
    smartlead("express_smartlead.js", "flat", &json!({}), &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn express_for_smartlead_understands_the_nested_shape() {
    smartlead("express_smartlead.js", "nested", &json!({}), &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flask_for_smartlead_understands_both_shapes_by_their_signature() {
    smartlead("flask_smartlead.py", "flat", &json!({}), &[("PROOF", "signature")]).await;
    smartlead("flask_smartlead.py", "nested", &json!({}), &[("PROOF", "signature")]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flask_for_smartlead_knows_the_secret_in_the_flat_body() {
    smartlead("flask_smartlead.py", "flat", &json!({}), &[("PROOF", "secret_key")]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_is_sent_in_the_header_and_the_form_that_are_set() {
    let bare = [("PROOF", "bare"), ("SIGNATURE_HEADER", "X-Signature")];
    smartlead("flask_smartlead.py", "flat", &json!({"signature": {"header": "X-Signature", "bare": true}}), &bare).await;
    let named = [("SIGNATURE_HEADER", "X-Hub-Signature")];
    smartlead("express_smartlead.js", "flat", &json!({"signature": {"header": "X-Hub-Signature"}}), &named).await;
}

/// Instantly's dialect to its receiver, in one of its shapes.
async fn instantly(variant: &str) {
    let world = World::new().await;
    let (program, url) = receiver("express_instantly.js", &[("SECRET", "hush-0123456789"), ("SHAPE", variant)]).await;
    let headers = json!({"Authorization": "Bearer hush-0123456789"});
    let webhook = world.make_webhook(&url, &json!({"dialect": "instantly", "variant": variant, "headers": headers})).await;
    understands(&world, &program, &webhook, |one, campaigns| {
        let campaign = &campaigns[one.who];
        // Instantly's own id, else ours.
        let id = if one.platform == "instantly" { &campaign["platform_campaign_id"] } else { &campaign["id"] };
        Some((one.instantly.0.to_owned(), one.who, Some(id.clone()), one.instantly.1))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn express_for_instantly_understands_both_shapes() {
    instantly("data").await;
    instantly("flat").await;
}

/// One of our own dialects to a library of Standard Webhooks in another language.
async fn standard(program: &str, dialect: &str, prefix: &str) {
    let world = World::new().await;
    let (program, url) = receiver(program, &[("SECRET", STANDARD)]).await;
    let webhook = world.make_webhook(&url, &json!({"dialect": dialect, "secret": STANDARD})).await;
    understands(&world, &program, &webhook, |one, campaigns| {
        let what = format!("{prefix}{}", one.kind);
        Some((what, one.who, Some(campaigns[one.who]["platform_campaign_id"].clone()), one.kind))
    })
    .await;
}

const STANDARD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwC2FVsBQIhrs=";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn standard_webhooks_in_javascript_verifies_our_own_dialects() {
    standard("express_standard.js", "hookline", "").await;
    standard("express_standard.js", "cloudevents", "hookline.").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn standard_webhooks_in_python_verifies_our_own_dialects() {
    standard("flask_standard.py", "hookline", "").await;
    standard("flask_standard.py", "cloudevents", "hookline.").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn express_for_breakcold_understands_its_dialect() {
    let world = World::new().await;
    let (program, url) = receiver("express_breakcold.js", &[("SECRET", "wh_66f1a0b2c3d4e5")]).await;
    let webhook = world.make_webhook(&url, &json!({"dialect": "breakcold", "secret": "wh_66f1a0b2c3d4e5"})).await;
    understands(&world, &program, &webhook, |one, campaigns| {
        // What is about a lead names no campaign.
        let campaign = one.breakcold.starts_with("campaign.").then(|| campaigns[one.who]["id"].clone());
        Some((one.breakcold.to_owned(), one.who, campaign, "2026-03-0"))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_another_secret_refuses_every_dialect() {
    let theirs = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let cases = [
        ("express_smartlead.js", json!({"dialect": "smartlead", "secret": STANDARD}), "signature"),
        ("flask_smartlead.py", json!({"dialect": "smartlead", "variant": "nested", "secret": STANDARD}), "signature"),
        ("flask_smartlead.py", json!({"dialect": "smartlead", "secret": STANDARD}), "secret_key"),
        ("express_instantly.js", json!({"dialect": "instantly", "headers": {"authorization": STANDARD}}), "authorization"),
        ("express_breakcold.js", json!({"dialect": "breakcold", "secret": STANDARD}), "secret"),
        ("express_standard.js", json!({"secret": STANDARD}), "No matching signature found"),
        ("flask_standard.py", json!({"secret": STANDARD}), "No matching signature found"),
    ];
    let world = World::new().await;
    let mut receivers = Vec::new();
    for (program, fields, why) in cases {
        let environment = [("SECRET", theirs), ("PROOF", why), ("SHAPE", "data")];
        let (running, url) = receiver(program, &environment).await;
        receivers.push((program, running, world.make_webhook(&url, &fields).await, why));
    }
    world.tell("smartlead", &fixture("smartlead/email_reply.json")).await;
    for (program, running, webhook, why) in receivers {
        let shown = world.ended(&webhook, 1).await;
        assert_eq!((&shown["delivered"], &shown["failed"]), (&json!(0), &json!(1)), "{program}: {shown}");
        let lines = running.wait_until(|lines| lines.len() > 1).await;
        assert_eq!(lines[1..], [json!({"understood": false, "status": 401, "why": why})], "{program}");
    }
}
