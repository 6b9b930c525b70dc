//! Why a special procedure stops the clock, and for how long. The applicant is told the time in writing
//! (行政许可法 art. 45; domain.md §3).

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{text::LocalText, time::Date};

/// What the office has to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PauseKind {
    /// 听证.
    Hearing,
    /// 检验检测.
    Inspection,
    /// 鉴定.
    Appraisal,
    /// 专家评审.
    Experts,
}

impl PauseKind {
    /// In words.
    #[must_use]
    pub fn words(self) -> LocalText {
        let (zh, en) = match self {
            Self::Hearing => ("听证", "a hearing"),
            Self::Inspection => ("检验检测", "inspection and testing"),
            Self::Appraisal => ("鉴定", "an appraisal"),
            Self::Experts => ("专家评审", "an expert review"),
        };
        LocalText::new(zh, en)
    }
}

/// A special procedure, as the applicant was told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// What for.
    pub kind: PauseKind,
    /// Expected working days.
    pub days: u16,
    /// The day by which it should be over.
    pub until: Date,
}

impl Pause {
    /// "专家评审，预计 12 个工作日".
    #[must_use]
    pub fn words(self) -> LocalText {
        let kind = self.kind.words();
        let unit = if self.days == 1 { "working day" } else { "working days" };
        LocalText::new(
            format!("{}，预计 {} 个工作日，不计入办理期限", kind.zh, self.days),
            format!("For {}: about {} {unit}, which do not count", kind.en, self.days),
        )
    }
}
