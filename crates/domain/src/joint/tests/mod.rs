//! Promises of joint services.

mod composing;
mod leaving;
mod projecting;
mod standing;

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use super::*;
use crate::{
    form::{Evaluator, Inputs},
    item::ServiceItem,
    pack::CityPack,
    testing::{calendar, day, item},
};

/// A shop licence that issues a licence, a food permit that wants it, a tobacco permit for some, a sign.
fn items() -> Vec<ServiceItem> {
    let named = |code: &str, yaml: &str| ServiceItem { code: code.to_owned(), ..item(yaml) };
    vec![named("shop", SHOP), named("food", FOOD), named("tobacco", TOBACCO), named("shop-sign", SIGN)]
}

fn pack() -> CityPack {
    let words = json!({"zh": "城", "en": "City"});
    serde_json::from_value(json!({
        "city": { "id": "c", "region": "410100", "name": words, "short_name": words, "operator": words, "hotline": "12345",
            "themes": [], "home_tiles": [], "senior_tiles": [] },
        "departments": [{ "id": "office", "name": {"zh": "办公室", "en": "Office"}, "credit_code": "1", "phone": "1" }],
        "regions": [], "licence_types": [], "calendars": [], "registers": [], "items": items(),
    }))
    .expect("a pack")
}

fn service() -> JointService {
    let mut whole = serde_json::to_value(item("{}")).expect("json");
    let guide = whole["guide"].take();
    let mut situation: Value = yaml_serde::from_str(SITUATION).expect("yaml");
    situation["guide"] = guide;
    serde_json::from_value(situation).expect("a joint service")
}

fn composed() -> ServiceItem {
    compose(&service(), &pack()).expect("it composes")
}

fn evaluator(item: ServiceItem) -> Evaluator {
    Evaluator::new(Arc::new(item), Arc::new(calendar())).expect("rules load")
}

fn inputs(answers: Value) -> Inputs {
    let answers = answers.as_object().expect("answers").clone().into_iter().collect();
    Inputs { answers, ..Inputs::on(day("2026-11-23")) }
}

const SHOP: &str = r#"
form:
  pages:
    - id: name
      title: Name
      plain: Name
      why: {zh: w, en: w}
      section: Shop
      fields:
        - {id: name, kind: text, element: premises.name, label: Name, checks: [{id: short, rule: "size(answers.name) < 10", message: too long}]}
        - {id: kind, kind: single_choice, element: business.kind, label: Kind, options: [{value: one, label: One}, {value: company, label: Company}, {value: other, label: Other}]}
        - {id: capital, kind: money, label: Capital, show: "answers.kind == 'company'", min: 100}
materials:
  - {id: id-card, name: ID, glyph: 身, accept: x, source: x, replaced_by: [{kind: licence, licence_type: resident-id}]}
  - {id: lease, name: Lease, glyph: 租, accept: x, source: x}
workflow:
  outputs:
    - {kind: licence, licence_type: business-licence, fields: []}
"#;

const FOOD: &str = r#"
version: 3
guide:
  figures:
    - {id: small, words: small, value: "50", effective_from: 2020-01-01, source: s, confidence: placeholder}
  promised_limit: {days: 4, unit: working_day}
form:
  pages:
    - id: food
      title: Food
      plain: Food
      why: {zh: w, en: w}
      section: Food
      fields:
        - {id: name, kind: text, max_length: 20, element: premises.name, label: Name on the permit}
        - {id: kind, kind: single_choice, element: business.kind, label: Kind, options: [{value: one, label: One}, {value: company, label: Company}]}
        - {id: hot, kind: yes_no, label: Hot food}
        - {id: area, kind: number, label: Area, min: 1}
        - {id: oil, kind: yes_no, label: Oil trap, show: "answers.hot == true && answers.area > fig.small"}
  checks:
    - {id: trap, rule: "answers.oil == true", message: an oil trap is a must}
