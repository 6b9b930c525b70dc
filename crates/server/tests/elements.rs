//! The elements of GB/T 39554.2 (domain.md §2.3): what it requires is held by every service of the demo city,
//! and the three main services hold everything that applies to them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::path::PathBuf;

use haoban_domain::{
    item::{
        ApplyWay, Guide, HandlingKind, MaterialNeed, MaterialType, OnlineDepth, PowerLevel, ServedParty, ServiceItem,
    },
    material::MaterialRule,
    pack::CityPack,
    text::LocalText,
};
use haoban_server::catalogue::{self, LoadedPack};

const MAIN: [&str; 3] = ["gjj-rent", "residence-permit", "deed-tax"];

fn city(name: &str) -> LoadedPack {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../cities").join(name);
    catalogue::load(&folder).unwrap()
}

fn said(text: &LocalText) -> bool {
    !text.zh.trim().is_empty() && !text.en.trim().is_empty()
}

fn maybe(text: Option<&LocalText>) -> bool {
    text.is_some_and(said)
}

/// Rows of the table that are marked R, as this platform gives them.
fn required(item: &ServiceItem, pack: &CityPack) -> Vec<(&'static str, bool)> {
    let guide = &item.guide;
    let organ = pack.department(&guide.department).unwrap();
    let codes = item.codes(organ);
    let online = guide.online.as_ref();
    let charged = guide.fee.charged;
    vec![
        ("事项名称", said(&guide.name)),
        ("基本编码", guide.basic_code.len() == 12),
        ("实施编码", codes.as_ref().is_some_and(|codes| codes.task.len() == 31)),
        ("业务办理项编码", codes.as_ref().is_some_and(|codes| codes.handling.len() == 33)),
        ("记录唯一标识", codes.as_ref().is_some_and(|codes| codes.record.len() == 36)),
        ("事项版本", item.version > 0),
        ("事项状态", guide.in_force.is_some()),
        ("设定依据", guide.legal_basis.iter().all(|law| said(&law.law) && !law.article.is_empty() && said(&law.says))),
        ("权力来源", guide.power_source.is_some()),
        ("行使层级", !guide.levels.is_empty()),
        ("实施主体", said(&organ.name) && organ.credit_code.len() == 18),
        ("实施主体性质", organ.nature.is_some()),
        ("服务对象", !guide.served.is_empty()),
        ("办件类型", (guide.handling == HandlingKind::Instant) == (guide.promised_limit.days == 0)),
        ("受理条件", !guide.conditions.is_empty()),
        ("特别程序", guide.special_procedures.is_some()),
        ("办理形式", !guide.ways.is_empty()),
        ("办理流程", !guide.steps.is_empty()),
        ("必须现场办理原因说明", guide.trips == 0 || maybe(guide.trips_reason.as_ref())),
        ("是否网办", guide.ways.contains(&ApplyWay::Online) == (guide.online_depth >= OnlineDepth::III)),
        ("网上办理地址", online.is_none_or(|at| said(&at.computer) && said(&at.phone))),
        ("物流快递", guide.post.is_some()),
        ("办理地点", guide.counters.iter().all(|counter| said(&counter.address) && said(&counter.hours))),
        ("交通指引", guide.counters.iter().all(|counter| said(&counter.transit))),
        ("审批结果", said(&guide.result.name)),
        ("收费项目", charged != guide.fee.lines.is_empty()),
        ("咨询方式", !guide.consult_phone.is_empty() && guide.consult.is_some()),
        ("监督投诉方式", !guide.complaint_phone.is_empty() && guide.supervise.is_some()),
        ("权利与义务", said(&guide.rights)),
        ("行政复议、诉讼", said(&guide.remedies.reconsideration) && said(&guide.remedies.litigation)),
    ]
}

/// A line of materials.yaml as the standard wants it.
fn complete(material: &MaterialRule) -> bool {
    said(&material.name)
        && material.origin.is_some()
        && material.material_type.is_some()
        && material.format.is_some()
        && material.copies.is_some_and(|copies| copies > 0)
        && said(&material.source)
        && said(&material.accept)
}

