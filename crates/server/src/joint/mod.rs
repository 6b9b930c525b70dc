//! Joint services (一件事): one application, one number, a case of its own for every part that is needed.
//! `domain::joint` says which parts may be opened and where the whole stands; this room writes it down.

mod judge;
mod lanes;
mod open;
mod rows;

pub(crate) use judge::{Plan, judge};
pub(crate) use lanes::{clock, lanes, may_withdraw, siblings, timeline_of};
pub(crate) use open::{begin, follow, withdraw};
pub(crate) use rows::{PartRecord, parent_of, parts_of};

use haoban_domain::joint::LaneStanding;

use crate::workflow::Dossier;

/// The parts of a joint case as the domain judges them.
pub(crate) fn standings(case: &Dossier) -> Vec<LaneStanding<'_>> {
    let joint = case.item().joint.as_deref();
    let after = |item: &str| joint.and_then(|joint| joint.part(item)).map_or(&[][..], |part| part.after.as_slice());
    case.parts
        .iter()
        .map(|part| LaneStanding {
            item: &part.item,
            after: after(&part.item),
            status: part.case.as_ref().map(|case| case.machine.status),
            dropped: part.dropped,
        })
        .collect()
}
