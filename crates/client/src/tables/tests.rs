use haoban_wire::{
    Problem, ProblemCode,
    ui::{DraftView, RowsExport, RowsHeader, RowsJudge, RowsMode, RowsPreview, RowsRead, RowsTake, RowsTemplate},
};
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::{
    ClientError,
    fixture::{Device, begin},
};

const HEADER: &str = "姓名,金额,结过婚";

fn code(error: ClientError) -> Problem {
    Problem::from(error)
}

async fn draft(device: &Device) -> (Client, DraftView) {
    let client = device.open_with_item(3).await;
    let draft = begin(&client).await;
    (client, draft)
}

async fn look(
    device: &Device,
    client: &Client,
    draft: &DraftView,
    mode: RowsMode,
    content: &[u8],
) -> Result<RowsPreview, ClientError> {
    device.files.held.lock().push_back(("名单.csv".to_owned(), content.to_vec()));
    let request = RowsRead { draft_id: draft.id, field: "staff".into(), mode, token: "t".into() };
    Ok(read(client, request).await?.preview.expect("a table was read"))
}

fn take_request(draft: &DraftView, revision: u64, mode: RowsMode) -> RowsTake {
    RowsTake { draft_id: draft.id, revision, field: "staff".into(), mode }
}

fn utf16(text: &str) -> Vec<u8> {
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

#[rstest]
#[case::utf8("姓名,金额,结过婚\n王五,12.50,是\n".as_bytes().to_vec())]
#[case::utf8_marked("\u{feff}姓名,金额,结过婚\r\n王五,12.50,是\r\n".as_bytes().to_vec())]
#[case::gb18030(encoding_rs::GB18030.encode("姓名,金额,结过婚\r\n王五,12.50,是").0.into_owned())]
#[case::utf16(utf16("姓名\t金额\t结过婚\r\n王五\t12.50\t是\r\n"))]
#[case::semicolons("姓名;金额;结过婚\n王五;12.50;是\n".as_bytes().to_vec())]
#[case::told("sep=;\n姓名;金额;结过婚\n王五;12.50;是\n".as_bytes().to_vec())]
#[case::quoted("\"姓名\",\"金额\",\"结过婚\"\n\"王五\",\"12.50\",\"是\"\n".as_bytes().to_vec())]
#[case::ids("name,amount,married\n王五,12.50,yes\n".as_bytes().to_vec())]
#[tokio::test]
async fn whatever_a_spreadsheet_writes_is_read(#[case] content: Vec<u8>) {
    let device = Device::new();
    let (client, draft) = draft(&device).await;
    let preview = look(&device, &client, &draft, RowsMode::Add, &content).await.unwrap();
    assert_eq!((preview.rows, preview.passing, preview.marked.len()), (1, 1, 0));
    let taken = take(&client, take_request(&draft, preview.revision, RowsMode::Add)).await.unwrap();
    assert_eq!(taken.answers["staff"], json!([{"name": "王五", "amount": 1250, "married": true}]));
}

#[rstest]
#[case::workbook(b"PK\x03\x04rest".to_vec(), ProblemCode::TableUnreadable, "what", "workbook")]
#[case::old_workbook(b"\xd0\xcf\x11\xe0rest".to_vec(), ProblemCode::TableUnreadable, "what", "workbook")]
#[case::binary(b"a,b\n\xff\xff\xff".to_vec(), ProblemCode::TableUnreadable, "what", "text")]
#[case::nothing(b"\n ,\n".to_vec(), ProblemCode::TableUnreadable, "what", "empty")]
#[case::quotes("姓名,金额\n\"王五,1\n".as_bytes().to_vec(), ProblemCode::TableUnreadable, "what", "quotes")]
#[case::columns("姓名,数\n王五,1\n".as_bytes().to_vec(), ProblemCode::TableColumns, "columns", "金额")]
#[case::twice("姓名,name,金额\n王五,王五,1\n".as_bytes().to_vec(), ProblemCode::TableColumns, "columns", "姓名")]
#[case::no_rows("姓名,金额\n".as_bytes().to_vec(), ProblemCode::TableRows, "now", "0")]
#[case::too_many(format!("姓名,金额\n{}", "王五,1\n".repeat(6)).into_bytes(), ProblemCode::TableRows, "now", "6")]
#[case::too_large(format!("姓名,金额\n王五,{}\n", "1".repeat(4096)).into_bytes(), ProblemCode::FileTooLarge, "max", "4096")]
#[tokio::test]
async fn what_is_no_table_is_refused_with_its_reason_and_changes_nothing(
    #[case] content: Vec<u8>,
    #[case] expected: ProblemCode,
    #[case] name: &str,
    #[case] value: &str,
) {
    let device = Device::new();
    let (client, draft) = draft(&device).await;
    let problem = code(look(&device, &client, &draft, RowsMode::Add, &content).await.unwrap_err());
    assert_eq!((problem.code, problem.params.get(name).map(String::as_str)), (expected, Some(value)));
    let refused = take(&client, take_request(&draft, draft.revision, RowsMode::Add)).await.unwrap_err();
    assert_eq!(code(refused).code, ProblemCode::NotFound, "nothing is left to take");
}

#[tokio::test]
async fn nothing_is_taken_before_the_word_and_then_the_good_rows_only() {
    let device = Device::new();
    let (client, draft) = draft(&device).await;
    let content = format!("{HEADER}\n王五,12.50,是\n\n\"李\n四\",很多,也许\n赵六,3,\n");
    let preview = look(&device, &client, &draft, RowsMode::Add, content.as_bytes()).await.unwrap();
    assert_eq!((preview.rows, preview.passing, preview.there), (3, 2, 0));
    let [marked] = preview.marked.as_slice() else { panic!("{:?}", preview.marked) };
    // As a spreadsheet counts: the empty line is a row, the line break inside a cell is none.
    assert_eq!((marked.row, marked.passes), (4, false));
    let told: Vec<(&str, &str, &str)> =
        marked.problems.iter().map(|p| (p.column.zh.as_str(), p.words.as_str(), p.rule.as_str())).collect();
    assert_eq!(told, [("结过婚", "也许", "cell_yes_no"), ("金额", "很多", "money_invalid")]);
    let before = crate::drafts::open(&client, haoban_wire::ui::DraftOpen { draft_id: draft.id }).await.unwrap();
    assert_eq!((before.revision, before.answers.get("staff")), (draft.revision, None));
    let taken = take(&client, take_request(&draft, preview.revision, RowsMode::Add)).await.unwrap();
    let names = |view: &DraftView| -> Vec<String> {
        let rows = view.answers["staff"].as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| row["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names(&taken), ["王五", "赵六"]);
    // Once taken it is gone; a second word takes nothing twice.
    let again = take(&client, take_request(&draft, taken.revision, RowsMode::Add)).await.unwrap_err();
    assert_eq!(code(again).code, ProblemCode::NotFound);
    let more = format!("{HEADER}\n孙七,1,否\n");
    look(&device, &client, &draft, RowsMode::Add, more.as_bytes()).await.unwrap();
    let judge = |mode| judge(&client, RowsJudge { draft_id: draft.id, field: "staff".into(), mode });
    assert_eq!(judge(RowsMode::Replace).await.unwrap().preview.unwrap().there, 2);
    let added = take(&client, take_request(&draft, taken.revision, RowsMode::Add)).await.unwrap();
    assert_eq!(names(&added), ["王五", "赵六", "孙七"]);
    look(&device, &client, &draft, RowsMode::Replace, more.as_bytes()).await.unwrap();
    let replaced = take(&client, take_request(&draft, added.revision, RowsMode::Replace)).await.unwrap();
    assert_eq!(names(&replaced), ["孙七"]);
}

#[tokio::test]
async fn a_draft_that_changed_meanwhile_is_not_written_over() {
    let device = Device::new();
    let (client, draft) = draft(&device).await;
    let content = format!("{HEADER}\n王五,1,是\n");
    let preview = look(&device, &client, &draft, RowsMode::Add, content.as_bytes()).await.unwrap();
    crate::fixture::save(&client, draft.id, draft.revision, &[("name", json!("typed meanwhile"))]).await;
    let late = take(&client, take_request(&draft, preview.revision, RowsMode::Add)).await.unwrap_err();
    assert_eq!(code(late).code, ProblemCode::RevisionConflict);
    let shown = crate::drafts::open(&client, haoban_wire::ui::DraftOpen { draft_id: draft.id }).await.unwrap();
    assert_eq!((shown.answers.get("staff"), &shown.answers["name"]), (None, &json!("typed meanwhile")));
}

/// The rows to mend come back with their reasons, harmless to a spreadsheet, and can be read again once mended.
#[tokio::test]
async fn bad_rows_are_written_with_reasons_and_come_back() {
    let device = Device::new();
    let (client, draft) = draft(&device).await;
    let content = "备注,姓名,金额\n好,王五,1\n=cmd(),=HYPERLINK(1),一\n";
    look(&device, &client, &draft, RowsMode::Add, content.as_bytes()).await.unwrap();
    let request = RowsExport { draft_id: draft.id, field: "staff".into(), mode: RowsMode::Add };
    let exported = export(&client, request.clone()).await.unwrap();
    assert_eq!(exported.place, "要改的行-人员.csv");
    let written = device.files.exported.lock().pop().unwrap().1;
    let text = String::from_utf8(written.clone()).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').split("\r\n").collect();
    assert!(text.starts_with('\u{feff}'), "Excel reads UTF-8 by its mark");
    assert_eq!(lines[0], "备注,姓名,金额,要改的地方");
    assert!(lines[1].starts_with("'=cmd(),'=HYPERLINK(1),一,") && lines[1].contains("金额"), "{}", lines[1]);
    assert_eq!(lines.len(), 3, "one bad row: {text}");
    let mended = text.replace(",一,", ",2,");
    let preview = look(&device, &client, &draft, RowsMode::Add, mended.as_bytes()).await.unwrap();
    assert_eq!((preview.rows, preview.passing, preview.unknown.as_slice()), (1, 1, &["备注".to_owned()][..]));
    let taken = take(&client, take_request(&draft, preview.revision, RowsMode::Add)).await.unwrap();
    assert_eq!(taken.answers["staff"][0]["name"], json!("=HYPERLINK(1)"));
    look(&device, &client, &draft, RowsMode::Replace, mended.as_bytes()).await.unwrap();
    assert_eq!(code(export(&client, request).await.unwrap_err()).code, ProblemCode::NotFound, "no bad rows");
}

#[rstest]
#[case(RowsHeader::Labels, "\u{feff}姓名,金额,结过婚\r\n")]
#[case(RowsHeader::Ids, "\u{feff}name,amount,married\r\n")]
#[tokio::test]
async fn the_template_has_the_columns_of_the_list(#[case] header: RowsHeader, #[case] expected: &str) {
    let device = Device::new();
    let (client, draft) = draft(&device).await;
    let request = RowsTemplate { draft_id: draft.id, field: "staff".into(), header };
    assert_eq!(template(&client, request).await.unwrap().place, "空表-人员.csv");
    let written = device.files.exported.lock().pop().unwrap().1;
    assert_eq!(String::from_utf8(written.clone()).unwrap(), expected);
    let filled = [written, "王五,1,是\r\n".as_bytes().to_vec()].concat();
    let preview = look(&device, &client, &draft, RowsMode::Add, &filled).await.unwrap();
    assert_eq!(preview.passing, 1);
    let described = describe(&client, haoban_wire::ui::RowsOpen { draft_id: draft.id, field: "staff".into() });
    let columns = described.await.unwrap();
    assert_eq!((columns.max, columns.max_bytes, columns.columns.len()), (5, 4096, 3));
}

#[tokio::test]
async fn a_list_without_csv_takes_no_file() {
    let device = Device::new();
    let (client, draft) = draft(&device).await;
    device.files.held.lock().push_back(("x.csv".into(), b"a".to_vec()));
    let request = RowsRead { draft_id: draft.id, field: "name".into(), mode: RowsMode::Add, token: "t".into() };
    assert_eq!(code(read(&client, request).await.unwrap_err()).code, ProblemCode::NotFound);
}
