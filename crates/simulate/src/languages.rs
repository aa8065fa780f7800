//! What people are called and what they write, in several languages.

/// A language that contacts and campaigns have.
#[derive(Debug)]
pub(crate) struct Language {
    /// Given names: as written, and as in an address.
    pub(crate) first: &'static [(&'static str, &'static str)],
    /// Family names: as written, and as in an address.
    pub(crate) last: &'static [(&'static str, &'static str)],
    /// Replies, by what they want. See [`Says`].
    pub(crate) replies: &'static [(Says, &'static str)],
    /// The line above a quoted message: `{when}`, `{who}`.
    pub(crate) wrote: &'static str,
    /// What goes before the subject of a reply.
    pub(crate) re: &'static str,
    /// What goes before the subject of an automatic reply.
    pub(crate) automatic: &'static str,
    /// Telephone prefix.
    pub(crate) phone: &'static str,
}

/// What a reply says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// Tell me more.
    Interested,
    /// Let us meet.
    Meeting,
    /// How much, for whom, since when?
    Question,
    /// No.
    No,
    /// Stop it.
    Never,
    /// Ask somebody else.
    WrongPerson,
    /// Not now.
    Later,
    /// I am away.
    Away,
}

/// Every language. Replies of a language are found by scanning: there are few.
pub(crate) const LANGUAGES: &[Language] = &[
    Language {
        first: &[
            ("Olivia", "olivia"),
            ("James", "james"),
            ("Priya", "priya"),
            ("Connor", "connor"),
            ("Grace", "grace"),
            ("Aoife", "aoife"),
        ],
        last: &[
            ("Walker", "walker"),
            ("O'Brien", "obrien"),
            ("Patel", "patel"),
            ("Hughes", "hughes"),
            ("Clarke", "clarke"),
            ("Nguyen", "nguyen"),
        ],
        replies: &[
            (Says::Interested, "Interesting timing 👀 - we were talking about exactly this on Monday. Send me more?"),
            (Says::Interested, "Sure, happy to take a look. What do you need from us?"),
            (Says::Meeting, "Tuesday 2pm works. Please send an invite to this address."),
            (Says::Question, "What does it cost for a team of 40, and who else in our field uses it?"),
            (Says::No, "Not for us, thanks."),
            (Says::No, "We've just renewed with another vendor, so no."),
            (Says::Never, "Take me off your list. Now."),
            (Says::WrongPerson, "I don't look after this any more, try our operations team."),
            (Says::Later, "Could you come back to me in the autumn? Budget's gone for this year 🙂"),
            (Says::Away, "I am out of the office until Monday with limited access to email."),
        ],
        wrote: "On {when}, {who} wrote:",
        re: "Re: ",
        automatic: "Automatic reply: ",
        phone: "+44 20 7946 0",
    },
    Language {
        first: &[
            ("Jörg", "joerg"),
            ("Anja", "anja"),
            ("Tobias", "tobias"),
            ("Käthe", "kaethe"),
            ("Björn", "bjoern"),
            ("Lena", "lena"),
        ],
        last: &[
            ("Müller", "mueller"),
            ("Weiß", "weiss"),
            ("Schäfer", "schaefer"),
            ("Krüger", "krueger"),
            ("Vogel", "vogel"),
            ("Groß", "gross"),
        ],
        replies: &[
            (Says::Interested, "Klingt spannend, schicken Sie mir gerne mehr Unterlagen. Viele Grüße 😊"),
            (Says::Interested, "Danke für die Nachfrage – ja, das Thema steht bei uns auf der Liste."),
            (Says::Meeting, "Gerne, Dienstag um 14 Uhr? Schicken Sie bitte eine Einladung."),
            (Says::Question, "Was kostet das für 40 Plätze, und läuft das in Deutschland?"),
            (Says::No, "Vielen Dank, aber daran haben wir kein Interesse."),
            (Says::Never, "Löschen Sie meine Daten gemäß Art. 17 DSGVO und schreiben Sie mir nicht mehr."),
            (Says::WrongPerson, "Dafür bin ich nicht zuständig, bitte wenden Sie sich an den Einkauf."),
            (Says::Later, "Bitte melden Sie sich nach der Messe noch einmal, im Moment geht es drunter und drüber."),
            (Says::Away, "Ich bin bis einschließlich Freitag nicht im Büro. Ihre Nachricht wird nicht weitergeleitet."),
        ],
        wrote: "Am {when} schrieb {who}:",
        re: "AW: ",
        automatic: "Automatische Antwort: ",
        phone: "+49 30 23125 ",
    },
    Language {
        first: &[
            ("Chloé", "chloe"),
            ("François", "francois"),
            ("Maëlle", "maelle"),
            ("Théo", "theo"),
            ("Zoé", "zoe"),
            ("Benoît", "benoit"),
        ],
        last: &[
            ("Lefèvre", "lefevre"),
            ("Moreau", "moreau"),
            ("Dubois", "dubois"),
            ("Garçon", "garcon"),
            ("Bonnet", "bonnet"),
            ("Noël", "noel"),
        ],
        replies: &[
            (Says::Interested, "Bonjour, oui cela peut nous intéresser. Vous auriez une plaquette ? 🙏"),
            (Says::Meeting, "Avec plaisir, jeudi à 10 h ? Envoyez-moi une invitation."),
            (Says::Question, "C'est hébergé où, et à quel prix ?"),
            (Says::No, "Merci, mais ce n'est pas d'actualité chez nous."),
            (Says::Never, "Merci de me retirer de votre liste, immédiatement."),
            (Says::WrongPerson, "Ce n'est plus moi qui m'en occupe, voyez avec Zoé à la logistique."),
            (Says::Later, "Revenez vers moi à la rentrée, s'il vous plaît."),
            (Says::Away, "Je suis absente jusqu'au 16, joignable uniquement en cas d'urgence."),
        ],
        wrote: "Le {when}, {who} a écrit :",
        re: "RE : ",
        automatic: "Réponse automatique : ",
        phone: "+33 1 99 00 ",
    },
    Language {
        first: &[
            ("Íñigo", "inigo"),
            ("Lucía", "lucia"),
            ("Begoña", "begona"),
            ("Andrés", "andres"),
            ("Inés", "ines"),
            ("Joaquín", "joaquin"),
        ],
        last: &[
            ("Muñoz", "munoz"),
            ("Peña", "pena"),
            ("García", "garcia"),
            ("Ibáñez", "ibanez"),
            ("Núñez", "nunez"),
            ("Soto", "soto"),
        ],
        replies: &[
            (Says::Interested, "¡Hola! Sí, nos interesa. ¿Me mandas más información?"),
            (Says::Meeting, "Perfecto, el martes a las 12. Envíame la invitación 👍"),
            (Says::Question, "¿Cuánto cuesta y con quién trabajáis en España?"),
            (Says::No, "Gracias, pero ya tenemos proveedor."),
            (Says::Never, "No me escriban más."),
            (Says::WrongPerson, "Yo no llevo esto, habla con Begoña, de compras."),
            (Says::Later, "Ahora mismo no, escríbeme después del verano."),
            (Says::Away, "Estoy fuera de la oficina hasta el lunes."),
        ],
        wrote: "El {when}, {who} escribió:",
        re: "RE: ",
        automatic: "Respuesta automática: ",
        phone: "+34 910 555 ",
    },
    Language {
        first: &[
            ("Łukasz", "lukasz"),
            ("Małgorzata", "malgorzata"),
            ("Zbigniew", "zbigniew"),
            ("Żaneta", "zaneta"),
            ("Paweł", "pawel"),
            ("Agnieszka", "agnieszka"),
        ],
        last: &[
            ("Wójcik", "wojcik"),
            ("Dąbrowska", "dabrowska"),
            ("Kaźmierczak", "kazmierczak"),
            ("Zając", "zajac"),
            ("Gęsicki", "gesicki"),
            ("Nowak", "nowak"),
        ],
        replies: &[
            (Says::Interested, "Dzień dobry, brzmi ciekawie – proszę o szczegóły."),
            (Says::Meeting, "Może być czwartek o 11:00? Proszę o zaproszenie."),
            (Says::Question, "Ile to kosztuje i czy działa po polsku?"),
            (Says::No, "Dziękuję, nie jesteśmy zainteresowani."),
            (Says::Never, "Proszę natychmiast usunąć mój adres z bazy."),
            (Says::WrongPerson, "To nie ja, proszę pisać do działu zakupów."),
            (Says::Later, "Proszę wrócić do tematu po wakacjach."),
            (Says::Away, "Jestem na urlopie do 16 lutego."),
        ],
        wrote: "{when} {who} napisał(a):",
        re: "Odp: ",
        automatic: "Odpowiedź automatyczna: ",
        phone: "+48 22 555 0",
    },
    Language {
        first: &[("Åsa", "asa"), ("Göran", "goran"), ("Saga", "saga"), ("Märta", "marta"), ("Nils", "nils"), ("Örjan", "orjan")],
        last: &[
            ("Sjöberg", "sjoberg"),
            ("Åkesson", "akesson"),
            ("Lindqvist", "lindqvist"),
            ("Höglund", "hoglund"),
            ("Dahl", "dahl"),
            ("Ek", "ek"),
        ],
        replies: &[
            (Says::Interested, "Hej! Låter intressant, skicka gärna mer."),
            (Says::Meeting, "Absolut, torsdag kl 10 funkar. Skicka en inbjudan 🇸🇪"),
            (Says::Question, "Vad kostar det för 40 användare?"),
            (Says::No, "Tack, men det är inget för oss."),
            (Says::Never, "Sluta mejla mig."),
            (Says::WrongPerson, "Det är inte jag som sköter det, prova inköp."),
            (Says::Later, "Hör av dig i höst igen."),
            (Says::Away, "Jag är på semester till den 16:e och läser inte mejl."),
        ],
        wrote: "Den {when} skrev {who}:",
        re: "Sv: ",
        automatic: "Autosvar: ",
        phone: "+46 8 465 004 ",
    },
    Language {
        first: &[
            ("美咲", "misaki"),
            ("健太", "kenta"),
            ("結衣", "yui"),
            ("翔太", "shota"),
            ("陽子", "yoko"),
            ("大輔", "daisuke"),
        ],
        last: &[
            ("佐藤", "sato"),
            ("鈴木", "suzuki"),
            ("高橋", "takahashi"),
            ("田中", "tanaka"),
            ("渡辺", "watanabe"),
            ("伊藤", "ito"),
        ],
        replies: &[
            (Says::Interested, "ご連絡ありがとうございます。ぜひ詳しい資料をお送りください。"),
            (Says::Meeting, "来週の火曜日14時でいかがでしょうか。よろしくお願いいたします。"),
            (Says::Question, "40名の場合の費用を教えていただけますか。"),
            (Says::No, "申し訳ございませんが、今回は見送らせていただきます。"),
            (Says::Never, "今後のご連絡はご遠慮ください。"),
            (Says::WrongPerson, "担当が異なりますので、購買部までご連絡ください。"),
            (Says::Later, "来期に改めてご連絡いただけますと幸いです😌"),
            (Says::Away, "2月16日まで休暇をいただいております。"),
        ],
        wrote: "{when} {who}:",
        re: "Re: ",
        automatic: "自動応答: ",
        phone: "+81 3 5550 0",
    },
    Language {
        first: &[
            ("Оксана", "oksana"),
            ("Андрій", "andrii"),
            ("Юлія", "yuliia"),
            ("Тарас", "taras"),
            ("Ірина", "iryna"),
            ("Євген", "yevhen"),
        ],
        last: &[
            ("Шевченко", "shevchenko"),
            ("Коваль", "koval"),
            ("Мельник", "melnyk"),
            ("Бойко", "boiko"),
            ("Лисенко", "lysenko"),
            ("Гнатюк", "hnatiuk"),
        ],
        replies: &[
            (Says::Interested, "Доброго дня! Цікаво, надішліть, будь ласка, деталі 💛"),
            (Says::Meeting, "Зручно у четвер об 11:00. Чекаю на запрошення."),
            (Says::Question, "Скільки це коштує і де зберігаються дані?"),
            (Says::No, "Дякую, нам це не потрібно."),
            (Says::Never, "Більше мені не пишіть."),
            (Says::WrongPerson, "Це не до мене, зверніться до відділу закупівель."),
            (Says::Later, "Поверніться до цього восени, будь ласка."),
            (Says::Away, "Я у відпустці до 16 лютого."),
        ],
        wrote: "{when} {who} пише:",
        re: "Re: ",
        automatic: "Автовідповідь: ",
        phone: "+380 44 555 0",
    },
];
