use rusqlite::Connection;

use super::*;
use crate::{
    corpus::{Contacts, Corpus, START},
    load::{Deliveries, Load, Pace, Until},
};

const EVENTS: u64 = 80;

/// Sends the first events to a baseline and stops it; the folder that it kept them in.
async fn sent_to(baseline: Baseline) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let target = listener.local_addr().expect("an address");
    let stop = CancellationToken::new();
    let (place, token) = (folder.path().to_path_buf(), stop.clone());
    let served = tokio::spawn(async move { serve(baseline, &place, listener, Millis(START.0 + 86_400_000), token).await });
    let deliveries = Deliveries::new(corpus(), 0, target, "/public/smartlead-webhook/x");
    let load = Load { target, requests: Arc::new(deliveries), connections: 8, pace: Pace::Closed, until: Until::Count(EVENTS) };
    let outcome = load.run(&|_| ()).await.expect("every answer is right");
    assert_eq!((outcome.answered, outcome.retried), (EVENTS, 0));
    stop.cancel();
    served.await.expect("no panic").expect("it served");
    folder
}

fn corpus() -> Corpus {
    Corpus::new(Contacts::Fixed(20), 5)
}

#[tokio::test]
async fn parse_answers_what_can_be_read() {
    let folder = sent_to(Baseline::Parse).await;
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "nothing is kept");
}

#[tokio::test]
async fn append_keeps_every_body_whole() {
    let folder = sent_to(Baseline::Append).await;
    let file = std::fs::read(folder.path().join("bodies")).expect("the file");
    let (mut rest, mut kept) = (file.as_slice(), Vec::new());
    while let Some((length, behind)) = rest.split_first_chunk() {
        let (body, behind) = behind.split_at(u32::from_le_bytes(*length) as usize);
        kept.push(body.to_vec());
        rest = behind;
    }
    let mut sent: Vec<Vec<u8>> = Vec::new();
    for n in 0..EVENTS {
        sent.push(Vec::new());
        corpus().write(n, &mut sent[n as usize]);
    }
    kept.sort();
    sent.sort();
    assert!(kept == sent && rest.is_empty());
}

#[tokio::test]
async fn commit_updates_three_tables_per_event() {
    let folder = sent_to(Baseline::Commit).await;
    let connection = Connection::open(folder.path().join("rows.db")).expect("the database");
    for table in ["contact", "campaign"] {
        let sql = format!("SELECT sum(sent), sum(opened), sum(clicked), sum(replied), count(*) FROM {table}");
        let counts: [u64; 5] = connection
            .query_row(&sql, [], |row| Ok([0, 1, 2, 3, 4].map(|column| row.get::<_, i64>(column).map_or(0, i64::unsigned_abs))))
            .expect("counts");
        assert_eq!(counts[..4], [40, 20, 10, 10], "{table}");
        assert!((1..=20).contains(&counts[4]), "{table}: {counts:?}");
    }
    let sql =
        "SELECT count(*) FROM event JOIN contact ON contact.id = event.contact JOIN campaign ON campaign.id = event.campaign";
    let events: i64 = connection.query_row(sql, [], |row| row.get(0)).expect("a count");
    assert_eq!(events, 80);
}

#[test]
fn baselines_have_names() {
    for baseline in Baseline::ALL {
        assert_eq!(baseline.to_string().parse::<Baseline>().expect("its name"), baseline);
    }
    assert!(matches!("sqlite".parse::<Baseline>(), Err(Error::Options(_))));
}
