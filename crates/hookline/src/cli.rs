//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::{bench::BenchCommand, listen::ListenArguments};

/// A self-hosted webhook hub for cold-email outreach.
#[derive(Debug, Parser)]
#[command(name = "hookline", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server
    #[command(after_help = "Example:\n  hookline serve --listen 0.0.0.0:8080 --public-url https://hooks.example.com\n\n\
        The first start makes the data folder, an agency and a workspace, and prints the admin key (once) and the webhook \
        addresses.\nEvery flag can also be set in hookline.toml (`listen = \"...\"`, `public_url = \"...\"`) or in the environment; \
        a flag wins over the environment, the environment over the file.\nHOOKLINE_ADMIN_KEY sets the admin key (at least 32 \
        characters); HOOKLINE_MASTER_KEY what stored secrets are sealed with (64 hexadecimal digits; else made and kept in the data \
        folder, as master.key); HOOKLINE_LOG sets what is logged (info, debug, hookline_store=trace).")]
    Serve(ServeFlags),

    /// Fold the records again from the log, with the server stopped
    #[command(after_help = "Examples:\n  hookline rebuild --all\n  \
        hookline rebuild --workspace 6f1c2c7e-... --contact jo@example.com --contact-key ext:smartlead::4170220119\n\n\
        The log is the truth and the records follow from it, so this loses nothing. It says how many records came out \
        different: none, unless a bug or a damaged disk changed them.")]
    Rebuild(RebuildArguments),

    /// Forward a workspace's events to a local address as they come
    #[command(
        after_help = "Examples:\n  hookline listen --forward http://127.0.0.1:3000/hook --kinds email.replied,contact.*\n  \
        hookline listen --forward http://127.0.0.1:3000/smartlead --dialect smartlead --from start --json\n\n\
        Events are told and signed as a webhook would, with the secret that it shows at the beginning, one after the other and in \
        the order of the log. While the server or the local address is away it waits; ended, it goes on where it was when it is \
        started again without --from. An event that was on its way then comes again, with the same id. Any answer of the local address is an \
        answer, but for 502, 503 and 504."
    )]
    Listen(ListenArguments),

    /// Send realistic platform traffic to a running server
    #[command(
        after_help = "Example:\n  hookline simulate --url http://127.0.0.1:8080/public/smartlead-webhook/2f0e... --events 5000 \
        --rate 200 --duplicates 20 --disorder 50\n  hookline simulate --url http://127.0.0.1:8080/public/lemlist-webhook/2f0e... \
        --platform all\n  hookline simulate --failing 1m..2m --platform smartlead,instantly --events 10000\n\nWhole campaigns are played \
        out: sends, opens, clicks, replies, automatic replies, bounces, unsubscribes, categories; of CRMs records made, changed, \
        merged and deleted, notes and tasks. The same seed gives the same traffic. It ends with a ledger: \
        sent = processed + duplicate + unrouted + quarantined + refused + failed, and exits with 1 if not every delivery was \
        taken.\n\nWith --failing or --patient it also ends with what each platform did about failures: what it tried again, what \
        was lost for good, and when it switched the webhook off, after which it sends nothing more. With --failing and without --url nothing is sent and nothing \
        takes time: the simulator plays the server, too."
    )]
    Simulate(SimulateArguments),

    /// Measure this machine with the server on it
    Bench {
        #[command(subcommand)]
        command: BenchCommand,
    },
}

#[derive(Clone, Debug, Args)]
pub(crate) struct SimulateArguments {
    /// Webhook address to send to, as the server printed it; repeat it for several workspaces
    #[arg(long, value_name = "ADDRESS", required_unless_present = "failing")]
    pub(crate) url: Vec<String>,

    /// Platforms that send, comma separated: smartlead, instantly, lemlist, emailbison, plusvibe, hubspot, breakcold, or all
    /// [default: those of the addresses]
    #[arg(long, value_name = "PLATFORM,..", value_delimiter = ',')]
    pub(crate) platform: Vec<String>,

    /// From and until when a server fails, counted from the beginning by the platforms' clocks, such as 1m..90s: the simulator
    /// answers 500 in its place
    #[arg(long, value_name = "FROM..UNTIL")]
    pub(crate) failing: Option<String>,

    /// Let platforms treat what the server answers as they really do: try again, give up, switch the webhook off
    #[arg(long, requires = "url")]
    pub(crate) patient: bool,

    /// How many times faster than life the platforms' clocks run, with --patient, or --failing and --url
    #[arg(long, value_name = "N", default_value_t = 60, requires = "url", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) speed: u32,

    /// How many deliveries to send, repetitions among them
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(crate) events: u64,

    /// Deliveries a second; 0 is as fast as they are answered
    #[arg(long, value_name = "R", default_value_t = 50.0)]
    pub(crate) rate: f64,

    /// How many contacts are mailed [default: enough to play each campaign to its end]
    #[arg(long, value_name = "N")]
    pub(crate) contacts: Option<u32>,

    /// How many campaigns mail them [default: two for each platform and address, but at least 6]
    #[arg(long, value_name = "N")]
    pub(crate) campaigns: Option<u32>,

    /// How many deliveries in a hundred repeat an earlier one
    #[arg(long, value_name = "PCT", default_value_t = 3.0)]
    pub(crate) duplicates: f64,

