//! Why a joint service cannot be put together.

use crate::item::ItemCode;

/// What is wrong in joint/<code>.yaml.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JointError {
    /// A part names an item that the pack does not have.
    #[error("there is no item `{0}`")]
    UnknownItem(ItemCode),
    /// Two parts name one item.
    #[error("`{0}` is a part twice")]
    Twice(ItemCode),
    /// An answer is given to a field that the item does not have.
    #[error("`{item}` has no field `{field}`")]
    UnknownField {
        /// The part.
        item: ItemCode,
        /// The field.
        field: String,
    },
    /// A prerequisite is no part.
    #[error("`{item}` comes after `{before}`, which is no part")]
    UnknownPrerequisite {
        /// The part.
        item: ItemCode,
        /// What it names.
        before: ItemCode,
    },
    /// Prerequisites wait for each other.
    #[error("prerequisites wait for each other in a circle at `{0}`")]
    Circle(ItemCode),
    /// A rule reads a figure that only one service at a time can show.
    #[error("a rule of `{0}` reads the headline; such a part needs `one_of: true`")]
    Headline(ItemCode),
    /// The rest cannot do without a part that is said to be optional.
    #[error("`{item}` is optional, but `{waiting}`, which is not, waits for it")]
    NotOptional {
        /// The part.
        item: ItemCode,
        /// What waits for it.
        waiting: ItemCode,
    },
    /// The situation uses a name that is taken.
    #[error("the situation may not use the name `{0}`")]
    Reserved(String),
    /// The code belongs to an item.
    #[error("an item carries the code `{0}` already")]
    Taken(ItemCode),
}
