//! Which keys settings have and what stands in each, asked of their types: a type tells whoever reads it for what it looks. No
//! list of keys is kept by hand. It knows no setting.

use std::cell::Cell;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

/// What stands in a place of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SettingShape {
    /// A table of known keys, in their order.
    Section(Vec<ShapedKey>),
    /// A table of keys that are only known where they are words of a list.
    Table {
        keys: Option<&'static [&'static str]>,
        value: Box<SettingShape>,
    },
    /// A list of equal things.
    List(Box<SettingShape>),
    /// One of these words.
    Word(&'static [&'static str]),
    Text,
    Whole,
    Decimal,
    Switch,
    /// More than one kind of thing.
    Mixed,
}

/// A key of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShapedKey {
    pub name: &'static str,
    pub shape: SettingShape,
}

/// The shape of a type that settings are read into.
pub(super) fn shape_of<T: DeserializeOwned>() -> SettingShape {
    look::<T>(&mut Vec::new())
}

/// A step from a value to one inside it.
#[derive(Debug, Clone, Copy)]
enum Inward {
    Field(&'static str),
    /// The key of an entry of a table.
    Key,
    /// Its value.
    Value,
    Item,
}

/// What a type looks for in one place.
#[derive(Debug, Clone, Copy)]
enum LooksFor {
    Fields(&'static [&'static str]),
    Table,
    List,
    Word(&'static [&'static str]),
    Text,
    Whole,
    Decimal,
    Switch,
    Anything,
}

fn look<T: DeserializeOwned>(path: &mut Vec<Inward>) -> SettingShape {
    match looked_for::<T>(path) {
        LooksFor::Fields(names) => {
            let key = |&name: &&'static str| ShapedKey { name, shape: look_inside::<T>(path, Inward::Field(name)) };
            SettingShape::Section(names.iter().map(key).collect())
        }
        LooksFor::Table => {
            let keys = match look_inside::<T>(path, Inward::Key) {
                SettingShape::Word(words) => Some(words),
                _ => None,
            };
            SettingShape::Table { keys, value: Box::new(look_inside::<T>(path, Inward::Value)) }
        }
        LooksFor::List => SettingShape::List(Box::new(look_inside::<T>(path, Inward::Item))),
        LooksFor::Word(words) => SettingShape::Word(words),
        LooksFor::Text => SettingShape::Text,
        LooksFor::Whole => SettingShape::Whole,
        LooksFor::Decimal => SettingShape::Decimal,
        LooksFor::Switch => SettingShape::Switch,
        LooksFor::Anything => SettingShape::Mixed,
    }
}

fn look_inside<T: DeserializeOwned>(path: &mut Vec<Inward>, step: Inward) -> SettingShape {
    path.push(step);
    let shape = look::<T>(path);
    path.pop();
    shape
}

/// Reads `T` from a value that has nothing but the way to one place, and notes for what that place is looked.
fn looked_for<T: DeserializeOwned>(path: &[Inward]) -> LooksFor {
    let found = Cell::new(LooksFor::Anything);
    // The reading always ends early: at the place there is no value.
    let _ = T::deserialize(Probe { path, found: &found });
    found.into_inner()
}

/// The end of a reading.
#[derive(Debug)]
struct NothingThere;

impl fmt::Display for NothingThere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no value")
    }
}

impl std::error::Error for NothingThere {}

impl de::Error for NothingThere {
    fn custom<M: fmt::Display>(_message: M) -> Self {
        Self
    }
}

/// A value that has nothing but the way to one place.
#[derive(Clone, Copy)]
struct Probe<'p> {
    path: &'p [Inward],
    found: &'p Cell<LooksFor>,
}

impl Probe<'_> {
    fn note<V>(self, looks_for: LooksFor) -> Result<V, NothingThere> {
        if self.path.is_empty() {
            self.found.set(looks_for);
        }
        Err(NothingThere)
    }
}

