//! The text of an HTML body, for its words only: nobody gets to see it.

use std::borrow::Cow;

/// Tags that stand inside words. All others part them, as a cell of a table does.
const INSIDE_WORDS: [&str; 16] =
    ["a", "abbr", "b", "big", "code", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "sup", "u"];

/// Elements whose content is not text, with what ends them.
const HIDDEN: [(&str, &str); 4] = [("style", "</style"), ("script", "</script"), ("head", "</head"), ("title", "</title")];

/// The text of a document. Takes time in proportion to the document, whatever is in it.
pub(super) fn text(html: &str) -> String {
    // Lower case in ASCII only, so that places in the two are the same.
    let lower = html.to_ascii_lowercase();
    let mut text = String::with_capacity(html.len() / 2);
    let mut at = 0;
    while let Some(open) = html[at..].find('<').map(|offset| at + offset) {
        push(&mut text, &html[at..open]);
        let tag = &lower[open + 1..];
        if !tag.starts_with(|sign: char| sign.is_ascii_alphabetic() || matches!(sign, '/' | '!' | '?')) {
            text.push('<');
            at = open + 1;
            continue;
        }
        // What never ends is not text.
        let Some(end) = end_of_tag(tag) else { return text };
        if !INSIDE_WORDS.contains(&name(tag)) {
            text.push(' ');
        }
        at = open + 1 + end;
    }
    push(&mut text, &html[at..]);
    text
}

fn push(text: &mut String, html: &str) {
    match html_escape::decode_html_entities(html) {
        Cow::Borrowed(plain) => text.push_str(plain),
        Cow::Owned(decoded) => text.push_str(&decoded),
    }
}

/// The name of a tag whose `<` is taken off.
fn name(tag: &str) -> &str {
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    &tag[..tag.find(|sign: char| !sign.is_ascii_alphanumeric()).unwrap_or(tag.len())]
}

/// Where the text goes on behind a tag, and behind what it hides.
fn end_of_tag(tag: &str) -> Option<usize> {
    if tag.starts_with("!--") {
        return tag.find("-->").map(|end| end + 3);
    }
    let hidden = HIDDEN.iter().find(|(hidden, _)| name(tag) == *hidden && !tag.starts_with('/'));
    let from = hidden.map_or(Some(0), |(_, end)| tag.find(end))?;
    tag[from..].find('>').map(|end| from + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_and_apart() {
        let cases = [
            ("<div>Yes</div>", "Yes"),
            ("Kran<b>werk</b> <span class=\"x\">GmbH</span>", "Kranwerk GmbH"),
            ("<table><tr><td>Kran</td><td>Miete</td></tr></table>", "Kran Miete"),
            ("a<br>b<br/>c<p>d</p>e", "a b c d e"),
            ("Gr&uuml;&szlig;e&nbsp;aus K&#246;ln &amp; Bonn &#x20ac;", "Grüße aus Köln & Bonn €"),
            ("<style>p{color:red}</style>one<script>two()</script><!-- <p>three</p> --><head><title>four</title></head>", "one"),
            ("1 < 2 and <3 &unknown; &#xFFFFFFF;", "1 < 2 and <3 &unknown; &#xFFFFFFF;"),
            ("seen<style>never ends", "seen"),
            ("seen<a href=", "seen"),
            ("", ""),
        ];
        for (html, expected) in cases {
            let words: Vec<String> = text(html).split_whitespace().map(str::to_owned).collect();
            assert_eq!(words.join(" "), expected, "{html:?}");
        }
    }

    #[test]
    fn hostile_documents_end_soon() {
        for unit in ["<", "<a", "<style>", "<!--", "&", "&#", "&#x", "<a>", "</style", "ä<"] {
            let document = unit.repeat(1_000_000 / unit.len());
            assert!(text(&document).len() <= 2 * document.len(), "{unit}");
        }
    }
}