/// The rest of the table, as far as it applies to the three main services.
fn recommended(guide: &Guide) -> Vec<(&'static str, bool)> {
    let remedies = &guide.remedies;
    let mut rows = vec![
        ("法定办结时限说明", maybe(guide.statutory_note.as_ref())),
        ("承诺办结时限说明", maybe(guide.promised_note.as_ref())),
        ("数量限制", maybe(guide.quantity_limit.as_ref())),
        ("线下办理流程", maybe(guide.at_counter.as_ref())),
        ("单点登录", guide.online.as_ref().is_some_and(|online| online.single_sign_in)),
        ("运行系统", maybe(guide.system.as_ref())),
        ("邮寄说明", guide.post.as_ref().is_some_and(|post| maybe(post.note.as_ref()))),
        ("咨询地址", guide.consult.as_ref().is_some_and(|ways| maybe(ways.letter.as_ref()))),
        ("监督投诉地址", guide.supervise.as_ref().is_some_and(|ways| maybe(ways.letter.as_ref()))),
        ("行政复议部门", remedies.reconsideration_office.as_ref().is_some_and(|office| said(&office.address))),
        ("行政诉讼法院", remedies.court.as_ref().is_some_and(|court| !court.phone.is_empty())),
        ("常见问题", !guide.faq.is_empty()),
        ("计划生效日期", guide.in_force.is_some()),
        ("自然人主题", !guide.themes.is_empty()),
        ("法律全文", guide.legal_basis.iter().any(|law| law.url.is_some())),
    ];
    // Where nothing has to be lent, done in a village or by a middleman, the element is honestly absent.
    rows.push(("委托部门", guide.entrusted_by.is_none()));
    rows.push(("村居", guide.grassroots.is_empty() && guide.levels.iter().all(|level| *level <= PowerLevel::County)));
    rows.push(("中介服务", guide.intermediary.is_none()));
    rows
}

fn missing(rows: Vec<(&'static str, bool)>) -> Vec<&'static str> {
    rows.into_iter().filter(|(_, held)| !held).map(|(name, _)| name).collect()
}

#[test]
fn every_service_holds_what_the_standard_requires() {
    for name in ["zhengzhou", "minimal"] {
        let pack = city(name);
        for item in &pack.pack.items {
            assert_eq!(missing(required(item, &pack.pack)), [""; 0], "{name}: {}", item.code);
            let open: Vec<&str> =
                item.materials.iter().filter(|one| !complete(one)).map(|one| one.id.as_str()).collect();
            assert_eq!(open, [""; 0], "{name}: materials of {}", item.code);
        }
    }
}

#[test]
fn the_three_main_services_hold_every_element() {
    let pack = city("zhengzhou");
    for code in MAIN {
        let item = pack.pack.item(code).unwrap();
        assert_eq!(missing(recommended(&item.guide)), [""; 0], "{code}");
        let organ = pack.pack.department(&item.guide.department).unwrap();
        assert!(maybe(organ.central.as_ref()), "{code}: 中央业务指导部门");
        let process = item.process(&pack.pack);
        assert!(process.iter().all(|step| said(&step.department) && !step.standards.is_empty()), "{code}: 办理流程");
        assert_eq!(process.last().unwrap().output.as_ref(), Some(&item.guide.result.name), "{code}");
        for material in &item.materials {
            let whole = maybe(material.size.as_ref()) && maybe(material.basis.as_ref());
            assert!(whole && complete(material), "{code}: {}", material.id);
        }
    }
}

/// What the standard's lists say of the three, read off the guides one by one.
#[test]
fn the_elements_of_the_three_say_what_they_should() {
    let pack = city("zhengzhou");
    let guide = |code: &str| &pack.pack.item(code).unwrap().guide;
    assert_eq!(guide("residence-permit").levels, [PowerLevel::County, PowerLevel::City]);
    let offices = pack.pack.item("residence-permit").unwrap().joint_offices(&pack.pack);
    let offices: Vec<&str> = offices.iter().map(|office| office.zh.as_str()).collect();
    assert_eq!(offices, ["市公安局人口管理部门"]);
    assert!(guide("residence-permit").post.as_ref().unwrap().result, "the card is mailed");
    assert!(!guide("gjj-rent").post.as_ref().unwrap().result, "nobody mails money");
    assert!(guide("deed-tax").served.contains(&ServedParty::GovernmentOrgan));
    let halls = |code: &str| guide(code).counters.iter().filter(|counter| counter.centre.is_some()).count();
    assert_eq!((halls("gjj-rent"), halls("residence-permit")), (2, 1));
    let papers = &pack.pack.item("gjj-rent").unwrap().materials;
    let paper = |id: &str| papers.iter().find(|one| one.id == id).unwrap();
    assert_eq!(paper("lease-contract").material_type, Some(MaterialType::OriginalAndCopy));
    assert_eq!(paper("lease-contract").need(), MaterialNeed::Required);
    assert_eq!(paper("rent-records").need(), MaterialNeed::Deferrable);
}
