//! What a rule can see. Values are converted once, when they change, and lent to CEL without copying.

use std::collections::HashMap;

use cel::{
    Context, ExecutionError,
    common::{
        traits::Indexer,
        types::{CelNull, CelString, DYN_TYPE, Type},
        value::{CowVal, Val},
    },
    context::VariableResolver,
};

static NULL: CelNull = CelNull;

/// Values by name, ready for CEL.
pub(crate) type Table = HashMap<String, Box<dyn Val>>;

/// Everything rules may read in one evaluation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// Values of fields; absent while unanswered or hidden.
    pub answers: Table,
    /// Facts by register.
    pub facts: HashMap<String, Table>,
    /// The applicant's own data.
    pub applicant: Table,
    /// Figures in force.
    pub figures: Table,
    /// `value` and `limit` of the headline.
    pub headline: Table,
    /// Types of licences held and valid.
    pub licences: Table,
    /// The day, as text.
    pub today: String,
}

/// A view of [`Known`] for one expression.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    known: &'a Known,
    entry: Option<&'a Table>,
    strict: bool,
}

impl<'a> Scope<'a> {
    /// Unknown facts read as null.
    pub fn new(known: &'a Known) -> Self {
        Self { known, entry: None, strict: false }
    }

    /// Unknown facts make an expression impossible to tell.
    pub fn strict(known: &'a Known) -> Self {
        Self { strict: true, ..Self::new(known) }
    }

    /// With the entry of a list in view.
    pub fn with_entry(known: &'a Known, entry: &'a Table) -> Self {
        Self { entry: Some(entry), ..Self::new(known) }
    }

    /// A context for one or more expressions, on top of the functions.
    pub fn context<'s>(&'s self, root: &'s Context<'s, 's>) -> Context<'s, 's> {
        let mut context = root.new_inner_scope();
        context.set_variable_resolver(self);
        context
    }
}

impl VariableResolver for Scope<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let table = |table: &'b Table| Some(CowVal::owned(View { table: Some(table), strict: false }));
        match variable {
            "answers" => table(&self.known.answers),
            "applicant" => table(&self.known.applicant),
            "fig" => table(&self.known.figures),
            "headline" => table(&self.known.headline),
            "holder_licences" => table(&self.known.licences),
            "entry" | "person" => self.entry.and_then(table),
            "facts" => Some(CowVal::owned(Registers { facts: &self.known.facts, strict: self.strict })),
            "today" => Some(CowVal::owned(CelString::from(self.known.today.as_str()))),
            _ => None,
        }
    }
}

/// A table as a CEL value: `table.name`, null when absent.
#[derive(Debug, Clone, Copy)]
struct View<'a> {
    table: Option<&'a Table>,
    strict: bool,
}

/// The registers: `facts.register` is always there, what it knows may not be.
#[derive(Debug, Clone, Copy)]
struct Registers<'a> {
    facts: &'a HashMap<String, Table>,
    strict: bool,
}

/// The two accessors and the clone that every view shares.
macro_rules! indexed_value {
    ($name:ident) => {
        impl Val for $name<'_> {
            fn get_type(&self) -> &Type {
                &DYN_TYPE
            }

            fn cel_type() -> &'static Type {
                &DYN_TYPE
            }

            fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
            where
                Self: 'v,
            {
                Some(self)
            }

            fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
            where
                Self: 'v,
            {
                Box::new(*self)
            }
        }
    };
}

indexed_value!(View);
indexed_value!(Registers);

impl Indexer for View<'_> {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let name = name(index)?;
        match self.table.and_then(|table| table.get(name)) {
            Some(value) => Ok(CowVal::Borrowed(value.as_ref())),
            None if self.strict => Err(ExecutionError::NoSuchKey(name.to_owned().into())),
            None => Ok(CowVal::Borrowed(&NULL)),
        }
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(index).map(CowVal::into_owned)
    }
}

impl Indexer for Registers<'_> {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let table = self.facts.get(name(index)?);
        Ok(CowVal::owned(View { table, strict: self.strict }))
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(index).map(CowVal::into_owned)
    }
}

fn name(index: &dyn Val) -> Result<&str, ExecutionError> {
    index
        .downcast_ref::<CelString<'_>>()
        .map(CelString::inner)
        .ok_or_else(|| ExecutionError::UnexpectedType { got: "another type".to_owned(), want: "string".to_owned() })
}
