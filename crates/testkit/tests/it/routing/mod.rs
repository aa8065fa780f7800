//! Routing, over HTTP: an agency's address, rules that come and go, and what waits, held against a naive oracle.

mod oracle;

use std::collections::{BTreeMap, BTreeSet};

use hookline_model::id::{Address, WorkspaceId};
use hookline_store::{
    Store,
    directory::{AddressOwner, AddressRow, DirectoryChange, Workspace},
};
use hookline_testkit::{
    node::ADMIN_KEY,
    service::{AGENCY, AGENCY_ADDRESS, START, TestService, UNROUTED},
};
use proptest::prelude::*;
use rand::{Rng, RngExt, SeedableRng, rngs::ChaCha8Rng, seq::SliceRandom};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::stored::cases;
use oracle::{Oracle, Rule, Said};

/// An agency with numbered workspaces, and what was answered of its events.
struct Agency {
    service: TestService,
    workspaces: usize,
    events: Vec<Said>,
    ids: BTreeMap<usize, String>,
    /// Ids of the rules, beside those of the oracle.
    rules: Vec<(Rule, String)>,
}

fn workspace(n: usize) -> WorkspaceId {
    WorkspaceId(Uuid::from_u128(0xaa00 + n as u128))
}

fn address(n: usize) -> Address {
    Address(Uuid::from_u128(0xbb00 + n as u128))
}

impl Agency {
    async fn new(workspaces: usize, events: Vec<Said>) -> Agency {
        let service = TestService::start().await;
        let made = (0..workspaces).flat_map(|n| {
            let (id, agency, name) = (workspace(n), AGENCY, format!("Client {n}"));
            let row = Workspace { id, agency, name, created_at: START, reserved: false };
            let own = AddressRow { address: address(n), owner: AddressOwner::Workspace(id), created_at: START };
            [DirectoryChange::PutWorkspace(row), DirectoryChange::PutAddress(own)]
        });
        service.store.change_directory(made.collect()).await.expect("workspaces are made");
        Agency { service, workspaces, events, ids: BTreeMap::new(), rules: Vec::new() }
    }

    async fn post(&mut self, path: &str, event: usize) -> String {
        let (status, answer) = self.service.post_to(path, self.events[event].body().to_string()).await;
        assert_eq!(status, 200, "{answer}");
        let id = answer["event_id"].as_str().expect("an id").to_owned();
        // Where it is kept does not change what it is.
        assert_eq!(self.ids.entry(event).or_insert_with(|| id.clone()), &id);
        answer["status"].as_str().expect("a status").to_owned()
    }

    async fn deliver(&mut self, event: usize) -> String {
        self.post(&format!("/public/global-{}-webhook/{AGENCY_ADDRESS}", self.events[event].platform), event).await
    }

    async fn deliver_own(&mut self, workspace: usize, event: usize) -> String {
        self.post(&format!("/public/{}-webhook/{}", self.events[event].platform, address(workspace)), event).await
    }

    async fn call(&self, method: reqwest::Method, path: &str, body: Value) -> (u16, Value) {
        let url = format!("http://{}/v1/agencies/{AGENCY}/{path}", self.service.address);
        let answer = self.service.client.request(method, url).bearer_auth(ADMIN_KEY).json(&body).send().await.expect("an answer");
        let (status, body) = (answer.status().as_u16(), answer.bytes().await.expect("a whole answer"));
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// Makes a rule; `false` if there is one for the same.
    async fn add(&mut self, rule: &Rule) -> bool {
        let by: serde_json::Map<String, Value> = [(rule.by.to_owned(), json!(rule.value))].into_iter().collect();
        let body = json!({"platform": rule.platform, "match": by, "workspace_id": workspace(rule.workspace).to_string()});
        let (status, answer) = self.call(reqwest::Method::POST, "routes", body).await;
        assert!(status == 201 || status == 409, "{rule:?} {answer}");
        if status == 201 {
            self.rules.push((rule.clone(), answer["id"].as_str().expect("an id").to_owned()));
        }
        status == 201
    }

    async fn delete(&mut self, place: usize) {
        let (_, id) = self.rules.remove(place);
        assert_eq!(self.call(reqwest::Method::DELETE, &format!("routes/{id}"), Value::Null).await.0, 204);
    }

    /// Applies the rules; how many are placed new, as repetitions, and not at all.
    async fn apply(&self, is_dry: bool) -> (usize, usize, usize) {
        let (status, answer) = self.call(reqwest::Method::POST, "unrouted/route", json!({"dry_run": is_dry})).await;
        assert_eq!((status, &answer["more"]), (200, &json!(false)), "{answer}");
        let number = |name: &str| usize::try_from(answer[name].as_u64().expect("a number")).expect("a small one");
        (number("routed"), number("duplicates"), number("waiting"))
    }

    /// The events of a workspace, by number.
    async fn events_of(&self, workspace: WorkspaceId) -> BTreeSet<usize> {
        let (status, page) = self.service.get(&format!("/v1/workspaces/{workspace}/events?limit=500")).await;
        assert_eq!((status, &page["next_cursor"]), (200, &Value::Null));
        let rows = page["data"].as_array().expect("a list").iter();
        let number = |row: &Value| self.ids.iter().find(|(_, id)| row["id"] == **id).map(|(number, _)| *number);
        rows.map(|row| number(row).expect("an event of this test")).collect()
    }

    /// Every workspace has what the oracle says, and the reserved one the rest.
    async fn check(&self, oracle: &Oracle) {
        for n in 0..self.workspaces {
            let expected = oracle.has.get(&n).cloned().unwrap_or_default();
            assert_eq!(self.events_of(workspace(n)).await, expected, "workspace {n}");
        }
        assert_eq!(self.events_of(UNROUTED).await, oracle.waits);
    }
}

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Deliver(usize),
    Own(usize, usize),
    Add(Rule),
    Delete(usize),
    Apply,
}

