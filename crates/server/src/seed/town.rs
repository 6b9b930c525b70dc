//! The synthetic city in memory: people in households, homes, work, enterprises.

use haoban_domain::{ids::PartyId, time::Date};

/// Everything that is generated.
#[derive(Debug, Default)]
pub struct Town {
    /// Residents; others name them by their place in this list.
    pub people: Vec<Person>,
    /// Enterprises.
    pub enterprises: Vec<Enterprise>,
    /// Households: how many there are.
    pub households: usize,
}

/// A resident.
#[derive(Debug, Clone)]
pub struct Person {
    /// Id.
    pub party: PartyId,
    /// Name.
    pub name: String,
    /// Sex.
    pub male: bool,
    /// Birth.
    pub birth: Date,
    /// ID number.
    pub id_number: String,
    /// Mobile.
    pub phone: String,
    /// Code of the place of the registered household.
    pub hukou_region: String,
    /// The same in words.
    pub hukou_place: String,
    /// Where the person lives.
    pub lives: Address,
    /// Number of the household.
    pub household: usize,
    /// Husband or wife.
    pub spouse: Option<usize>,
    /// Was married.
    pub divorced: bool,
    /// Children.
    pub children: Vec<usize>,
    /// Provident fund.
    pub fund: Option<Fund>,
    /// Homes owned.
    pub homes: Vec<Home>,
    /// Filed purchase contracts.
    pub contracts: Vec<Contract>,
    /// A filed lease.
    pub lease: Option<Lease>,
    /// Months insured: in the last year, in all.
    pub insured: Option<(u32, u32)>,
    /// School and months there.
    pub school: Option<(String, u32)>,
    /// Talent grade.
    pub talent: Option<&'static str>,
    /// Holds a driving licence.
    pub drives: bool,
    /// Holds a residence permit.
    pub permit: bool,
    /// Enterprise run.
    pub enterprise: Option<usize>,
    /// Bank cards: number and bank.
    pub cards: Vec<(String, String)>,
    /// Signs in with the password of the demonstration.
    pub has_password: bool,
}

/// An address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// District.
    pub region: String,
    /// District and estate in words.
    pub place: String,
    /// Estate, building, flat.
    pub detail: String,
    /// Unit number of the flat.
    pub unit: String,
}

/// A provident fund account.
#[derive(Debug, Clone)]
pub struct Fund {
    /// Number.
    pub account: String,
    /// Months without a break.
    pub months: u32,
    /// Fen.
    pub balance: i64,
    /// Fen a month.
    pub monthly: i64,
    /// Frozen by a court.
    pub frozen: bool,
    /// Months claimed for rent this quarter.
    pub used: u32,
}

/// A home.
#[derive(Debug, Clone)]
pub struct Home {
    /// Where.
    pub address: Address,
    /// Hundredths of a square metre.
    pub area: i64,
}

/// A filed purchase contract.
#[derive(Debug, Clone)]
pub struct Contract {
    /// Filing number.
    pub number: String,
    /// What was bought.
    pub label: String,
    /// Unit number.
    pub unit: String,
    /// Hundredths of a square metre.
    pub area: i64,
    /// Fen, VAT included.
    pub price: i64,
    /// Fen.
    pub vat: i64,
    /// `home` or `other`.
    pub usage: &'static str,
    /// Day of signing.
    pub signed_on: Date,
}

/// A filed lease.
#[derive(Debug, Clone)]
pub struct Lease {
    /// Fen a month.
    pub rent: i64,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

/// An enterprise.
#[derive(Debug, Clone)]
pub struct Enterprise {
    /// Id.
    pub party: PartyId,
    /// Name.
    pub name: String,
    /// Credit code.
    pub credit_code: String,
    /// Phone.
    pub phone: String,
    /// Who runs it.
    pub owner: usize,
    /// Months since the licence was issued.
    pub months: u32,
}

impl Person {
    /// Whole years on a day.
    pub fn age(&self, day: Date) -> i16 {
        let (born, now) = (self.birth.0, day.0);
        let before = (now.month(), now.day()) < (born.month(), born.day());
        now.year() - born.year() - i16::from(before)
    }
}

/// A day some months before (or, with a negative count, after) another.
pub fn months_before(day: Date, months: i32) -> Date {
    day.0.checked_sub(jiff::Span::new().months(months)).map_or(day, Date)
}
