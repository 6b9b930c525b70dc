//! A real browser on the loopback host and on the desk: the scripts of `tests/browser` against fresh programs.

use haoban_tests::{run_script, run_script_for};

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_and_an_officer_bring_a_case_to_its_end() -> anyhow::Result<()> {
    run_script("journey.mjs", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_accessible_on_a_phone() -> anyhow::Result<()> {
    run_script("matrix.mjs", &[("HAOBAN_SHARE", "phone")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_accessible_on_a_pc_and_so_is_the_desk() -> anyhow::Result<()> {
    run_script("matrix.mjs", &[("HAOBAN_SHARE", "wide")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_accessible_when_narrow_in_english_and_without_a_network() -> anyhow::Result<()> {
    run_script("matrix.mjs", &[("HAOBAN_SHARE", "narrow")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_joint_service_goes_from_the_search_to_the_end_of_its_parts() -> anyhow::Result<()> {
    run_script_for(3, "joint.mjs", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_services_people_ask_for_by_name_are_filled_sent_and_decided() -> anyhow::Result<()> {
    run_script_for(4, "services.mjs", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_come_before_anything_is_begun() -> anyhow::Result<()> {
    run_script("calculator.mjs", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn blanks_and_samples_can_be_had() -> anyhow::Result<()> {
    run_script("papers.mjs", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guide_tells_every_element_of_the_standard() -> anyhow::Result<()> {
    run_script("guide.mjs", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_drawn_is_seen_at_the_desk() -> anyhow::Result<()> {
    run_script("drawings.mjs", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_alone_is_enough() -> anyhow::Result<()> {
    run_script("keyboard.mjs", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_officers_share_a_queue() -> anyhow::Result<()> {
    run_script("desk-work.mjs", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_follow_from_device_to_device() -> anyhow::Result<()> {
    run_script_for(2, "devices.mjs", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stuck_can_be_tried_again_changed_or_given_up() -> anyhow::Result<()> {
    run_script_for(3, "outbox.mjs", &[]).await
}
