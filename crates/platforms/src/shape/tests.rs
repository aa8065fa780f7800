//! Shapes: what is the same, what is not, and what is not looked at.

use serde_json::{Value, json};

use super::*;
use crate::tests;

fn look(body: &Value) -> Glance {
    glance(Platform::Smartlead, body.to_string().as_bytes(), &FreeObjects::default()).expect("JSON")
}

fn paths(body: &Value) -> Vec<String> {
    let fields = fields(Platform::Smartlead, body.to_string().as_bytes(), &FreeObjects::default());
    fields.into_iter().map(|field| format!("{} {}", field.path, field.types)).collect()
}

#[test]
fn the_name_is_found_where_each_platform_writes_it() {
    for (platform, _) in tests::read() {
        let glance = glance(platform, &tests::body(platform, "  Thing_Nobody_Knew "), &FreeObjects::default());
        assert_eq!(glance.expect("JSON").name, "Thing_Nobody_Knew", "{platform}");
    }
    for (platform, keys) in [
        (Platform::Smartlead, &["event_type", "event", "eventType", "type"][..]),
        (Platform::Instantly, &["event_type", "type", "event"]),
        (Platform::Plusvibe, &["webhook_event", "event", "event_type", "type"]),
        (Platform::Emailbison, &["event", "event_type", "type"]),
        (Platform::Hubspot, &["subscriptionType", "eventType"]),
        (Platform::Breakcold, &["event"]),
        (Platform::Lemlist, &["type"]),
    ] {
        // Each goes before those that come after it.
        for (place, key) in keys.iter().enumerate() {
            let body: Value = keys[place..].iter().map(|other| ((*other).to_owned(), json!(format!("named {other}")))).collect();
            let found = glance(platform, body.to_string().as_bytes(), &FreeObjects::default()).expect("JSON");
            assert_eq!(found.name, format!("named {key}"), "{platform} {body}");
        }
    }
    let of = |platform, body: Value| glance(platform, body.to_string().as_bytes(), &FreeObjects::default()).expect("JSON").name;
    assert_eq!(of(Platform::Smartlead, json!({"lead": {"type": "x", "event_type": "y"}, "type": "z", "event": 7})), "z");
    assert_eq!(of(Platform::Smartlead, json!({"type": "z", "event_type": "y"})), "y");
    assert_eq!(of(Platform::Smartlead, json!({"headers": {"event_type": "x"}, "body": {"event_type": "y"}})), "y");
    assert_eq!(
        of(Platform::Emailbison, json!({"type": "x", "event": {"name": "Label", "type": "LEAD_REPLIED"}})),
        "LEAD_REPLIED"
    );
    assert_eq!(of(Platform::Hubspot, json!({"vid": 1})), "");
    assert_eq!(of(Platform::Smartlead, json!({"event_type": "é".repeat(300)})).chars().count(), NAME_CHARS_MAX);
}

#[test]
fn fields_are_told_by_path_and_type() {
    let body = json!({
        "a": 1, "b": {"c": null, "d": ["x", 2, {"e": true}]}, "f": [], "custom_fields": {"x": 1}, "customVariables": {"y": "z"},
        "by": {"17": {"n": 1}, "18": {"n": "x"}, "me@x.example": 1, "9f0f5f3e-0000-4000-8000-000000000001": null},
    });
    let expected = [
        "a number",
        "b object",
        "b.c null",
        "b.d array",
        "b.d[] number|string|object",
        "b.d[].e boolean",
        "by object",
        "by.* null|number|object",
        "by.*.n number|string",
        "customVariables object",
        "custom_fields object",
        "f array",
    ];
    assert_eq!(paths(&body), expected);
    let fields = fields(Platform::Smartlead, br#"{"b":{"c":1}}"#, &FreeObjects::default());
    assert_eq!((fields[0].parent, fields[1].parent), (ROOT, fields[0].number));
}

#[test]
fn a_fingerprint_is_of_fields_and_types_and_of_nothing_else() {
    let same = [json!({"a": 1, "b": {"c": "x", "d": [1, "x"]}}), json!({"b": {"d": ["y", 2, 3, "z"], "c": "another"}, "a": 2.5})];
    assert_eq!(look(&same[0]).fingerprint, look(&same[1]).fingerprint);
    let others = [
        json!({"a": "1", "b": {"c": "x", "d": [1, "x"]}}),
        json!({"a": 1, "b": {"c": "x", "d": [1]}}),
        json!({"a": 1, "b": {"c": "x", "d": [1, "x"], "e": null}}),
        json!({"a": 1, "b": {"c": "x"}, "d": [1, "x"]}),
        json!({"a": 1, "b": {"d": [1, "x"]}}),
        json!({"a": 1, "bc": "x", "b": {"d": [1, "x"]}}),
    ];
    let mut seen: Vec<u64> = others.iter().chain(&same[..1]).map(|body| look(body).fingerprint).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), others.len() + 1);
}

