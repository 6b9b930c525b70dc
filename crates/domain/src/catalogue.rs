//! Reading a catalogue: finding things in a pack by id.

use crate::{
    item::ServiceItem,
    licence::LicenceType,
    pack::{CityPack, Department, Region},
};

impl CityPack {
    /// An item by its code.
    #[must_use]
    pub fn item(&self, code: &str) -> Option<&ServiceItem> {
        self.items.iter().find(|item| item.code == code)
    }

    /// Whether there is an item or a joint service of this code, composed already or not.
    #[must_use]
    pub fn has_service(&self, code: &str) -> bool {
        self.item(code).is_some() || self.joint.iter().any(|service| service.code == code)
    }

    /// A department by its id.
    #[must_use]
    pub fn department(&self, id: &str) -> Option<&Department> {
        self.departments.iter().find(|department| department.id == id)
    }

    /// A licence type by its id.
    #[must_use]
    pub fn licence_type(&self, id: &str) -> Option<&LicenceType> {
        self.licence_types.iter().find(|licence| licence.id == id)
    }

    /// A region by its code.
    #[must_use]
    pub fn region(&self, code: &str) -> Option<&Region> {
        self.regions.iter().find(|region| region.code == code)
    }
}
