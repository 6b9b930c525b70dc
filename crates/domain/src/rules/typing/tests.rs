use super::*;
use crate::{item::ServiceItem, pack::CityPack, testing};

fn item() -> ServiceItem {
    testing::item(
        r#"
guide:
  figures:
    - {id: cap, words: cap, value: "1500", effective_from: 2024-01-01, source: law, confidence: verified}
    - {id: rate, words: rate, value: "1.5", effective_from: 2024-01-01, source: law, confidence: verified}
form:
  pages:
    - id: a
      title: A
      plain: A
      why: A
      section: A
      fields:
        - {id: rent, label: Rent, kind: money}
        - {id: from, label: From, kind: date}
        - {id: term, label: Term, kind: date_range}
        - {id: name, label: Name, kind: text}
        - {id: sure, label: Sure, kind: yes_no}
        - {id: place, label: Place, kind: address}
        - {id: home, label: Home, kind: single_choice, options: [{value: own, label: Own}, {value: rented, label: Rented}]}
        - {id: rooms, label: Rooms, kind: multi_choice, options: [{value: bath, label: Bath}]}
        - {id: tax, label: Tax, kind: computed, format: money, value: "percent(answers.rent, fig.rate)"}
        - id: children
          label: Children
          kind: group
          max: 3
          fields:
            - {id: born, label: Born, kind: date}
            - {id: boy, label: Boy, kind: yes_no}
"#,
    )
}

fn pack() -> CityPack {
    let yaml = r#"
city:
  id: c
  region: "410100"
  name: {zh: c, en: c}
  short_name: {zh: c, en: c}
  operator: {zh: c, en: c}
  hotline: "1"
  themes: []
  home_tiles: []
  senior_tiles: []
departments: []
regions: []
licence_types: []
calendars: []
registers:
  - id: fund
    name: {zh: c, en: c}
    department: c
    facts:
      - {id: balance, words: {zh: c, en: c}, type: money}
      - {id: cards, words: {zh: c, en: c}, type: choices}
      - {id: since, words: {zh: c, en: c}, type: date}
items: []
"#;
    yaml_serde::from_str(yaml).expect("a pack")
}

fn wrong(rule: &str) -> Vec<String> {
    mismatches(&Expr(rule.to_owned()), Expected::Bool, &Environment::of(&item(), &pack()))
}

#[test]
fn rules_that_fit_are_left_alone() {
    for rule in [
        "answers.rent <= fig.cap * 100 && answers.sure",
        "answers.rent <= facts.fund.balance",
        "answers.term.to > answers.term.from",
        "answers.from <= today && age_on(answers.from, today) >= 18",
        "answers.from >= \"2020-01-01\"",
        "months_after(answers.from, 3) > today",
        "answers.home == \"own\" || answers.home in [\"own\", \"rented\"]",
        "\"bath\" in answers.rooms",
        "answers.place.region.startsWith(\"4101\")",
        "facts.fund.cards.exists(card, card.value == answers.name)",
        "answers.children.all(child, child.born < today && !child.boy)",
        "size(answers.children.filter(child, child.boy)) <= 2",
        "answers.children.map(child, child.born).exists(day, day > answers.from)",
        "has(answers.name) ? answers.tax > 0 : facts.fund.since != null",
        "string(answers.rent) + answers.name != \"\"",
        "applicant.kind == \"natural_person\"",
    ] {
        assert_eq!(wrong(rule), Vec::<String>::new(), "{rule}");
    }
}

#[test]
fn what_does_not_fit_is_said() {
    for (rule, sentence) in [
        ("answers.rent > \"x\"", "take away the quotes"),
        ("answers.rent == answers.name", "a whole number is compared with a text"),
        ("answers.rent", "yields a whole number, but yes or no is needed"),
        ("answers.home == \"onw\"", "\"onw\" is none of the values \"own\", \"rented\""),
        ("answers.home in [\"own\", \"rent\"]", "\"rent\" is none of the values"),
        ("\"shower\" in answers.rooms", "\"shower\" is none of the values"),
        ("answers.from > \"soon\"", "no day like 2026-01-31"),
        ("answers.place.street != null", "there is no part `street`"),
        ("answers.name.first == \"x\"", "has no parts"),
        ("answers.sure > true", "has no order"),
        ("answers.sure && answers.rent", "each side of `&&` is a whole number"),
        ("!answers.rent", "what follows `!`"),
        ("answers.rent ? true : false", "before `?`"),
        ("answers.name + answers.rent == \"x\"", "is calculated with"),
        ("answers.rent * 1.5 > 2", "a fraction is calculated with"),
        ("age_on(answers.rent, today) > 18", "an argument of `age_on`"),
        ("answers.name.exists(c, true)", "a list is needed"),
        ("answers.children.exists(child, child.age > 3)", "there is no part `age`"),
        ("answers.children.exists(child, child.born > 3)", "a day is compared with a whole number"),
        ("answers.tax == \"x\"", "take away the quotes"),
        ("size(answers.rent) > 2", "`size` needs"),
        ("answers.rent.startsWith(\"1\")", "`startsWith` needs a text"),
        ("answers.name in answers.name", "`in` needs a list"),
        ("holds_licence(\"moon\")", "no licence type `moon`"),
        ("entry.born < today", "outside a list"),
        ("applicant.kind == \"person\"", "none of the values"),
    ] {
        let found = wrong(rule);
        assert!(found.iter().any(|said| said.contains(sentence)), "{rule}: {found:?}");
    }
}

#[test]
fn inside_a_list_the_entry_is_known() {
    let (item, pack) = (item(), pack());
    let crate::form::FieldKind::Group { fields, .. } = &item.form.pages[0].fields[9].kind else { panic!("a group") };
    let inside = Environment::of(&item, &pack).within(fields);
    let wrong = |rule: &str| mismatches(&Expr(rule.to_owned()), Expected::Bool, &inside);
    assert_eq!(wrong("entry.born < today"), Vec::<String>::new());
    assert!(wrong("entry.age > 3")[0].contains("no field of the list"));
}
