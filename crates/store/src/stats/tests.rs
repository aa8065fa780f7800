use hookline_model::calendar::Unit;
use uuid::Uuid;

use super::*;

fn rollup(quarter: i64, kind: Kind, count: i64) -> RollupRow {
    RollupRow { quarter: Millis(quarter * 900_000), campaign: None, kind, sequence_number: None, interest: None, count }
}

#[test]
fn counts_are_of_the_kind_and_of_the_interest_stated() {
    let mut tally = Tally::new(StatsBy::Nothing, 10);
    let stated = |kind, interest| RollupRow { interest: Some(interest), ..rollup(0, kind, 2) };
    let rows = [
        rollup(0, Kind::EmailSent, 5),
        rollup(1, Kind::EmailSent, 1),
        stated(Kind::EmailReplied, Interest::Interested),
        stated(Kind::ContactCategoryUpdated, Interest::MeetingBooked),
        stated(Kind::ContactCategoryUpdated, Interest::OutOfOffice),
    ];
    rows.iter().for_each(|row| tally.count(row).expect("one row"));
    let row = tally.rows().pop().expect("one row");
    let expected = [6, 0, 0, 2, 0, 0, 2, 2];
    assert_eq!((row.key, row.events, row.counts, row.unique), (StatsKey::All, 12, Counts(expected), Some(Counts::default())));
}

#[test]
fn a_read_of_nothing_has_one_row_only_if_it_is_not_grouped() {
    assert_eq!(Tally::new(StatsBy::Nothing, 10).rows().len(), 1);
    for by in [StatsBy::Kind, StatsBy::Campaign, StatsBy::SequenceNumber] {
        assert_eq!(Tally::new(by, 10).rows(), []);
    }
}

#[test]
fn a_read_walks_and_answers_so_many_rows_and_no_more() {
    let mut tally = Tally::new(StatsBy::Nothing, 3);
    let walked: Vec<bool> = (0..4).map(|_| tally.walk().is_ok()).collect();
    assert_eq!(walked, [true, true, true, false]);

    let hours = Calendar::of("UTC", Unit::Hour).expect("a time zone");
    let mut tally = Tally::new(StatsBy::Time(hours), STATS_ROWS_WALKED_MAX);
    let most = STATS_ROWS_MAX as i64;
    for hour in 0..most {
        tally.count(&rollup(hour * 4, Kind::EmailSent, 1)).expect("within the bound");
    }
    let first = FirstRow { quarter: Millis(0), campaign: Some(CampaignId(Uuid::nil())), counter: Counter::Sent, count: 1 };
    tally.first(&first).expect("of a row that is there");
    assert!(matches!(tally.count(&rollup(most * 4, Kind::EmailSent, 1)), Err(Error::TooMuch(TooMuch::Answered))));
    assert!(tally.first(&FirstRow { quarter: Millis(-1), ..first }).is_err());
    let rows = tally.rows();
    assert_eq!((rows.len(), rows[0].unique.map(|unique| unique.get(Counter::Sent))), (STATS_ROWS_MAX, Some(1)));
}
