//! The other words of the simulated world: companies, campaigns, and what these write.

/// Second replies, which any thread may end with.
pub(crate) const SECOND_REPLIES: &[&str] = &[
    "One more thing: could you put it in a PDF? 📎",
    "Und bitte mit Angebot, danke!",
    "👍",
    "Forgot to say: please copy in my colleague.",
    "Perfekt, bis dann.",
    "Merci !",
];

/// Beginnings and ends of companies' names.
pub(crate) const COMPANY_HEADS: &[&str] = &[
    "Kran", "Fjord", "Halden", "Bright", "Nord", "Alba", "Silva", "Terra", "Vento", "Lumen", "Cobalt", "Harbor", "Rhein",
    "Atlas", "Polar", "Sable", "Orion", "Juniper", "Marl", "Quarz", "Vistula", "Azur", "Copper", "Delta",
];
/// See [`COMPANY_HEADS`].
pub(crate) const COMPANY_TAILS: &[&str] = &[
    "werk", "pack", "path", "logic", "bau", "foods", "freight", "labs", "metall", "print", "soft", "tools", "trade", "energi",
    "optik", "media", "textil", "glas", "robotics", "care",
];

/// What people are.
pub(crate) const JOBS: &[&str] = &[
    "Head of Operations",
    "COO",
    "Geschäftsführer",
    "Einkaufsleiterin",
    "VP Sales",
    "Directrice logistique",
    "IT Manager",
    "Founder",
];

/// Who writes for the agency.
pub(crate) const SENDERS: &[&str] = &["nora", "ana", "max", "ines", "leo", "ravi"];
/// Domains that the agency bought for sending.
pub(crate) const SENDING_DOMAINS: &[&str] = &[
    "try-brightpath.example",
    "get-lumenroute.example",
    "hello-cobaltly.example",
    "use-northbeam.example",
    "meet-parcelo.example",
];

/// What campaigns are called: a place and a theme.
pub(crate) const PLACES: &[&str] = &["DACH", "Nordics", "UK & IE", "Île-de-France", "Iberia", "CEE", "EMEA", "日本"];
/// See [`PLACES`].
pub(crate) const THEMES: &[&str] =
    &["cranes", "fintech Q1", "3PL re-engage", "SaaS founders", "Küchenbauer", "trade fair 🏗", "cold storage", "win-back"];

/// What a campaign writes: the subject, and the text of each step. `{first}` and `{company}` are filled in.
pub(crate) const PITCHES: &[(&str, [&str; 4])] = &[
    (
        "Crane downtime",
        [
            "Hi {first},\n\nhow does {company} plan around crane downtime? We cut it by a third for two yards like yours.\n\nNora",
            "Hi {first},\n\njust in case this got buried: a two-minute tour is here: https://brightpath.example/demo",
            "{first}, should I ask somebody else at {company}?",
            "I'll stop here, {first}. If it ever matters: https://brightpath.example/price?ref=4",
        ],
    ),
    (
        "close of books",
        [
            "Hei {first},\n\nhow many days does {company} need to close the books? Ours need two.\n\nAna",
            "{first}, a short follow-up. Numbers from a company like {company}: https://lumenroute.example/case",
            "Is this somebody else's job at {company}?",
            "Last one from me. All the best, Ana",
        ],
    ),
    (
        "Kurze Frage zu {company}",
        [
            "Guten Tag {first},\n\nwer kümmert sich bei {company} um die Angebote für Großkunden?\n\nViele Grüße\nInes",
            "Guten Tag {first},\n\ndarf ich kurz nachfassen? Mehr dazu: https://cobaltly.example/rundgang",
            "Falls es gerade nicht passt: wann darf ich mich wieder melden?",
            "Dann will ich nicht weiter stören. Alles Gute für {company}!",
        ],
    ),
    (
        "{first}, une idée pour {company}",
        [
            "Bonjour {first},\n\nvos équipes perdent combien d'heures par semaine en relances ?\n\nLéo",
            "Je me permets de revenir vers vous : https://northbeam.example/etude",
            "Est-ce bien vous chez {company} ?",
            "Dernier message de ma part. Belle journée !",
        ],
    ),
];

/// Links in the texts that can be clicked.
pub(crate) const LINKS: &[&str] = &[
    "https://brightpath.example/demo",
    "https://brightpath.example/price?ref=4",
    "https://lumenroute.example/case",
    "https://cobaltly.example/rundgang",
    "https://northbeam.example/etude",
];

/// Labels that agencies make for themselves: the name, and the sentiment that SmartLead reports with it, if any.
pub(crate) const CUSTOM_LABELS: &[(&str, Option<&str>)] = &[
    ("Budget next year", None),
    ("Warm lead 🔥", Some("positive")),
    ("Rückruf im Herbst", None),
    ("Competitor", Some("negative")),
];
