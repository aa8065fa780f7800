//! The first part of a receiving path: `smartlead-webhook`, `global-smartlead-webhook`.

use hookline_model::platform::Platform;

/// Which addresses a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// A workspace's.
    Workspace,
    /// A whole agency's.
    Agency,
}

/// What a path's first part says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hook {
    pub(super) platform: Platform,
    pub(super) reach: Reach,
}

/// Reads it. Nobody posts to us as ourselves, so `hookline` is no platform here.
pub(super) fn parse(text: &str) -> Option<Hook> {
    let name = text.strip_suffix("-webhook")?;
    let (name, reach) = match name.strip_prefix("global-") {
        Some(name) => (name, Reach::Agency),
        None => (name, Reach::Workspace),
    };
    let platform = name.parse().ok().filter(|platform| *platform != Platform::Hookline)?;
    Some(Hook { platform, reach })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platform_has_a_workspace_and_an_agency_path() {
        for platform in Platform::ALL.into_iter().filter(|platform| *platform != Platform::Hookline) {
            let workspace = Hook { platform, reach: Reach::Workspace };
            assert_eq!(parse(&format!("{platform}-webhook")), Some(workspace));
            assert_eq!(parse(&format!("global-{platform}-webhook")), Some(Hook { reach: Reach::Agency, ..workspace }));
        }
    }

    #[test]
    fn other_paths_are_nobodys() {
        for text in [
            "",
            "-webhook",
            "global--webhook",
            "smartlead",
            "smartlead-webhooks",
            "Smartlead-webhook",
            "global-smartlead",
            "hookline-webhook",
            "global-hookline-webhook",
            "global-global-smartlead-webhook",
            "smartlead-webhook ",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
