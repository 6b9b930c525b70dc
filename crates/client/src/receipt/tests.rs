use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use haoban_domain::{
    form::Answers,
    ids::{DraftId, FileId, ReceiptId},
    text::{Language, LocalText},
    time::Timestamp,
};
use haoban_wire::ui::ReceiptView;

use super::*;

fn sent() -> SubmitCase {
    let answers: Answers =
        serde_json::from_str(r#"{"rent":150000,"term":{"from":"2026-01-01","to":"2026-12-31"}}"#).unwrap();
    SubmitCase {
        draft_id: DraftId::new(1, [7; 10]),
        item_code: "gjj-rent".into(),
        item_version: 3,
        answers,
        materials: Default::default(),
        files: [(FileId::new(1, [8; 10]), "ab".repeat(32))].into(),
        declared: true,
        channel: "app".into(),
    }
}

fn body(sent: &SubmitCase) -> ReceiptBody {
    ReceiptBody {
        receipt_id: ReceiptId::new(1, [9; 10]),
        case_id: CaseId::from_uuid(sent.draft_id.uuid()),
        case_number: "410100202611230120000017".into(),
        item_code: sent.item_code.clone(),
        item_name: LocalText::new("\u{516c}\u{79ef}\u{91d1}\u{63d0}\u{53d6}", "Rent withdrawal"),
        item_version: sent.item_version,
        applicant_masked: "W*".into(),
        answers_sha256: answers_digest(&sent.answers),
        files: sent.files.clone(),
        received_at: Timestamp::from_millis(1_795_000_000_000),
        received_by: LocalText::new("\u{4e2d}\u{5fc3}", "Centre"),
    }
}

fn signed(body: &ReceiptBody) -> (Receipt, String) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[5; 32]).unwrap();
    let text = serde_json::to_string(body).unwrap();
    let signature = STANDARD.encode(pair.sign(text.as_bytes()));
    (Receipt { body: text, signature, key_id: "k1".into() }, STANDARD.encode(pair.public_key()))
}

#[test]
fn a_true_receipt_fits() {
    let sent = sent();
    let (receipt, key) = signed(&body(&sent));
    assert!(fits(&signed_body(&receipt, &key).unwrap(), &sent));
}

#[test]
fn one_changed_byte_of_body_signature_or_key_breaks_it() {
    let (receipt, key) = signed(&body(&sent()));
    let mut changed = receipt.clone();
    changed.body = changed.body.replace("000017", "000018");
    assert!(signed_body(&changed, &key).is_none());
    // The same meaning in other bytes is not what was signed.
    changed.body = receipt.body.replacen(':', ": ", 1);
    assert!(signed_body(&changed, &key).is_none());
    let mut raw = STANDARD.decode(&receipt.signature).unwrap();
    raw[10] ^= 1;
    let forged = Receipt { signature: STANDARD.encode(raw), ..receipt.clone() };
    assert!(signed_body(&forged, &key).is_none());
    let other = Ed25519KeyPair::from_seed_unchecked(&[6; 32]).unwrap();
    assert!(signed_body(&receipt, &STANDARD.encode(other.public_key())).is_none());
    assert!(signed_body(&receipt, "not base64!").is_none());
}

#[test]
fn a_signed_receipt_for_something_else_does_not_fit() {
    let sent = sent();
    let lies: [fn(&mut ReceiptBody); 6] = [
        |body| body.case_id = CaseId::new(2, [1; 10]),
        |body| body.item_code = "deed-tax".into(),
        |body| body.item_version += 1,
        |body| body.answers_sha256 = "00".repeat(32),
        |body| body.files.clear(),
        |body| {
            body.files.insert(FileId::new(3, [3; 10]), "cd".repeat(32));
        },
    ];
    for (position, lie) in lies.into_iter().enumerate() {
        let mut body = body(&sent);
        lie(&mut body);
        let (receipt, key) = signed(&body);
        assert!(!fits(&signed_body(&receipt, &key).unwrap(), &sent), "lie {position}");
    }
}

#[test]
fn a_pinned_key_is_never_replaced() {
    let known = [("k1".to_owned(), "old".to_owned())].into();
    let published = [("k1".to_owned(), "new".to_owned()), ("k2".to_owned(), "next".to_owned())].into();
    let merged = keys::merged(known, published);
    assert_eq!(merged["k1"], "old");
    assert_eq!(merged["k2"], "next");
}

#[test]
fn the_pdf_is_written_in_both_languages_and_grows_with_its_files() {
    if fonts::find().is_err() {
        // Said aloud by its own test below; without a font there is nothing to write.
        return;
    }
    let mut body = body(&sent());
    let (receipt, _) = signed(&body);
    for language in [Language::Chinese, Language::English] {
        let view = ReceiptView { receipt: receipt.clone(), verified: true };
        let (name, content) = export::written(&view, language, "https://city.example".into()).unwrap();
        assert!(name.ends_with("410100202611230120000017.pdf"));
        assert_eq!(lopdf::Document::load_mem(&content).unwrap().get_pages().len(), 1);
        if let Some(folder) = std::env::var_os("HAOBAN_RECEIPT_SAMPLES") {
            std::fs::write(std::path::Path::new(&folder).join(format!("{language:?}.pdf")), &content).unwrap();
        }
    }
    for n in 0..20 {
        body.files.insert(FileId::new(n, [1; 10]), "ab".repeat(32));
    }
    let (receipt, _) = signed(&body);
    let view = ReceiptView { receipt, verified: false };
    let (_, content) = export::written(&view, Language::Chinese, String::new()).unwrap();
    assert_eq!(lopdf::Document::load_mem(&content).unwrap().get_pages().len(), 2);
}

#[test]
fn without_a_font_the_problem_says_so() {
    let problem = fonts::find_in(&fontdb::Database::new()).err().unwrap();
    assert_eq!(problem.code, haoban_wire::ProblemCode::NoFont);
}

#[test]
fn long_texts_break_and_words_stay_whole() {
    let lines = sheet::broken("The platform signed this receipt with the key", 8.0);
    assert!(lines.len() > 2, "{lines:?}");
    assert_eq!(lines.join(" "), "The platform signed this receipt with the key");
    let chinese = "\u{5e73}\u{53f0}".repeat(20);
    let lines = sheet::broken(&chinese, 10.0);
    assert_eq!(lines.concat(), chinese);
    assert!(lines.iter().all(|line| line.chars().count() <= 10));
}
