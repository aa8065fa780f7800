//! Writes a delivery as JSON, by hand: it is made while the clock runs, on the processors of the server under test.

use std::io::Write;

use hookline_model::time::Millis;

use super::{
    Email, FIRST_CAMPAIGN, What, at,
    people::Person,
    pick, scramble,
    texts::{Templates, Text, topic},
    words::{LINKS, PLACES, REPLIES, REPLY_ENDS, REPLY_STARTS, SENDERS, SENDING_DOMAINS, THEMES},
};

/// What a delivery is made from.
struct Writer<'a> {
    n: u64,
    email: &'a Email,
    person: Person,
    address: String,
    company: String,
    /// `stats_id`: names the email.
    stats_id: String,
    mailbox: String,
    text: &'a Text,
    subject: &'static str,
    out: &'a mut Vec<u8>,
}

/// Writes event `n`, which is about `email`.
pub(super) fn write(templates: &Templates, what: What, n: u64, email: &Email, out: &mut Vec<u8>) {
    let person = Person::new(email.contact);
    let template = scramble(email.campaign);
    let domain = pick(&SENDING_DOMAINS, email.campaign);
    let mut writer = Writer {
        n,
        email,
        address: person.address(),
        company: person.company(),
        person,
        stats_id: uuid(email.number),
        mailbox: format!("{}@{domain}", pick(&SENDERS, scramble(email.campaign ^ (email.contact % 4)))),
        text: templates.text(template, email.step),
        subject: topic(template),
        out,
    };
    match what {
        What::Sent => writer.sent(),
        What::Opened => writer.touched("time_opened", "EMAIL_OPEN"),
        What::Clicked => writer.touched("time_clicked", "EMAIL_LINK_CLICK"),
        What::Replied => writer.replied(),
    }
}

/// A UUID of its own for every number.
fn uuid(number: u64) -> String {
    let (high, low) = (scramble(number), scramble(number ^ 0xfeed));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        // Four bits of the number's own are lost here to the version, and are kept behind.
        high & 0xfff,
        low & 0xfff,
        (high >> 12 & 0xf) << 44 | low >> 20
    )
}

/// As SmartLead's database writes a time: `2026-03-04T09:15:22.400+00:00`.
fn time(at: Millis) -> String {
    let mut text = at.to_string();
    text.pop();
    text.push_str("+00:00");
    text
}

/// Writes to the end of the body. Writing to memory does not fail.
macro_rules! put {
    ($writer:expr, $($text:tt)*) => {
        let _ = write!($writer.out, $($text)*);
    };
}

