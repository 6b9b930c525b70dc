//! Households of every kind, drawn from the seeded numbers.

use haoban_domain::{ids::PartyId, time::Date};

use super::{
    numbers,
    random::Numbers,
    town::{Address, Fund, Home, Lease, Person, Town, months_before},
    words::Words,
};

/// Fixed instant in ids, so that they are the same on every machine.
const IDS_AT: i64 = 1_735_689_600_000;
/// Year ages are counted from; births do not move with the clock.
const YEAR: i16 = 2026;

/// Builds the town.
#[derive(Debug)]
pub struct Builder<'w> {
    /// Words.
    pub words: &'w Words,
    /// Numbers.
    pub numbers: Numbers,
    /// The day.
    pub today: Date,
    /// What is there so far.
    pub town: Town,
}

impl Builder<'_> {
    /// An id.
    pub fn party(&mut self) -> PartyId {
        PartyId::new(IDS_AT, self.numbers.ten())
    }

    /// Adds a person who is nothing yet but born somewhere and living somewhere.
    pub fn person(&mut self, name: &str, male: bool, birth: Date, hukou: (String, String), lives: &Address) -> usize {
        let index = self.town.people.len();
        let serial = u32::try_from(index).unwrap_or(0);
        let party = self.party();
        self.town.people.push(Person {
            party,
            name: name.to_owned(),
            male,
            birth,
            id_number: numbers::id_number(&hukou.0, birth, serial * 2 + u32::from(male)),
            phone: format!("1390000{:04}", serial + 1000),
            hukou_region: hukou.0,
            hukou_place: hukou.1,
            lives: lives.clone(),
            household: self.town.households,
            spouse: None,
            divorced: false,
            children: Vec::new(),
            fund: None,
            homes: Vec::new(),
            contracts: Vec::new(),
            lease: None,
            insured: None,
            school: None,
            talent: None,
            drives: false,
            permit: false,
            enterprise: None,
            cards: Vec::new(),
            has_password: false,
        });
        index
    }

    /// Makes two people a couple.
    pub fn marry(&mut self, one: usize, other: usize) {
        self.town.people[one].spouse = Some(other);
        self.town.people[other].spouse = Some(one);
    }

    /// A flat in one of the estates.
    pub fn flat(&mut self) -> Address {
        let (building, floor, door) =
            (self.numbers.between(1, 12), self.numbers.between(1, 18), self.numbers.between(1, 4));
        let words = self.words;
        let Some(estate) = self.numbers.pick(&words.communities) else { return Address::default() };
        let flat = floor * 100 + door;
        Address {
            region: estate.region.clone(),
            place: format!("{}{}", words.city_place, estate.district),
            detail: format!("{} {building} {} {flat}", estate.name, words.word("building")),
            unit: numbers::property_unit(&estate.parcel, building, flat),
        }
    }

    /// One household of a kind that is drawn.
    pub fn household(&mut self) {
        self.town.households += 1;
        let lives = self.flat();
        let hukou = self.hukou(&lives);
        let owns = self.numbers.chance(55);
        match self.numbers.between(0, 5) {
            0 => {
                let one = self.adult((22, 40), &hukou, &lives);
                let young_owner = owns && self.numbers.chance(40);
                self.roof(one, young_owner);
            }
            1 => {
                let (one, _) = self.couple((24, 58), &hukou, &lives);
                self.roof(one, owns);
            }
            2 | 3 => self.with_children((28, 48), &hukou, &lives, owns),
            4 => {
                self.with_children((30, 45), &hukou, &lives, owns);
                self.couple((62, 78), &hukou, &lives);
            }
            _ => {
                let (one, _) = self.couple((62, 88), &hukou, &lives);
                self.roof(one, true);
            }
        }
    }

    fn hukou(&mut self, lives: &Address) -> (String, String) {
        let words = self.words;
        let from = if self.numbers.chance(22) { self.numbers.pick(&words.outside) } else { None };
        from.map_or_else(
            || (lives.region.clone(), lives.place.clone()),
            |from| (from.region.clone(), from.place.clone()),
        )
    }

    fn with_children(&mut self, ages: (u32, u32), hukou: &(String, String), lives: &Address, owns: bool) {
        let (one, other) = self.couple(ages, hukou, lives);
        let surname: String = self.town.people[one].name.chars().take(1).collect();
        for _ in 0..self.numbers.between(1, 2) {
            let child = self.drawn(Some(&surname), (1, 16), hukou, lives);
            self.school(child);
            self.town.people[one].children.push(child);
            self.town.people[other].children.push(child);
        }
        self.roof(one, owns);
    }

    fn couple(&mut self, ages: (u32, u32), hukou: &(String, String), lives: &Address) -> (usize, usize) {
        let one = self.adult_of(true, ages, hukou, lives);
        let other = self.adult_of(false, ages, hukou, lives);
        self.marry(one, other);
        (one, other)
    }

    fn adult(&mut self, ages: (u32, u32), hukou: &(String, String), lives: &Address) -> usize {
        let male = self.numbers.chance(50);
        let one = self.adult_of(male, ages, hukou, lives);
        self.town.people[one].divorced = self.numbers.chance(15);
        one
    }

    fn adult_of(&mut self, male: bool, ages: (u32, u32), hukou: &(String, String), lives: &Address) -> usize {
        let one = self.drawn_of(male, None, ages, hukou, lives);
        self.work(one);
        one
    }

    fn drawn(&mut self, surname: Option<&str>, ages: (u32, u32), hukou: &(String, String), lives: &Address) -> usize {
        let male = self.numbers.chance(50);
        self.drawn_of(male, surname, ages, hukou, lives)
    }

    fn drawn_of(
        &mut self,
        male: bool,
        surname: Option<&str>,
        ages: (u32, u32),
        hukou: &(String, String),
        lives: &Address,
    ) -> usize {
        let words = self.words;
        let surnames: Vec<char> = words.surnames.chars().collect();
        let drawn = self.numbers.pick(&surnames).map(char::to_string).unwrap_or_default();
        let given = self.numbers.pick(if male { &words.male } else { &words.female }).cloned().unwrap_or_default();
        let name = format!("{}{given}", surname.unwrap_or(&drawn));
        let year = YEAR - i16::try_from(self.numbers.between(ages.0, ages.1)).unwrap_or(30);
        let (month, day) = (self.numbers.between(1, 12), self.numbers.between(1, 28));
        let birth = jiff::civil::date(year, i8::try_from(month).unwrap_or(1), i8::try_from(day).unwrap_or(1));
        self.person(&name, male, Date(birth), hukou.clone(), lives)
    }

    /// Work, fund, insurance, cards of an adult.
    fn work(&mut self, one: usize) {
        let serial = u32::try_from(one).unwrap_or(0) + 100;
        let words = self.words;
        let age = self.town.people[one].age(self.today);
        let bank = self.numbers.pick(&words.banks).cloned().unwrap_or_default();
        let drives = self.numbers.chance(45);
        let (employed, in_fund) = (age < 60 && self.numbers.chance(78), self.numbers.chance(75));
        let (months, monthly) = (self.numbers.between(1, 150), i64::from(self.numbers.between(6, 40)) * 10_000);
        let (kept, frozen, used) =
            (i64::from(self.numbers.between(40, 100)), self.numbers.chance(2), self.numbers.between(0, 3) / 2);
        let talent = self.numbers.chance(3);
        let permit = self.numbers.chance(40);
        let person = &mut self.town.people[one];
        person.cards.push((numbers::bank_card(serial), bank));
        person.drives = drives && age < 70;
        person.permit = permit && !person.hukou_region.starts_with("4101");
        if employed {
            person.insured = Some((months.min(12), months));
            person.talent = talent.then_some("C");
        }
        if employed && in_fund {
            let balance = monthly * i64::from(months) * kept / 100;
            person.fund = Some(Fund { account: format!("4101{serial:08}"), months, balance, monthly, frozen, used });
        }
    }

    /// The home: owned, or rented with or without a filing.
    fn roof(&mut self, one: usize, owned: bool) {
        let area = i64::from(self.numbers.between(5_000, 16_500));
        let (filed, begun, rent) =
            (self.numbers.chance(45), self.numbers.between(1, 10), i64::from(self.numbers.between(8, 35)) * 10_000);
        let from = months_before(self.today, i32::try_from(begun).unwrap_or(1));
        let person = &mut self.town.people[one];
        if owned {
            person.homes.push(Home { address: person.lives.clone(), area });
        } else if filed {
            person.lease = Some(Lease { rent, from, to: months_before(from, -12) });
        }
    }

    fn school(&mut self, child: usize) {
        let words = self.words;
        let school = self.numbers.pick(&words.schools).cloned().unwrap_or_default();
        let age = self.town.people[child].age(self.today);
        if (7..=15).contains(&age) {
            let months = u32::try_from(age - 6).unwrap_or(1) * 12 - 9;
            self.town.people[child].school = Some((school, months));
        }
    }
}
