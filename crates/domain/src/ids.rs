//! Typed ids: a UUIDv7 inside, a prefix on the wire (`cas_0192…`), so that one kind is never taken for another.
//!
//! Making an id needs a clock and randomness; both are passed in, since this crate has neither.

use uuid::Uuid;

/// Why a text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The prefix belongs to another kind, or is missing.
    #[error("expected an id that starts with `{expected}_`")]
    Prefix {
        /// The prefix this kind carries.
        expected: &'static str,
    },
    /// The part behind the prefix is not a UUID.
    #[error("the part behind the prefix is not a UUID")]
    NotUuid,
}

/// Builds the UUIDv7 of an id from an instant and ten random bytes.
#[must_use]
pub fn uuid_v7(unix_millis: i64, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(unix_millis).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// Declares an id type: `id!(CaseId, "cas")`.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ts_rs::TS, utoipa::ToSchema)]
        #[ts(export, type = "string")]
        #[schema(value_type = String)]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix this kind carries on the wire, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new id of this kind from an instant (milliseconds) and ten random bytes.
            #[must_use]
            pub fn new(unix_millis: i64, random: [u8; 10]) -> Self {
                Self(uuid_v7(unix_millis, random))
            }

            /// The same UUID as another kind of id (a case keeps the UUID of its draft).
            #[must_use]
            pub fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            #[must_use]
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(s: &str) -> Result<Self, IdError> {
                let rest = s.strip_prefix(concat!($prefix, "_")).ok_or(IdError::Prefix { expected: $prefix })?;
                Uuid::try_parse(rest).map(Self).map_err(|_| IdError::NotUuid)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// One draft on a device. It is the idempotency key of its submission, for ever.
    DraftId, "drf"
);
id!(
    /// One case at the platform.
    CaseId, "cas"
);
id!(
    /// One step of a case that a department has to do.
    TaskId, "tsk"
);
id!(
    /// One file handed in or waiting to be handed in.
    FileId, "fil"
);
id!(
    /// One upload in progress at the platform.
    UploadId, "upl"
);
id!(
    /// One licence in the city's register.
    LicenceId, "lic"
);
id!(
    /// A person (natural or legal) known to the platform.
    PartyId, "pty"
);
id!(
    /// One correction notice.
    CorrectionId, "cor"
);
id!(
    /// One message in a resident's inbox.
    NoticeId, "ntc"
);
id!(
    /// One appointment at an office.
    AppointmentId, "apt"
);
id!(
    /// One publicity period of a case; says nothing of the case itself.
    PublicityId, "pub"
);
id!(
    /// One objection of somebody of the public.
    ObjectionId, "obj"
);
id!(
    /// One device between which a resident's drafts travel.
    DeviceId, "dev"
);
id!(
    /// One entry of the device's outbox.
    OutboxId, "out"
);
id!(
    /// One signed receipt.
    ReceiptId, "rcp"
);
