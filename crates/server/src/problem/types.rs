//! Every type of problem: its status, its name, what it means and what to do about it. The problems answered, their pages and the
//! API's description are all made from this table.

use http::StatusCode;

macro_rules! problem_types {
    ($($(#[doc = $means:literal])+ $variant:ident = $status:ident, $slug:literal, $title:literal, $remedy:literal;)*) => {
        /// The kinds of problem. Names are append-only.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ProblemType {
            $($(#[doc = $means])+ $variant,)*
        }

        impl ProblemType {
            /// Every type.
            pub const ALL: &'static [ProblemType] = &[$(ProblemType::$variant,)*];

            /// The name in the type's address and in metrics.
            #[must_use]
            pub fn slug(self) -> &'static str {
                match self {
                    $(ProblemType::$variant => $slug,)*
                }
            }

            /// Where the page of this type is; also what names the type in a problem.
            #[must_use]
            pub fn path(self) -> &'static str {
                match self {
                    $(ProblemType::$variant => concat!("/docs/errors/", $slug),)*
                }
            }

            /// A few words that are the same for every problem of this type.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self {
                    $(ProblemType::$variant => $title,)*
                }
            }

            /// What it means.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self {
                    $(ProblemType::$variant => concat!($($means),+).trim_ascii_start(),)*
                }
            }

            /// What to do about it.
            #[must_use]
            pub fn remedy(self) -> &'static str {
                match self {
                    $(ProblemType::$variant => $remedy,)*
                }
            }

            /// The HTTP status.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self {
                    $(ProblemType::$variant => StatusCode::$status,)*
                }
            }
        }
    };
}

