//! Spoken sentences: weighed by the pairs of characters they share with the texts of an entry, rare
//! pairs more than common ones. A pair that stands nowhere may be there by its sound.

use serde::{Deserialize, Serialize};

use super::{
    Index,
    direct::Term,
    marks::Kind,
    pinyin,
    score::{SENTENCE, SENTENCE_SPAN},
    sounds,
    suffix::starting,
    tokens::{Source, is_letter, normal},
};
use crate::pack::Synonym;

/// Characters that carry no meaning of their own between others.
const FILLERS: &str = "我你您他她它想要了吗呢啊吧呀的个是有没能可以会怎么样如何什哪里儿请问给帮把在就还去来到和跟咋得一下这那都也又被让为";
/// Words that are taken out of a sentence so that what stood beside them meets, longest first.
const GLUE: [&str; 30] = [
    "能不能",
    "有没有",
    "可不可以",
    "是不是",
    "怎么办",
    "请问",
    "怎么",
    "怎样",
    "如何",
    "哪里",
    "哪儿",
    "什么",
    "需要",
    "可以",
    "一下",
    "一个",
    "我家",
    "我们",
    "想",
    "个",
    "了",
    "吗",
    "呢",
    "啊",
    "吧",
    "的",
    "我",
    "要",
    "给",
    "家",
];
/// Most places looked at; rare pairs are looked at first.
const BUDGET: usize = 5_000;
/// A hit weighs at least this part of the best one.
const LEAST_SHARE: f32 = 0.45;
/// What a lone character weighs beside a pair.
const LONE: f32 = 0.35;
/// What a pair that only sounds alike weighs.
const SOUNDS_ALIKE: f32 = 0.6;

/// Words that stand for words of the pack: what is said, and what it means.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rewrites(Vec<(String, Vec<String>)>);

impl Rewrites {
    /// Those of a pack that name words.
    pub fn of(synonyms: &[Synonym]) -> Self {
        let plain = |words: &String| words.chars().filter_map(normal).collect::<String>();
        let named = synonyms.iter().filter(|synonym| !synonym.means.is_empty());
        let pairs = named.flat_map(|synonym| {
            let means: Vec<String> = synonym.means.iter().map(plain).collect();
            synonym.say.iter().map(move |said| (plain(said), means.clone()))
        });
        Self(pairs.filter(|(said, _)| !said.is_empty()).collect())
    }

    /// What a sentence also means.
    fn in_sentence<'a>(&'a self, sentence: &'a str) -> impl Iterator<Item = &'a String> {
        self.0.iter().filter(|(said, _)| sentence.contains(said.as_str())).flat_map(|(_, means)| means)
    }
}

/// Something of a sentence that stands in texts.
struct Clue<'i> {
    cells: &'i [u32],
    weight: f32,
    is_pair: bool,
}

/// Weighs every entry; true when at least a pair was understood.
pub(super) fn find(index: &Index, term: &mut Term) -> bool {
    let mut clues = if term.in_letters() { of_letters(index, term) } else { of_characters(index, term) };
    clues.sort_by_key(|clue| clue.cells.len());
    let mut budget = BUDGET;
    clues.retain(|clue| {
        let fits = clue.cells.len() <= budget;
        budget = budget.saturating_sub(clue.cells.len());
        fits
    });
    let weighed = weigh(index, &clues);
    let best = weighed.iter().map(|one| one.weight).fold(0.0, f32::max);
    for one in weighed.iter().filter(|one| one.weight >= best * LEAST_SHARE) {
        let part = one.weight / best;
        // Between 0 and SENTENCE_SPAN.
        let above = (part * SENTENCE_SPAN) as u32;
        term.offer(one.entry, SENTENCE + above, one.cell, Kind::Sentence);
    }
    weighed.iter().any(|one| one.has_pair && one.weight >= best * LEAST_SHARE)
}

fn of_characters<'i>(index: &'i Index, term: &Term) -> Vec<Clue<'i>> {
    let sentence: String = term.letters.iter().collect();
    let short = GLUE.iter().fold(sentence.clone(), |left, word| left.replace(word, ""));
    let means = index.rewrites.in_sentence(&sentence).map(|words| words.chars().collect());
    let segments: Vec<Vec<char>> = [term.letters.clone(), short.chars().collect()].into_iter().chain(means).collect();
    let mut pairs: Vec<&[char]> = segments.iter().flat_map(|segment| segment.windows(2)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs.retain(|pair| !pair.iter().all(|c| FILLERS.contains(*c)));
    let mut clues: Vec<Clue<'_>> = pairs.into_iter().filter_map(|pair| of_pair(index, pair)).collect();
    if term.letters.len() > 2 {
        let mut lone: Vec<char> = segments.concat();
        lone.retain(|c| !FILLERS.contains(*c) && !is_letter(*c));
        lone.sort_unstable();
        lone.dedup();
        let rare = (index.entries / 12).max(3);
        clues.extend(lone.into_iter().filter_map(|character| {
            let array = &index.arrays.characters;
            let cells = &array[starting(array, &[character], |cell| index.tokens.characters_from(cell))];
            let held = holders(index, cells);
            (held <= rare).then(|| clue(index, cells, LONE, false)).flatten()
        }));
    }
    clues
}

