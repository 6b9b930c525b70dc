//! What authors use besides the linter: the simulator, the comparison of packs, the smallest pack, and
//! the rule that a published version never changes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::{fs, path::PathBuf};

use haoban_domain::{ids::PartyId, time::Date};
use haoban_server::{
    AppState,
    app::{self, Ports},
    catalogue::{self, LoadedPack, PackSource, check, sample, watch},
    config::Config,
    intake::{self, PublishError},
    notices, seed,
};
use haoban_wire::http::{Change, PaperPage};
use sqlx::Row as _;

fn here(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn today() -> Date {
    "2026-11-23".parse().unwrap()
}

fn base() -> PackSource {
    PackSource::read(&here("tests/broken/base")).unwrap()
}

fn with(file: &str, from: &str, to: &str) -> LoadedPack {
    let mut source = base();
    let text = source.files.get_mut(file).unwrap();
    assert!(text.contains(from), "{file} does not hold {from}");
    *text = text.replacen(from, to, 1);
    LoadedPack::from_source(&source).unwrap()
}

const ITEM: &str = "items/stay/item.yaml";
const FORM: &str = "items/stay/form.yaml";

#[test]
fn a_persona_is_told_what_is_asked_and_what_remains() {
    let pack = LoadedPack::from_source(&base()).unwrap();
    let persona = fs::read_to_string(here("tests/personas/tenant.yaml")).unwrap();
    let persona = check::simulate::Persona::read(&persona).unwrap();
    insta::assert_snapshot!(check::simulate::tell(&pack, "stay", persona, today()).unwrap());
}

/// The plan and why, what is asked, what is filled in, the papers of each part.
#[test]
fn a_persona_is_told_the_plan_of_a_joint_service() {
    let mut source = base();
    source.files.extend(PackSource::read(&here("tests/broken/with-joint")).unwrap().files);
    let pack = LoadedPack::from_source(&source).unwrap();
    let persona = fs::read_to_string(here("tests/personas/newcomer.yaml")).unwrap();
    let persona = check::simulate::Persona::read(&persona).unwrap();
    insta::assert_snapshot!(check::simulate::tell(&pack, "settle", persona, today()).unwrap());
}

/// In the city: parts wait for each other, papers come out of earlier parts, one stays out.
#[test]
fn a_founder_is_told_which_part_comes_first_and_what_it_saves() {
    let pack = catalogue::load(&here("../../cities/zhengzhou")).unwrap();
    let persona = fs::read_to_string(here("tests/personas/founder.yaml")).unwrap();
    let persona = check::simulate::Persona::read(&persona).unwrap();
    let told = check::simulate::tell(&pack, "open-hotpot", persona, today()).unwrap();
    for words in [
        "needed, 4 days after 营业执照（设立登记）",
        "(现做热食要许可（食品安全法第三十五条）)",
        "not needed (您说没有带油的污水（城镇排水与污水处理条例第二十一条）)",
        "cannot be granted here: 离学校不到 100 米",
        "公共场所卫生许可证: 吃饭的店只要食品经营许可",
        "营业执照: nothing to hand in: it comes out of",
        "working days, by ",
        "May be sent: not yet",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
}

#[test]
fn a_persona_with_a_mistake_or_an_unknown_service_is_refused() {
    assert!(check::simulate::Persona::read("moon: 1").is_err());
    let pack = LoadedPack::from_source(&base()).unwrap();
    let nobody = check::simulate::Persona::read("{}").unwrap();
    assert!(check::simulate::tell(&pack, "moon", nobody, today()).is_none());
}

#[test]
fn what_changed_is_said_in_words() {
    let old = LoadedPack::from_source(&base()).unwrap();
    let mut source = base();
    for (file, from, to) in [
        (ITEM, "value: \"6\"", "value: \"3\""),
        (ITEM, "zh: \"住满半年就能办。\"", "zh: \"住满三个月就能办。\""),
        (FORM, "      - { id: phone, element: contact.phone }\n", ""),
        (
            FORM,
            "          - { value: own,",
            "          - { value: family, label: { zh: \"亲戚的\", en: \"Family\" } }\n          - { value: own,",
        ),
        ("items/stay/workflow.yaml", "    target: field:phone\n", ""),
        ("city.yaml", "hotline: \"12345\"", "hotline: \"12346\""),
    ] {
        let text = source.files.get_mut(file).unwrap();
        assert!(text.contains(from), "{file} does not hold {from}");
        *text = text.replacen(from, to, 1);
    }
    let new = LoadedPack::from_source(&source).unwrap();
    insta::assert_snapshot!(check::diff::packs(&old.pack, &new.pack).join("\n"));
    assert!(check::diff::packs(&old.pack, &old.pack).is_empty());
}

#[test]
fn the_smallest_city_has_at_most_ten_files_and_no_finding() {
    let source = PackSource::read(&here("../../cities/minimal")).unwrap();
    assert!(source.files.len() <= 10, "{} files", source.files.len());
    let findings: Vec<String> = check::findings(&source, today()).iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// A platform on a database of its own. The folder lives as long as the first of the two.
async fn platform(pack: LoadedPack, city: Option<&str>) -> (tempfile::TempDir, AppState) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::load(None, []).unwrap();
    config.data_dir = folder.path().join("data");
    config.listen = "127.0.0.1:0".parse().unwrap();
    if let Some(city) = city {
        config.city = city.to_owned();
        config.watch_city = true;
    }
    let state = AppState::with_pack(config, Ports::default(), pack).await.unwrap();
    (folder, state)
}

/// The invented people of the demonstration live in any city, also in one without registers.
#[tokio::test]
async fn the_smallest_city_can_be_filled_and_served() {
    let (_folder, state) = platform(catalogue::load(&here("../../cities/minimal")).unwrap(), None).await;
    seed::run(&state).await.unwrap();
    assert_eq!(state.catalogue.current().pack.items.len(), 1);
}

async fn rows(state: &AppState) -> Vec<(String, i64, String, i64)> {
    let rows = sqlx::query("SELECT code, version, document, published_at FROM published_item ORDER BY code, version");
    let row = |row: &sqlx::any::AnyRow| (row.get(0), row.get(1), row.get(2), row.get(3));
    rows.fetch_all(state.store.reader()).await.unwrap().iter().map(row).collect()
}

#[tokio::test]
async fn importing_the_same_pack_twice_changes_nothing() {
    let (_folder, state) = platform(LoadedPack::from_source(&base()).unwrap(), None).await;
    let before = rows(&state).await;
    assert_eq!(before.len(), 1);
    intake::publish(&state, &LoadedPack::from_source(&base()).unwrap()).await.unwrap();
    assert_eq!(rows(&state).await, before);
}

#[tokio::test]
async fn a_published_version_never_changes() {
    let (_folder, state) = platform(LoadedPack::from_source(&base()).unwrap(), None).await;
    let before = rows(&state).await;
    let changed = with(ITEM, "value: \"6\"", "value: \"3\"");
    let refused = intake::publish(&state, &changed).await.unwrap_err();
    assert!(matches!(refused, PublishError::Changed { .. }));
    let words = refused.to_string();
    assert!(words.contains("“6” becomes “3”") && words.contains("raise `version`"), "{words}");
    assert_eq!(rows(&state).await, before);
    let mut raised = base();
    let text = raised.files.get_mut(ITEM).unwrap();
    *text = text.replacen("value: \"6\"", "value: \"3\"", 1).replacen("version: 1", "version: 2", 1);
    intake::publish(&state, &LoadedPack::from_source(&raised).unwrap()).await.unwrap();
    assert_eq!(rows(&state).await.len(), 2);
}

#[tokio::test]
async fn a_changed_folder_is_put_in_force_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let city = folder.path().join("base");
    for (file, text) in base().files {
        let path = city.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let (_data, state) = platform(catalogue::load(&city).unwrap(), Some(&city.to_string_lossy())).await;
    let first = state.catalogue.current().version.clone();
    let party = PartyId::new(1, [1; 10]);
    let listening = state.notices.listen(party);
    let path = city.join(ITEM);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("department: police", "department: moon")).unwrap();
    assert!(!watch::reload(&state).await);
    assert_eq!(state.catalogue.current().version, first);
    assert!(notices::page(&state.store, party, 0).await.unwrap().events.is_empty());
    fs::write(&path, text.replace("minutes: 3", "minutes: 4")).unwrap();
    assert!(watch::reload(&state).await);
    assert_ne!(state.catalogue.current().version, first);
    assert_eq!(state.catalogue.current().pack.items[0].guide.minutes, 4);
    let told = notices::page(&state.store, party, 0).await.unwrap().events;
    let version = state.catalogue.current().version.clone();
    assert_eq!(told[0].change, Change::CatalogueChanged { version });
    assert!(listening.has_changed().unwrap(), "apps that listen are woken");
}

#[tokio::test]
async fn the_papers_of_a_service_can_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::load(None, []).unwrap();
    config.data_dir = folder.path().join("data");
    config.listen = "127.0.0.1:0".parse().unwrap();
    let listener = app::listen(&mut config).await.unwrap();
    let url = config.public_url.clone();
    let pack = catalogue::load(&here("../../cities/minimal")).unwrap();
    let state = AppState::with_pack(config, Ports::default(), pack).await.unwrap();
    let serving = tokio::spawn(app::serve(listener, state.clone()));
    for (paper, words) in [("blank", "□ 总馆"), ("filled", "林知夏"), ("result?lang=en", "Sample of the result")]
    {
        let answer = reqwest::get(format!("{url}/v1/catalogue/items/reading-card/papers/{paper}")).await.unwrap();
        assert_eq!(answer.status(), 200, "{paper}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(words), "{paper}: {page}");
    }
    let list = reqwest::get(format!("{url}/v1/catalogue/items/reading-card/papers?lang=en")).await.unwrap();
    let list: PaperPage = list.json().await.unwrap();
    let ids: Vec<&str> = list.papers.iter().map(|paper| paper.id.as_str()).collect();
    assert_eq!(ids, ["blank", "filled", "result"]);
    for paper in &list.papers {
        let page = format!("{url}/v1/catalogue/items/reading-card/papers/{}?lang=en", paper.id);
        let page = reqwest::get(page).await.unwrap().bytes().await.unwrap();
        assert_eq!(page.len() as u64, paper.bytes, "{}", paper.id);
    }
    let missing = reqwest::get(format!("{url}/v1/catalogue/items/moon/papers/blank")).await.unwrap();
    assert_eq!(missing.status(), 404);
    state.stopping.cancel();
    serving.await.unwrap().unwrap();
}

#[test]
fn what_one_writes_oneself_has_a_blank_and_a_sample() {
    let lines =
        "written: [{ label: { zh: \"房东姓名\", en: \"Landlord\" }, sample: { zh: \"吴桐\", en: \"Wu Tong\" } }]";
    let pack = with("items/stay/materials.yaml", "  glyph:", &format!("  {lines}\n  glyph:"));
    let lease = |pack: &LoadedPack| pack.evaluator("stay").unwrap().item().materials[1].clone();
    let material = &lease(&pack);
    let blank = sample::written_blank(material).unwrap();
    let filled = sample::written_sample(material).unwrap();
    assert_eq!(blank.title, material.name);
    assert_eq!((blank.lines[0].label.zh.as_str(), filled.lines[0].value.zh.as_str()), ("房东姓名", "吴桐"));
    assert!(!blank.lines[0].value.zh.contains("吴桐"), "nothing is filled in on the blank");
    assert!(sample::written_blank(&lease(&with(FORM, "", ""))).is_none(), "others issue it");
}