/// Methods that only note what is looked for.
macro_rules! notes {
    ($($method:ident => $looks_for:expr,)+) => {
        $(fn $method<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, NothingThere> {
            self.note($looks_for)
        })+
    };
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = NothingThere;

    notes! {
        deserialize_any => LooksFor::Anything,
        deserialize_bool => LooksFor::Switch,
        deserialize_i8 => LooksFor::Whole,
        deserialize_i16 => LooksFor::Whole,
        deserialize_i32 => LooksFor::Whole,
        deserialize_i64 => LooksFor::Whole,
        deserialize_u8 => LooksFor::Whole,
        deserialize_u16 => LooksFor::Whole,
        deserialize_u32 => LooksFor::Whole,
        deserialize_u64 => LooksFor::Whole,
        deserialize_f32 => LooksFor::Decimal,
        deserialize_f64 => LooksFor::Decimal,
        deserialize_str => LooksFor::Text,
        deserialize_string => LooksFor::Text,
        deserialize_char => LooksFor::Text,
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NothingThere> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, NothingThere> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NothingThere> {
        match self.path.split_first() {
            Some((&Inward::Field(name), path)) => visitor.visit_map(OneEntry { name, value: Probe { path, ..self } }),
            _ => self.note(LooksFor::Fields(fields)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NothingThere> {
        match self.path.split_first() {
            Some((Inward::Key, path)) => visitor.visit_map(OnlyKey(Probe { path, ..self })),
            Some((Inward::Value, path)) => visitor.visit_map(AnyEntry(Probe { path, ..self })),
            _ => self.note(LooksFor::Table),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NothingThere> {
        match self.path.split_first() {
            Some((Inward::Item, path)) => visitor.visit_seq(OneItem(Probe { path, ..self })),
            _ => self.note(LooksFor::List),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        words: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, NothingThere> {
        self.note(LooksFor::Word(words))
    }

    forward_to_deserialize_any! {
        i128 u128 bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

/// A section with one key.
struct OneEntry<'p> {
    name: &'static str,
    value: Probe<'p>,
}

impl<'de> MapAccess<'de> for OneEntry<'_> {
    type Error = NothingThere;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, NothingThere> {
        let name: StrDeserializer<'_, NothingThere> = self.name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, NothingThere> {
        seed.deserialize(self.value)
    }
}

/// A table whose key is the place.
struct OnlyKey<'p>(Probe<'p>);

impl<'de> MapAccess<'de> for OnlyKey<'_> {
    type Error = NothingThere;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, NothingThere> {
        seed.deserialize(self.0).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, _seed: V) -> Result<V::Value, NothingThere> {
        Err(NothingThere)
    }
}

/// A table with some key.
struct AnyEntry<'p>(Probe<'p>);

impl<'de> MapAccess<'de> for AnyEntry<'_> {
    type Error = NothingThere;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, NothingThere> {
        seed.deserialize(SomeKey).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, NothingThere> {
        seed.deserialize(self.0)
    }
}

/// A key that any table takes: the first of its words, or some text.
struct SomeKey;

impl<'de> Deserializer<'de> for SomeKey {
    type Error = NothingThere;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NothingThere> {
        visitor.visit_str("key")
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NothingThere> {
        let word: StrDeserializer<'_, NothingThere> = words.first().copied().unwrap_or_default().into_deserializer();
        word.deserialize_enum(name, words, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// A list with one item.
struct OneItem<'p>(Probe<'p>);

impl<'de> SeqAccess<'de> for OneItem<'_> {
    type Error = NothingThere;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, NothingThere> {
        seed.deserialize(self.0).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Sort {
        Plain,
        WithSugar,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    struct Inner {
        sort: Sort,
        share: Option<f64>,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    struct Outer {
        inner: Option<Inner>,
        many: Vec<Inner>,
        by_name: BTreeMap<String, bool>,
        text: String,
    }

    #[test]
    fn a_type_tells_its_shape() {
        let key = |name, shape| ShapedKey { name, shape };
        let inner = SettingShape::Section(vec![
            key("sort", SettingShape::Word(&["plain", "with_sugar"])),
            key("share", SettingShape::Decimal),
        ]);
        let by_name = SettingShape::Table { keys: None, value: Box::new(SettingShape::Switch) };
        assert_eq!(
            shape_of::<Outer>(),
            SettingShape::Section(vec![
                key("inner", inner.clone()),
                key("many", SettingShape::List(Box::new(inner))),
                key("by_name", by_name),
                key("text", SettingShape::Text),
            ])
        );
    }
}
