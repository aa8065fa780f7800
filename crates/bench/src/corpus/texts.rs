//! The texts of campaigns: 200 of them, one by template and step, as JSON holds them.

use super::{
    pick, place,
    words::{FRAMES, LINKS, TOPICS},
};

/// Steps of a campaign.
pub(super) const STEPS: u64 = FRAMES.len() as u64;

/// A text in pieces, escaped for JSON.
type Pieces = Vec<Piece>;

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    First,
    Company,
}

/// The text of a step of a template.
#[derive(Clone, Debug)]
pub(super) struct Text {
    plain: Pieces,
    html: Pieces,
}

/// Every text.
#[derive(Clone, Debug)]
pub(super) struct Templates(Vec<Text>);

/// What stands for a new line in the lists of words.
const NEW_LINE: &str = "|";

impl Templates {
    pub(super) fn new() -> Templates {
        let texts = (0..TOPICS.len()).flat_map(|template| FRAMES.iter().map(move |frames| text(template, frames)));
        Templates(texts.collect())
    }

    /// The text of a step, counted from 1.
    pub(super) fn text(&self, template: u64, step: u64) -> &Text {
        &self.0[place(self.0.len(), template % TOPICS.len() as u64 * STEPS + step.saturating_sub(1) % STEPS)]
    }
}

/// What a template is about.
pub(super) fn topic(template: u64) -> &'static str {
    pick(&TOPICS, template)
}

fn text(template: usize, frames: &[&str; 10]) -> Text {
    // Templates of one frame have different topics and links.
    let frame = frames[template % frames.len()];
    let filled = frame.replace("{t}", TOPICS[template]).replace("{u}", LINKS[(template / frames.len() + template) % LINKS.len()]);
    let html = format!("<p>{}</p>", filled.replace("||", "</p><p>").replace(NEW_LINE, "<br>"));
    Text { plain: pieces(&filled.replace(NEW_LINE, "\\n")), html: pieces(&html) }
}

fn pieces(text: &str) -> Pieces {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(place) = rest.find("{f}").into_iter().chain(rest.find("{c}")).min() {
        pieces.push(Piece::Text(rest[..place].to_owned()));
        pieces.push(if rest[place..].starts_with("{f}") { Piece::First } else { Piece::Company });
        rest = &rest[place + "{f}".len()..];
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
}

impl Text {
    pub(super) fn plain(&self, first: &str, company: &str, out: &mut Vec<u8>) {
        fill(&self.plain, first, company, out);
    }

    pub(super) fn html(&self, first: &str, company: &str, out: &mut Vec<u8>) {
        fill(&self.html, first, company, out);
    }
}

fn fill(pieces: &[Piece], first: &str, company: &str, out: &mut Vec<u8>) {
    for piece in pieces {
        out.extend_from_slice(match piece {
            Piece::Text(text) => text.as_bytes(),
            Piece::First => first.as_bytes(),
            Piece::Company => company.as_bytes(),
        });
    }
}
