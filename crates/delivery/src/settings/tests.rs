//! Settings: what is in bounds, and that secrets are never shown.

use super::*;

fn settings(json: &str) -> Result<Policy, SettingsError> {
    serde_json::from_str::<Settings>(json).expect("settings").check()
}

#[test]
fn what_is_secret_is_blanked_in_an_answer() {
    let secrets = Secrets {
        secret: Some(r#"se"cret-1"#.to_owned()),
        previous: Some(("secret-0".to_owned(), 0)),
        headers: [("Authorization".to_owned(), "Bearer abc".to_owned()), ("X-Short".to_owned(), "1".to_owned())].into(),
    };
    let mut answer = br#"{"secret_key":"se\"cret-1","was":"secret-0","auth":"Bearer abc","raw":se"cret-1,"x":"1"}"#.to_vec();
    secrets.blank(&mut answer);
    let expected = r#"{"secret_key":"**********","was":"********","auth":"**********","raw":*********,"x":"1"}"#;
    assert_eq!(String::from_utf8(answer).as_deref(), Ok(expected));
}

#[test]
fn kinds_are_names_groups_or_all() {
    for kinds in [r#"["*"]"#, r#"["email.*","contact.interested"]"#, r#"["email.replied"]"#] {
        let checked = settings(&format!(r#"{{"url":"https://x.example/","kinds":{kinds}}}"#));
        assert!(checked.is_ok(), "{kinds}");
    }
    for kinds in ["[]", r#"["email"]"#, r#"["e.*"]"#, r#"["email.repl*"]"#, r#"["EMAIL_REPLY"]"#, r#"[".*"]"#] {
        let checked = settings(&format!(r#"{{"url":"https://x.example/","kinds":{kinds}}}"#));
        assert_eq!(checked.expect_err(kinds).field, "kinds");
    }
}

#[test]
fn every_bound_is_told() {
    for (rest, field) in [
        (r#""concurrency":0"#, "concurrency"),
        (r#""concurrency":65"#, "concurrency"),
        (r#""rate":0"#, "rate"),
        (r#""max_age":0"#, "max_age"),
        (r#""variant":"flat""#, "variant"),
        (r#""dialect":"smartlead","variant":"data""#, "variant"),
        (r#""policy":{"pause_after":0}"#, "policy"),
        (r#""signature":{}"#, "signature"),
        (r#""dialect":"smartlead","signature":{"header":"a b"}"#, "signature"),
        (r#""dialect":"smartlead","signature":{"header":"Content-Length"}"#, "signature"),
        (r#""dialect":"smartlead","signature":{"header":"X-Request-Id"}"#, "signature"),
    ] {
        let json = format!(r#"{{"url":"https://x.example/","kinds":["*"],{rest}}}"#);
        assert_eq!(settings(&json).expect_err(rest).field, field);
    }
    let of = |count| settings(&format!(r#"{{"url":"https://x.example/","kinds":[{}]}}"#, vec![r#""*""#; count].join(",")));
    assert!(of(LIST_MAX).is_ok());
    let refused = of(LIST_MAX + 1).expect_err("too many");
    assert_eq!((refused.field, &*refused.detail), ("kinds", r#"Give 1 to 200 kinds, or ["*"] for all."#));
    assert!(serde_json::from_str::<Settings>(r#"{"url":"x","kinds":["*"],"colour":"red"}"#).is_err());
}

#[test]
fn a_header_that_the_dialect_sets_is_none_of_the_receivers() {
    let of = |rest: &str, name: &str| {
        let json = format!(r#"{{"url":"https://x.example/","kinds":["*"],{rest}}}"#);
        let settings: Settings = serde_json::from_str(&json).expect("settings");
        settings.check_headers(&BTreeMap::from([("x-a".to_owned(), "1".to_owned()), (name.to_owned(), "2".to_owned())]))
    };
    let (plain, moved) = (r#""dialect":"smartlead""#, r#""dialect":"smartlead","signature":{"header":"X-Sig"}"#);
    for (rest, name) in [
        (plain, "x-smartlead-signature"),
        (plain, "X-Request-Id"),
        (moved, "x-sig"),
        (moved, "x-request-id"),
        (r#""dialect":"cloudevents""#, "webhook-id"),
    ] {
        let refused = of(rest, name).expect_err(name);
        assert!(refused.field == "headers" && refused.detail.starts_with(name), "{refused}");
    }
    for (rest, name) in [
        (plain, "x-sig"),
        (moved, "x-smartlead-signature"),
        (r#""dialect":"instantly""#, "x-request-id"),
        (r#""dialect":"hookline""#, "x-smartlead-signature"),
    ] {
        assert_eq!(of(rest, name), Ok(()), "{rest} {name}");
    }
}

#[test]
fn every_list_of_a_filter_has_its_bound() {
    let of = |list: &str, item: &str, count: usize| {
        let items = vec![item; count].join(",");
        settings(&format!(r#"{{"url":"https://x.example/","kinds":["*"],"filter":{{"{list}":[{items}]}}}}"#))
    };
    let lists = ["platforms", "campaigns", "categories", "sending_accounts", "tags"];
    for (list, item) in lists.map(|list| (list, if list == "platforms" { r#""hubspot""# } else { r#""x""# })) {
        assert!(of(list, item, LIST_MAX).is_ok(), "{list}");
        assert_eq!(of(list, item, LIST_MAX + 1).expect_err(list).field, "filter", "{list}");
    }
    let fields = |count| (0..count).map(|number| format!(r#""f{number}":1"#)).collect::<Vec<_>>().join(",");
    let data = |count| settings(&format!(r#"{{"url":"x","kinds":["*"],"filter":{{"data":{{{}}}}}}}"#, fields(count)));
    assert!(data(LIST_MAX).is_ok());
    assert_eq!(data(LIST_MAX + 1).expect_err("too many").field, "filter");
}

#[test]
fn live_and_by_hand_are_taken_unless_others_are_named() {
    let of = |json: &str| serde_json::from_str::<Settings>(json).expect("settings");
    let plain = of(r#"{"url":"x","kinds":["*"]}"#);
    let taken: Vec<Origin> = [Origin::Live, Origin::Import, Origin::Routed, Origin::Rerun, Origin::Manual, Origin::Test]
        .into_iter()
        .filter(|origin| plain.takes(*origin))
        .collect();
    assert_eq!(taken, [Origin::Live, Origin::Manual]);
    let imports = of(r#"{"url":"x","kinds":["*"],"origins":["import"]}"#);
    assert!(imports.takes(Origin::Import) && !imports.takes(Origin::Live));
}

#[test]
fn secrets_are_never_shown() {
    let headers = BTreeMap::from([("authorization".to_owned(), "Bearer hush".to_owned())]);
    let secrets = Secrets { secret: Some("hush".to_owned()), previous: None, headers };
    assert_eq!(format!("{secrets:?}"), r#"Secrets { has_secret: true, headers: ["authorization"] }"#);
}
