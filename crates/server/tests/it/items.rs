//! Lists, statuses, tags, notes, tasks and messages as they are asked for, and contacts marked for erasure.

use http::Method;
use serde_json::{Value, json};

use hookline_model::{
    entry::Origin,
    event::{Change, ContactRef, Event, Facts},
    id::{ContactId, EventId, WorkspaceId},
    identity::Identity,
    item::{ItemFact, ItemSort},
    key::{ContactKey, EmailAddress, ExternalId},
    kind::Kind,
    platform::Platform,
    time::{Millis, TimeSource},
};
use hookline_store::Append;

use crate::world::{ADMIN, World, text};

const START: Millis = Millis(1_770_796_800_000);

fn address(number: i64) -> EmailAddress {
    EmailAddress::parse(&format!("lead{number}@lead.example")).expect("an address")
}

/// An event of Breakcold, so many minutes after the start.
fn event(kind: Kind, minute: i64, lead: Option<i64>) -> Event {
    let contact = lead.map(|number| ContactRef { email: Some(address(number)), external: None });
    Event {
        id: EventId(uuid::Uuid::nil()),
        kind,
        platform: Platform::Breakcold,
        account: None,
        occurred_at: Millis(START.0 + minute * 60_000),
        time_source: TimeSource::Stated,
        contact,
        campaign: None,
        sending_account: None,
        outbound: None,
        inbound: None,
        facts: Facts::default(),
    }
}

fn about(mut event: Event, sort: ItemSort, id: i64, fields: &Value) -> Event {
    let id = ExternalId { platform: event.platform, account: String::new(), id: id.to_string() };
    let fields = fields.as_object().expect("an object").iter();
    let fields = fields.map(|(name, value)| (name.clone(), Change::Set(value.clone()))).collect();
    event.facts.item = Some(Box::new(ItemFact { sort, id, fields }));
    event
}

impl World {
    fn id(&self) -> WorkspaceId {
        text(&self.workspace["id"]).parse().expect("an id")
    }

    fn contact(&self, number: i64) -> ContactId {
        ContactId::derive(self.id(), &ContactKey::Email(address(number)))
    }

    /// Appends as a parser's event would be.
    async fn append(&self, mut event: Event) {
        let identity = Identity::new(event.platform, "", event.kind);
        let identity = identity.maybe("item", event.item_key().map(|key| key.to_string()));
        let identity = identity.maybe("contact", event.contact_key().map(|key| key.to_string()));
        event.id = EventId::derive(event.occurred_at, &identity.digest());
        let received_at = event.occurred_at;
        let append = Append { workspace: self.id(), event, claim: None, origin: Origin::Live, received_at, raw: b"{}".to_vec() };
        self.store.append(append).await.expect("an append is answered");
    }

    /// What a listing of the workspace that is not there answers.
    async fn missing(&self, path: &str) -> Value {
        let (status, problem) = self.call(Method::GET, &format!("/v1/workspaces/{}/{path}", self.id()), ADMIN, None).await;
        assert_eq!(status.as_u16(), 404, "{path} {problem}");
        problem["type"].clone()
    }
}

#[tokio::test]
async fn definitions_are_listed_by_sort_newest_first() {
    let world = World::new().await;
    let sorts = [
        (ItemSort::List, Kind::ListCreated, "lists"),
        (ItemSort::Status, Kind::StatusCreated, "statuses"),
        (ItemSort::Tag, Kind::TagCreated, "tags"),
    ];
    for (sort, kind, _) in sorts {
        for number in 0..5 {
            let fields =
                if number == 3 { json!({"name": 3}) } else { json!({"name": format!("{sort} {number}"), "color": "red"}) };
            world.append(about(event(kind, number, None), sort, number, &fields)).await;
        }
    }
    world.append(about(event(Kind::TagDeleted, 9, None), ItemSort::Tag, 4, &json!({}))).await;
    for (sort, _, list) in sorts {
        let rows = world.all(list, 500).await;
        let named: Vec<Value> = rows.iter().map(|row| row["name"].clone()).collect();
        let expected = [4, 3, 2, 1, 0].into_iter().filter(|number| sort != ItemSort::Tag || *number != 4);
        let expected: Vec<Value> =
            expected.map(|number| if number == 3 { Value::Null } else { json!(format!("{sort} {number}")) }).collect();
        assert_eq!(named, expected, "{list}");
        let last = rows.last().expect("a row");
        assert_eq!(
            *last,
            json!({
                "id": last["id"], "platform": "breakcold", "account": null, "external_id": "0", "name": format!("{sort} 0"),
                "fields": {"name": format!("{sort} 0"), "color": "red"},
                "created_at": "2026-02-11T08:00:00.000Z", "updated_at": "2026-02-11T08:00:00.000Z",
            })
        );
        for limit in [1, 2, 5] {
            assert_eq!(world.all(list, limit).await, rows, "{list} in pages of {limit}");
        }
        let (_, lines) = world.lines(&format!("/v1/workspaces/{}/{list}?format=jsonl", world.id())).await;
        assert_eq!(lines, rows, "{list}");
    }
    world.close().await;
}

