//! Rows from a table: what cells mean, and that rows are judged like what is typed.

use rstest::rstest;

use super::*;

const STAFF: &str = r#"
guide:
  facts:
    - {key: list.posts, purpose: check}
form:
  pages:
    - id: one
      title: One
      plain: One
      why: why
      section: S
      fields:
        - id: staff
          kind: group
          max: 4
          csv: {max_bytes: 4096}
          label: {zh: 人员, en: Staff}
          fields:
            - {id: name, kind: text, max_length: 6, label: {zh: 姓名, en: Name}}
            - {id: id_number, kind: id_number, label: {zh: 身份证号, en: ID number}, required: false, checks: [{id: once, rule: 'size(answers.staff.filter(p, p.id_number == entry.id_number)) == 1', message: {zh: 身份证号重复, en: twice}}]}
            - {id: level, kind: single_choice, label: {zh: 档次, en: Level}, options: [{value: doctor, label: {zh: 博士, en: Doctor}}, {value: other, label: {zh: 其他, en: Other}}]}
            - {id: salary, kind: money, label: {zh: 工资, en: Salary}}
            - {id: from, kind: date, label: {zh: 入职, en: From}, required: false}
            - {id: months, kind: number, decimals: 1, label: {zh: 月数, en: Months}, required: false}
            - {id: twice, kind: yes_no, label: {zh: 领过, en: Drawn}, required: false}
            - {id: phone, kind: phone, label: {zh: 手机, en: Phone}, required: false}
            - {id: tags, kind: multi_choice, label: {zh: 特长, en: Skills}, required: false, options: [{value: a, label: {zh: 焊工, en: Welder}}, {value: b, label: {zh: 电工, en: Electrician}}]}
          checks:
            - {id: few, rule: 'size(answers.staff) <= 2', message: {zh: 太多, en: too many here}}
"#;

fn cells(row: &[&str]) -> Vec<String> {
    row.iter().map(|cell| (*cell).to_owned()).collect()
}

fn read_one(column: &str, cell: &str) -> (Value, Vec<String>) {
    let evaluator = evaluator(STAFF);
    let list = evaluator.item().form.table_list("staff").unwrap();
    let header = list.header(&cells(&["姓名", "档次", "工资", column])).unwrap();
    let row = list.read(&header, &cells(&["王", "博士", "1", cell]));
    let judged = evaluator.begin(inputs(json!({}), json!({}))).judge_rows("staff", &[], std::slice::from_ref(&row));
    (row.entry()[column].clone(), judged.rows[0].iter().map(|problem| problem.rule.clone()).collect())
}

#[rstest]
#[case("months", "36", json!(360), &[])]
#[case("months", "３６．５", json!(365), &[])]
#[case("months", "36.50", json!(365), &[])]
#[case("months", "36.55", json!("36.55"), &["number_invalid"])]
#[case("months", "三年", json!("三年"), &["number_invalid"])]
#[case("from", "2026/3/1", json!("2026-03-01"), &[])]
#[case("from", "2026年3月1日", json!("2026-03-01"), &[])]
#[case("from", "20260301", json!("2026-03-01"), &[])]
#[case("from", "3/1/2026", json!("3/1/2026"), &["date_invalid"])]
#[case("from", "2026-02-30", json!("2026-02-30"), &["date_invalid"])]
#[case("id_number", "41010519900307123x", json!("41010519900307123X"), &[])]
#[case("id_number", "4.10105E+17", Value::Null, &["cell_rounded"])]
#[case("phone", "+86 138-0000-0001", json!("13800000001"), &[])]
#[case("phone", "'+8613800000001", json!("13800000001"), &[])]
#[case("twice", "是", json!(true), &[])]
#[case("twice", "NO", json!(false), &[])]
#[case("twice", "也许", Value::Null, &["cell_yes_no"])]
#[case("tags", "焊工、b", json!(["a", "b"]), &[])]
#[case("tags", "焊工;瓦工", json!(["a", "瓦工"]), &["not_offered"])]
fn a_cell_means_what_people_write(
    #[case] column: &str,
    #[case] cell: &str,
    #[case] value: Value,
    #[case] rules: &[&str],
) {
    assert_eq!(read_one(column, cell), (value, rules.iter().map(|rule| (*rule).to_owned()).collect()), "{cell}");
}