#[test]
fn what_a_free_object_has_makes_no_other_shape() {
    let one = look(&json!({"a": 1, "custom_fields": {"x": 1}})).fingerprint;
    assert_eq!(one, look(&json!({"a": 1, "custom_fields": {"y": {"z": null}}})).fingerprint);
    assert_ne!(one, look(&json!({"a": 1, "custom_fields": null})).fingerprint);
    let (x, y) = (br#"{"lead":{"x":1}}"#, br#"{"lead":{"y":1}}"#);
    let number = fields(Platform::Smartlead, x, &FreeObjects::default())[0].number;
    let seen = |body: &[u8], free: &FreeObjects| glance(Platform::Smartlead, body, free).expect("JSON").fingerprint;
    let free = FreeObjects(BTreeSet::from([number]));
    assert_ne!(seen(x, &FreeObjects::default()), seen(y, &FreeObjects::default()));
    assert_eq!(seen(x, &free), seen(y, &free));
    assert_eq!(fields(Platform::Smartlead, x, &free).len(), 1);
}

#[test]
fn what_is_looked_at_is_bounded() {
    let mut deep = json!("x");
    for _ in 0..20 {
        deep = json!({"a": deep});
    }
    assert_eq!(paths(&deep).len(), DEPTH_MAX);
    let wide: Value =
        (0..2_000).map(|number| (format!("field_{number}"), json!(number))).collect::<serde_json::Map<_, _>>().into();
    assert_eq!(paths(&wide).len(), FIELDS_MAX);
    let long: Vec<Value> = (0..100).map(|number| if number < ELEMENTS_MAX { json!(1) } else { json!("x") }).collect();
    assert_eq!(paths(&json!({"a": long})), ["a array", "a[] number"]);
    // A long array leaves room for what stands behind it.
    let rows: Vec<Value> = (0..ELEMENTS_MAX)
        .map(|_| (0..20).map(|number| (format!("f{number}"), json!(1))).collect::<serde_json::Map<_, _>>().into())
        .collect();
    assert_eq!(paths(&json!({"a": rows, "z": 1})).len(), 23);
    let key = "k".repeat(PATH_BYTES_MAX);
    let inner = json!({(key.clone()): {"x": 1}, (format!("{key}k")): {"y": 1}, "z": 1});
    assert_eq!(paths(&inner), [format!("{key} object"), "z number".to_owned()]);
    assert!(paths(&json!({"a": 1, (key): 1})).iter().all(|path| path.len() <= PATH_BYTES_MAX + 10));
}

#[test]
fn what_is_no_json_has_no_shape() {
    for body in [&b""[..], b"{", b"{\"a\":1}x", b"{\"a\":}", b"\xff"] {
        assert_eq!(glance(Platform::Smartlead, body, &FreeObjects::default()), None);
        assert_eq!(fields(Platform::Smartlead, body, &FreeObjects::default()), []);
    }
    for body in [json!(1), json!("x"), json!([]), json!(null)] {
        assert_eq!(paths(&body), [] as [&str; 0], "{body}");
    }
}

#[test]
fn types_are_kept_as_bits() {
    let types = Types::default().with(Type::Null).with(Type::Object);
    assert_eq!((Types::from_bits(types.bits()), types.to_string().as_str()), (types, "null|object"));
    assert!(types.has(Type::Object) && !types.has(Type::String) && types.has_value());
    assert!(!Types::default().with(Type::Null).has_value());
    assert_eq!((types.len(), types.is_empty(), Types::default().is_empty()), (2, false, true));
}
