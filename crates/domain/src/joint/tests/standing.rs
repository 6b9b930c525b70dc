//! The status of the whole, as a table over its parts.

use rstest::rstest;

use super::*;
use crate::case::CaseStatus::{self, *};

/// `shop`, `food` after `shop`, `sign` alone.
fn lanes(shop: Option<CaseStatus>, food: Option<CaseStatus>, sign: Option<CaseStatus>) -> Vec<LaneStanding<'static>> {
    static AFTER: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| vec!["shop".to_owned()]);
    let lane = |item, after, status| LaneStanding { item, after, status, dropped: false };
    vec![lane("shop", &[], shop), lane("food", AFTER.as_slice(), food), lane("sign", &[], sign)]
}

#[rstest]
#[case(Some(Submitted), None, Some(Submitted), Submitted)]
#[case(Some(Accepted), None, Some(Submitted), Accepted)]
#[case(Some(UnderReview), None, Some(Submitted), UnderReview)]
#[case(Some(Closed), Some(Submitted), Some(Submitted), UnderReview)]
#[case(Some(Granted), None, Some(Refused), UnderReview)]
#[case(Some(Closed), Some(CorrectionRequested), Some(UnderReview), CorrectionRequested)]
#[case(Some(Closed), Some(Suspended), Some(Closed), Suspended)]
#[case(Some(Closed), Some(Suspended), Some(UnderReview), UnderReview)]
#[case(Some(Closed), Some(Closed), Some(Closed), Closed)]
#[case(Some(Closed), Some(Refused), Some(Refused), Closed)]
#[case(Some(Refused), None, Some(Closed), Closed)]
#[case(Some(Refused), None, Some(UnderReview), UnderReview)]
#[case(Some(Refused), None, Some(Withdrawn), Refused)]
#[case(Some(NotAccepted), None, Some(Withdrawn), NotAccepted)]
#[case(Some(Withdrawn), None, Some(Withdrawn), Withdrawn)]
#[case(Some(Terminated), None, Some(Withdrawn), Terminated)]
fn the_whole_stands_where_its_parts_put_it(
    #[case] shop: Option<CaseStatus>,
    #[case] food: Option<CaseStatus>,
    #[case] sign: Option<CaseStatus>,
    #[case] whole: CaseStatus,
) {
    assert_eq!(super::super::standing(&lanes(shop, food, sign)), whole);
}

#[rstest]
#[case(None, PartOutlook::Waiting)]
#[case(Some(UnderReview), PartOutlook::Waiting)]
#[case(Some(Granted), PartOutlook::Ready)]
#[case(Some(Closed), PartOutlook::Ready)]
#[case(Some(Refused), PartOutlook::Barred)]
#[case(Some(Withdrawn), PartOutlook::Barred)]
fn a_part_opens_when_what_comes_before_it_is_granted(#[case] shop: Option<CaseStatus>, #[case] food: PartOutlook) {
    assert_eq!(outlook(&lanes(shop, None, None), "food"), food);
}

#[test]
fn what_is_not_needed_holds_nothing_up_and_what_was_dropped_bars_what_follows() {
    let without_shop: Vec<LaneStanding<'_>> = lanes(None, None, None).into_iter().skip(1).collect();
    assert_eq!(outlook(&without_shop, "food"), PartOutlook::Ready);
    let mut dropped = lanes(None, None, Some(Closed));
    dropped[0].dropped = true;
    assert_eq!(outlook(&dropped, "shop"), PartOutlook::Dropped);
    assert_eq!(outlook(&dropped, "food"), PartOutlook::Barred);
    assert_eq!(super::super::standing(&dropped), Closed);
}

#[test]
fn every_status_of_a_part_gives_the_whole_a_status_and_only_ends_end_it() {
    for shop in CaseStatus::ALL {
        for food in CaseStatus::ALL {
            let lanes = lanes(Some(shop), Some(food), Some(Closed));
            let ended = shop.is_final() && food.is_final();
            assert_eq!(super::super::standing(&lanes).is_final(), ended, "{shop:?} {food:?}");
        }
    }
}