fn of_pair<'i>(index: &'i Index, pair: &[char]) -> Option<Clue<'i>> {
    let array = &index.arrays.characters;
    let cells = &array[starting(array, pair, |cell| index.tokens.characters_from(cell))];
    if !cells.is_empty() {
        return clue(index, cells, 1.0, true);
    }
    let read = pinyin::syllables(pair);
    let sought: Vec<u32> = pair
        .iter()
        .zip(read)
        .map(|(character, read)| sounds::sound(&pinyin::letters(*character, read).collect::<Vec<u8>>()))
        .collect();
    let array = &index.arrays.sounds;
    let cells = &array[starting(array, &sought, |cell| index.tokens.sounds_from(cell))];
    clue(index, cells, SOUNDS_ALIKE, true)
}

/// A sentence typed in letters: pairs of sounds.
fn of_letters<'i>(index: &'i Index, term: &Term) -> Vec<Clue<'i>> {
    let letters: Vec<u8> = term.letters.iter().filter_map(|c| u8::try_from(*c).ok()).collect();
    let known = &index.tokens.known;
    let way = sounds::cut(&letters, known).into_iter().next().unwrap_or_else(|| sounds::pieces(&letters, known));
    let sought: Vec<u32> = way.iter().map(|syllable| sounds::sound(syllable)).collect();
    let array = &index.arrays.sounds;
    sought
        .windows(2)
        .filter_map(|pair| {
            let cells = &array[starting(array, pair, |cell| index.tokens.sounds_from(cell))];
            clue(index, cells, 1.0, true)
        })
        .collect()
}

/// How many entries hold one of the cells; many are only guessed.
fn holders(index: &Index, cells: &[u32]) -> usize {
    const COUNTED: usize = 256;
    if cells.len() > COUNTED {
        return cells.len() / 2;
    }
    let mut entries: Vec<u32> = cells.iter().map(|cell| index.tokens.text(*cell).entry).collect();
    entries.sort_unstable();
    entries.dedup();
    entries.len()
}

fn clue<'i>(index: &Index, cells: &'i [u32], weight: f32, is_pair: bool) -> Option<Clue<'i>> {
    let held = holders(index, cells);
    let rarity = (1.0 + index.entries as f32 / held.max(1) as f32).ln();
    (held > 0).then_some(Clue { cells, weight: weight * rarity, is_pair })
}

/// What an entry weighs, and where its best text begins.
struct Weighed {
    entry: u32,
    weight: f32,
    cell: u32,
    has_pair: bool,
}

fn weigh(index: &Index, clues: &[Clue<'_>]) -> Vec<Weighed> {
    let mut hits: Vec<Hit> = Vec::new();
    for (number, clue) in clues.iter().enumerate() {
        let clue_number = u16::try_from(number).unwrap_or(u16::MAX);
        hits.extend(clue.cells.iter().map(|cell| {
            let text = index.tokens.text_of[*cell as usize];
            Hit::new(index.tokens.texts[text as usize].entry, text, clue_number)
        }));
    }
    hits.sort_unstable();
    hits.dedup();
    hits.chunk_by(|a, b| a.entry() == b.entry()).map(|held| weigh_entry(index, clues, held)).collect()
}

/// A clue in a text. Entry and text are one number, so that sorting compares one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    place: u64,
    clue: u16,
}

impl Hit {
    fn new(entry: u32, text: u32, clue: u16) -> Self {
        Self { place: u64::from(entry) << 32 | u64::from(text), clue }
    }

    fn entry(self) -> u32 {
        (self.place >> 32) as u32
    }

    fn text(self) -> u32 {
        (self.place & u64::from(u32::MAX)) as u32
    }
}

/// Each clue counts once, in the text where it weighs most.
fn weigh_entry(index: &Index, clues: &[Clue<'_>], hits: &[Hit]) -> Weighed {
    let mut by_clue: Vec<(u16, f32)> = Vec::with_capacity(hits.len());
    let (mut best, mut cell) = (0.0, 0);
    for held in hits.chunk_by(|a, b| a.place == b.place) {
        let Some(first) = held.first() else { continue };
        let text = index.tokens.texts[first.text() as usize];
        let pairs = held.iter().filter(|hit| clues[usize::from(hit.clue)].is_pair).count();
        let share = (pairs as f32 / text.len.saturating_sub(1).max(1) as f32).min(1.0);
        let source = match text.source {
            Source::Name => 1.1,
            Source::Keyword | Source::Phrase => 1.0,
            Source::Summary => 0.6,
        };
        let whole = if share >= 1.0 { 1.5 } else { 1.0 };
        let factor = source * whole * (0.6 + 0.4 * share);
        let weights = held.iter().map(|hit| (hit.clue, clues[usize::from(hit.clue)].weight * factor));
        let sum: f32 = weights.clone().map(|(_, weight)| weight).sum();
        by_clue.extend(weights);
        if sum > best {
            (best, cell) = (sum, text.start);
        }
    }
    by_clue.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    by_clue.dedup_by_key(|(clue, _)| *clue);
    Weighed {
        entry: hits.first().map_or(0, |hit| hit.entry()),
        weight: by_clue.iter().map(|(_, weight)| weight).sum(),
        cell,
        has_pair: by_clue.iter().any(|(clue, _)| clues[usize::from(*clue)].is_pair),
    }
}
