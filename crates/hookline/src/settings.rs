//! Settings: defaults, then the file, then the environment, then flags; each wins over what is named before it.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use hookline_delivery::guard::Guard;
use hookline_server::MasterKey;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::{
    WrongUsage,
    cli::{ServeFlags, Switch},
};

/// The file that is read if it exists and no other is named.
const DEFAULT_FILE: &str = "hookline.toml";
/// What starts the name of every environment variable of ours.
const PREFIX: &str = "HOOKLINE_";
/// The settings, as the file and, in capitals behind the prefix, the environment name them.
const NAMES: [&str; 10] = [
    "listen",
    "admin_listen",
    "database",
    "public_url",
    "trusted_proxies",
    "body_bytes_max",
    "disk_reserve_bytes",
    "search",
    "allow_private_destinations",
    "allow_destinations",
];
/// The shortest admin key that is accepted.
const ADMIN_KEY_CHARACTERS_MIN: usize = 32;

/// The variable with the master key.
const MASTER_KEY: &str = "HOOKLINE_MASTER_KEY";

/// What a user can set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    listen: String,
    admin_listen: Option<String>,
    database: String,
    public_url: Option<String>,
    trusted_proxies: Option<String>,
    body_bytes_max: usize,
    disk_reserve_bytes: u64,
    search: Switch,
    allow_private_destinations: bool,
    allow_destinations: Option<String>,
}

impl Default for Raw {
    fn default() -> Self {
        Raw {
            listen: "127.0.0.1:8080".to_owned(),
            admin_listen: None,
            database: "sqlite:hookline-data".to_owned(),
            public_url: None,
            trusted_proxies: None,
            body_bytes_max: 1024 * 1024,
            disk_reserve_bytes: 64 * 1024 * 1024,
            search: Switch::On,
            allow_private_destinations: false,
            allow_destinations: None,
        }
    }
}

/// Settings, checked.
pub(crate) struct Settings {
    pub(crate) listen: String,
    pub(crate) admin_listen: Option<String>,
    pub(crate) data_folder: PathBuf,
    pub(crate) public_url: Option<String>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) body_bytes_max: usize,
    pub(crate) disk_reserve_bytes: u64,
    /// Whether texts are indexed and can be searched for.
    pub(crate) search: bool,
    /// What webhooks are sent to beside the public internet.
    pub(crate) guard: Guard,
    /// The admin key given in the environment.
    pub(crate) admin_key: Option<AdminKey>,
    /// The master key given in the environment.
    pub(crate) master_key: Option<MasterKey>,
}

/// The admin key. Printed nowhere by accident.
pub(crate) struct AdminKey(String);

impl AdminKey {
    /// The key, to be hashed.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

/// Bounds of `body_bytes_max`: below, no real webhook fits; above, one body takes a quarter of all that bodies may.
const BODY_BYTES: std::ops::RangeInclusive<usize> = 1024..=16 * 1024 * 1024;

/// Reads and checks the settings.
pub(crate) fn read(flags: &ServeFlags) -> anyhow::Result<Settings> {
    let file = settings_file(flags.config.as_deref())?;
    // Other variables with our prefix are left alone: they may be meant for commands that talk to a server.
    let environment = Env::prefixed(PREFIX).only(&NAMES).filter(|name| !is_empty(&format!("{PREFIX}{name}")));
    let mut figment = Figment::from(Serialized::defaults(Raw::default()));
    if let Some(file) = file {
        figment = figment.merge(Toml::file(file));
    }
    let raw: Raw = figment
        .merge(environment)
        .merge(Serialized::defaults(flags))
        // The environment has texts only: `on` and `1` are meant as `true`.
        .extract_lossy()
        .map_err(|errors| WrongUsage(errors.into_iter().map(|error| error.to_string()).collect::<Vec<_>>().join("; ")))?;
    let settings = check(raw, admin_key()?)?;
    Ok(Settings { master_key: master_key()?, ..settings })
}

/// Whether a variable is set and empty, as docker-compose sets the one that it is given no value for: it counts as not set.
pub(crate) fn is_empty(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| value.is_empty())
}

/// A variable that is set, and not empty.
///
/// # Errors
/// When its value is not UTF-8; the value is not shown, since it may be a secret.
pub(crate) fn variable(name: &str) -> Result<Option<String>, WrongUsage> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(WrongUsage(format!("{name} is not UTF-8"))),
    }
}

