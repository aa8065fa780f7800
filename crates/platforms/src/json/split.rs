//! The elements of a body that is an array, each with its own bytes.

use serde_json::value::RawValue;

/// The elements of an array of at most `max`, as they stand in the body; `None` if the body is no array.
///
/// # Errors
/// A text that says what was expected: if there are more, or it is not JSON.
pub(crate) fn elements(body: &[u8], max: usize) -> Option<Result<Vec<&[u8]>, String>> {
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'[') {
        return None;
    }
    Some(match serde_json::from_slice::<Vec<&RawValue>>(body) {
        Ok(elements) if elements.len() > max => Err(format!("expected at most {max} events, found {}", elements.len())),
        Ok(elements) => Ok(elements.into_iter().map(|element| element.get().as_bytes()).collect()),
        Err(error) => Err(error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_keep_their_bytes() {
        let split = elements(b" [ {\"a\" : 1} ,2, \"x\"]", 3).expect("an array").expect("three");
        assert_eq!(split, [&b"{\"a\" : 1}"[..], b"2", b"\"x\""]);
        assert_eq!(elements(b"[]", 3), Some(Ok(Vec::new())));
    }

    #[test]
    fn what_is_no_array_and_what_is_too_long_is_told_apart() {
        assert_eq!(elements(b"{\"a\":[1]}", 3), None);
        assert_eq!(elements(b"", 3), None);
        let told = |body: &[u8]| elements(body, 1).expect("an array").expect_err("refused");
        assert_eq!(told(b"[1,2]"), "expected at most 1 events, found 2");
        assert!(told(b"[1,").contains("EOF"), "{}", told(b"[1,"));
    }
}