#[tokio::test]
async fn notes_tasks_and_messages_are_listed_by_contact() {
    let world = World::new().await;
    let sorts = [
        (ItemSort::Note, Kind::NoteCreated, "notes"),
        (ItemSort::Task, Kind::TaskCreated, "tasks"),
        (ItemSort::Message, Kind::MessageLinkedin, "messages"),
    ];
    for (sort, kind, _) in sorts {
        for number in 0..6 {
            let fields = json!({"text": format!("{sort} {number}"), "priority": number});
            world.append(about(event(kind, number, Some(number % 2)), sort, number, &fields)).await;
        }
    }
    let (contact, path) = (world.contact(1), |list: &str| format!("contacts/{}/{list}", world.contact(1)));
    for (sort, _, list) in sorts {
        let rows = world.all(&path(list), 500).await;
        let texts: Vec<&Value> = rows.iter().map(|row| &row["fields"]["text"]).collect();
        assert_eq!(texts, [5, 3, 1].map(|number| json!(format!("{sort} {number}"))).iter().collect::<Vec<_>>());
        assert_eq!(
            rows[2],
            json!({
                "id": rows[2]["id"], "platform": "breakcold", "account": null, "external_id": "1",
                "contact_id": contact.to_string(), "contact_email": "lead1@lead.example",
                "fields": {"text": format!("{sort} 1"), "priority": 1},
                "created_at": "2026-02-11T08:01:00.000Z", "updated_at": "2026-02-11T08:01:00.000Z",
            })
        );
        for limit in [1, 2, 3] {
            assert_eq!(world.all(&path(list), limit).await, rows, "{list} in pages of {limit}");
        }
        let cursor = world.own(&format!("{}?limit=1", path(list))).await["next_cursor"].clone();
        let other = if list == "notes" { "tasks" } else { "notes" };
        let elsewhere = format!("/v1/workspaces/{}/{}?cursor={}", world.id(), path(other), text(&cursor));
        let (status, problem) = world.call(Method::GET, &elsewhere, ADMIN, None).await;
        assert_eq!((status.as_u16(), &problem["field"]), (400, &json!("cursor")), "a cursor of {list} on {other}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_contact_that_is_hidden_answers_404_and_one_to_be_forgotten_is_listed_as_that() {
    let world = World::new().await;
    for lead in 0..4 {
        world.append(about(event(Kind::NoteCreated, lead, Some(lead)), ItemSort::Note, lead, &json!({"text": "Call"}))).await;
    }
    let paths = |lead: i64| ["", "/notes", "/tasks", "/messages"].map(|list| format!("contacts/{}{list}", world.contact(lead)));
    for path in paths(0) {
        world.own(&path).await;
    }
    world.append(event(Kind::ContactDeleted, 10, Some(0))).await;
    for lead in 1..4 {
        let mut forgotten = event(Kind::ContactDeleted, 10 + lead, Some(lead));
        forgotten.facts.erase = true;
        world.append(forgotten).await;
    }
    let unknown = 99;
    for lead in [0, 1, unknown] {
        for path in paths(lead) {
            assert_eq!(world.missing(&path).await, "/docs/errors/not-found", "{path}");
        }
    }
    // Life goes on: who was deleted is shown again, who is to be forgotten is not.
    for lead in [0, 1] {
        world.append(event(Kind::ContactUpdated, 20, Some(lead))).await;
    }
    assert_eq!(world.own(&paths(0)[1]).await["data"][0]["fields"], json!({"text": "Call"}));
    for path in paths(1) {
        world.missing(&path).await;
    }
    let rows = world.all("erasures", 500).await;
    let expected =
        |lead: i64| json!({"contact_id": world.contact(lead), "since": format!("2026-02-11T08:{}:00.000Z", 10 + lead)});
    assert_eq!(rows, [3, 2, 1].map(expected));
    assert_eq!(world.all("erasures", 2).await, rows);
    assert_eq!(world.own("contacts").await["data"].as_array().map(Vec::len), Some(1));
    let restarted = world.restarted().await;
    assert_eq!(restarted.all("erasures", 500).await, rows);
    restarted.close().await;
}