    /// How many deliveries in a hundred come out of order
    #[arg(long, value_name = "PCT", default_value_t = 5.0)]
    pub(crate) disorder: f64,

    /// The same seed gives the same traffic
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,

    /// Events that HubSpot sends in one body at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub(crate) batch: u8,

    /// Requests under way at most
    #[arg(long, value_name = "N", default_value_t = 64)]
    pub(crate) connections: usize,
}

/// Options of `serve --demo`.
#[derive(Clone, Copy, Debug, Default, Args, Serialize)]
pub(crate) struct DemoOptions {
    /// Serve a throw-away database, with simulated platforms sending live traffic; it goes when the server stops
    #[arg(long, conflicts_with = "database")]
    #[serde(skip)]
    pub(crate) demo: bool,

    /// How many times faster than life the demonstration runs
    #[arg(long = "demo-speed", value_name = "N", default_value_t = 60, requires = "demo",
        value_parser = clap::value_parser!(u32).range(1..=10_000), hide = true)]
    #[serde(skip)]
    pub(crate) speed: u32,
}

/// Whether something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Switch {
    /// It is.
    On,
    /// It is not.
    Off,
}

/// Flags of `serve`. What is not given is taken from the environment, the file, or the defaults.
#[derive(Clone, Debug, Default, Args, Serialize)]
pub(crate) struct ServeFlags {
    /// Address to listen on, for everything [default: 127.0.0.1:8080] [env: HOOKLINE_LISTEN]
    #[arg(long, value_name = "HOST:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) listen: Option<String>,

    /// Second address, for the API and metrics; --listen then serves the webhook addresses only [env: HOOKLINE_ADMIN_LISTEN]
    #[arg(long, value_name = "HOST:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) admin_listen: Option<String>,

    /// Where data is kept: sqlite:FOLDER [default: sqlite:hookline-data] [env: HOOKLINE_DATABASE]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) database: Option<String>,

    /// Where platforms reach this server [default: http://LISTEN] [env: HOOKLINE_PUBLIC_URL]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) public_url: Option<String>,

    /// Proxies whose X-Forwarded-For, -Proto and -Host are believed, comma separated networks [default: none] [env:
    /// HOOKLINE_TRUSTED_PROXIES]
    #[arg(long, value_name = "CIDR,..")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trusted_proxies: Option<String>,

    /// Largest webhook body in bytes [default: 1048576] [env: HOOKLINE_BODY_BYTES_MAX]
    #[arg(long, value_name = "BYTES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body_bytes_max: Option<usize>,

    /// Intake stops when the disk has less than this left [default: 67108864] [env: HOOKLINE_DISK_RESERVE_BYTES]
    #[arg(long, value_name = "BYTES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) disk_reserve_bytes: Option<u64>,

    /// Index texts, so that events and emails can be searched for words [default: on] [env: HOOKLINE_SEARCH]
    #[arg(long, value_name = "on|off", hide_possible_values = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) search: Option<Switch>,

    /// Send webhooks to private addresses too: this machine, and what is in its network [default: off] [env:
    /// HOOKLINE_ALLOW_PRIVATE_DESTINATIONS]
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) allow_private_destinations: bool,

    /// Private networks that webhooks are sent to, comma separated [default: none] [env: HOOKLINE_ALLOW_DESTINATIONS]
    #[arg(long, value_name = "CIDR,..")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) allow_destinations: Option<String>,

    /// Settings file [default: hookline.toml if there is one] [env: HOOKLINE_CONFIG]
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,

    #[command(flatten)]
    #[serde(skip)]
    pub(crate) demo: DemoOptions,
}

#[derive(Clone, Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args(["all", "contact", "contact_key", "campaign_key", "email_key", "item_key"]))]
pub(crate) struct RebuildArguments {
    /// Everything, of every workspace
    #[arg(long, conflicts_with_all = ["workspace", "contact", "contact_key", "campaign_key", "email_key", "item_key"])]
    pub(crate) all: bool,

    /// The workspace of the given keys
    #[arg(long, value_name = "ID", required_unless_present = "all")]
    pub(crate) workspace: Option<uuid::Uuid>,

    /// The contact with this e-mail address
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) contact: Vec<String>,

    /// The contact with this key, as in `ext:smartlead::4170220119`
    #[arg(long, value_name = "KEY")]
    pub(crate) contact_key: Vec<String>,

    /// The campaign with this key, as in `ext:smartlead::2900417`
    #[arg(long, value_name = "KEY")]
    pub(crate) campaign_key: Vec<String>,

    /// The message with this key, as in `sent:smartlead::0c1d7a52-6b1e-4f0a-9a1e-52f9be0a7711`
    #[arg(long, value_name = "KEY")]
    pub(crate) email_key: Vec<String>,

    /// The item with this key, as in `note:breakcold::5d7c7f1e`
    #[arg(long, value_name = "KEY")]
    pub(crate) item_key: Vec<String>,

    /// Where data is kept: sqlite:FOLDER [default: sqlite:hookline-data] [env: HOOKLINE_DATABASE]
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,

    /// Settings file [default: hookline.toml if there is one] [env: HOOKLINE_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}
