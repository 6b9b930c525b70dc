//! What people type, and what they find.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn entry(name: &str, keywords: &[&str], summary: &str) -> SearchEntry {
    SearchEntry {
        name: name.to_owned(),
        keywords: keywords.iter().map(|word| (*word).to_owned()).collect(),
        phrases: Vec::new(),
        summary: summary.to_owned(),
    }
}

fn index() -> Index {
    Index::build(&[
        entry("公积金提取·租房", &["房租", "租房提取", "付房租"], "租房住，用公积金付房租。"),
        entry("居住证", &["暂住证", "孩子上学", "落户"], "外地户口在郑州住满半年可以办。"),
        entry("增量房契税", &["买房交税", "完税证明"], "买新房交契税，当场出完税证明。"),
        entry("社保卡补办", &["社会保障卡"], "社保卡丢了，补一张。"),
        entry("退休金领取", &["养老"], "办过社保的人退休后每月领钱。"),
        entry("ETC 办理", &["高速"], "上高速不停车。"),
        entry("开立银行账户", &[], "公司开户。"),
    ])
}

fn names(result: &SearchResult) -> Vec<usize> {
    result.hits.iter().map(|hit| hit.index).collect()
}

#[rstest]
#[case("社保", &[3, 4])]
#[case("gongjijin", &[0])]
#[case("gjj", &[0])]
#[case("GJJ", &[0])]
#[case("juzhuzheng", &[1])]
#[case("jzz", &[1])]
#[case("gongijjin", &[0])]
#[case("juzhuzhen", &[1])]
#[case("juzuzheng", &[1])]
#[case("juzhuuzheng", &[1])]
#[case("gjjin", &[0])]
#[case("gongjj", &[0])]
#[case("公积jin", &[0])]
#[case("gong积金", &[0])]
#[case("g积j", &[0])]
#[case("提取公积金", &[0])]
#[case("我要办居住证", &[1])]
#[case("租房 公积金", &[0])]
#[case("孩子上学", &[1])]
#[case("etc", &[5])]
#[case("ＥＴＣ", &[5])]
#[case("yinhang", &[6])]
#[case("证", &[1, 2])]
#[case("公鸡金", &[0])]
#[case("居主证", &[1])]
#[case("举住证", &[1])]
#[case("juzuzen", &[1])]
#[case("gonjijin", &[0])]
#[case("居往证", &[1])]
#[case("我想给孩子办上学的事", &[1])]
#[case("火箭", &[])]
#[case("xyzxyz", &[])]
#[case("", &[])]
#[case("  ·", &[])]
fn what_is_typed_finds_what_is_meant(#[case] query: &str, #[case] expected: &[usize]) {
    assert_eq!(names(&index().search(query, 10)), expected, "{query}");
}

#[test]
fn marks_name_the_characters_and_the_letters() {
    let index = index();
    let marks = |query: &str| index.search(query, 1).hits[0].marks.clone();
    let of = |pairs: &[(u32, &str)]| pairs.iter().map(|(at, l)| (*at, (*l).to_owned())).collect::<Vec<_>>();
    assert_eq!(marks("公积金"), of(&[(0, ""), (1, ""), (2, "")]));
    assert_eq!(marks("gjj"), of(&[(0, "g"), (1, "j"), (2, "j")]));
    assert_eq!(marks("gongjiji"), of(&[(0, "gong"), (1, "ji"), (2, "ji")]));
    assert_eq!(marks("gongijjin"), of(&[(0, "gong"), (1, "ji"), (2, "jin")]));
    assert_eq!(marks("公jjin"), of(&[(0, ""), (1, "j"), (2, "jin")]));
    // The dot between the parts is no character one types, but it keeps its place.
    assert_eq!(marks("取租"), of(&[(4, ""), (6, "")]));
    assert_eq!(marks("租房 gjj"), of(&[(0, "g"), (1, "j"), (2, "j"), (6, ""), (7, "")]));
}

