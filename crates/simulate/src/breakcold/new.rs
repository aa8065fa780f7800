//! The new generation: `{eventId, timestamp, workspaceId, event, data}`. It knows records, notes, tasks and calls, no mails.

use hookline_model::kind::Kind;

use super::{Writer, status, touch};
use crate::{
    body::Object,
    chance::{self, About},
    label::Label,
    plan::Said,
    records::Touch,
    story::What,
};

impl Writer<'_> {
    pub(super) fn new_generation(&self) -> (Said, Vec<u8>) {
        let (name, kind, data, shows_record) = match self.what() {
            What::Touched(what) => self.done(what),
            What::Labelled { label, .. } => ("record.updated", Kind::ContactUpdated, self.record(Some(label)), true),
            // Not told.
            _ => ("unknown", Kind::Other, Object::new(), false),
        };
        let body = Object::new()
            .put("eventId", format!("evt_{}", self.token(&[1, self.delivery.happening.event])))
            .put("timestamp", self.at.to_string())
            .put("workspaceId", self.workspace_id())
            .put("event", name)
            .put_object("data", &data);
        let id = format!("breakcold/{}/{}", self.workspace_id(), self.record_id());
        (self.said(kind, Some(id), shows_record), body.bytes())
    }

    fn done(&self, what: Touch) -> (&'static str, Kind, Object, bool) {
        let (_, name, kind) = touch(what);
        let of_record = || Object::new().put("recordId", self.record_id());
        let note = || of_record().put("noteId", self.thing_id(0)).put("title", "Call");
        let task = |status: &str| of_record().put("taskId", self.thing_id(1)).put("title", "Call back").put("status", status);
        let at = self.at.to_string();
        match what {
            Touch::Noted => {
                let note = note().put("contentPlain", "Asked for numbers first.").put("author", "Nora");
                (name, kind, note.put("createdAt", &at).put("updatedAt", &at), false)
            }
            Touch::NoteDeleted => (name, kind, note(), false),
            Touch::TaskSet => (name, kind, task("todo").put("dueAt", None::<u8>), false),
            Touch::TaskDone => (name, kind, task("done").put("dueAt", None::<u8>), false),
            Touch::Contacted => {
                let record_name = self.scene.lead.as_ref().map(crate::world::Person::name);
                let call = of_record().put("callId", self.thing_id(2)).put("recordName", record_name);
                (name, Kind::ActivityRecorded, call.put("meetingTitle", "Intro"), false)
            }
            Touch::Deleted => (name, kind, Object::new().put("id", self.record_id()).put("deleted", true), false),
            Touch::Created => (name, kind, self.record(None), true),
            // Every other change of a field shows the whole record.
            _ => (name, Kind::ContactUpdated, self.record(None), true),
        }
    }

    fn record(&self, label: Option<Label>) -> Object {
        let Some(lead) = &self.scene.lead else { return Object::new() };
        let fields = Object::new()
            .put("name", lead.name())
            .put("email", lead.email_as_imported())
            .put("company", &lead.company)
            .put("job_title", lead.job)
            .maybe("stage", label.map(status));
        Object::new()
            .put("id", self.record_id())
            .put("objectType", "person")
            .put("objectTypeName", "Person")
            .put("name", lead.name())
            .put_object("fields", &fields)
            .put("updatedAt", self.at.to_string())
    }

    fn workspace_id(&self) -> String {
        format!("ws_{}", self.token(&[2, u64::from(self.scene.campaign.workspace)]))
    }

    fn record_id(&self) -> String {
        self.scene.story.record.as_ref().map(|record| record.token(self.scene.world)).unwrap_or_default()
    }

    /// The id of a note, a task, a call of the story.
    fn thing_id(&self, which: u64) -> String {
        self.token(&[&self.scene.story.parts()[..], &[which]].concat())
    }

    fn token(&self, parts: &[u64]) -> String {
        chance::token(&mut chance::of(self.scene.world.seed, About::Record, parts), 14)
    }
}