const EVENTS: usize = 24;
const WORKSPACES: usize = 4;

/// An event of few words, so that they meet.
fn said(number: usize) -> impl Strategy<Value = Said> {
    let some = |values: &'static [&'static str]| {
        prop::option::weighted(0.7, prop::sample::select(values)).prop_map(|value| value.map(ToOwned::to_owned))
    };
    (
        prop::sample::select(&["smartlead", "instantly"][..]),
        some(&["1", "2", "3"]),
        some(&["41", "42", "43"]),
        some(&["ACME - one", "Beta two", "acme three"]),
        some(&["a@x.example", "b@x.example", "a@y.example"]),
    )
        .prop_map(move |(platform, account, campaign, name, mailbox)| {
            // Instantly names a campaign by its name if it has no id.
            let name = name.filter(|_| campaign.is_some());
            Said { number, platform, account, campaign, name, mailbox }
        })
}

fn rule() -> impl Strategy<Value = Rule> {
    let looking = prop::sample::select(
        &[
            ("platform_workspace", "1"),
            ("platform_workspace", "2"),
            ("platform_client", "1"),
            ("platform_client", "3"),
            ("campaign_id", "41"),
            ("campaign_id", "42"),
            ("sending_account", "a@x.example"),
            ("sending_account", "b@x.example"),
            ("sending_domain", "x.example"),
            ("sending_domain", "y.example"),
            ("campaign_name", "acme*"),
            ("campaign_name", "*T?o"),
            ("campaign_name", "*e*"),
        ][..],
    );
    let platform = prop::sample::select(&[None, None, Some("smartlead"), Some("instantly")][..]);
    (platform, looking, 0..WORKSPACES)
        .prop_map(|(platform, (by, value), workspace)| Rule { platform, by, value: value.to_owned(), workspace })
        .prop_filter("a rule that could match", |rule| {
            !matches!(
                (rule.platform, rule.by),
                (Some("smartlead"), "platform_workspace") | (Some("instantly"), "platform_client")
            )
        })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..EVENTS).prop_map(Step::Deliver),
        2 => (0..WORKSPACES, 0..EVENTS).prop_map(|(workspace, event)| Step::Own(workspace, event)),
        3 => rule().prop_map(Step::Add),
        1 => (0..8usize).prop_map(Step::Delete),
        1 => Just(Step::Apply),
    ]
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime").block_on(work)
}

/// Each case starts a service of its own, so there are never as many as of other properties.
fn some_cases() -> ProptestConfig {
    let usual = cases(24);
    ProptestConfig { cases: usual.cases.min(200), max_shrink_iters: 200, ..usual }
}

