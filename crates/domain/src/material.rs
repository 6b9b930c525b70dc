//! 材料 `Material`: what must be handed in, what replaces it, and in which state it is for one applicant.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    ids::{FileId, LicenceId},
    item::{MaterialFormat, MaterialNeed, MaterialOrigin, MaterialType},
    rules::Expr,
    text::LocalText,
    time::Date,
};

/// One line of materials.yaml.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MaterialRule {
    /// Slot id inside the item.
    pub id: String,
    /// Name, e.g. 租赁合同.
    pub name: LocalText,
    /// One character for the glyph box (身 婚 租 …).
    pub glyph: String,
    /// What must be seen on it, in plain words.
    pub accept: LocalText,
    /// Where it comes from (来源渠道), shown under the name.
    pub source: LocalText,
    /// 来源渠道, by the standard's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub origin: Option<MaterialOrigin>,
    /// 材料类型: original or copy.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    #[ts(optional, rename = "type")]
    pub material_type: Option<MaterialType>,
    /// 材料形式: paper or electronic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub format: Option<MaterialFormat>,
    /// 份数.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub copies: Option<u8>,
    /// 规格, e.g. A4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub size: Option<LocalText>,
    /// 要求提供材料的依据.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub basis: Option<LocalText>,
    /// 填报须知: how it is filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fill: Option<LocalText>,
    /// When it is asked for at all; absent means always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub when: Option<Expr>,
    /// Why it is (not) asked, shown with the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub because: Option<LocalText>,
    /// Ways to do without an upload, tried in order.
    #[serde(default)]
    pub replaced_by: Vec<Replacement>,
    /// 容缺后补: working days within which it may follow; absent means it may not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub defer_days: Option<u16>,
    /// Limits of an upload.
    #[serde(default)]
    pub upload: UploadLimit,
    /// The lines of a paper that one writes oneself; its blank and a filled sample are drawn from them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<WrittenLine>>", optional)]
    pub written: Vec<WrittenLine>,
}

impl MaterialRule {
    /// 材料必要性: nothing is asked for that could be left out.
    #[must_use]
    pub fn need(&self) -> MaterialNeed {
        if self.defer_days.is_some() { MaterialNeed::Deferrable } else { MaterialNeed::Required }
    }
}

/// One line of a paper that one writes oneself (同意书, 委托书, 情况说明).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct WrittenLine {
    /// What stands before the line.
    pub label: LocalText,
    /// What an invented person writes there.
    pub sample: LocalText,
}

/// What stands in for an uploaded material (免交).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum Replacement {
    /// A licence the city already holds; the resident confirms its use.
    Licence {
        /// Licence type id of the pack.
        licence_type: String,
        /// Only in this situation; absent means always.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        when: Option<Expr>,
    },
    /// A query of a register answers it.
    Register {
        /// True when the register's facts settle it.
        rule: Expr,
        /// Which register, in words.
        words: LocalText,
    },
}

/// Limits of one upload slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[ts(export)]
pub struct UploadLimit {
    /// Accepted kinds, judged by content.
    pub kinds: Vec<FileKind>,
    /// Most files in the slot.
    pub max_files: u8,
    /// Most bytes of one file as handed in.
    pub max_bytes: u64,
    /// Most pages of a PDF.
    pub max_pages: u16,
    /// Keep the photo's own data (place, time); only a few services need it.
    pub keep_metadata: bool,
}

impl Default for UploadLimit {
    fn default() -> Self {
        Self {
            kinds: vec![FileKind::Pdf, FileKind::Jpeg, FileKind::Png, FileKind::Heic],
            max_files: 6,
            max_bytes: 20 * 1024 * 1024,
            max_pages: 30,
            keep_metadata: false,
        }
    }
}

/// A file's kind, read from its first bytes, never from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FileKind {
    /// PDF.
    Pdf,
    /// JPEG photo.
    Jpeg,
    /// PNG picture.
    Png,
    /// HEIC photo.
    Heic,
}

impl FileKind {
    /// The media type on the wire.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Heic => "image/heic",
        }
    }
}

/// How the resident fills a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum MaterialChoice {
    /// Files of one's own, in order of pages.
    Upload {
        /// The files.
        files: Vec<FileId>,
    },
    /// A held licence is used; nothing is uploaded.
    Licence {
        /// Which.
        licence: LicenceId,
    },
    /// A promise to hand it in later (容缺).
    Deferred,
}

/// State of one slot for one applicant, computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct MaterialState {
    /// Slot id.
    pub id: String,
    /// Whether this slot applies at all in this situation.
    pub asked: bool,
    /// What settles it, or what is still to do.
    pub standing: MaterialStanding,
    /// Licences of the holder that could settle it, best first.
    pub usable_licences: Vec<LicenceId>,
    /// Whether handing it in later is allowed.
    pub may_defer: bool,
    /// Last day for handing it in later, counted from today; absent when it may not follow.
    pub defer_until: Option<Date>,
}

/// The three stamps and their ways: 免交 · 您来交 · 可后补.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MaterialStanding {
    /// 免交: a register answers it.
    WaivedByRegister,
    /// 免交: a held licence is (or will by default be) used.
    WaivedByLicence,
    /// Files are attached.
    Uploaded,
    /// Promised for later.
    Deferred,
    /// 您来交: still to be handed in.
    Needed,
    /// Not asked in this situation.
    NotAsked,
}