materials:
  - {id: id-card, name: ID, glyph: 身, accept: x, source: x, replaced_by: [{kind: licence, licence_type: resident-id}]}
  - {id: business-licence, name: Licence, glyph: 照, accept: x, source: x, replaced_by: [{kind: licence, licence_type: business-licence}]}
  - {id: plan, name: Plan, glyph: 图, accept: x, source: x, when: "answers.hot == true"}
"#;

const TOBACCO: &str = r#"
form:
  pages:
    - id: tobacco
      title: Tobacco
      plain: Tobacco
      why: {zh: w, en: w}
      section: Tobacco
      show: "today > '2020-01-01'"
      fields:
        - {id: shop_name, kind: text, element: premises.name, label: Name, required: false, checks: [{id: no_kids, rule: "!answers.shop_name.contains('kids')", message: not for kids}]}
        - {id: apart, kind: yes_no, label: Apart from a home, checks: [{id: apart, rule: "answers.apart == true", message: must be apart}]}
materials:
  - {id: business-licence, name: Licence, glyph: 照, accept: x, source: x, replaced_by: [{kind: licence, licence_type: business-licence}]}
"#;

const SIGN: &str = r#"
form:
  pages:
    - id: sign
      title: Sign
      plain: Sign
      why: {zh: w, en: w}
      section: Sign
      fields:
        - {id: text, kind: text, label: Text}
"#;

const SITUATION: &str = r#"
code: open-shop
version: 2
declaration: {zh: 声明, en: I declare}
situation:
  - id: what
    title: {zh: 卖什么, en: What}
    plain: {zh: 卖什么, en: What}
    why: {zh: 看要办哪些, en: why}
    section: {zh: 情况, en: Situation}
    fields:
      - id: licence
        kind: yes_no
        label: {zh: 有执照, en: Has a licence}
      - id: sells
        kind: multi_choice
        label: {zh: 卖什么, en: Sells}
        options: [{value: food, label: {zh: 吃的, en: Food}}, {value: hot, label: {zh: 热食, en: Hot}}, {value: tobacco, label: {zh: 烟, en: Tobacco}}]
      - id: area
        kind: number
        label: {zh: 面积, en: Area}
      - id: school
        kind: number
        label: {zh: 离学校, en: From a school}
        show: '"tobacco" in answers.sells'
parts:
  - item: food
    when: '"food" in answers.sells'
    because: {zh: 卖吃的, en: sells food}
    not_because: {zh: 不卖吃的, en: sells none}
    after: [shop]
    answers: {hot: '"hot" in answers.sells', area: answers.area}
  - item: shop
    when: answers.licence == false
    because: {zh: 还没有执照, en: no licence yet}
    not_because: {zh: 有了, en: there is one}
  - item: tobacco
    when: '"tobacco" in answers.sells'
    because: {zh: 卖烟, en: sells tobacco}
    after: [shop]
    optional: true
    blocked:
      - {id: school, rule: answers.school > 50, message: {zh: 离学校太近, en: too near a school}}
  - item: shop-sign
    because: {zh: 都要, en: always}
"#;

/// Answers by composed id that make everything complete when the rest is decided.
fn filled(extra: Value) -> Value {
    let mut answers = json!({
        "licence": false, "sells": ["food", "hot"], "area": 80,
        "shop__name": "火锅店", "shop__kind": "one", "food__oil": true, "shop_sign__text": "火锅",
    });
    if let (Value::Object(all), Value::Object(extra)) = (&mut answers, extra) {
        all.extend(extra);
    }
    answers
}

fn choices(slots: &[&str]) -> BTreeMap<String, crate::material::MaterialChoice> {
    let file = |n: usize| crate::ids::FileId::new(0, [u8::try_from(n).unwrap_or(0); 10]);
    let upload = |n| crate::material::MaterialChoice::Upload { files: vec![file(n)] };
    slots.iter().enumerate().map(|(n, slot)| ((*slot).to_owned(), upload(n))).collect()
}