#[test]
fn a_typo_is_named_and_nothing_else_is() {
    let index = index();
    assert_eq!(index.search("gongijjin", 5).corrected.as_deref(), Some("gongjijin"));
    assert_eq!(index.search("公鸡金", 5).corrected.as_deref(), Some("公积金"));
    assert_eq!(index.search("gongjijin", 5).corrected, None);
    assert_eq!(index.search("xyzxyz", 5).corrected, None);
    assert_eq!(index.search("gij", 5).hits, vec![], "three letters are not mended");
}

#[test]
fn a_keyword_is_named_when_the_name_did_not_match() {
    let index = index();
    let found = &index.search("孩子上学", 5).hits[0];
    assert_eq!((found.via.as_deref(), found.marks.len()), (Some("孩子上学"), 0));
    assert_eq!(index.search("居住证", 5).hits[0].via, None);
}

#[test]
fn name_comes_before_keyword_before_summary() {
    let index = Index::build(&[
        entry("甲", &[], "讲的是社保"),
        entry("乙", &["社保"], ""),
        entry("丙的社保", &[], ""),
        entry("社保", &[], ""),
    ]);
    assert_eq!(names(&index.search("社保", 10)), [3, 2, 1, 0]);
    assert_eq!(names(&index.search("shebao", 10)), [3, 2, 1], "summaries are not read by letters");
    assert_eq!(names(&index.search("社保", 2)), [3, 2]);
    assert_eq!(names(&index.search("社保", 0)), [0usize; 0]);
}

#[test]
fn what_somebody_used_parts_equals_and_nothing_else() {
    let index = Index::build(&[entry("社保登记", &[], ""), entry("社保查询", &[], ""), entry("公积金", &["社保"], "")]);
    let order = |near: usize| names(&index.search_for("社保", 10, |entry| if entry == near { u32::MAX } else { 0 }));
    assert_eq!(order(9), [0, 1, 2]);
    assert_eq!(order(1), [1, 0, 2]);
    assert_eq!(order(2), [0, 1, 2], "a name comes before a keyword for everybody");
}

#[test]
fn synonyms_and_phrases_lead_where_they_should() {
    let mut entries = vec![entry("高龄津贴", &["老人"], ""), entry("居住证", &[], ""), entry("营业执照", &[], "")];
    entries[2].phrases = vec!["想做点小买卖".to_owned()];
    let synonyms = [Synonym { say: vec!["八十岁".to_owned()], means: vec!["高龄".to_owned()], items: Vec::new() }];
    let index = Index::with_synonyms(&entries, &synonyms);
    let index = Index::from_bytes(&index.to_bytes()).unwrap();
    assert_eq!(names(&index.search("我妈八十岁了有没有补贴", 5)), [0]);
    let found = index.search("小买卖", 5);
    assert_eq!((names(&found), found.hits[0].via.as_deref()), (vec![2], Some("想做点小买卖")));
}

#[test]
fn an_index_survives_its_bytes_and_damage_is_noticed() {
    let index = index();
    let bytes = index.to_bytes();
    let back = Index::from_bytes(&bytes).unwrap();
    for query in ["gjj", "社保", "gongijjin", "公积jin"] {
        assert_eq!(back.search(query, 10), index.search(query, 10));
    }
    for cut in [0, 5, bytes.len() / 2, bytes.len() - 1] {
        assert_eq!(Index::from_bytes(&bytes[..cut]).unwrap_err(), NotAnIndex);
    }
    let mut damaged = bytes;
    damaged[40] ^= 1;
    assert_eq!(Index::from_bytes(&damaged).unwrap_err(), NotAnIndex);
    assert!(Index::from_bytes(&Index::build(&[]).to_bytes()).unwrap().is_empty());
}

proptest! {
    #[test]
    fn nothing_typed_can_break_it(query in "\\PC{0,40}") {
        prop_assert!(index().search(&query, 10).hits.len() <= 7);
    }

    #[test]
    fn every_part_of_a_name_finds_it(from in 0usize..8, length in 1usize..8) {
        let name: Vec<char> = "公积金提取租房".chars().collect();
        let part: String = name.iter().skip(from).take(length).collect();
        prop_assume!(!part.is_empty());
        prop_assert!(names(&index().search(&part, 10)).contains(&0), "{}", part);
    }
}
