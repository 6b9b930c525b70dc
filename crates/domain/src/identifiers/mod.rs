//! Identifiers of persons, organisations, homes and cases, each with its own check rule (domain.md §1).

pub mod bank_card;
pub mod case_number;
mod check;
pub mod credit_code;
pub mod id_number;
pub mod licence_identifier;
pub mod mask;
pub mod phone;
pub mod property_unit;

use crate::text::LocalText;

/// Why a text is not the identifier it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {}", message.en)]
pub struct IdentifierError {
    /// Stable rule id, e.g. `id_number_check_digit`.
    pub rule: &'static str,
    /// What is wrong and what to do.
    pub message: LocalText,
}

impl IdentifierError {
    fn new(rule: &'static str, zh: &str, en: &str) -> Self {
        Self { rule, message: LocalText::new(zh, en) }
    }
}

#[cfg(test)]
mod tests;