impl Writer<'_> {
    fn sent(&mut self) {
        let sent_at = time(self.email.at);
        self.ids();
        self.whom();
        let (step, subject) = (self.email.step, self.subject);
        put!(
            self,
            r#""time_sent":"{sent_at}","event_timestamp":"{sent_at}","sequence_number":{step},"custom_subject":"{subject}","#
        );
        self.sent_message();
        let message_id = self.message_id();
        put!(self, r#""subject":"{subject}","message_id":"{message_id}","#);
        self.tail("EMAIL_SENT");
    }

    /// An open or a click. Every other open repeats the message, no click does.
    fn touched(&mut self, time_name: &str, name: &str) {
        let time = time(at(self.n));
        self.ids();
        self.whom();
        let (step, subject) = (self.email.step, self.subject);
        put!(self, r#""{time_name}":"{time}","event_timestamp":"{time}","sequence_number":{step},"subject":"{subject}","#);
        if name == "EMAIL_LINK_CLICK" {
            let link = pick(&LINKS, scramble(self.n));
            put!(self, r#""link_clicked":["{link}"],"link_details":["{link}"],"#);
        } else if self.n.is_multiple_of(2) {
            self.sent_message();
        }
        self.tail(name);
    }

    fn replied(&mut self) {
        let random = scramble(self.n);
        // Mails that come in are dated to the second.
        let time = time(Millis(at(self.n).0 / 1000 * 1000));
        let (start, says) = (pick(&REPLY_STARTS, random >> 8), pick(&REPLIES, random >> 16));
        let end = pick(&REPLY_ENDS, random >> 32);
        let reply_id = format!("<CA{random:016x}@mail.{}>", self.person.domain());
        let (first, last) = (self.person.first(), self.person.last());
        self.ids();
        put!(self, r#""reply_source":"CAMPAIGN","sl_lead_email":"{}","#, self.address);
        self.whom();
        let (step, subject) = (self.email.step, self.subject);
        put!(self, r#""cc_emails":[],"reply_category":null,"subject":"{subject}","#);
        self.sent_message();
        put!(self, r#""time_replied":"{time}","event_timestamp":"{time}","reply_message":{{"message_id":"{reply_id}","#);
        put!(self, r#""html":"<div dir=\"ltr\">{start}<br>{says}<br><br>{end}<br>{first} {last}</div>","#);
        put!(self, r#""text":"{start}\n{says}\n\n{end}\n{first} {last}\n","time":"{time}"}},"#);
        put!(self, r#""message_id":"{reply_id}","preview_text":"{start} {says}","sequence_number":{step},"#);
        let address = &self.address;
        put!(
            self,
            r#""leadCorrespondence":{{"targetLeadEmail":"{address}","replyReceivedFrom":"{address}","repliedCompanyDomain":"SameCompany"}},"#
        );
        self.tail("EMAIL_REPLY");
    }

    /// The ids that every delivery begins with.
    fn ids(&mut self) {
        let (contact, campaign) = (self.person.number, self.email.campaign);
        let (place, theme) = (pick(&PLACES, campaign), pick(&THEMES, campaign / PLACES.len() as u64));
        put!(
            self,
            r#"{{"sl_email_lead_id":"{}","sl_email_lead_map_id":{},"campaign_status":"ACTIVE","client_id":{},"campaign_name":"{place} {theme} {campaign}","campaign_id":{},"stats_id":"{}","#,
            4_170_000_000 + contact,
            self.lead_map(),
            8_100 + campaign % 40,
            FIRST_CAMPAIGN + campaign,
            self.stats_id
        );
    }

    fn whom(&mut self) {
        let (first, last) = (self.person.first(), self.person.last());
        put!(self, r#""from_email":"{}","to_email":"{}","to_name":"{first} {last}","#, self.mailbox, self.address);
    }

    fn sent_message(&mut self) {
        let message_id = self.message_id();
        put!(self, r#""sent_message":{{"message_id":"{message_id}","html":""#);
        self.text.html(self.person.first(), &self.company, self.out);
        put!(self, r#"","text":""#);
        self.text.plain(self.person.first(), &self.company, self.out);
        put!(self, r#"","time":"{}"}},"#, time(self.email.at));
    }

    fn message_id(&self) -> String {
        let domain = self.mailbox.split_once('@').map_or("", |(_, domain)| domain);
        format!("<{}@{domain}>", self.stats_id)
    }

    /// One for each enrollment.
    fn lead_map(&self) -> u64 {
        3_300_000_000 + scramble(self.email.contact << 20 ^ self.email.campaign) % 900_000_000
    }

    /// What the subscription adds.
    fn tail(&mut self, name: &str) {
        let (map, step, address) = (self.lead_map(), self.email.step, &self.address);
        let said = match name {
            "EMAIL_SENT" => "sent to",
            "EMAIL_OPEN" => "opened by",
            "EMAIL_LINK_CLICK" => "clicked by",
            _ => "replied to by",
        };
        put!(
            self,
            r#""secret_key":"7b0e2d5c-0000-4000-8000-0a1b2c3d4e5f","app_url":"https://app.smartlead.ai/app/master-inbox?leadMap={map}","ui_master_inbox_link":"https://app.smartlead.ai/app/master-inbox?leadMap={map}","description":"Email {step} {said} {address}","metadata":{{"webhook_created_at":"2025-12-20T06:30:11.902Z"}},"webhook_url":"https://hub.example/public/smartlead-webhook/2f0e","webhook_id":660101,"webhook_name":"hub","event_type":"{name}"}}"#
        );
    }
}