problem_types! {
    /// No workspace or agency has this webhook address, or not for this path, or not any more. Nothing of the delivery is kept;
    /// it is listed as rejected.
    UnknownAddress = NOT_FOUND, "unknown-address", "This webhook address is not known",
        "Copy the webhook address from Hookline again. A workspace's address and an agency's are for different paths.";
    /// The platform is known, but this version cannot read its webhooks. Nothing of the delivery is kept; it is listed as
    /// rejected.
    PlatformNotReceived = NOT_FOUND, "platform-not-received", "This platform's webhooks cannot be received",
        "Ask the operator for a newer version, or remove the webhook at the platform.";
    /// The source that this address is for is switched off. The body was not read; the delivery is listed as rejected.
    SourceDisabled = FORBIDDEN, "source-disabled", "The source is switched off",
        "Switch the source on in Hookline, or remove the webhook at the platform.";
    /// The source is verified, and the delivery does not prove where it comes from: a secret or a signature is missing or
    /// wrong, or the signed time is more than five minutes away. Nothing of the delivery is kept; it is listed as rejected.
    UnprovenDelivery = UNAUTHORIZED, "unproven-delivery", "The delivery does not prove where it comes from",
        "Compare the method and the secret of the source in Hookline with what the platform is set to, and the server's clock and \
         public address with the truth.";
    /// The body is not JSON, is not of this platform's shape, or names no one and nothing. The delivery is kept in quarantine.
    UnreadableDelivery = BAD_REQUEST, "unreadable-delivery", "The delivery could not be read",
        "Sending it again changes nothing. Look at it in the workspace's quarantine; once a newer version can read it, have it \
         reprocessed there.";
    /// The body ended before its stated length. Nothing of it is kept.
    IncompleteBody = BAD_REQUEST, "incomplete-body", "The body broke off",
        "Send it again. If it happens often, look for a proxy that cuts requests short.";
    /// The body did not arrive in time: within ten seconds after its head. Nothing of it is kept.
    BodyTimeout = REQUEST_TIMEOUT, "body-timeout", "The body took too long",
        "Send it again. If it happens often, look for a slow network or proxy between you and the server.";
    /// The body is larger than the server takes: 64 KiB for a request to the API; for a delivery 1 MiB, which is a setting.
    BodyTooLarge = PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large",
        "Send less at once. The operator can raise the limit of deliveries with --body-bytes-max.";
    /// The head of the request has too many bytes or too many headers: more than 32 KiB or 64 headers.
    HeadTooLarge = REQUEST_HEADER_FIELDS_TOO_LARGE, "head-too-large", "The head of the request is too large",
        "Send fewer or shorter headers, and a shorter address.";
    /// The content type says that the body is not JSON. The body was not looked at.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The content type is not supported",
        "Send JSON, with the content type application/json.";
    /// More arrives than can be held in memory or written in time. Nothing of this request is kept.
    Overloaded = SERVICE_UNAVAILABLE, "overloaded", "Too much at once",
        "Send it again in a moment; the header Retry-After says when. If it stays, the operator needs a faster disk.";
    /// The server's disk has no room beyond its reserve. Nothing of this request is kept; reading goes on.
    DiskFull = SERVICE_UNAVAILABLE, "disk-full", "The disk is full",
        "The operator must make room; the server then goes on by itself. Send the request again after that.";
    /// The records are catching up with the log, and an answer now would not show everything that was accepted before.
    RecordsBehind = SERVICE_UNAVAILABLE, "records-behind", "The records are catching up",
        "Ask again in a moment. After a start with new records this can take minutes.";
    /// The server is stopping or starting.
    Stopping = SERVICE_UNAVAILABLE, "stopping", "The server is stopping",
        "Send it again in a moment; the header Retry-After says when.";
    /// The store failed. The cause is in the server's log.
    StoreUnavailable = SERVICE_UNAVAILABLE, "store-unavailable", "The store is not available",
        "Send it again in a moment. If it stays, the operator finds the cause in the server's log.";
    /// The answer was not ready within 30 seconds.
    AnswerTimeout = SERVICE_UNAVAILABLE, "answer-timeout", "The answer took too long",
        "Ask again in a moment, or for less at a time. A write may have been made: repeat it under the same Idempotency-Key.";
    /// A field or parameter of the request is missing, wrong, or not known. Nothing was done.
    InvalidRequest = BAD_REQUEST, "invalid-request", "The request is not valid",
        "Mend the field or parameter that `field` names, as `detail` says.";
    /// No key was presented, or one that is not valid, or not any more.
    Unauthorized = UNAUTHORIZED, "unauthorized", "A valid key is needed",
        "Send a valid key in the header Authorization, as: Bearer hk_...";
    /// The key is valid, but it may not do this: it may only read, or it does not open the whole installation.
    Forbidden = FORBIDDEN, "forbidden", "The key may not do this",
        "Use a key with the role write, or one of the installation, as `detail` says.";
    /// Nothing has this path or id, or nothing that the key may see. What belongs to others answers the same.
    NotFound = NOT_FOUND, "not-found", "Nothing is here",
        "Check the path and the id, and that the key is one of this workspace or agency.";
    /// The path exists, but not with this method.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method-not-allowed", "The method is not allowed here",
        "Use a method that the header Allow names.";
    /// Somebody else changed the same thing meanwhile, or there is as much of it as there may be.
    Conflict = CONFLICT, "conflict", "The change conflicts with another one",
        "Read it again and repeat the change, or make room first, as `detail` says.";
    /// The first request under the same idempotency key is still running.
    RequestRunning = CONFLICT, "request-running", "The same request is still running",
        "Send it again in a moment, under the same key; you then get the answer of the first one.";
    /// Another body or query was sent under this idempotency key before. Nothing was done.
    IdempotencyKeyReused = UNPROCESSABLE_ENTITY, "idempotency-key-reused", "The idempotency key belongs to another request",
        "Take a new key for a new request. To repeat the former one, send exactly the same body and query.";
    /// A fault of the server. The cause is in its log.
    Internal = INTERNAL_SERVER_ERROR, "internal", "Something went wrong here",
        "Repeating may help. If it stays, tell the operator, who finds the cause in the server's log.";
}

impl ProblemType {
    /// Whether it may be over in a moment, so that the answer can say when to come again.
    pub(crate) fn passes(self) -> bool {
        self.status() == StatusCode::SERVICE_UNAVAILABLE || self == ProblemType::RequestRunning
    }
}