fn settings_file(flag: Option<&Path>) -> anyhow::Result<Option<PathBuf>> {
    let variable = std::env::var_os("HOOKLINE_CONFIG").filter(|file| !file.is_empty());
    let named = flag.map(Path::to_path_buf).or_else(|| variable.map(PathBuf::from));
    match named {
        Some(file) if file.is_file() => Ok(Some(file)),
        Some(file) => Err(WrongUsage(format!("there is no settings file {}", file.display())).into()),
        None => Ok(Some(PathBuf::from(DEFAULT_FILE)).filter(|file| file.is_file())),
    }
}

fn admin_key() -> Result<Option<AdminKey>, WrongUsage> {
    match variable("HOOKLINE_ADMIN_KEY")? {
        Some(key) if key.chars().count() < ADMIN_KEY_CHARACTERS_MIN => Err(WrongUsage(format!(
            "HOOKLINE_ADMIN_KEY has fewer than {ADMIN_KEY_CHARACTERS_MIN} characters; take {ADMIN_KEY_CHARACTERS_MIN} random ones"
        ))),
        key => Ok(key.map(AdminKey)),
    }
}

fn master_key() -> Result<Option<MasterKey>, WrongUsage> {
    // Its text is not shown: it may be the key, mistyped.
    let wrong = || WrongUsage(format!("{MASTER_KEY} is not 64 hexadecimal digits; take 32 random bytes"));
    variable(MASTER_KEY)?.map(|text| MasterKey::from_hex(&text).ok_or_else(wrong)).transpose()
}

fn check(raw: Raw, admin_key: Option<AdminKey>) -> anyhow::Result<Settings> {
    let wrong = |text: String| anyhow::Error::from(WrongUsage(text));
    let trusted_proxies = networks("trusted_proxies", raw.trusted_proxies.as_deref())?;
    let allow = networks("allow_destinations", raw.allow_destinations.as_deref())?;
    for (name, address) in [("listen", Some(&raw.listen)), ("admin_listen", raw.admin_listen.as_ref())] {
        if let Some(address) = address.filter(|address| !is_address(address)) {
            return Err(wrong(format!("{name}: {address:?} is not of the form HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080")));
        }
    }
    if let Some(url) = &raw.public_url
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        return Err(wrong(format!("public_url: {url:?} does not start with https:// or http://")));
    }
    if !BODY_BYTES.contains(&raw.body_bytes_max) {
        return Err(wrong(format!(
            "body_bytes_max: {} is not between {} and {}",
            raw.body_bytes_max,
            BODY_BYTES.start(),
            BODY_BYTES.end()
        )));
    }
    Ok(Settings {
        data_folder: data_folder(&raw.database).map_err(wrong)?,
        listen: raw.listen,
        admin_listen: raw.admin_listen,
        public_url: raw.public_url.map(|url| url.trim_end_matches('/').to_owned()),
        trusted_proxies,
        body_bytes_max: raw.body_bytes_max,
        disk_reserve_bytes: raw.disk_reserve_bytes,
        search: raw.search == Switch::On,
        guard: Guard { allow_private: raw.allow_private_destinations, allow },
        admin_key,
        master_key: None,
    })
}

/// Whether a text is an address to listen on: an IP address or a name, and a port. Names are looked up when it is listened on.
fn is_address(text: &str) -> bool {
    let is_named = |(host, port): (&str, &str)| !host.is_empty() && !host.contains(':') && port.parse::<u16>().is_ok();
    text.parse::<SocketAddr>().is_ok() || text.rsplit_once(':').is_some_and(is_named)
}

/// Networks, comma separated; a bare address is one of its own.
fn networks(name: &str, text: Option<&str>) -> anyhow::Result<Vec<IpNet>> {
    let texts = text.unwrap_or_default().split(',').map(str::trim).filter(|text| !text.is_empty());
    let read = |text: &str| {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
        network.map_err(|_| WrongUsage(format!("{name}: {text:?} is not a network such as 10.0.0.0/8")).into())
    };
    texts.map(read).collect()
}