proptest! {
    #![proptest_config(some_cases())]

    #[test]
    fn rules_and_events_in_any_order_place_what_the_oracle_places(
        events in (0..EVENTS).map(|number| said(number).boxed()).collect::<Vec<_>>(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        in_runtime(async {
            let (mut agency, mut oracle) = (Agency::new(WORKSPACES, events.clone()).await, Oracle::default());
            for step in &steps {
                match step {
                    Step::Deliver(event) => assert_eq!(agency.deliver(*event).await, oracle.deliver(&events[*event]), "{step:?}"),
                    Step::Own(workspace, event) => {
                        assert_eq!(agency.deliver_own(*workspace, *event).await, oracle.own(*workspace, &events[*event]), "{step:?}");
                    }
                    Step::Add(rule) => {
                        let is_new = !oracle.rules.iter().any(|known| Rule { workspace: rule.workspace, ..known.clone() } == *rule);
                        assert_eq!(agency.add(rule).await, is_new, "{step:?}");
                        oracle.rules.extend(is_new.then(|| rule.clone()));
                    }
                    Step::Delete(place) if oracle.rules.is_empty() => assert!(*place < 8),
                    Step::Delete(place) => {
                        let place = place % oracle.rules.len();
                        let rule = oracle.rules.remove(place);
                        assert_eq!(agency.rules[place].0, rule);
                        agency.delete(place).await;
                    }
                    Step::Apply => {
                        // In the order of their ids.
                        let mut order: Vec<usize> = oracle.waits.iter().copied().collect();
                        order.sort_by_key(|number| &agency.ids[number]);
                        let would = agency.apply(true).await;
                        assert_eq!(would, oracle.apply(&events, &order));
                        assert_eq!(agency.apply(false).await, would);
                    }
                }
            }
            agency.check(&oracle).await;
        });
    }
}

/// Who sends what: 200 clients of an agency.
const CLIENTS: usize = 200;

/// What client `n` sends from. Clients share nothing but a name of campaigns.
fn of_client(n: usize, number: usize, random: &mut impl Rng) -> Said {
    let platform = if n.is_multiple_of(2) { "smartlead" } else { "instantly" };
    let mut maybe = |value: String| Some(value).filter(|_| random.random_range(0..3) > 0);
    let account = maybe(if platform == "smartlead" { format!("{}", 1_000 + n) } else { format!("ws-{n}") });
    let mailbox = maybe(format!("m{number}@client{n}.example"));
    let campaign = format!("{n}{}", number % 2);
    // Somebody always says whose it is.
    let name = Some(if account.is_none() && mailbox.is_none() { format!("C{n:03} - spring") } else { "Spring".to_owned() });
    Said { number, platform, account, campaign: Some(campaign), name, mailbox }
}

/// The rules that say all of that.
fn rules_of_clients() -> Vec<Rule> {
    let of_one = |n: usize| {
        let rule = |platform, by, value: String| Rule { platform, by, value, workspace: n };
        let by_account = if n.is_multiple_of(2) {
            rule(Some("smartlead"), "platform_client", format!("{}", 1_000 + n))
        } else {
            rule(None, "platform_workspace", format!("ws-{n}"))
        };
        [
            by_account,
            rule(None, "sending_domain", format!("client{n}.example")),
            rule(None, "campaign_name", format!("c{n:03} - *")),
        ]
    };
    (0..CLIENTS).flat_map(of_one).collect()
}

/// Delivers, makes and deletes rules, and applies them in an order of this seed; in the end all rules are there and applied until
/// nothing moves. Answers the records of every workspace.
async fn live(seed: u64, events: &[Said], clients: &[usize]) -> Vec<Value> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut agency = Agency::new(CLIENTS, events.to_vec()).await;
    let mut rules = rules_of_clients();
    rules.shuffle(&mut random);
    // Some come twice, and some to the client's own address too.
    let mut coming: Vec<(usize, bool)> = (0..events.len()).map(|event| (event, false)).collect();
    coming.extend((0..events.len() / 4).map(|_| (random.random_range(0..events.len()), random.random_range(0..2) == 0)));
    coming.shuffle(&mut random);
    while !coming.is_empty() || !rules.is_empty() {
        match random.random_range(0..20) {
            0 if !agency.rules.is_empty() => {
                let place = random.random_range(0..agency.rules.len());
                rules.push(agency.rules[place].0.clone());
                agency.delete(place).await;
            }
            1 => {
                agency.apply(false).await;
            }
            2..8 if !coming.is_empty() => {
                let (event, is_own) = coming.pop().expect("it is not empty");
                match is_own {
                    true => agency.deliver_own(clients[event], event).await,
                    false => agency.deliver(event).await,
                };
            }
            _ => {
                let Some(rule) = rules.pop() else { continue };
                assert!(agency.add(&rule).await, "{rule:?}");
            }
        }
    }
    while agency.apply(false).await.0 > 0 {}
    assert_eq!(agency.events_of(UNROUTED).await, BTreeSet::new(), "nothing waits");
    let mut dumps = Vec::new();
    for n in 0..CLIENTS {
        let own: BTreeSet<usize> = (0..events.len()).filter(|event| clients[*event] == n).collect();
        assert_eq!(agency.events_of(workspace(n)).await, own, "client {n}");
        dumps.push(agency.service.store.dump(workspace(n)).await.expect("the records are read"));
    }
    dumps
}

#[test]
fn every_event_of_200_clients_is_in_its_workspace_whatever_the_order() {
    let mut random = ChaCha8Rng::seed_from_u64(41);
    let clients: Vec<usize> = (0..500).map(|_| random.random_range(0..CLIENTS)).collect();
    let events: Vec<Said> = clients.iter().enumerate().map(|(number, n)| of_client(*n, number, &mut random)).collect();
    in_runtime(async {
        let first = live(1, &events, &clients).await;
        for seed in 2..4 {
            let dumps = live(seed, &events, &clients).await;
            assert!(first == dumps, "the records do not depend on the order");
        }
    });
}