#[test]
fn columns_are_named_by_label_or_id_in_any_order() {
    let evaluator = evaluator(STAFF);
    let list = evaluator.item().form.table_list("staff").unwrap();
    let header = list.header(&cells(&["Salary", "备注", "name", "档次"])).unwrap();
    assert_eq!(header.unknown().collect::<Vec<_>>(), [1]);
    let row = list.read(&header, &cells(&["1,200.50", "x", "王五", "doctor"]));
    assert_eq!(row.entry(), json!({"salary": 120_050, "name": "王五", "level": "doctor"}));
    let missing = |names: &[&str]| match list.header(&cells(names)) {
        Err(HeaderError::Missing(columns)) => columns.into_iter().map(|column| column.zh).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(missing(&["姓名", "工资"]), ["档次"]);
    assert_eq!(missing(&["a"]), ["姓名", "档次", "工资"]);
    let twice = list.header(&cells(&["姓名", "Name", "档次", "工资"]));
    assert_eq!(twice, Err(HeaderError::Twice(LocalText::new("姓名", "Name"))));
}

/// The same entries typed into the form have the same problems: there is one judge.
#[test]
fn rows_are_judged_as_if_they_were_typed() {
    let evaluator = evaluator(STAFF);
    let list = evaluator.item().form.table_list("staff").unwrap();
    let header = list.header(&cells(&["姓名", "身份证号", "档次", "工资"])).unwrap();
    let kept = json!({"name": "老", "id_number": "41010519900307123X", "level": "other", "salary": 1});
    let lines = [
        ["王五", "410103197408110012", "博士", "1"],
        ["赵六", "410103197408110012", "硕士", ""],
        ["名字太长太长了", "410105198601020024", "其他", "2"],
    ];
    let rows: Vec<ReadRow> = lines.iter().map(|line| list.read(&header, &cells(line))).collect();
    let evaluation = evaluator.begin(inputs(json!({}), json!({})));
    let judged = evaluation.judge_rows("staff", std::slice::from_ref(&kept), &rows);
    let entries: Vec<Value> = std::iter::once(kept).chain(rows.iter().map(ReadRow::entry)).collect();
    let typed = evaluator.evaluate(&inputs(json!({"staff": entries}), json!({})));
    let mut expected: Vec<Vec<(String, String)>> = vec![Vec::new(); 3];
    for problem in &typed.fields["staff"].problems {
        let path = problem.field.clone().unwrap();
        if let Some((place, field)) = path.strip_prefix("staff[").and_then(|rest| rest.split_once("].")) {
            let row = place.parse::<usize>().unwrap().checked_sub(1).expect("what is kept is right");
            expected[row].push((field.to_owned(), problem.rule.clone()));
        }
    }
    let found: Vec<Vec<(String, String)>> = judged
        .rows
        .iter()
        .map(|row| row.iter().map(|problem| (problem.field.clone().unwrap(), problem.rule.clone())).collect())
        .collect();
    assert_eq!(found, expected);
    let rules = |row: usize| judged.rows[row].iter().map(|problem| problem.rule.as_str()).collect::<Vec<_>>();
    assert_eq!(rules(0), ["once"]);
    assert_eq!(rules(1), ["once", "not_offered", "required"]);
    assert_eq!(rules(2), ["too_long"]);
    assert!((0..3).all(|row| !judged.passes(row)));
    assert!(judged.list.is_empty(), "nothing would be taken");
}

#[test]
fn the_list_is_judged_with_the_rows_that_pass_and_is_not_changed() {
    let evaluator = evaluator(STAFF);
    let list = evaluator.item().form.table_list("staff").unwrap();
    let header = list.header(&cells(&["姓名", "档次", "工资"])).unwrap();
    let row = |cells_of: &[&str]| list.read(&header, &cells(cells_of));
    let evaluation = evaluator.begin(inputs(json!({}), json!({})));
    let two = [row(&["王", "博士", "1"]), row(&["李", "博士", "2"]), row(&["坏", "没有", "3"])];
    assert!(evaluation.judge_rows("staff", &[], &two).list.is_empty());
    let three = [row(&["王", "博士", "1"]), row(&["李", "博士", "2"]), row(&["张", "其他", "3"])];
    let judged = evaluation.judge_rows("staff", &[], &three);
    assert_eq!(judged.list.iter().map(|problem| problem.rule.as_str()).collect::<Vec<_>>(), ["few"]);
    assert_eq!(evaluation.state().fields["staff"].value, None);
}

#[test]
fn a_formula_is_kept_as_text_and_defused_when_written() {
    for text in ["=1+1", "+1", "-1", "@sum", "\tx"] {
        assert_eq!(defused(text), format!("'{text}"));
    }
    for text in ["1", "'s", "a=b", ""] {
        assert_eq!(defused(text), text);
    }
    let evaluator = evaluator(STAFF);
    let list = evaluator.item().form.table_list("staff").unwrap();
    let header = list.header(&cells(&["姓名", "档次", "工资"])).unwrap();
    let entry = |name: &str| list.read(&header, &cells(&[name, "博士", "1"])).entry()["name"].clone();
    assert_eq!(entry("=1+1"), json!("=1+1"));
    assert_eq!(entry(&defused("=1+1")), json!("=1+1"));
    assert_eq!(entry("'s"), json!("'s"));
}

#[test]
fn a_list_with_a_kind_that_fits_no_cell_does_not_load() {
    let broken = STAFF.replace("kind: money", "kind: address");
    let error = Evaluator::new(Arc::new(item(&broken)), Arc::new(calendar())).unwrap_err();
    assert!(error.place.contains("salary") && error.reason.contains("CSV"), "{error:?}");
    // Without `csv` the same list is fine.
    let without = broken.replace("          csv: {max_bytes: 4096}\n", "");
    Evaluator::new(Arc::new(item(&without)), Arc::new(calendar())).unwrap();
}
