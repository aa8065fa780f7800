//! The text of an HTML body, for messages that came without one. For reading and searching, not for showing as it looks.

/// Tags after which a new line begins.
const BREAKS: [&str; 14] = ["br", "p", "div", "tr", "li", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "hr"];

/// Tags whose content is not text, with their ends.
const HIDDEN: [(&str, &str); 4] = [("style", "</style"), ("script", "</script"), ("head", "</head"), ("title", "</title")];

/// The entities of the characters from U+00C0 on, in their order (HTML 4).
const LATIN: [&str; 64] = [
    "Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml", "Igrave",
    "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute", "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave",
    "Uacute", "Ucirc", "Uuml", "Yacute", "THORN", "szlig", "agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig",
    "ccedil", "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml", "eth", "ntilde", "ograve", "oacute",
    "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave", "uacute", "ucirc", "uuml", "yacute", "thorn", "yuml",
];

/// Other entities that mail programs write.
const ENTITIES: [(&str, char); 15] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bull", '•'),
    ("euro", '€'),
];

/// The text of a document, none if it has none. Takes time in proportion to the document.
pub(crate) fn text(html: &str) -> Option<String> {
    // Lower case in ASCII only, so that places in the two are the same.
    let lower = html.to_ascii_lowercase();
    let mut text = String::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<').map(|offset| at + offset) {
        text.push_str(&html[at..open]);
        let rest = &lower[open + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            text.push('<');
            at = open + 1;
            continue;
        }
        // What never ends is not text.
        let Some(end) = end_of_tag(rest) else { return tidy(&text) };
        if BREAKS.contains(&name(rest)) {
            text.push('\n');
        }
        at = open + 1 + end;
    }
    text.push_str(&html[at..]);
    tidy(&text)
}

/// Whether a text has a tag: it is HTML, though a platform does not say so. An address in angle brackets is no tag.
pub(crate) fn has_tags(text: &str) -> bool {
    let Some(last) = text.rfind('>') else { return false };
    text[..=last].split('<').skip(1).any(|tag| {
        let name = name(tag);
        let behind = tag.strip_prefix('/').unwrap_or(tag)[name.len()..].chars().next();
        tag.starts_with("!--")
            || name.starts_with(|c: char| c.is_ascii_alphabetic())
                && behind.is_some_and(|c| c.is_whitespace() || matches!(c, '>' | '/'))
    })
}

/// The name of a tag, whose `<` is already taken off.
fn name(tag: &str) -> &str {
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    &tag[..tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len())]
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

/// Undoes entities, trims every line and lets at most one empty line stand.
fn tidy(text: &str) -> Option<String> {
    let mut tidied = String::new();
    let mut empty = 0;
    for line in entities(text).lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty <= 1 {
            tidied.push_str(&line);
            tidied.push('\n');
        }
    }
    let tidied = tidied.trim();
    (!tidied.is_empty()).then(|| tidied.to_owned())
}

/// Replaces the entities that mail programs write.
fn entities(text: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut parts = text.split('&');
    replaced.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match part.split_once(';').and_then(|(entity, rest)| Some((character(entity)?, rest))) {
            Some((character, rest)) => {
                replaced.push(character);
                replaced.push_str(rest);
            }
            None => {
                replaced.push('&');
                replaced.push_str(part);
            }
        }
    }
    replaced
}

/// The character of an entity.
fn character(entity: &str) -> Option<char> {
    if let Some(number) = entity.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|character| !character.is_control() || character.is_whitespace());
    }
    if let Some((_, character)) = ENTITIES.iter().find(|(name, _)| *name == entity) {
        return Some(*character);
    }
    let place = LATIN.iter().position(|name| *name == entity)?;
    char::from_u32(0xC0 + u32::try_from(place).ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn documents_become_text() {
        let cases = [
            ("<div>Yes</div>", Some("Yes")),
            ("Yes", Some("Yes")),
            ("<p>Hei,</p><p>Friday&nbsp;&amp; Monday<br>at&#32;ten&#x3f;</p>", Some("Hei,\n\nFriday & Monday\nat ten?")),
            ("<STYLE>p{}</STYLE><!-- <p>no</p> --><p title=\"a\">Yes</p>", Some("Yes")),
            ("<head><title>No</title></head>Yes<script>no()</script>", Some("Yes")),
            ("a < b &unknown; &#xFFFFFFF; & c", Some("a < b &unknown; &#xFFFFFFF; & c")),
            ("<p>\u{202f}Ærlig talt, nei.</p>", Some("Ærlig talt, nei.")),
            ("In&eacute;s &Agrave;&szlig;&yuml;&hellip;", Some("Inés Àßÿ…")),
            ("<div>Yes</div><style>never ends", Some("Yes")),
            ("Yes<div", Some("Yes")),
            ("a<br><br><br><br>b", Some("a\n\nb")),
            ("<div> </div>", None),
            ("<img src=x>", None),
            ("", None),
        ];
        for (html, expected) in cases {
            assert_eq!(text(html).as_deref(), expected, "{html:?}");
        }
    }

    #[test]
    fn a_text_with_tags_is_html() {
        for html in ["<div>Yes</div>", "Yes<br>", "Yes<br/>No", "a < b <p class=x>", "</p>", "<!-- a -->", "<A HREF='x'>y</A>"] {
            assert!(has_tags(html), "{html:?}");
        }
        for text in ["", "Yes", "a < b and c > d", "Jo <jo@x.example>", "<https://x.example>", "<", "<p", "1 <2> 3", "->", "<>"] {
            assert!(!has_tags(text), "{text:?}");
        }
    }

    #[test]
    fn a_large_hostile_document_takes_no_long_time() {
        for unit in ["<", "<a", "<style>", "<!--", "&", "&#", "<a>", "</style"] {
            let document = unit.repeat(1_000_000 / unit.len());
            let _ = (text(&document), has_tags(&document));
        }
    }

    proptest! {
        #[test]
        fn any_document_is_read_without_panic(html in "(<[a-z/!-]{0,6}>?|&[a-z#0-9]{0,4};?|\\PC){0,40}") {
            let _ = (text(&html), has_tags(&html));
        }
    }
}
