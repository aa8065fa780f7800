//! Takes the images out of an HTML body that are in the text itself: they make bodies huge, and are no text.

/// The document without the images whose source is a data URI. Takes time in proportion to the document.
pub(super) fn without_inline_images(html: &str) -> String {
    // Lower case in ASCII only, so that places in the two are the same.
    let lower = html.to_ascii_lowercase();
    let mut kept = String::with_capacity(html.len().min(64 * 1024));
    let mut at = 0;
    while let Some(open) = lower[at..].find("<img").map(|offset| at + offset) {
        let end = open + end_of_tag(&lower[open..]);
        kept.push_str(&html[at..open]);
        if !is_inline(&lower[open..end]) {
            kept.push_str(&html[open..end]);
        }
        at = end;
    }
    kept.push_str(&html[at..]);
    kept
}

/// Where a tag ends, behind its `>`; at the end of the document if never. In quotes, a `>` ends nothing.
fn end_of_tag(tag: &str) -> usize {
    let mut quote = None;
    let ends = |byte: u8| match quote {
        Some(open) => {
            if byte == open {
                quote = None;
            }
            false
        }
        None => {
            if matches!(byte, b'"' | b'\'') {
                quote = Some(byte);
            }
            byte == b'>'
        }
    };
    tag.bytes().position(ends).map_or(tag.len(), |at| at + 1)
}

/// Whether the source of an image is a data URI.
fn is_inline(tag: &str) -> bool {
    tag.split("src").skip(1).any(|rest| {
        let value = rest.trim_start().strip_prefix('=').map(str::trim_start);
        value.is_some_and(|value| value.trim_start_matches(['"', '\'']).trim_start().starts_with("data:"))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn images_in_the_text_are_dropped_and_others_stay() {
        let cases = [
            ("<p>a</p><img src=\"data:image/png;base64,AAAA\">b", "<p>a</p>b"),
            ("<IMG alt='x > y' SRC = ' data:image/svg+xml;utf8,<svg>' width=1/>b", "b"),
            ("<img src=data:image/gif;base64,AA>b<img src='data:x'>", "b"),
            ("<img src=\"https://x.example/a.png\">b", "<img src=\"https://x.example/a.png\">b"),
            ("<img alt=\"data:x\" srcset=\"data:y\">ö", "<img alt=\"data:x\" srcset=\"data:y\">ö"),
            ("a<img src=\"data:never ends", "a"),
            ("a <imgs b", "a <imgs b"),
            ("", ""),
        ];
        for (html, expected) in cases {
            assert_eq!(without_inline_images(html), expected, "{html}");
        }
    }

    #[test]
    fn a_large_hostile_document_takes_no_long_time() {
        for unit in ["<img", "<img src=\"", "<img src='data:'>", "src", "<img src=data:"] {
            let _ = without_inline_images(&unit.repeat(1_000_000 / unit.len()));
        }
    }

    proptest! {
        #[test]
        fn any_document_is_read_without_panic(html in "(<img|src|=|data:|[\"'> ]|\\PC){0,40}") {
            prop_assert!(without_inline_images(&html).len() <= html.len());
        }
    }
}
