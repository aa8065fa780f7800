//! `GET /api/v1/client/`: an account's clients are the agency's workspaces.

use axum::Json;
use serde::Serialize;
use uuid::Uuid;

use super::account::Account;

/// A client. What Hookline does not have of one is null or empty.
#[derive(Serialize)]
pub(super) struct Client {
    id: u64,
    name: String,
    email: Option<String>,
    uuid: Uuid,
    created_at: String,
    user_id: Option<u64>,
    logo: Option<String>,
    logo_url: Option<String>,
    /// SmartLead's spelling.
    client_permision: Permissions,
}

#[derive(Serialize)]
struct Permissions {
    permission: [&'static str; 0],
    /// SmartLead's spelling.
    retricted_category: [&'static str; 0],
}

/// The clients that the key opens.
pub(super) async fn list(account: Account) -> Json<Vec<Client>> {
    let client = |workspace: &hookline_store::directory::Workspace| Client {
        id: workspace.id.number(),
        name: workspace.name.clone(),
        email: None,
        uuid: workspace.id.0,
        created_at: workspace.created_at.to_string(),
        user_id: None,
        logo: None,
        logo_url: None,
        client_permision: Permissions { permission: [], retricted_category: [] },
    };
    Json(account.clients().map(client).collect())
}
