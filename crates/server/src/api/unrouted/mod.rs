//! What came to an agency's addresses and waits in its reserved workspace, since it belongs nowhere yet.

pub(super) mod list;
pub(super) mod route;

use hookline_model::route::WaitingCode;

use crate::openapi::word_schemas;

word_schemas! {
    /// Why an event waits: `not_tried` (no rule was asked yet), `no_rule` (none matches, and no workspace has seen its campaign),
    /// `rules_disagree`, `instance_unclear` (a rule names a bare id, and several EmailBison instances are known),
    /// `campaign_in_several` (several workspaces have seen its campaign), `workspace_gone` or `test` (tests are never placed).
    WaitingName = WaitingCode::ALL.map(WaitingCode::name), such as "no_rule";
}