fn data_folder(database: &str) -> Result<PathBuf, String> {
    match database.split_once(':') {
        Some(("sqlite", folder)) if !folder.is_empty() => Ok(PathBuf::from(folder)),
        Some(("postgres" | "postgresql", _)) => Err("database: this version stores in SQLite only; use sqlite:FOLDER".to_owned()),
        _ => Err(format!("database: {database:?} is not of the form sqlite:FOLDER")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(change: impl FnOnce(&mut Raw)) -> Result<Settings, String> {
        let mut raw = Raw::default();
        change(&mut raw);
        check(raw, None).map_err(|error| error.to_string())
    }

    #[test]
    fn every_setting_has_its_name() {
        let fields = serde_json::to_value(Raw::default()).expect("settings are JSON");
        let fields: Vec<&String> = fields.as_object().expect("an object").keys().collect();
        assert_eq!(fields.len(), NAMES.len());
        assert!(fields.iter().all(|field| NAMES.contains(&field.as_str())), "{fields:?}");
    }

    #[test]
    fn the_defaults_are_valid() {
        let settings = checked(|_| {}).expect("valid");
        assert_eq!(settings.data_folder, Path::new("hookline-data"));
    }

    #[test]
    fn search_is_on_unless_it_is_switched_off() {
        assert!(checked(|_| {}).expect("valid").search);
        assert!(!checked(|raw| raw.search = Switch::Off).expect("valid").search);
    }

    #[test]
    fn what_is_wrong_is_named() {
        type Case = (fn(&mut Raw), &'static str);
        let cases: [Case; 6] = [
            (|raw| raw.database = "mysql:x".to_owned(), "database: \"mysql:x\" is not of the form sqlite:FOLDER"),
            (|raw| raw.database = "postgres://x".to_owned(), "database: this version stores in SQLite only; use sqlite:FOLDER"),
            (
                |raw| raw.public_url = Some("hooks.example".to_owned()),
                "public_url: \"hooks.example\" does not start with https:// or http://",
            ),
            (
                |raw| raw.trusted_proxies = Some("10.0.0.0/8, x".to_owned()),
                "trusted_proxies: \"x\" is not a network such as 10.0.0.0/8",
            ),
            (
                |raw| raw.allow_destinations = Some("10.0.0.0/33".to_owned()),
                "allow_destinations: \"10.0.0.0/33\" is not a network such as 10.0.0.0/8",
            ),
            (|raw| raw.body_bytes_max = 3, "body_bytes_max: 3 is not between 1024 and 16777216"),
        ];
        for (change, expected) in cases {
            assert_eq!(checked(change).err().as_deref(), Some(expected));
        }
    }

    #[test]
    fn an_address_to_listen_on_has_a_host_and_a_port() {
        for address in ["0.0.0.0:8080", "127.0.0.1:0", "[::]:8080", "[fe80::1%2]:80", "localhost:8080", "my-host.example:65535"] {
            assert!(checked(|raw| raw.listen = address.to_owned()).is_ok(), "{address}");
            assert!(checked(|raw| raw.admin_listen = Some(address.to_owned())).is_ok(), "{address}");
        }
        for address in
            ["", "nonsense", "18499", ":8080", "1.2.3.4:", "1.2.3.4:99999", "1.2.3.4:-1", "::1", "::1:8080", "http://1.2.3.4:80"]
        {
            let expected = format!("{address:?} is not of the form HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080");
            let told = checked(|raw| raw.listen = address.to_owned()).err();
            assert_eq!(told, Some(format!("listen: {expected}")));
            let told = checked(|raw| raw.admin_listen = Some(address.to_owned())).err();
            assert_eq!(told, Some(format!("admin_listen: {expected}")));
        }
    }

    #[test]
    fn nothing_private_is_sent_to_unless_it_is_allowed() {
        let url = "http://10.1.2.3/hook";
        assert!(checked(|_| {}).expect("valid").guard.url(url).is_err());
        assert!(checked(|raw| raw.allow_private_destinations = true).expect("valid").guard.url(url).is_ok());
        let settings = checked(|raw| raw.allow_destinations = Some("10.1.0.0/16".to_owned())).expect("valid");
        assert!(settings.guard.url(url).is_ok() && settings.guard.url("http://10.2.0.1/").is_err());
    }

    #[test]
    fn a_bare_address_is_a_proxy_too() {
        let settings = checked(|raw| raw.trusted_proxies = Some("10.0.0.0/8,::1".to_owned())).expect("valid");
        assert_eq!(settings.trusted_proxies.len(), 2);
    }
}
