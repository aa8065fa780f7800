//! Events, contacts, campaigns and emails as the API answers them and as Hookline's own dialect sends them, with the schemas that
//! describe them. Contacts, campaigns and emails are the records of [`hookline_model::record`], written as they are; what is here
//! of them is their description.

mod campaign;
mod contact;
mod email;
mod event;
mod event_data;
pub mod words;

pub use campaign::CampaignSchema;
pub use contact::{ContactSchema, ContactStatus};
pub use email::{Direction, EMAIL_STATUSES, EmailSchema, EmailStatus};
pub use event::EventShape;
pub use event_data::{EventData, render as event_data};
